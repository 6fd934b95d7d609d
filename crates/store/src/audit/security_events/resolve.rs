//! Resolving an event: what was found or done is stored with it.

use diesel::prelude::*;
use privatus_domain::{Act, NewAuditEntry, Permission, Resolution, Resource, ResourceKind, SecurityError};
use privatus_schema::{Flag, SqlInt, SqlText, SqlTime, security_events};
use serde_json::json;

use crate::error::StoreError;
use crate::tx::WriteTx;

impl WriteTx<'_> {
    /// Resolves an event by recording what was found or done. This is audited.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Security`] if it is already resolved.
    pub fn security_resolve(&mut self, event_id: i64, resolution: &Resolution) -> Result<(), StoreError> {
        self.permit(&Resource::of(ResourceKind::Security, event_id), Permission::Write)?;
        let event = self.security_event_find(event_id)?;
        if event.resolved {
            return Err(SecurityError::Resolved(event_id).into());
        }
        let now = self.now();
        self.db.ask_one("resolve a security event", |db| {
            diesel::update(security_events::table.find(SqlInt(event_id)))
                .set((
                    security_events::resolved.eq(Flag(true)),
                    security_events::resolved_at.eq(SqlTime(now.to_sql())),
                    security_events::resolution.eq(SqlText(resolution.as_str())),
                ))
                .execute(db)
        })?;
        let entry = NewAuditEntry::done(now, Act::SecurityResolve)
            .on(Resource::of(ResourceKind::Security, event_id))
            .with(json!({ "event_type": event.event_type, "severity": event.severity }));
        self.audit(&entry)
    }
}
