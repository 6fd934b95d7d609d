//! Grants, and the check that every read and write of a session with a user passes.

use privatus_domain::access::allowed;
use privatus_domain::{
    Act, Grant, NewAuditEntry, NewSecurityEvent, Permission, Permissions, Resource, SecurityKind, Severity,
    Timestamp, UserId,
};
use serde_json::json;

use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::ReadTx;

type Row = (
    String,
    String,
    String,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
);

impl ReadTx<'_> {
    /// Every grant that stands, those that are over too, by resource and user.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn grants(&mut self) -> Result<Vec<Grant>, StoreError> {
        let sql = Sql::new(
            "SELECT resource_type, resource_id, user_id, permissions, granted_by, granted_at, expires_at \
             FROM access_control ORDER BY resource_type, resource_id, user_id",
        );
        let rows: Vec<Row> = self.link.rows(sql, "list the grants")?;
        let grants = rows
            .into_iter()
            .map(|row| grant(row).map_err(StoreError::of_stored));
        grants.collect()
    }

    /// Whether the session may do this; always, when it is bound to no user.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn may(&mut self, on: &Resource, permission: Permission) -> Result<bool, StoreError> {
        let Some(user) = self.user.clone() else {
            return Ok(true);
        };
        if self.grants.is_none() {
            self.grants = Some(self.grants()?);
        }
        let grants = self.grants.as_deref().unwrap_or_default();
        Ok(allowed(grants, &user, on, permission, self.shared.now()))
    }

    /// The same, and what is refused is written down.
    ///
    /// # Errors
    /// [`StoreError::AccessDenied`]
    pub fn permit(&mut self, on: &Resource, permission: Permission) -> Result<(), StoreError> {
        if self.may(on, permission)? {
            return Ok(());
        }
        let (Some(user), at) = (self.user.clone(), self.shared.now()) else {
            return Ok(());
        };
        let details = json!({ "permission": permission.as_str() });
        self.shared.pending.entry(NewAuditEntry {
            user: Some(user.clone()),
            ..NewAuditEntry::done(at, Act::AccessRefuse)
                .on(on.clone())
                .with(&details)
                .failed("no grant")
        });
        self.shared.pending.event(NewSecurityEvent {
            at,
            kind: SecurityKind::AccessRefused,
            severity: Severity::Medium,
            user: Some(user.clone()),
            description: format!("a user was refused to {permission} a {}", on.kind),
            raw_data: Some(json!({ "resource": on.to_string() }).into()),
        });
        Err(StoreError::AccessDenied {
            user,
            permission,
            on: on.clone(),
        })
    }
}

fn grant((kind, id, to, permissions, by, at, expires): Row) -> Result<Grant, StoreError> {
    let user = |name: Option<&str>| name.filter(|name| !name.is_empty()).map(UserId::new).transpose();
    let time = |text: Option<&str>| text.map(Timestamp::parse).transpose();
    Ok(Grant {
        on: Resource::new(kind.parse()?, &id)?,
        to: user(Some(&to))?,
        permissions: Permissions::from_json(&permissions)?,
        granted_by: user(by.as_deref())?,
        granted_at: time(at.as_deref())?.unwrap_or(Timestamp::MIN),
        expires_at: time(expires.as_deref())?,
    })
}
