//! Sizes, counts and numbers that cannot be. No column of them is under a seal: whoever can write the database can write
//! any, and a sum over them goes wrong.

use privatus_domain::limits::{
    GROUP_DESCRIPTION_CHARS, GROUP_MEMBERS_MAX, NAME_CHARS, PICTURE_BYTES, TRANSFER_ERROR_CHARS, USER_CHARS,
};

use super::origin::Foreign;
use super::{LISTED, Verification};
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::ReadTx;

/// Whether rows of another application may have it.
#[derive(Clone, Copy)]
enum Of {
    Anybody,
    /// Not those; the date of a row.
    Builds(&'static str),
}

/// The date of a row of `backup_contents`.
const OF_BACKUP: &str =
    "(SELECT created_at FROM backup_metadata b WHERE b.backup_id = backup_contents.backup_id)";

/// The condition that a row of this date is not foreign; a time is bound where there is one.
fn not_foreign(of: Of, foreign: &Foreign) -> (String, Option<&str>) {
    match (of, foreign) {
        (Of::Anybody, _) | (Of::Builds(_), Foreign::Nothing) => ("TRUE".into(), None),
        (Of::Builds(_), Foreign::Anything) => ("FALSE".into(), None),
        (Of::Builds(date), Foreign::UpTo { at, undated }) => {
            let day = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*";
            let sql = format!(
                "CASE WHEN typeof({date}) = 'text' AND {date} GLOB '{day}' THEN {date} > ? ELSE NOT {undated} END"
            );
            (sql, Some(at))
        }
    }
}

/// What is wrong with a row: its table, the column that is named, the condition, and whose rows can have it.
fn checks() -> Vec<(&'static str, &'static str, String, Of)> {
    let outside = |column: &str, least: i64, most: i64| {
        format!(
            "{column} IS NOT NULL AND (typeof({column}) <> 'integer' OR {column} NOT BETWEEN {least} AND {most})"
        )
    };
    // Of texts whose bytes are limited too, the bytes: `length` ends at a NUL.
    let longer = |column: &str, most: usize| format!("length(CAST({column} AS BLOB)) > {most}");
    let chars = |column: &str, most: usize| longer(column, 4 * most);
    let wrapped = "length(encrypted_key) NOT IN (0, 72)".to_owned();
    // Two to the 53rd: what JSON carries whole.
    let most = 1_i64 << 53;
    vec![
        (
            "contacts",
            "display_name",
            chars("display_name", NAME_CHARS),
            Of::Anybody,
        ),
        (
            "contacts",
            "profile_picture",
            longer("profile_picture", 2 * PICTURE_BYTES),
            Of::Builds("created_at"),
        ),
        ("groups", "name", chars("name", NAME_CHARS), Of::Anybody),
        (
            "groups",
            "max_members",
            outside("max_members", 1, GROUP_MEMBERS_MAX.into()),
            Of::Anybody,
        ),
        (
            "groups",
            "description",
            chars("description", GROUP_DESCRIPTION_CHARS),
            Of::Builds("created_at"),
        ),
        (
            "file_transfers",
            "file_size",
            outside("file_size", 0, i64::MAX),
            Of::Builds("created_at"),
        ),
        (
            "file_transfers",
            "progress",
            outside("progress", 0, 100),
            Of::Builds("created_at"),
        ),
        (
            "file_transfers",
            "error_message",
            chars("error_message", TRANSFER_ERROR_CHARS),
            Of::Builds("created_at"),
        ),
        (
            "conversations",
            "message_count",
            outside("message_count", 0, i64::from(u32::MAX) << 8),
            Of::Anybody,
        ),
        (
            "conversations",
            "unread_count",
            "unread_count > message_count".to_owned(),
            Of::Anybody,
        ),
        (
            "conversations",
            "disappearing_seconds",
            outside("disappearing_seconds", 1, i64::from(u32::MAX)),
            Of::Anybody,
        ),
        (
            "key_store",
            "key_number",
            outside("key_number", 1, u32::MAX.into()),
            Of::Anybody,
        ),
        (
            "key_store",
            "key_id",
            "key_id <> CAST(key_number AS TEXT)".to_owned(),
            Of::Anybody,
        ),
        ("key_store", "encrypted_key", wrapped, Of::Anybody),
        (
            "key_store",
            "usage_count",
            outside("usage_count", 0, i64::MAX),
            Of::Anybody,
        ),
        (
            "vault_state",
            "next_key_number",
            outside("next_key_number", 2, i64::from(u32::MAX) + 1),
            Of::Anybody,
        ),
        (
            "vault_state",
            "highest_generation",
            outside("highest_generation", 1, i64::MAX),
            Of::Anybody,
        ),
        (
            "usage_statistics",
            "value",
            outside("value", 0, most),
            Of::Builds("date"),
        ),
        (
            "performance_metrics",
            "metric_value",
            "metric_value < 0".to_owned(),
            Of::Builds("timestamp"),
        ),
        (
            "retention_policies",
            "retention_days",
            outside("retention_days", 0, i64::from(i32::MAX)),
            Of::Builds("NULL"),
        ),
        (
            "backup_metadata",
            "total_size",
            outside("total_size", 0, i64::MAX),
            Of::Builds("created_at"),
        ),
        (
            "backup_metadata",
            "file_count",
            outside("file_count", 0, i64::MAX),
            Of::Builds("created_at"),
        ),
        (
            "backup_contents",
            "record_count",
            outside("record_count", 0, i64::MAX),
            Of::Builds(OF_BACKUP),
        ),
        (
            "backup_contents",
            "data_size",
            outside("data_size", 0, i64::MAX),
            Of::Builds(OF_BACKUP),
        ),
        (
            "access_control",
            "user_id",
            chars("user_id", USER_CHARS),
            Of::Builds("granted_at"),
        ),
    ]
}

impl ReadTx<'_> {
    /// Tells each row with its column; the values are not shown.
    pub(super) fn verify_sizes(
        &mut self,
        found: &mut Verification,
        foreign: &Foreign,
    ) -> Result<(), StoreError> {
        for (table, column, wrong, of) in checks() {
            let (is_ours, at) = not_foreign(of, foreign);
            let mut sql = Sql::new(format!(
                "SELECT rowid FROM {table} WHERE ({wrong}) AND {is_ours} ORDER BY rowid LIMIT {LISTED}"
            ));
            if let Some(at) = at {
                sql = sql.bind(at);
            }
            let rows: Vec<i64> = self.db.rows(sql, "check the sizes")?;
            for row in rows {
                found.problem(format!("{table}.{column} of row {row} is a value that cannot be"));
            }
        }
        Ok(())
    }
}
