//! Members that go: removed, banned, or leaving by themselves. What comes after is under another group key.

use privatus_domain::{Act, ContactId, GroupId, MemberAction, MemberError, NewAuditEntry, Permission};
use serde_json::json;

use super::read::resource;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::WriteTx;

impl WriteTx<'_> {
    /// Removes a member.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when the actor may not, [`StoreError::NotFound`] for no member.
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

    /// Bans a contact, and removes it where it is a member.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when the actor may not or it is banned already, [`StoreError::NotFound`] for an unknown
    /// group or contact.
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
        let (id, banned, by) = (group.to_string(), contact.to_string(), actor.to_string());
        let now = self.now().to_sql();
        let sql = Sql::new(
            "INSERT INTO group_bans (group_id, contact_id, banned_by, banned_at) VALUES (?, ?, ?, ?)",
        );
        let sql = sql
            .bind(id.as_str())
            .bind(banned.as_str())
            .bind(by.as_str())
            .bind(now.as_str());
        self.db.run(sql, "ban a contact")?;
        let details = json!({ "member": contact, "role": role, "by": actor });
        let entry = NewAuditEntry::done(self.now(), Act::MemberBan);
        self.audit(&entry.on(resource(group)).with(details))
    }

    /// Lets a banned contact come back; it is no member by that.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when the actor may not or there is no ban, [`StoreError::NotFound`].
    pub fn group_member_unban(
        &mut self,
        group: &GroupId,
        contact: &ContactId,
        actor: &ContactId,
    ) -> Result<(), StoreError> {
        self.permit(&resource(group), Permission::Write)?;
        self.group_exists(group)?;
        self.actor_may(group, actor, MemberAction::Unban, None)?;
        let (id, banned) = (group.to_string(), contact.to_string());
        let sql = Sql::new("DELETE FROM group_bans WHERE group_id = ? AND contact_id = ?");
        let sql = sql.bind(id.as_str()).bind(banned.as_str());
        if self.db.run(sql, "take a ban back")? == 0 {
            return Err(MemberError::NotBanned(contact.clone()).into());
        }
        let details = json!({ "member": contact, "by": actor });
        let entry = NewAuditEntry::done(self.now(), Act::MemberUnban);
        self.audit(&entry.on(resource(group)).with(details))
    }

    /// A member leaves by itself.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for the owner, who hands the group over first, [`StoreError::NotFound`] for no member.
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

    /// Deletes a member's row; the group gets a new key.
    fn member_goes(&mut self, group: &GroupId, contact: &ContactId) -> Result<(), StoreError> {
        let (id, contact) = (group.to_string(), contact.to_string());
        let sql = Sql::new("DELETE FROM group_members WHERE group_id = ? AND contact_id = ?");
        let sql = sql.bind(id.as_str()).bind(contact.as_str());
        self.db.run(sql, "remove a member")?;
        self.group_key_rotate(group)
    }
}
