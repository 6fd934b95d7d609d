//! Retention: a prefix of the log goes, and a checkpoint under a MAC says where the chain now begins.

use privatus_domain::{Act, NewAuditEntry, Permission, Resource, ResourceKind, Timestamp};
use serde_json::json;

use super::KEY;
use super::chain::checkpoint_mac;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::{ReadTx, WriteTx};

/// The entries that retention removes: the newest of them, under a bind of the time before which they are.
const LAST_OLD: &str = "SELECT log_id, mac FROM audit_log WHERE log_id < coalesce((SELECT min(log_id) FROM audit_log \
                        WHERE timestamp >= ?), (SELECT max(log_id) FROM audit_log)) ORDER BY log_id DESC LIMIT 1";

impl ReadTx<'_> {
    /// How many entries [`audit_prune`](WriteTx::audit_prune) would remove.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn audit_old(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        self.permit(&Resource::every(ResourceKind::Audit), Permission::Read)?;
        let before = before.to_sql();
        let last: Option<(i64, Option<Vec<u8>>)> = self
            .db
            .row(Sql::new(LAST_OLD).bind(before.as_str()), "find old audit entries")?;
        let Some((last, _)) = last else {
            return Ok(0);
        };
        let sql = Sql::new("SELECT count(*) FROM audit_log WHERE log_id <= ?");
        let count: Option<i64> = self.db.row(sql.bind(last), "count old audit entries")?;
        Ok(u64::try_from(count.unwrap_or_default()).unwrap_or_default())
    }

    /// Days that the retention policy keeps entries of the audit log; `None` when it keeps them all.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn audit_retention_days(&mut self) -> Result<Option<i64>, StoreError> {
        self.permit(&Resource::every(ResourceKind::Audit), Permission::Read)?;
        let sql = Sql::new(
            "SELECT retention_days FROM retention_policies WHERE table_name = 'audit_log' \
             AND cleanup_enabled IS NOT FALSE",
        );
        self.db.row(sql, "read the retention policy")
    }
}

impl WriteTx<'_> {
    /// Removes the oldest entries, up to the first that is not before `before`; gives how many. The newest one stays.
    ///
    /// # Errors
    /// [`StoreError::AuditBroken`] when the log does not hold: a checkpoint would hide that.
    pub fn audit_prune(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        self.permit(&Resource::every(ResourceKind::Audit), Permission::Delete)?;
        let before = before.to_sql();
        let last: Option<(i64, Option<Vec<u8>>)> = self
            .db
            .row(Sql::new(LAST_OLD).bind(before.as_str()), "find old audit entries")?;
        let Some((removed, mac)) = last else {
            return Ok(0);
        };
        if let Some((_, why)) = self.audit_walk(None, &mut |_| true)?.broken {
            return Err(StoreError::AuditBroken(why));
        }
        let broken = || StoreError::AuditBroken(format!("entry {removed} carries no MAC"));
        let mac: [u8; 32] = mac.and_then(|mac| mac.try_into().ok()).ok_or_else(broken)?;
        let (number, key) = self.key_ensure(KEY.0, KEY.1)?;
        let (vault, at) = (self.shared.vault_id, self.now().to_sql());
        let place = (vault.as_bytes().as_slice(), number);
        let checkpoint = checkpoint_mac(&key.to_audit_key(), place, removed, &mac, &at);
        let checkpoint = [number.to_le_bytes().as_slice(), checkpoint.as_slice()].concat();
        let sql = Sql::new("DELETE FROM audit_log WHERE log_id <= ?");
        let count = self.db.run(sql.bind(removed), "remove old audit entries")?;
        let sql = Sql::new(
            "UPDATE vault_state SET audit_removed = ?, audit_removed_mac = ?, audit_removed_at = ?, \
             audit_checkpoint = ? WHERE id = 1",
        );
        let sql = sql
            .bind(removed)
            .bind(mac.as_slice())
            .bind(at.as_str())
            .bind(checkpoint.as_slice());
        self.db.run(sql, "write the audit log's checkpoint")?;
        let entry = NewAuditEntry::done(self.now(), Act::AuditPrune)
            .on(Resource::every(ResourceKind::Audit))
            .with(json!({ "entries": count, "up_to": removed }));
        self.audit(&entry)?;
        Ok(u64::try_from(count).unwrap_or(u64::MAX))
    }
}
