//! Decides whether to report that queued audit entries could not be written.

use crate::db::connection::Connection;
use crate::db::statement::Sql;
use crate::error::StoreError;

/// Counts the triggers on the tables that such a write uses; no build creates any there.
const TRIGGERS: &str = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND lower(tbl_name) IN \
                        ('audit_log', 'security_events', 'key_store', 'vault_state')";

/// Returns the error to report, if queued entries were not written. A full disk, another process that holds the vault,
/// and a vault that cannot be written are not reported, as the user can do nothing about them at once. But a planted
/// trigger can make a write fail as if the disk were full, because a table that runs out of row numbers gives the same
/// error; that is reported.
pub(crate) fn unwritten(db: &mut Connection, error: StoreError) -> Option<StoreError> {
    match error {
        StoreError::DiskFull => {
            let planted = db.row::<i64>(Sql::new(TRIGGERS), "look for triggers").ok()??;
            (planted > 0).then(|| {
                StoreError::DatabaseDamaged(
                    "a trigger that no build creates prevents entries from being written to the audit log"
                        .into(),
                )
            })
        }
        error => (!error.is_put_off()).then_some(error),
    }
}
