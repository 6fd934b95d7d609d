//! Members' roles and permissions, and handing over a group.

use diesel::prelude::*;
use privatus_domain::{
    Act, ContactId, GroupId, MemberAction, MemberError, MemberPermissions, NewAuditEntry, Permission, Role,
};
use privatus_schema::{SqlText, SqlTime, group_members};
use serde_json::json;

use super::read::{member_key, resource};
use crate::error::StoreError;
use crate::tx::WriteTx;

impl WriteTx<'_> {
    /// Makes a member an admin, or an admin a plain member.
    ///
    /// # Errors
    /// [`StoreError::Member`] if the actor is not allowed to, and for the owner's role, which can only be handed over;
    /// [`StoreError::NotFound`] if the contact is not a member.
    pub fn group_member_role(
        &mut self,
        group: &GroupId,
        contact: &ContactId,
        role: Role,
        actor: &ContactId,
    ) -> Result<(), StoreError> {
        self.permit(&resource(group), Permission::Write)?;
        let before = self.member_named(group, contact)?.role;
        if role == Role::Owner {
            return Err(MemberError::SecondOwner.into());
        }
        self.actor_may(group, actor, MemberAction::ChangeRole, Some(before))?;
        if before == role {
            return Ok(());
        }
        self.role_set(group, contact, role)?;
        let details = json!({ "member": contact, "from": before, "to": role, "by": actor });
        let entry = NewAuditEntry::done(self.now(), Act::MemberRole);
        self.audit(&entry.on(resource(group)).with(details))
    }

    /// Makes another member the owner; the previous owner becomes an admin.
    ///
    /// # Errors
    /// [`StoreError::Member`] if the actor is not the owner; [`StoreError::NotFound`] if the contact is not a member.
    pub fn group_transfer(
        &mut self,
        group: &GroupId,
        to: &ContactId,
        actor: &ContactId,
    ) -> Result<(), StoreError> {
        self.permit(&resource(group), Permission::Write)?;
        let before = self.member_named(group, to)?.role;
        self.actor_may(group, actor, MemberAction::Transfer, Some(before))?;
        self.role_set(group, actor, Role::Admin)?;
        self.role_set(group, to, Role::Owner)?;
        let details = json!({ "from": actor, "to": to });
        let entry = NewAuditEntry::done(self.now(), Act::MemberTransfer);
        self.audit(&entry.on(resource(group)).with(details))
    }

    /// Sets what a member may do.
    ///
    /// # Errors
    /// [`StoreError::Member`] if the actor is not allowed to; [`StoreError::NotFound`] if the contact is not a member.
    pub fn member_permissions(
        &mut self,
        group: &GroupId,
        contact: &ContactId,
        permissions: &MemberPermissions,
        actor: &ContactId,
    ) -> Result<(), StoreError> {
        self.permit(&resource(group), Permission::Write)?;
        let role = self.member_named(group, contact)?.role;
        self.actor_may(group, actor, MemberAction::ChangePermissions, Some(role))?;
        self.member_permissions_set(group, contact, permissions)?;
        let details = json!({ "member": contact, "permissions": true, "by": actor });
        let entry = NewAuditEntry::done(self.now(), Act::MemberChange);
        self.audit(&entry.on(resource(group)).with(details))
    }

    pub(super) fn role_set(
        &mut self,
        group: &GroupId,
        contact: &ContactId,
        role: Role,
    ) -> Result<(), StoreError> {
        let now = self.now().to_sql();
        self.db.ask_one("set a member's role", |db| {
            diesel::update(group_members::table.find(member_key(group, contact)))
                .set((
                    group_members::role.eq(SqlText(role.as_str())),
                    group_members::updated_at.eq(SqlTime(now)),
                ))
                .execute(db)
        })
    }
}
