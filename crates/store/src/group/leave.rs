//! Members that leave, are removed or are banned. The group then gets a new key.

use diesel::dsl::{exists, select};
use diesel::prelude::*;
use privatus_domain::{Act, Ban, ContactId, GroupId, MemberAction, MemberError, NewAuditEntry, Permission};
use privatus_schema::{DbId, SqlTime, group_bans, group_members};
use serde_json::json;

use super::read::{member_key, resource};
use crate::error::StoreError;
use crate::tx::WriteTx;

/// A new row of `group_bans`.
#[derive(Insertable)]
#[diesel(table_name = group_bans)]
struct NewBanRow {
    group_id: DbId,
    contact_id: DbId,
    banned_by: DbId,
    banned_at: SqlTime,
}

impl WriteTx<'_> {
    /// Removes a member from a group.
    ///
    /// # Errors
    /// [`StoreError::Member`] if the actor is not allowed to; [`StoreError::NotFound`] if the contact is not a member.
    pub fn group_member_remove(
        &mut self,
        group: &GroupId,
        contact: &ContactId,
        actor: &ContactId,
    ) -> Result<(), StoreError> {
        self.permit(&resource(group), Permission::Write)?;
        let role = self.member_named(group, contact)?.role;
        self.actor_may(group, actor, MemberAction::Remove, Some(role))?;
        self.member_goes(group, contact)?;
        let details = json!({ "member": contact, "role": role, "by": actor });
        let entry = NewAuditEntry::done(self.now(), Act::MemberRemove);
        self.audit(&entry.on(resource(group)).with(details))
    }

    /// Bans a contact from a group, and removes them if they are a member.
    ///
    /// # Errors
    /// [`StoreError::Member`] if the actor is not allowed to, or if the contact is already banned;
    /// [`StoreError::NotFound`] for an unknown group or contact.
    pub fn group_member_ban(
        &mut self,
        group: &GroupId,
        contact: &ContactId,
        actor: &ContactId,
    ) -> Result<(), StoreError> {
        self.permit(&resource(group), Permission::Write)?;
        self.group_exists(group)?;
        self.known_contact(contact)?;
        let role = self.member_find(group, contact)?.map(|member| member.role);
        self.actor_may(group, actor, MemberAction::Ban, role)?;
        if self.is_banned(group, contact)? {
            return Err(MemberError::BannedAlready(contact.clone()).into());
        }
        if role.is_some() {
            self.member_goes(group, contact)?;
        }
        let ban = Ban {
            contact: contact.clone(),
            banned_by: actor.clone(),
            banned_at: self.now(),
        };
        self.ban_insert(group, &ban)?;
        let details = json!({ "member": contact, "role": role, "by": actor });
        let entry = NewAuditEntry::done(self.now(), Act::MemberBan);
        self.audit(&entry.on(resource(group)).with(details))
    }

    /// Lifts the ban of a contact. That does not make them a member again.
    ///
    /// # Errors
    /// [`StoreError::Member`] if the actor is not allowed to, or if there is no ban; [`StoreError::NotFound`] for an
    /// unknown group.
    pub fn group_member_unban(
        &mut self,
        group: &GroupId,
        contact: &ContactId,
        actor: &ContactId,
    ) -> Result<(), StoreError> {
        self.permit(&resource(group), Permission::Write)?;
        self.group_exists(group)?;
        self.actor_may(group, actor, MemberAction::Unban, None)?;
        if !self.ban_delete(group, contact, "lift a ban")? {
            return Err(MemberError::NotBanned(contact.clone()).into());
        }
        let details = json!({ "member": contact, "by": actor });
        let entry = NewAuditEntry::done(self.now(), Act::MemberUnban);
        self.audit(&entry.on(resource(group)).with(details))
    }

    /// Lets a member leave a group.
    ///
    /// # Errors
    /// [`StoreError::Member`] for the owner, who must hand the group over first, and for the only member;
    /// [`StoreError::NotFound`] if the contact is not a member.
    pub fn group_member_leave(&mut self, group: &GroupId, contact: &ContactId) -> Result<(), StoreError> {
        self.permit(&resource(group), Permission::Write)?;
        let role = self.member_named(group, contact)?.role;
        if self.group_count(group)? == 1 {
            return Err(MemberError::LastMember.into());
        }
        self.actor_may(group, contact, MemberAction::Leave, None)?;
        self.member_goes(group, contact)?;
        let details = json!({ "member": contact, "role": role });
        let entry = NewAuditEntry::done(self.now(), Act::MemberLeave);
        self.audit(&entry.on(resource(group)).with(details))
    }

    /// Deletes a member's row and gives the group a new key.
    fn member_goes(&mut self, group: &GroupId, contact: &ContactId) -> Result<(), StoreError> {
        self.db.ask_one("remove a member", |db| {
            diesel::delete(group_members::table.find(member_key(group, contact))).execute(db)
        })?;
        self.group_key_rotate(group)
    }

    /// Writes the row of a ban that does not exist yet.
    pub(super) fn ban_insert(&mut self, group: &GroupId, ban: &Ban) -> Result<(), StoreError> {
        let row = NewBanRow {
            group_id: DbId(group.to_string()),
            contact_id: DbId(ban.contact.to_string()),
            banned_by: DbId(ban.banned_by.to_string()),
            banned_at: SqlTime(ban.banned_at.to_sql()),
        };
        self.db.ask_one("ban a contact", |db| {
            diesel::insert_into(group_bans::table).values(&row).execute(db)
        })
    }

    /// Deletes a ban, and returns whether there was one.
    pub(super) fn ban_delete(
        &mut self,
        group: &GroupId,
        contact: &ContactId,
        doing: &str,
    ) -> Result<bool, StoreError> {
        let ban = || group_bans::table.find(member_key(group, contact));
        let deleted = self.db.ask(doing, |db| diesel::delete(ban()).execute(db))?;
        self.db
            .took(deleted, doing, |db| select(exists(ban())).get_result(db))
    }
}
