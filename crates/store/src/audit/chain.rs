//! A row of `audit_log` as the chain sees it, and its MAC (docs/CRYPTO.md, "The audit log").

use privatus_crypto::AuditKey;

use crate::error::StoreError;
use crate::sql::Sql;
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

impl ReadTx<'_> {
    /// Rows after `after`, in the order of their numbers.
    pub(super) fn audit_rows(&mut self, after: i64) -> Result<Vec<Columns>, StoreError> {
        let sql = Sql::new(format!(
            "SELECT {COLUMNS} FROM audit_log WHERE log_id > ? ORDER BY log_id LIMIT {BATCH}"
        ));
        self.link.rows(sql.bind(after), "read the audit log")
    }

    /// The plaintext of an entry's details.
    pub(super) fn audit_details(&mut self, row: &Columns) -> Result<Option<Vec<u8>>, StoreError> {
        let open =
            |envelope: &Vec<u8>| self.open_value("audit_log", "details", &row.0.to_le_bytes(), envelope);
        row.7.as_ref().map(open).transpose()
    }

    /// The audit key of this number.
    pub(super) fn audit_key(&mut self, number: u32) -> Result<AuditKey, StoreError> {
        Ok(self.key(number)?.to_audit_key())
    }
}
