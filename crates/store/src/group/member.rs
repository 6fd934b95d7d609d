//! Adding members. The member limit, the bans and the group's type are checked in the same transaction.

use std::collections::HashSet;

use diesel::dsl::exists;
use diesel::prelude::*;
use privatus_domain::{
    Act, Admission, ContactId, GroupId, Member, MemberAction, MemberError, MemberLimit, NewAuditEntry,
    NewMember, Permission, Role, member_may,
};
use privatus_schema::{DbId, SqlText, SqlTime, group_bans, group_members};
use serde_json::json;

use super::read::{member_key, resource};
use crate::error::{Missing, StoreError};
use crate::tx::WriteTx;

/// A new row of `group_members`.
#[derive(Insertable)]
#[diesel(table_name = group_members, treat_none_as_default_value = false)]
struct NewMemberRow<'a> {
    group_id: DbId,
    contact_id: DbId,
    display_name: SqlText<&'a str>,
    role: SqlText<&'a str>,
    joined_at: SqlTime,
    last_active: SqlTime<&'a str>,
    anonymous_id: Option<SqlText>,
    created_at: SqlTime<&'a str>,
    updated_at: SqlTime<&'a str>,
}

impl WriteTx<'_> {
    /// Adds one member. An actor who adds themselves joins, which only a public group allows.
    ///
    /// # Errors
    /// [`StoreError::Member`] if the contact is already a member or is banned, or if the actor is not allowed to;
    /// [`StoreError::Group`] with [`GroupError::Full`](privatus_domain::GroupError::Full) if the group is full;
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
        if self.is_banned(group, &new.contact)? {
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

    /// Adds the members from a history. Existing members stay unchanged. If not all fit, none is added.
    ///
    /// # Errors
    /// [`StoreError::Group`] if the group does not have room; [`StoreError::Member`] for a banned contact or a second
    /// owner; [`StoreError::NotFound`] for an unknown group or contact.
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

    /// Checks that a group has an owner. Nobody can join a group that lost its owner through plain SQL.
    fn owner_exists(&mut self, group: &GroupId) -> Result<(), StoreError> {
        let has_owner: bool = self.db.ask("find a group's owner", |db| {
            let owners = group_members::table
                .filter(group_members::group_id.eq(DbId(group.to_string())))
                .filter(group_members::role.eq(SqlText(Role::Owner.as_str())));
            diesel::select(exists(owners)).get_result(db)
        })?;
        if has_owner {
            Ok(())
        } else {
            Err(MemberError::NoOwner.into())
        }
    }

    /// Writes the row of a member. The caller must have checked every rule; the trigger `check_group_size` checks the
    /// size again.
    pub(super) fn member_insert(&mut self, group: &GroupId, member: &NewMember) -> Result<(), StoreError> {
        let now = self.now();
        let joined_at = member.joined_at.unwrap_or(now).to_sql();
        let now = now.to_sql();
        let row = NewMemberRow {
            group_id: DbId(group.to_string()),
            contact_id: DbId(member.contact.to_string()),
            display_name: SqlText(member.display_name.as_str()),
            role: SqlText(member.role.as_str()),
            joined_at: SqlTime(joined_at),
            last_active: SqlTime(&now),
            anonymous_id: member.anonymous_id.as_ref().map(|id| SqlText(id.to_string())),
            created_at: SqlTime(&now),
            updated_at: SqlTime(&now),
        };
        self.db.ask_one("add a member", |db| {
            diesel::insert_into(group_members::table).values(&row).execute(db)
        })?;
        if member.permissions.as_json().is_none() {
            return Ok(());
        }
        self.member_permissions_set(group, &member.contact, &member.permissions)
    }

    /// Returns the acting member if their role allows the action.
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

    /// Checks that a contact can be a member: they must be a contact of the vault, or the vault's own user.
    pub(super) fn known_contact(&mut self, contact: &ContactId) -> Result<(), StoreError> {
        if self.is_known(contact)? {
            Ok(())
        } else {
            Err(Missing::Contact(contact.clone()).into())
        }
    }

    /// Whether a contact can be a member: a contact of the vault, or the vault's own user.
    pub(super) fn is_known(&mut self, contact: &ContactId) -> Result<bool, StoreError> {
        Ok(*contact == self.own_id() || self.contact_exists(contact)?)
    }

    pub(super) fn is_banned(&mut self, group: &GroupId, contact: &ContactId) -> Result<bool, StoreError> {
        self.db.ask("find a ban", |db| {
            diesel::select(exists(group_bans::table.find(member_key(group, contact)))).get_result(db)
        })
    }
}
