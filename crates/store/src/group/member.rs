//! Adding members: the size limit, the bans and the group's type are asked in the same transaction.

use std::collections::HashSet;

use privatus_domain::{
    Act, Admission, ContactId, GroupId, Member, MemberAction, MemberError, MemberLimit, NewAuditEntry,
    NewMember, Permission, Role, member_may,
};
use serde_json::json;

use super::read::resource;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::WriteTx;

impl WriteTx<'_> {
    /// Adds one member. Whoever adds itself joins, which a public group alone allows.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for a member that is one already or banned, past the limit, or when the actor may not;
    /// [`StoreError::NotFound`] for an unknown group or contact.
    pub fn group_member_add(
        &mut self,
        group: &GroupId,
        new: &NewMember,
        actor: &ContactId,
    ) -> Result<(), StoreError> {
        self.permit(&resource(group), Permission::Write)?;
        let known = self.group_find(group)?;
        if new.role == Role::Owner {
            return Err(MemberError::SecondOwner.into());
        }
        self.known_contact(&new.contact)?;
        if let Some(member) = self.member_find(group, &new.contact)? {
            return Err(MemberError::Duplicate(new.contact.clone(), member.role).into());
        }
        let joins = *actor == new.contact;
        let joining = known.kind.rules().joining;
        if joins {
            if joining != privatus_domain::Joining::Oneself || new.role != Role::Member {
                return Err(MemberError::NotLetIn(known.kind).into());
            }
            self.owner_exists(group)?;
        } else {
            let acting = self.actor_may(group, actor, MemberAction::Add, Some(new.role))?;
            if !joining.lets_in(Some(acting.role)) {
                return Err(MemberError::NotLetIn(known.kind).into());
            }
        }
        if self.is_banned(group, &new.contact)? && !privatus_domain::planted!(BanForgotten) {
            return Err(MemberError::Banned(new.contact.clone()).into());
        }
        if let Some(anonymous) = &new.anonymous_id {
            self.anonymous_id_is_free(group, anonymous)?;
        }
        let admission = MemberLimit::new(known.limit)?.admit(known.member_count, 1)?;
        self.members_insert(group, &[new], &admission)?;
        let details = json!({ "member": new.contact, "role": new.role, "by": actor });
        let entry = NewAuditEntry::done(self.now(), Act::MemberAdd);
        self.audit(&entry.on(resource(group)).with(details))
    }

    /// Adds members as a history names them; those that are in already stay as they are. All of them fit, or none is added.
    ///
    /// # Errors
    /// [`StoreError::Refused`] past the group's limit, for a banned one or a second owner, [`StoreError::NotFound`] for an
    /// unknown group or contact.
    pub fn group_members_add(&mut self, group: &GroupId, adding: &[NewMember]) -> Result<(), StoreError> {
        self.permit(&resource(group), Permission::Write)?;
        let known = self.group_find(group)?;
        let mut new: Vec<&NewMember> = Vec::with_capacity(adding.len());
        let mut named = HashSet::with_capacity(adding.len());
        for member in adding {
            if !named.insert(&member.contact) || self.member_find(group, &member.contact)?.is_some() {
                continue;
            }
            if member.role == Role::Owner {
                return Err(MemberError::SecondOwner.into());
            }
            self.known_contact(&member.contact)?;
            if self.is_banned(group, &member.contact)? {
                return Err(MemberError::Banned(member.contact.clone()).into());
            }
            new.push(member);
        }
        let count = u32::try_from(new.len()).unwrap_or(u32::MAX);
        let admission = MemberLimit::new(known.limit)?.admit(known.member_count, count)?;
        self.members_insert(group, &new, &admission)?;
        if count == 0 {
            return Ok(());
        }
        let details = json!({ "members": count });
        let entry = NewAuditEntry::done(self.now(), Act::MemberAdd);
        self.audit(&entry.on(resource(group)).with(details))
    }

    fn members_insert(
        &mut self,
        group: &GroupId,
        members: &[&NewMember],
        _admission: &Admission,
    ) -> Result<(), StoreError> {
        members
            .iter()
            .try_for_each(|member| self.member_insert(group, member))
    }

    /// A group that lost its owner, by plain SQL, takes nobody in who would be there without one.
    fn owner_exists(&mut self, group: &GroupId) -> Result<(), StoreError> {
        let id = group.to_string();
        let sql = Sql::new("SELECT 1 FROM group_members WHERE group_id = ? AND role = 'owner'");
        let found: Option<i32> = self.db.row(sql.bind(id.as_str()), "find a group's owner")?;
        found.map(drop).ok_or_else(|| MemberError::NoOwner.into())
    }

    /// The row of a member, for whoever has asked every rule; the trigger `check_group_size` is behind it.
    pub(super) fn member_insert(&mut self, group: &GroupId, member: &NewMember) -> Result<(), StoreError> {
        let (id, contact) = (group.to_string(), member.contact.to_string());
        let now = self.now();
        let (joined, now) = (member.joined_at.unwrap_or(now).to_sql(), now.to_sql());
        let anonymous_id = member.anonymous_id.as_ref().map(ToString::to_string);
        let sql = Sql::new(
            "INSERT INTO group_members (group_id, contact_id, display_name, role, joined_at, last_active, \
             anonymous_id, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        );
        let sql = sql
            .bind(id.as_str())
            .bind(contact.as_str())
            .bind(member.display_name.as_str())
            .bind(member.role.as_str())
            .bind(joined.as_str())
            .bind(now.as_str())
            .bind(anonymous_id.as_deref())
            .bind(now.as_str())
            .bind(now.as_str());
        self.db.run(sql, "add a member")?;
        if member.permissions.as_json().is_none() {
            return Ok(());
        }
        self.member_permissions_set(group, &member.contact, &member.permissions)
    }

    /// The acting member, when the table of roles lets it do this.
    pub(super) fn actor_may(
        &mut self,
        group: &GroupId,
        actor: &ContactId,
        action: MemberAction,
        target: Option<Role>,
    ) -> Result<Member, StoreError> {
        let acting = self.member_find(group, actor)?;
        let acting = acting.ok_or_else(|| MemberError::NoMember(actor.clone()))?;
        member_may(acting.role, action, target)?;
        Ok(acting)
    }

    /// Whoever may be a member: a contact, or the vault's own user.
    pub(super) fn known_contact(&mut self, contact: &ContactId) -> Result<(), StoreError> {
        if *contact == self.own_id() {
            return Ok(());
        }
        let id = contact.to_string();
        let sql = Sql::new("SELECT 1 FROM contacts WHERE contact_id = ?");
        let found: Option<i32> = self.db.row(sql.bind(id.as_str()), "find a contact")?;
        found
            .map(drop)
            .ok_or_else(|| StoreError::NotFound(format!("contact {id}")))
    }

    pub(super) fn is_banned(&mut self, group: &GroupId, contact: &ContactId) -> Result<bool, StoreError> {
        let (id, contact) = (group.to_string(), contact.to_string());
        let sql = Sql::new("SELECT 1 FROM group_bans WHERE group_id = ? AND contact_id = ?");
        let sql = sql.bind(id.as_str()).bind(contact.as_str());
        let found: Option<i32> = self.db.row(sql, "find a ban")?;
        Ok(found.is_some())
    }
}
