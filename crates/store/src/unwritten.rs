//! What waited for the audit log and was not written: only what a person can do nothing about at once is put off in silence.

use crate::db::connection::Connection;
use crate::db::statement::Sql;
use crate::error::StoreError;

/// Triggers of the tables that such a write goes to: no build makes any there.
const TRIGGERS: &str = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND lower(tbl_name) IN \
                        ('audit_log', 'security_events', 'key_store', 'vault_state')";

/// Why what waited was not written, where a person is to hear of it: always, but for a full disk, another process that holds
/// the vault, and a vault that may not be written. A statement of a trigger's may say that a disk is full that is not: a
/// table whose numbers ended says the same.
pub(crate) fn unwritten(db: &mut Connection, error: StoreError) -> Option<StoreError> {
    match error {
        StoreError::DiskFull => {
            let planted = db.row::<i64>(Sql::new(TRIGGERS), "look for triggers").ok()??;
            (planted > 0).then(|| {
                StoreError::DatabaseDamaged(
                    "a trigger that no build makes keeps entries out of the audit log".into(),
                )
            })
        }
        error => (!error.is_put_off()).then_some(error),
    }
}
