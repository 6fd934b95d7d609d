//! A row of `audit_log` in the chain, and its MAC (docs/CRYPTO.md, "The audit log").

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use privatus_crypto::AuditKey;
use privatus_schema::{Flag, LimitLiteral, SqlBlob, SqlInt, SqlText, TimeText, audit_log, key_store};
use zeroize::Zeroizing;

use super::KEY;
use crate::error::StoreError;
use crate::keys::role::KeyRole;
use crate::tx::ReadTx;

/// The MAC before the first entry of a log from which nothing was removed.
pub(crate) const GENESIS: [u8; 32] = [0; 32];

/// How many rows are read at once.
pub(super) const BATCH: u32 = 1_000;

/// A row of `audit_log`; `details` as stored.
#[derive(Queryable, QueryableByName, Selectable, Insertable)]
#[diesel(table_name = audit_log, check_for_backend(Sqlite), treat_none_as_default_value = false)]
pub(crate) struct EntryRow {
    pub(super) log_id: SqlInt,
    /// A text, so that a value changed to something other than a time is reported as changed.
    pub(super) timestamp: Option<TimeText>,
    pub(super) event_type: SqlText,
    pub(super) user_id: Option<SqlText>,
    pub(super) resource_type: Option<SqlText>,
    pub(super) resource_id: Option<SqlText>,
    pub(super) action: SqlText,
    pub(super) details: Option<SqlBlob>,
    pub(super) ip_address: Option<SqlText>,
    pub(super) user_agent: Option<SqlText>,
    pub(super) success: Option<Flag>,
    pub(super) error_message: Option<SqlText>,
    pub(super) mac: Option<SqlBlob>,
    pub(super) key_number: Option<SqlInt>,
}

impl EntryRow {
    /// Returns the entry's number.
    pub(crate) const fn number(&self) -> i64 {
        self.log_id.0
    }
}

/// Returns the bytes that the MAC covers for an optional value: `+` and the value, or `-` for NULL.
fn optional(bytes: Option<&[u8]>) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(bytes.map_or_else(|| b"-".to_vec(), |bytes| [b"+", bytes].concat()))
}

/// Returns the bytes that the MAC covers for an optional text.
fn text(column: Option<&SqlText>) -> Zeroizing<Vec<u8>> {
    optional(column.map(|text| text.0.as_bytes()))
}

/// Computes the MAC of an entry; `details` is their plaintext. The row's own details, MAC and key number are ignored.
pub(super) fn entry_mac(
    key: &AuditKey,
    (vault, key_number): (&[u8], u32),
    previous: &[u8; 32],
    row: &EntryRow,
    details: Option<&[u8]>,
) -> [u8; 32] {
    let success = row.success.map(|success| [u8::from(success.0)]);
    key.entry_mac(&[
        vault,
        previous.as_slice(),
        key_number.to_le_bytes().as_slice(),
        row.log_id.0.to_le_bytes().as_slice(),
        &optional(row.timestamp.as_ref().map(|at| at.0.as_bytes())),
        row.event_type.0.as_bytes(),
        &text(row.user_id.as_ref()),
        &text(row.resource_type.as_ref()),
        &text(row.resource_id.as_ref()),
        row.action.0.as_bytes(),
        &optional(details),
        &text(row.ip_address.as_ref()),
        &text(row.user_agent.as_ref()),
        &optional(success.as_ref().map(<[u8; 1]>::as_slice)),
        &text(row.error_message.as_ref()),
    ])
}

impl ReadTx<'_> {
    pub(super) fn audit_batch(&mut self, after: i64, most: u32) -> Result<Vec<EntryRow>, StoreError> {
        self.db.ask("read the audit log", |db| {
            audit_log::table
                .filter(audit_log::log_id.gt(SqlInt(after)))
                .order(audit_log::log_id)
                .select(EntryRow::as_select())
                .limit_literal(most)
                .load(db)
        })
    }

    /// Returns the plaintext of an entry's details.
    pub(super) fn audit_details(&mut self, row: &EntryRow) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let row_id = row.log_id.0.to_le_bytes();
        let open = |envelope: &SqlBlob| self.open_value("audit_log", "details", &row_id, &envelope.0);
        row.details.as_ref().map(open).transpose()
    }

    /// Returns the audit key with this number; `None` if there is no such key or it is not an audit key.
    pub(super) fn audit_key(&mut self, number: i64) -> Result<Option<(u32, AuditKey)>, StoreError> {
        let found: Option<SqlInt> = self.db.ask("find the audit key", |db| {
            key_store::table
                .filter(key_store::key_number.eq(SqlInt(number)))
                .filter(key_store::key_type.eq(SqlText(KEY.0)))
                .filter(key_store::scope.eq(SqlText(KEY.1)))
                .select(key_store::key_number)
                .get_result(db)
                .optional()
        })?;
        let number = found.and_then(|number| u32::try_from(number.0).ok());
        number
            .map(|number| Ok((number, self.key(number, KeyRole::Audit)?.to_audit_key())))
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    use privatus_crypto::{KeyRing, RecoveryCode, Secret};
    use serde_json::Value;

    use super::*;
    use crate::audit::checkpoint::checkpoint_mac;

    const PAGE: &str = include_str!("../../../../docs/CRYPTO.md");
    const KEY_RING: &[u8] = include_bytes!("../../../crypto/tests/golden/key_ring_1.json");
    const VALUES: &str = include_str!("../../../crypto/tests/golden/values.json");

    /// Returns the value of a line below a title of the worked example.
    fn shown(title: &str, name: &str) -> &'static str {
        let (_, rest) = PAGE.split_once(&format!("\n{title}\n")).unwrap();
        let start = format!("  {name:<16} ");
        rest.lines().find_map(|line| line.strip_prefix(&start)).unwrap()
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Returns key 7 of the golden vault, used as the audit key.
    fn golden() -> ([u8; 16], AuditKey) {
        let values: Value = serde_json::from_str(VALUES).unwrap();
        let code = RecoveryCode::parse(values["recovery_code"].as_str().unwrap()).unwrap();
        let unlocked = KeyRing::parse(KEY_RING)
            .unwrap()
            .unlock(&Secret::RecoveryCode(code))
            .unwrap();
        let wrapped: Vec<u8> = values["table_key"]["wrapped"]
            .as_str()
            .unwrap()
            .as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect();
        let root = unlocked.master().key_store_key();
        let vault = unlocked.vault_id();
        let key = root.unwrap(&vault, 7, "table", "messages/2026-11", &wrapped);
        (*vault.as_bytes(), key.unwrap().to_audit_key())
    }

    #[test]
    fn the_worked_example_of_the_document_is_true() {
        let (vault, key) = golden();
        let at = "2026-11-25 09:00:00.000";
        let text = |text: &str| Some(SqlText(text.to_owned()));
        let first = EntryRow {
            log_id: SqlInt(1),
            timestamp: Some(TimeText(at.into())),
            event_type: SqlText("contact".into()),
            user_id: None,
            resource_type: text("contact"),
            resource_id: text("alice"),
            action: SqlText("add".into()),
            details: None,
            ip_address: None,
            user_agent: None,
            success: Some(Flag(true)),
            error_message: None,
            mac: None,
            key_number: None,
        };
        let mac = entry_mac(&key, (&vault, 7), &GENESIS, &first, Some(b"{\"verified\":true}"));
        assert_eq!(hex(&mac), shown("audit entry 1", "mac"));
        let second = EntryRow {
            log_id: SqlInt(2),
            event_type: SqlText("access".into()),
            user_id: text("bob"),
            resource_type: text("group"),
            resource_id: text("choir"),
            action: SqlText("refuse".into()),
            success: Some(Flag(false)),
            error_message: text("no grant"),
            ..first
        };
        let next = entry_mac(&key, (&vault, 7), &mac, &second, None);
        assert_eq!(hex(&next), shown("audit entry 2", "mac"));
        let checkpoint = checkpoint_mac(&key, (&vault, 7), 1, &mac, at);
        assert_eq!(
            format!("07000000{}", hex(&checkpoint)),
            shown("audit checkpoint behind entry 1", "audit_checkpoint")
        );
    }
}
