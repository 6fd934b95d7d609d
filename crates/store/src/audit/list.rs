//! Entries by filters, newest first, through the indexes.

use privatus_domain::{AuditEntry, AuditFilter, AuditHead, JsonText, Resource, Timestamp};

use super::chain::{COLUMNS, Columns};
use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::ReadTx;

impl ReadTx<'_> {
    /// The newest `limit` entries that pass the filter, newest first.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn audit_entries(
        &mut self,
        filter: &AuditFilter,
        limit: usize,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let (since, until) = (
            filter.since.map(Timestamp::to_sql),
            filter.until.map(Timestamp::to_sql),
        );
        let kind = filter.on.as_ref().map(|(kind, _)| kind.as_str());
        let id = filter.on.as_ref().and_then(|(_, id)| id.as_deref());
        let id = id.filter(|id| *id != Resource::EVERY);
        let user = filter.user.as_ref().map(ToString::to_string);
        let mut wheres = Vec::new();
        let mut binds = Vec::new();
        for (condition, value) in [
            ("timestamp >= ?", since.as_deref()),
            ("timestamp < ?", until.as_deref()),
            ("event_type = ?", filter.event_type.as_deref()),
            ("user_id = ?", user.as_deref()),
            ("resource_type = ?", kind),
            ("resource_id = ?", id),
        ] {
            if let Some(value) = value {
                wheres.push(condition);
                binds.push(value);
            }
        }
        if filter.failed_only {
            wheres.push("success = FALSE");
        }
        if filter.before.is_some() {
            wheres.push("log_id < ?");
        }
        let wheres = if wheres.is_empty() {
            String::new()
        } else {
            format!("WHERE {}", wheres.join(" AND "))
        };
        let sql = format!("SELECT {COLUMNS} FROM audit_log {wheres} ORDER BY log_id DESC LIMIT {limit}");
        let mut sql = Sql::new(sql);
        for bind in binds {
            sql = sql.bind(bind);
        }
        if let Some(before) = filter.before {
            sql = sql.bind(before);
        }
        let rows: Vec<Columns> = self.link.rows(sql, "list audit entries")?;
        rows.into_iter().map(|row| self.audit_entry(row)).collect()
    }

    fn audit_entry(&mut self, row: Columns) -> Result<AuditEntry, StoreError> {
        let details = self.audit_details(&row)?;
        let damaged =
            || StoreError::DatabaseDamaged(format!("the details of audit entry {} are no JSON", row.0));
        let details = details
            .map(|plain| {
                let text = std::str::from_utf8(&plain).map_err(|_| damaged())?;
                JsonText::new(text).map_err(|_| damaged())
            })
            .transpose()?;
        let (log_id, timestamp, event_type, user_id, resource_type, resource_id, action, _, more, _) = row;
        let (_, _, success, error_message) = more;
        let timestamp = timestamp.as_deref().map(Timestamp::parse).transpose();
        Ok(AuditEntry {
            log_id,
            timestamp: timestamp
                .map_err(StoreError::from)
                .map_err(StoreError::of_stored)?,
            event_type,
            action,
            user_id,
            resource_type,
            resource_id,
            details,
            success: success.unwrap_or(true),
            error_message,
        })
    }

    /// The newest entry's number and MAC, as it stands; [`audit_verify`](Self::audit_verify) says whether it holds.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the log is empty.
    pub fn audit_head(&mut self) -> Result<AuditHead, StoreError> {
        let sql =
            Sql::new("SELECT log_id, mac FROM audit_log WHERE mac IS NOT NULL ORDER BY log_id DESC LIMIT 1");
        let row: Option<(i64, Vec<u8>)> = self.link.row(sql, "find the audit log's head")?;
        let (log_id, mac) = row.ok_or_else(|| StoreError::NotFound("an entry of the audit log".into()))?;
        let mac = mac.try_into().map_err(|_| {
            StoreError::AuditBroken(format!("entry {log_id} carries a MAC of another length"))
        })?;
        Ok(AuditHead { log_id, mac })
    }
}
