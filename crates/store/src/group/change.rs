//! Changing a group: name, description, type, member limit, settings.

use diesel::prelude::*;
use privatus_domain::{Act, ContactId, GroupChange, GroupId, MemberAction, NewAuditEntry, Permission};
use privatus_schema::{DbId, SqlInt, SqlText, SqlTime, groups};
use serde_json::{Map, Value, json};

use super::read::resource;
use crate::error::StoreError;
use crate::tx::WriteTx;

/// A change of a row of `groups`: `None` leaves a column unchanged, `Some(None)` removes its value.
#[derive(AsChangeset)]
#[diesel(table_name = groups)]
struct GroupUpdate<'a> {
    name: Option<SqlText<&'a str>>,
    description: Option<Option<SqlText<&'a str>>>,
    group_type: Option<SqlText<&'a str>>,
    max_members: Option<SqlInt>,
    updated_at: SqlTime,
}

impl WriteTx<'_> {
    /// Changes the given properties of a group.
    ///
    /// # Errors
    /// [`StoreError::Member`] if the actor is not allowed to; [`StoreError::Group`] for a limit below the number of
    /// members; [`StoreError::NotFound`].
    pub fn group_change(
        &mut self,
        id: &GroupId,
        change: &GroupChange,
        actor: &ContactId,
    ) -> Result<(), StoreError> {
        self.permit(&resource(id), Permission::Write)?;
        let group = self.group_find(id)?;
        self.actor_may(id, actor, MemberAction::ChangeGroup, None)?;
        let mut details = Map::new();
        if let Some(kind) = change.kind.filter(|kind| *kind != group.kind) {
            self.actor_may(id, actor, MemberAction::ChangeType, None)?;
            details.insert("group_type".into(), json!({ "from": group.kind, "to": kind }));
        }
        if let Some(limit) = change.limit {
            limit.holds(group.member_count)?;
            if limit.get() != group.limit {
                let details_of = json!({ "from": group.limit, "to": limit.get() });
                details.insert("max_members".into(), details_of);
            }
        }
        // The log records that texts changed, but not the texts.
        for (field, given) in [
            ("name", change.name.is_some()),
            ("description", change.description.is_some()),
            ("settings", change.settings.is_some()),
        ] {
            if given {
                details.insert(field.into(), Value::Bool(true));
            }
        }
        if let Some(settings) = &change.settings {
            self.group_settings_set(id, settings)?;
        }
        let description = change.description.as_ref();
        let update = GroupUpdate {
            name: change.name.as_ref().map(|name| SqlText(name.as_str())),
            description: description.map(|text| text.as_text().map(SqlText)),
            group_type: change.kind.map(|kind| SqlText(kind.as_str())),
            max_members: change.limit.map(|limit| SqlInt(limit.get().into())),
            updated_at: SqlTime(self.now().to_sql()),
        };
        self.db.ask_one("change a group", |db| {
            diesel::update(groups::table.find(DbId(id.to_string())))
                .set(&update)
                .execute(db)
        })?;
        details.insert("by".into(), json!(actor));
        let entry = NewAuditEntry::done(self.now(), Act::GroupChange);
        self.audit(&entry.on(resource(id)).with(Value::Object(details)))
    }
}
