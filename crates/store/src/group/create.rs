//! Creating and removing a group.

use diesel::prelude::*;
use privatus_domain::{
    Act, ContactId, ConversationId, ConversationKind, DisplayName, GroupId, MemberAction, NewAuditEntry,
    NewGroup, NewMember, Permission, Resource, Role,
};
use privatus_schema::{DbId, Flag, SqlInt, SqlText, SqlTime, conversations, groups};
use serde_json::json;

use super::read::resource;
use crate::error::StoreError;
use crate::tx::WriteTx;

/// A new row of `groups`.
#[derive(Insertable)]
#[diesel(table_name = groups, treat_none_as_default_value = false)]
struct NewGroupRow<'a> {
    group_id: DbId<&'a str>,
    name: SqlText<&'a str>,
    description: Option<SqlText<&'a str>>,
    group_type: SqlText<&'a str>,
    created_by: Option<DbId>,
    max_members: SqlInt,
    is_anonymous: Flag,
    created_at: SqlTime,
    updated_at: SqlTime,
}

/// The default name of the vault's own user in a group.
const OWN_NAME: &str = "Me";

impl WriteTx<'_> {
    /// Creates a group and its conversation, with the vault's own user as owner and first member. An existing group
    /// stays unchanged. Returns the conversation's id.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn group_create(&mut self, new: &NewGroup) -> Result<ConversationId, StoreError> {
        self.permit(&resource(&new.id), Permission::Write)?;
        Resource::check_new(&new.id.to_string())?;
        let conversation = ConversationId::new(new.id.as_id().clone());
        let new = &NewGroup {
            created_by: Some(new.created_by.clone().unwrap_or_else(|| self.own_id())),
            ..new.clone()
        };
        let (conversation, is_new) = self.group_insert(new, &conversation)?;
        if is_new {
            let owner = self.own_member(new.own_name.clone())?;
            self.member_insert(&new.id, &owner)?;
            self.group_created(new, 1)?;
        }
        Ok(conversation)
    }

    /// Returns the vault's own user as the owner of a group.
    pub(super) fn own_member(&self, name: Option<DisplayName>) -> Result<NewMember, StoreError> {
        let name = name.map_or_else(|| DisplayName::new(OWN_NAME), Ok)?;
        Ok(NewMember {
            role: Role::Owner,
            ..NewMember::new(self.own_id(), name)
        })
    }

    /// Creates a group's row, key and conversation, without members. Returns the conversation, and whether the group is
    /// new.
    pub(super) fn group_insert(
        &mut self,
        new: &NewGroup,
        conversation: &ConversationId,
    ) -> Result<(ConversationId, bool), StoreError> {
        let id = new.id.to_string();
        let row = NewGroupRow {
            group_id: DbId(&id),
            name: SqlText(new.name.as_str()),
            description: new.description.as_text().map(SqlText),
            group_type: SqlText(new.kind.as_str()),
            created_by: new.created_by.as_ref().map(|by| DbId(by.to_string())),
            max_members: SqlInt(new.limit.get().into()),
            is_anonymous: Flag(new.is_anonymous),
            created_at: SqlTime(new.created_at.to_sql()),
            updated_at: SqlTime(self.now().to_sql()),
        };
        let added = self.db.ask("create a group", |db| {
            diesel::insert_into(groups::table)
                .values(&row)
                .on_conflict(groups::group_id)
                .do_nothing()
                .execute(db)
        })?;
        let is_new = added == 1;
        if is_new {
            self.group_key(&new.id)?;
            self.group_settings_set(&new.id, &new.settings)?;
        }
        let wanted = conversation.to_string();
        let conversation = self.conversation_ensure(ConversationKind::Group, &id, &wanted)?;
        Ok((conversation, is_new))
    }

    pub(super) fn group_created(&mut self, new: &NewGroup, members: u32) -> Result<(), StoreError> {
        let details = json!({
            "group_type": new.kind, "max_members": new.limit.get(), "is_anonymous": new.is_anonymous,
            "members": members,
        });
        let entry = NewAuditEntry::done(self.now(), Act::GroupCreate);
        self.audit(&entry.on(resource(&new.id)).with(details))
    }

    /// Removes a group. Its conversation is hidden at once, its memberships and bans end, and its key is destroyed; its
    /// messages are removed in bounded batches ([`Store::removals_sweep`](crate::Store::removals_sweep)). The vault's
    /// own user can remove any group, another member only a group that they own.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Member`] if the actor is neither the vault's own user nor the owner.
    pub fn group_remove(&mut self, id: &GroupId, actor: &ContactId) -> Result<(), StoreError> {
        self.permit(&resource(id), Permission::Delete)?;
        self.group_exists(id)?;
        if *actor != self.own_id() {
            self.actor_may(id, actor, MemberAction::RemoveGroup, None)?;
        }
        let members = self.group_count(id)?;
        let text = id.to_string();
        let conversation: Option<SqlInt> = self.db.ask("find a group's conversation", |db| {
            conversations::table
                .filter(conversations::group_id.eq(DbId(text.as_str())))
                .select(conversations::conversation)
                .get_result(db)
                .optional()
        })?;
        self.senders.clear();
        self.db.ask_one("remove a group", |db| {
            diesel::delete(groups::table.find(DbId(text.as_str()))).execute(db)
        })?;
        self.group_is_gone(&text, conversation.map(|number| number.0))?;
        self.group_key_destroy(id)?;
        let details = json!({ "members": members, "by": actor });
        let entry = NewAuditEntry::done(self.now(), Act::GroupRemove);
        self.audit(&entry.on(resource(id)).with(details))
    }

    /// Returns how many members a group has.
    pub(super) fn group_count(&mut self, id: &GroupId) -> Result<u32, StoreError> {
        let count = self.members_counted(id)?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }
}
