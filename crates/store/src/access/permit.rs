//! The access check before every read and write of a session bound to a user; it costs nothing in a session without
//! one.

use diesel::prelude::*;
use privatus_domain::{
    Act, ConversationId, NewAuditEntry, NewSecurityEvent, Permission, Resource, ResourceKind, SecurityKind,
    Severity, UserId, access_allowed,
};
use privatus_schema::{SqlInt, SqlText, conversations};
use serde_json::json;

use crate::error::StoreError;
use crate::partition::row_key;
use crate::tx::ReadTx;

impl ReadTx<'_> {
    /// Returns the user that the session acts for; `None` is the vault's own user.
    #[must_use]
    pub const fn user(&self) -> Option<&UserId> {
        self.user.as_ref()
    }

    /// Whether the session has a permission on a resource; always true without a bound user. A refusal is not recorded.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn may(&mut self, on: &Resource, permission: Permission) -> Result<bool, StoreError> {
        let Some(user) = self.user.clone() else {
            return Ok(true);
        };
        if self.grants.is_none() {
            self.grants = Some(self.grants_of(&user)?);
        }
        let grants = self.grants.as_deref().unwrap_or_default();
        Ok(access_allowed(grants, &user, on, permission, self.shared.now()))
    }

    /// Checks that the session has a permission on a resource, and records a refusal.
    ///
    /// # Errors
    /// [`StoreError::AccessDenied`] when the session does not have it.
    pub fn permit(&mut self, on: &Resource, permission: Permission) -> Result<(), StoreError> {
        if self.may(on, permission)? {
            return Ok(());
        }
        self.refuse(on, Some(on.clone()), permission)
    }

    /// Refuses an access and records the resource, or only its kind if `known` is `None`.
    pub(crate) fn refuse(
        &mut self,
        asked: &Resource,
        known: Option<Resource>,
        permission: Permission,
    ) -> Result<(), StoreError> {
        let (Some(user), at) = (self.user.clone(), self.shared.now()) else {
            return Ok(());
        };
        let named = known
            .as_ref()
            .map_or_else(|| asked.kind.to_string(), Resource::to_string);
        let details = json!({ "permission": permission.as_str() });
        let entry = NewAuditEntry {
            user: Some(user.clone()),
            on: known,
            kind: Some(asked.kind),
            ..NewAuditEntry::done(at, Act::AccessRefuse)
        };
        self.shared.pending.entry(entry.with(&details).failed("no grant"));
        self.shared.pending.event(NewSecurityEvent {
            at,
            kind: SecurityKind::AccessRefused,
            severity: Severity::Medium,
            user: Some(user.clone()),
            description: format!(
                "a user was denied {permission} on a resource of type {}",
                asked.kind
            ),
            raw_data: Some(json!({ "resource": named }).into()),
        });
        Err(StoreError::AccessDenied {
            user,
            permission,
            on: asked.clone(),
        })
    }

    /// Calls [`permit`](Self::permit) for a conversation. Without a bound user it builds no resource, which keeps hot
    /// paths fast.
    pub(crate) fn permit_conversation(
        &mut self,
        id: &ConversationId,
        permission: Permission,
    ) -> Result<(), StoreError> {
        if self.user.is_none() {
            return Ok(());
        }
        self.permit(&Resource::of(ResourceKind::Conversation, id), permission)
    }

    /// Whether the session may read the conversation that a row of a month belongs to.
    pub(crate) fn may_read_row(&mut self, row_key: i64) -> Result<bool, StoreError> {
        let number = SqlInt(row_key::conversation(row_key));
        let id: Option<SqlText> = self.db.ask("find a conversation", |db| {
            conversations::table
                .find(number)
                .select(conversations::conversation_id)
                .get_result(db)
                .optional()
        })?;
        match id {
            Some(SqlText(id)) => self.may(&Resource::of(ResourceKind::Conversation, id), Permission::Read),
            None => Ok(false),
        }
    }
}
