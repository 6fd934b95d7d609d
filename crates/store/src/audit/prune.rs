//! Retention: removes the oldest entries, and writes a checkpoint with a MAC that says where the chain now begins.

use diesel::dsl::{max, min};
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use privatus_crypto::Noted;
use privatus_domain::{Act, NewAuditEntry, Permission, Resource, ResourceKind, Timestamp};
use privatus_schema::functions::either;
use privatus_schema::{Flag, LimitLiteral, SqlBlob, SqlInt, SqlText, SqlTime, audit_log, retention_policies};
use serde_json::json;

use crate::db::one_row::not_taken;
use crate::error::StoreError;
use crate::keys::role::KeyRole;
use crate::tx::{ReadTx, WriteTx};

/// The newest of the entries that retention removes.
#[derive(Queryable, Selectable)]
#[diesel(table_name = audit_log, check_for_backend(Sqlite))]
struct LastOldRow {
    log_id: SqlInt,
    mac: Option<SqlBlob>,
}

impl ReadTx<'_> {
    /// Returns how many entries [`audit_prune`](WriteTx::audit_prune) would remove.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn audit_old(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        self.permit(&Resource::every(ResourceKind::Audit), Permission::Read)?;
        let Some(last) = self.audit_last_old(before)? else {
            return Ok(0);
        };
        let count = self.db.ask("count old audit entries", |db| {
            audit_log::table
                .filter(audit_log::log_id.le(last.log_id))
                .count()
                .get_result::<i64>(db)
        })?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// Finds the last entry to remove: the one before the first entry that is not older than `before`, or, if all are
    /// older, the one before the newest.
    fn audit_last_old(&mut self, before: Timestamp) -> Result<Option<LastOldRow>, StoreError> {
        self.db.ask("find old audit entries", |db| {
            let (later, all) = diesel::alias!(audit_log as later, audit_log as all);
            let first_kept = later
                .filter(later.field(audit_log::timestamp).ge(SqlTime(before.to_sql())))
                .select(min(later.field(audit_log::log_id)));
            let newest = all.select(max(all.field(audit_log::log_id)));
            audit_log::table
                .filter(
                    audit_log::log_id
                        .nullable()
                        .lt(either(first_kept.single_value(), newest.single_value())),
                )
                .order(audit_log::log_id.desc())
                .select(LastOldRow::as_select())
                .limit_literal(1)
                .get_result(db)
                .optional()
        })
    }

    /// Returns for how many days the retention policy keeps entries of the audit log; `None` if it keeps them all.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn audit_retention_days(&mut self) -> Result<Option<i64>, StoreError> {
        self.permit(&Resource::every(ResourceKind::Audit), Permission::Read)?;
        let days: Option<SqlInt> = self.db.ask("read the retention policy", |db| {
            retention_policies::table
                .find(SqlText("audit_log"))
                .filter(
                    retention_policies::cleanup_enabled
                        .is_null()
                        .or(retention_policies::cleanup_enabled.ne(Flag(false))),
                )
                .select(retention_policies::retention_days)
                .get_result(db)
                .optional()
        })?;
        Ok(days.map(|days| days.0))
    }
}

impl WriteTx<'_> {
    /// Removes the oldest entries, up to the first that is not older than `before`, and returns how many. The newest
    /// entry always stays.
    ///
    /// # Errors
    /// [`StoreError::AuditBroken`] if the log does not hold, because a checkpoint would hide that.
    pub fn audit_prune(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        self.permit(&Resource::every(ResourceKind::Audit), Permission::Delete)?;
        let Some(last) = self.audit_last_old(before)? else {
            return Ok(0);
        };
        let removed = last.log_id.0;
        if let Some((_, why)) = self.audit_walk(None, &mut |_| true)?.broken {
            return Err(StoreError::AuditBroken(why));
        }
        let broken = || StoreError::AuditBroken(format!("entry {removed} has no MAC"));
        let mac: [u8; 32] = last
            .mac
            .and_then(|mac| mac.0.try_into().ok())
            .ok_or_else(broken)?;
        let (number, key) = self.key_ensure(KeyRole::Audit)?;
        let has_ring_note = self.ring_note_is_known()?;
        let generation = self.generation_named()?;
        let count = self.db.ask("remove old audit entries", |db| {
            diesel::delete(audit_log::table.filter(audit_log::log_id.le(last.log_id))).execute(db)
        })?;
        if self
            .audit_last_old(before)?
            .is_some_and(|left| left.log_id.0 <= removed)
            || count == 0
        {
            return Err(not_taken("remove old audit entries"));
        }
        self.audit_checkpoint_write(removed, mac, (number, &key.to_audit_key()))?;
        let entry = NewAuditEntry::done(self.now(), Act::AuditPrune)
            .on(Resource::every(ResourceKind::Audit))
            .with(json!({ "entries": count, "up_to": removed }));
        self.audit(&entry)?;
        let is_forgotten = has_ring_note && !self.ring_note_is_known()?;
        let is_lower = self.shared.noted() != Noted::Nothing && self.generation_named()? < generation;
        if is_forgotten || is_lower {
            // This entry reveals a key ring that lost its note, and its number reveals an older key ring.
            let vault = Resource::of(ResourceKind::Vault, self.own_id());
            let entry = NewAuditEntry::done(self.now(), Act::KeyRingNote).on(vault);
            self.audit(&entry.with(json!({ "kept_by": "audit_prune", "generation": generation })))?;
        }
        Ok(u64::try_from(count).unwrap_or(u64::MAX))
    }
}
