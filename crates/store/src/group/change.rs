//! Changing a group: name, description, type, limit, settings.

use privatus_domain::{Act, ContactId, GroupChange, GroupId, MemberAction, NewAuditEntry, Permission};
use serde_json::{Map, Value, json};

use super::read::resource;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::WriteTx;

impl WriteTx<'_> {
    /// Changes what is given of a group.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when the actor may not, or the limit is below the count; [`StoreError::NotFound`].
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
        // Texts stay out of the log: it says that they changed.
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
        let (text, now) = (id.to_string(), self.now().to_sql());
        let sql = Sql::new(
            "UPDATE groups SET name = coalesce(?, name), description = CASE WHEN ? THEN ? ELSE description END, \
             group_type = coalesce(?, group_type), max_members = coalesce(?, max_members), updated_at = ? \
             WHERE group_id = ?",
        );
        let description = change.description.as_ref();
        let sql = sql
            .bind(change.name.as_ref().map(|name| name.as_str()))
            .bind(description.is_some())
            .bind(description.and_then(|text| text.as_text()))
            .bind(change.kind.map(|kind| kind.as_str()))
            .bind(change.limit.map(|limit| i64::from(limit.get())))
            .bind(now.as_str())
            .bind(text.as_str());
        self.db.run(sql, "change a group")?;
        details.insert("by".into(), json!(actor));
        let entry = NewAuditEntry::done(self.now(), Act::GroupChange);
        self.audit(&entry.on(resource(id)).with(Value::Object(details)))
    }
}
