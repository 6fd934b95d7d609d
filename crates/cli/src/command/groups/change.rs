//! `groups create`, `set` and `delete`.

use privatus_domain::{Description, DisplayName, GroupChange, GroupId, GroupSettings, NewGroup};
use privatus_store::StoreError;
use serde_json::json;

use super::acting::{actor, done};
use super::by_name::by_name;
use crate::args::{ActingMember, Arguments, CreateGroup, SetGroup};
use crate::command::removal;
use crate::confirm::confirm;
use crate::failure::Failure;
use crate::text::one_line;
use crate::vault::open;
use crate::{find, output};

pub(super) fn create(arguments: &Arguments, new: &CreateGroup) -> Result<u8, Failure> {
    let settings = new.settings.as_deref().map(GroupSettings::new).transpose();
    let parts = (
        DisplayName::new(new.name.as_str()).map_err(StoreError::from)?,
        Description::new(new.description.clone().unwrap_or_default()).map_err(StoreError::from)?,
        new.kind.parse().map_err(StoreError::from)?,
        new.max_members.parse().map_err(StoreError::from)?,
        settings.map_err(StoreError::from)?.unwrap_or_default(),
        DisplayName::new(new.own_name.as_str()).map_err(StoreError::from)?,
    );
    let (name, description, kind, limit, settings, own_name) = parts;
    let store = open(arguments)?;
    let (id, conversation) = store.write("group_create", |tx| {
        let id = GroupId::new(tx.new_id()?);
        let new = NewGroup {
            description,
            limit,
            is_anonymous: new.anonymous,
            settings,
            own_name: Some(own_name),
            ..NewGroup::new(id.clone(), name, kind, tx.now())
        };
        let conversation = tx.group_create(&new)?;
        Ok::<_, StoreError>((id, conversation))
    })?;
    crate::vault::close(store);
    if arguments.json {
        output::json(&json!({ "id": id, "conversation": conversation }))?;
    } else {
        output::line(&format!("Created {id}"))?;
    }
    Ok(0)
}

pub(super) fn set(arguments: &Arguments, set: &SetGroup) -> Result<u8, Failure> {
    let fields = &set.fields;
    let given = [&fields.name, &fields.description, &fields.kind, &fields.settings];
    if given.iter().all(|option| option.is_none()) && fields.max_members.is_none() {
        let why = "nothing to set: use --name, --description, --type, --max-members or --settings";
        return Err(Failure::Usage(why.into()));
    }
    let name = fields.name.as_deref().map(DisplayName::new).transpose();
    let description = fields.description.as_deref().map(Description::new).transpose();
    let kind = fields.kind.as_deref().map(str::parse).transpose();
    let limit = fields.max_members.as_deref().map(str::parse).transpose();
    let settings = fields.settings.as_deref().map(GroupSettings::new).transpose();
    let change = GroupChange {
        name: name.map_err(StoreError::from)?,
        description: description.map_err(StoreError::from)?,
        kind: kind.map_err(StoreError::from)?,
        limit: limit.map_err(StoreError::from)?,
        settings: settings.map_err(StoreError::from)?,
    };
    let store = open(arguments)?;
    let group = find::group(&store, &set.group)?;
    let by = actor(&store, &group, &set.by)?;
    store
        .write("group_change", |tx| tx.group_change(&group.id, &change, &by))
        .map_err(|error| by_name(&store, &group, &set.by, error))?;
    crate::vault::close(store);
    done(arguments, &group, "changed")
}

pub(super) fn delete(
    arguments: &Arguments,
    wanted: &str,
    yes: bool,
    by: &ActingMember,
) -> Result<u8, Failure> {
    let store = open(arguments)?;
    let group = find::group(&store, wanted)?;
    let acting = actor(&store, &group, by)?;
    if !yes {
        let name = one_line(&group.name, 60);
        confirm(
            arguments.json,
            &format!("this permanently deletes {name} and its conversation"),
        )?;
    }
    store
        .write("group_remove", |tx| tx.group_remove(&group.id, &acting))
        .map_err(|error| by_name(&store, &group, by, error))?;
    let left = removal::finish(store, "deleted");
    if let Some(left) = left.filter(|_| arguments.json) {
        output::json(&json!({ "id": group.id, "result": "deleted", "warnings": [left] }))?;
        return Ok(0);
    }
    done(arguments, &group, "deleted")
}
