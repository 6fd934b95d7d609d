//! Values that a column cannot have.

use privatus_crypto::KEY_WRAP_ALGORITHM;
use privatus_domain::KeyKind;
use privatus_domain::limits::{GROUP_MEMBERS_MAX, STATISTIC_VALUE};

use crate::upgrade::older_rows::RULES_VERSION;

/// Two to the power of 53: the largest integer that JSON represents exactly.
const MOST: i64 = 1 << 53;

/// Whose rows a check applies to: all, or not those of another application.
#[derive(Clone, Copy)]
pub(super) enum Of {
    Anybody,
    /// Not rows of another application, which are recognized by this date.
    Builds(&'static str),
}

/// The date of a row of `backup_contents`.
pub(super) const OF_BACKUP: &str =
    "(SELECT created_at FROM backup_metadata b WHERE b.backup_id = backup_contents.backup_id)";

/// A check of a table: the column that is reported, the condition for a fault, and whose rows it applies to.
pub(super) struct Check {
    pub(super) table: &'static str,
    pub(super) column: &'static str,
    pub(super) wrong: String,
    pub(super) of: Of,
}

fn of_anybody(table: &'static str, column: &'static str, wrong: impl Into<String>) -> Check {
    let (wrong, of) = (wrong.into(), Of::Anybody);
    Check {
        table,
        column,
        wrong,
        of,
    }
}

/// Returns a check that does not apply to rows of another application, recognized by this date.
fn of_builds(
    table: &'static str,
    column: &'static str,
    date: &'static str,
    wrong: impl Into<String>,
) -> Check {
    let (wrong, of) = (wrong.into(), Of::Builds(date));
    Check {
        table,
        column,
        wrong,
        of,
    }
}

fn outside(column: &str, least: i64, most: i64) -> String {
    format!(
        "{column} IS NOT NULL AND (typeof({column}) <> 'integer' OR {column} NOT BETWEEN {least} AND {most})"
    )
}

/// The condition that a value is neither NULL nor valid JSON.
fn no_json(column: &str) -> String {
    format!("{column} IS NOT NULL AND (typeof({column}) <> 'text' OR NOT json_valid({column}))")
}

/// Returns all checks of columns.
pub(super) fn checks() -> Vec<Check> {
    let wrapped = "length(encrypted_key) NOT IN (0, 72)".to_owned();
    let mut checks = vec![
        of_anybody(
            "groups",
            "max_members",
            outside("max_members", 1, GROUP_MEMBERS_MAX.into()),
        ),
        of_builds(
            "file_transfers",
            "file_size",
            "created_at",
            outside("file_size", 0, i64::MAX),
        ),
        of_builds(
            "file_transfers",
            "progress",
            "created_at",
            outside("progress", 0, 100),
        ),
        of_anybody(
            "conversations",
            "message_count",
            outside("message_count", 0, i64::from(u32::MAX) << 8),
        ),
        of_anybody(
            "conversations",
            "unread_count",
            "unread_count > message_count".to_owned(),
        ),
        of_anybody(
            "conversations",
            "disappearing_seconds",
            outside("disappearing_seconds", 1, i64::from(u32::MAX)),
        ),
        of_anybody(
            "key_store",
            "key_number",
            outside("key_number", 1, u32::MAX.into()),
        ),
        of_anybody(
            "key_store",
            "key_id",
            "key_id <> CAST(key_number AS TEXT)".to_owned(),
        ),
        of_anybody("key_store", "encrypted_key", wrapped),
        of_anybody("key_store", "usage_count", outside("usage_count", 0, i64::MAX)),
        of_anybody(
            "vault_state",
            "next_key_number",
            outside("next_key_number", 2, i64::from(u32::MAX) + 1),
        ),
        of_anybody(
            "vault_state",
            "highest_generation",
            outside("highest_generation", 1, MOST),
        ),
        of_builds(
            "usage_statistics",
            "value",
            "date",
            outside("value", 0, STATISTIC_VALUE),
        ),
        of_builds(
            "performance_metrics",
            "metric_value",
            "timestamp",
            "metric_value < 0".to_owned(),
        ),
        of_builds(
            "retention_policies",
            "retention_days",
            "NULL",
            outside("retention_days", 0, i64::from(i32::MAX)),
        ),
        of_builds(
            "backup_metadata",
            "total_size",
            "created_at",
            outside("total_size", 0, i64::MAX),
        ),
        of_builds(
            "backup_metadata",
            "file_count",
            "created_at",
            outside("file_count", 0, i64::MAX),
        ),
        of_builds(
            "backup_contents",
            "record_count",
            OF_BACKUP,
            outside("record_count", 0, i64::MAX),
        ),
        of_builds(
            "backup_contents",
            "data_size",
            OF_BACKUP,
            outside("data_size", 0, i64::MAX),
        ),
    ];
    checks.extend(words());
    checks
}

/// Returns the checks of columns with a fixed set of words or a fixed form.
fn words() -> Vec<Check> {
    let kinds = KeyKind::ALL.map(|kind| format!("'{}'", kind.as_str())).join(", ");
    vec![
        of_anybody(
            "key_store",
            "algorithm",
            format!("algorithm <> '{KEY_WRAP_ALGORITHM}'"),
        ),
        of_anybody("key_store", "key_type", format!("key_type NOT IN ({kinds})")),
        of_anybody(
            "vault_state",
            "settled_version",
            outside("settled_version", 0, RULES_VERSION),
        ),
        of_anybody("vault_state", "audit_removed", outside("audit_removed", 1, MOST)),
        // A month without a table has its own row here, and no messages.
        of_anybody("partitions", "table_name", NO_TABLE),
        of_anybody(
            "conversations",
            "kind",
            "contact_id IS NOT NULL AND kind <> 'direct' OR group_id IS NOT NULL AND kind <> 'group'",
        ),
        // This build has no expiring messages.
        of_anybody("conversations", "next_expiry", outside("next_expiry", 0, MOST)),
        of_anybody("conversations", "last_at", outside("last_at", -MOST, MOST)),
        of_builds(
            "backup_metadata",
            "encryption_info",
            "created_at",
            no_json("encryption_info"),
        ),
        // The specification's own rule for cache entries is the only one with zero days.
        of_builds(
            "retention_policies",
            "retention_days",
            "NULL",
            "retention_days = 0 AND table_name <> 'cache_entries'",
        ),
        of_builds("file_transfers", "progress", "created_at", "progress IS NULL"),
        // A name of only blanks may come from another program and is allowed.
        of_anybody("contacts", "display_name", "display_name = ''"),
        of_anybody("groups", "name", "name = ''"),
        of_anybody("senders", "name", "name = ''"),
        of_builds(
            "groups",
            "key_id",
            "created_at",
            "key_id IS NULL AND settings IS NOT NULL",
        ),
    ]
}

/// The condition that a month's table does not exist.
const NO_TABLE: &str = "state <> 'sealed' AND NOT EXISTS (SELECT 1 FROM main.sqlite_master AS t \
                        WHERE t.type = 'table' AND t.name = partitions.table_name)";
