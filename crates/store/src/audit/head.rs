//! The newest entry's number and MAC.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use privatus_domain::{AuditHead, Permission, Resource, ResourceKind};
use privatus_schema::{LimitLiteral, SqlBlob, SqlInt, audit_log};

use crate::error::{Missing, StoreError};
use crate::tx::ReadTx;

/// The newest entry that has a MAC.
#[derive(Queryable, Selectable)]
#[diesel(table_name = audit_log, check_for_backend(Sqlite))]
struct HeadRow {
    log_id: SqlInt,
    mac: Option<SqlBlob>,
}

impl ReadTx<'_> {
    /// Returns the newest entry's number and MAC unchecked; [`audit_verify`](Self::audit_verify) checks whether it
    /// holds.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if the log is empty.
    pub fn audit_head(&mut self) -> Result<AuditHead, StoreError> {
        self.permit(&Resource::every(ResourceKind::Audit), Permission::Read)?;
        self.audit_newest()
    }

    /// Returns the newest entry's number and MAC without checking permissions.
    pub(crate) fn audit_newest(&mut self) -> Result<AuditHead, StoreError> {
        let row = self.db.ask("find the audit log's head", |db| {
            audit_log::table
                .filter(audit_log::mac.is_not_null())
                .order(audit_log::log_id.desc())
                .select(HeadRow::as_select())
                .limit_literal(1)
                .get_result(db)
                .optional()
        })?;
        let row = row.ok_or(Missing::AuditEntry)?;
        let (log_id, mac) = (row.log_id.0, row.mac.unwrap_or_default().0);
        let mac = mac.try_into().map_err(|_| {
            StoreError::AuditBroken(format!("the MAC of entry {log_id} has the wrong length"))
        })?;
        Ok(AuditHead { log_id, mac })
    }
}
