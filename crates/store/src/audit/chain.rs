//! A row of `audit_log` as the chain sees it, and its MAC (docs/CRYPTO.md, "The audit log").

use privatus_crypto::AuditKey;

use super::KEY;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::ReadTx;

/// The MAC before the first entry of a log that never lost any.
pub(crate) const GENESIS: [u8; 32] = [0; 32];

/// Rows read at a time.
pub(super) const BATCH: usize = 1_000;

/// Every column under the MAC, in the order of [`COLUMNS`]; `details` as it is stored.
pub(super) type Columns = (
    i64,
    Option<String>,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    String,
    Option<Vec<u8>>,
    (Option<String>, Option<String>, Option<bool>, Option<String>),
    (Option<Vec<u8>>, Option<i64>),
);

pub(super) const COLUMNS: &str = "log_id, timestamp, event_type, user_id, resource_type, resource_id, action, \
                                  details, ip_address, user_agent, success, error_message, mac, key_number";

/// The bytes of a text under the MAC: a `+` and its UTF-8, or a `-` for NULL.
fn text(text: Option<&str>) -> Vec<u8> {
    text.map_or_else(|| b"-".to_vec(), |text| [b"+", text.as_bytes()].concat())
}

/// The MAC of an entry; `details` is their plaintext.
pub(super) fn entry_mac(
    key: &AuditKey,
    (vault, key_number): (&[u8], u32),
    previous: &[u8; 32],
    row: &Columns,
    details: Option<&[u8]>,
) -> [u8; 32] {
    let (log_id, timestamp, event, user, kind, id, action, _, (ip, agent, success, error), _) = row;
    let details = details.map_or_else(|| b"-".to_vec(), |plain| [b"+", plain].concat());
    let success = success.map_or_else(|| b"-".to_vec(), |success| vec![b'+', u8::from(success)]);
    let texts = [timestamp, user, kind, id, ip, agent, error].map(|column| text(column.as_deref()));
    let [timestamp, user, kind, id, ip, agent, error] = &texts;
    key.entry_mac(&[
        vault,
        previous.as_slice(),
        key_number.to_le_bytes().as_slice(),
        log_id.to_le_bytes().as_slice(),
        timestamp,
        event.as_bytes(),
        user,
        kind,
        id,
        action.as_bytes(),
        &details,
        ip,
        agent,
        &success,
        error,
    ])
}

/// The MAC of a checkpoint: the last entry removed, its MAC, and when.
pub(super) fn checkpoint_mac(
    key: &AuditKey,
    (vault, key_number): (&[u8], u32),
    removed: i64,
    removed_mac: &[u8; 32],
    at: &str,
) -> [u8; 32] {
    key.checkpoint_mac(&[
        vault,
        key_number.to_le_bytes().as_slice(),
        removed.to_le_bytes().as_slice(),
        removed_mac.as_slice(),
        at.as_bytes(),
    ])
}

impl ReadTx<'_> {
    /// Rows after `after`, in the order of their numbers.
    pub(crate) fn audit_rows(&mut self, after: i64) -> Result<Vec<Columns>, StoreError> {
        let sql = Sql::new(format!(
            "SELECT {COLUMNS} FROM audit_log WHERE log_id > ? ORDER BY log_id LIMIT {BATCH}"
        ));
        self.db.rows(sql.bind(after), "read the audit log")
    }

    /// The plaintext of an entry's details.
    pub(super) fn audit_details(&mut self, row: &Columns) -> Result<Option<Vec<u8>>, StoreError> {
        let open =
            |envelope: &Vec<u8>| self.open_value("audit_log", "details", &row.0.to_le_bytes(), envelope);
        row.7.as_ref().map(open).transpose()
    }

    /// The audit key of this number; `None` when it is another key's, or there is none.
    pub(super) fn audit_key(&mut self, number: i64) -> Result<Option<(u32, AuditKey)>, StoreError> {
        let sql =
            Sql::new("SELECT key_number FROM key_store WHERE key_number = ? AND key_type = ? AND scope = ?");
        let sql = sql.bind(number).bind(KEY.0).bind(KEY.1);
        let found: Option<i64> = self.db.row(sql, "find the audit key")?;
        let number = found.and_then(|number| u32::try_from(number).ok());
        number
            .map(|number| Ok((number, self.key(number)?.to_audit_key())))
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use privatus_crypto::{KeyRing, RecoveryCode, Secret};
    use serde_json::Value;

    use super::*;

    const PAGE: &str = include_str!("../../../../docs/CRYPTO.md");
    const KEY_RING: &[u8] = include_bytes!("../../../crypto/tests/golden/key_ring_1.json");
    const VALUES: &str = include_str!("../../../crypto/tests/golden/values.json");

    /// The value of a line below a title of the worked example.
    fn shown(title: &str, name: &str) -> &'static str {
        let (_, rest) = PAGE.split_once(&format!("\n{title}\n")).unwrap();
        let start = format!("  {name:<16} ");
        rest.lines().find_map(|line| line.strip_prefix(&start)).unwrap()
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Key 7 of the golden vault, as if it were the audit key.
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
        let first: Columns = (
            1,
            Some(at.into()),
            "contact".into(),
            None,
            Some("contact".into()),
            Some("alice".into()),
            "add".into(),
            None,
            (None, None, Some(true), None),
            (None, None),
        );
        let mac = entry_mac(&key, (&vault, 7), &GENESIS, &first, Some(b"{\"verified\":true}"));
        assert_eq!(hex(&mac), shown("audit entry 1", "mac"));
        let second: Columns = (
            2,
            Some(at.into()),
            "access".into(),
            Some("bob".into()),
            Some("group".into()),
            Some("choir".into()),
            "refuse".into(),
            None,
            (None, None, Some(false), Some("no grant".into())),
            (None, None),
        );
        let next = entry_mac(&key, (&vault, 7), &mac, &second, None);
        assert_eq!(hex(&next), shown("audit entry 2", "mac"));
        let checkpoint = checkpoint_mac(&key, (&vault, 7), 1, &mac, at);
        assert_eq!(
            format!("07000000{}", hex(&checkpoint)),
            shown("audit checkpoint behind entry 1", "audit_checkpoint")
        );
    }
}
