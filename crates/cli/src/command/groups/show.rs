//! `groups list`, `show`, `members`.

use std::collections::HashMap;

use privatus_domain::sender::anonymous_name;
use privatus_domain::{AnonymousId, Ban, ContactId, Group, Member};
use privatus_store::{Store, StoreError};
use serde_json::{Value, json};

use crate::args::Arguments;
use crate::command::open;
use crate::failure::Failure;
use crate::output::Column;
use crate::text::one_line;
use crate::{find, output};

pub(super) fn list(arguments: &Arguments, seen_by: Option<&str>) -> Result<u8, Failure> {
    let store = open(arguments)?;
    let groups = match seen_by {
        Some(wanted) => {
            let contact = find::newcomer(&store, wanted)?;
            store.read(|tx| tx.groups_seen_by(&contact))?
        }
        None => store.read(|tx| tx.groups())?,
    };
    store.lock()?;
    if arguments.json {
        let groups: Vec<Value> = groups.iter().map(group_json).collect();
        output::json(&json!({ "groups": groups }))?;
        return Ok(0);
    }
    if groups.is_empty() {
        let usual = "No groups yet. `privatus groups create NAME --type private` makes one.";
        output::empty(arguments, "groups", usual)?;
        return Ok(0);
    }
    let row = |group: &Group| {
        vec![
            group.name.clone(),
            group.kind.to_string(),
            format!("{} of {}", group.member_count, group.limit),
            if group.is_anonymous { "yes" } else { "no" }.into(),
            group.id.to_string(),
        ]
    };
    let columns = [
        Column::Text("name", 30),
        Column::Text("type", 7),
        Column::Text("members", 16),
        Column::Text("anonymous", 9),
        Column::Text("id", 36),
    ];
    output::table(&columns, groups.iter().map(row).collect())?;
    Ok(0)
}

/// A group as JSON.
fn group_json(group: &Group) -> Value {
    json!({
        "id": group.id, "name": group.name, "description": group.description, "group_type": group.kind,
        "max_members": group.limit, "member_count": group.member_count, "is_anonymous": group.is_anonymous,
        "settings": group.settings.as_json().map_or_else(|| json!({}), |settings| settings.to_value()),
        "created_by": group.created_by, "created_at": group.created_at,
    })
}

/// Members with the anonymous ids by which the others of an anonymous group know them.
type Known = Vec<(Member, AnonymousId)>;

fn known(store: &Store, group: &Group) -> Result<(Known, Vec<Ban>), StoreError> {
    store.read(|tx| {
        let mut known = Vec::new();
        for member in tx.group_members(&group.id)? {
            let id = tx.group_anonymous_id(&group.id, &member.contact)?;
            known.push((member, id));
        }
        Ok((known, tx.group_bans(&group.id)?))
    })
}

/// A member as JSON. Of an anonymous group it is known by its anonymous id alone, unless names are asked for.
fn member_json(group: &Group, (member, anonymous): &(Member, AnonymousId), names: bool) -> Value {
    let permissions = member.permissions.as_json();
    let mut value = json!({
        "role": member.role, "joined_at": member.joined_at, "is_me": member.is_own,
        "permissions": permissions.map_or_else(|| json!({}), |permissions| permissions.to_value()),
    });
    if let Some(map) = value.as_object_mut() {
        if group.is_anonymous {
            map.insert("anonymous_id".into(), json!(anonymous));
        }
        if is_named(group, member, names) {
            map.insert("contact_id".into(), json!(member.contact));
            map.insert("display_name".into(), json!(member.display_name));
        }
    }
    value
}

fn is_named(group: &Group, member: &Member, names: bool) -> bool {
    !group.is_anonymous || names || member.is_own
}

pub(super) fn members(arguments: &Arguments, wanted: &str, names: bool) -> Result<u8, Failure> {
    let store = open(arguments)?;
    let group = find::group(&store, wanted)?;
    let (known, _) = known(&store, &group)?;
    store.lock()?;
    if arguments.json {
        let members: Vec<Value> = known
            .iter()
            .map(|member| member_json(&group, member, names))
            .collect();
        output::json(&json!({ "id": group.id, "members": members }))?;
    } else {
        table(&group, &known, names)?;
    }
    Ok(0)
}

fn table(group: &Group, known: &Known, names: bool) -> Result<(), Failure> {
    let row = |(member, anonymous): &(Member, AnonymousId)| {
        let named = is_named(group, member, names);
        let name = if named {
            member.display_name.clone()
        } else {
            anonymous_name(anonymous)
        };
        let joined = member.joined_at.to_sql();
        let permissions = member.permissions.as_json().map(ToString::to_string);
        vec![
            name,
            member.role.to_string(),
            joined.get(..16).unwrap_or_default().to_owned(),
            permissions.unwrap_or_default(),
            if named {
                member.contact.to_string()
            } else {
                anonymous.to_string()
            },
        ]
    };
    let columns = [
        Column::Text("name", 24),
        Column::Text("role", 6),
        Column::Text("joined (UTC)", 16),
        Column::Text("permissions", 20),
        Column::Text("id", 36),
    ];
    output::table(&columns, known.iter().map(row).collect())
}

pub(super) fn show(arguments: &Arguments, wanted: &str, names: bool) -> Result<u8, Failure> {
    let store = open(arguments)?;
    let group = find::group(&store, wanted)?;
    let (known, bans) = known(&store, &group)?;
    let contacts: HashMap<ContactId, String> = store
        .read(|tx| tx.contacts())?
        .into_iter()
        .map(|contact| (contact.id, contact.display_name))
        .collect();
    store.lock()?;
    if arguments.json {
        let mut value = group_json(&group);
        let members: Vec<Value> = known
            .iter()
            .map(|member| member_json(&group, member, names))
            .collect();
        let ban = |ban: &Ban| json!({ "contact_id": ban.contact, "banned_by": ban.banned_by, "banned_at": ban.banned_at });
        let bans: Vec<Value> = bans.iter().map(ban).collect();
        if let Some(map) = value.as_object_mut() {
            map.insert("members".into(), json!(members));
            map.insert("bans".into(), json!(bans));
        }
        output::json(&value)?;
        return Ok(0);
    }
    let anonymous = if group.is_anonymous { ", anonymous" } else { "" };
    output::line(&format!(
        "{} · {}{anonymous} · {} of {} members",
        one_line(&group.name, 60),
        group.kind,
        group.member_count,
        group.limit
    ))?;
    if let Some(text) = &group.description {
        output::line(&crate::text::wrapped(text, output::columns()).join("\n"))?;
    }
    if let Some(settings) = group.settings.as_json() {
        output::line(&format!("settings {}", one_line(settings.as_str(), 200)))?;
    }
    output::line(&format!("id {}", one_line(&group.id.to_string(), 1_024)))?;
    output::line("")?;
    table(&group, &known, names)?;
    for ban in &bans {
        let at = ban.banned_at.to_sql();
        let id = ban.contact.to_string();
        let name = contacts.get(&ban.contact).unwrap_or(&id);
        let at = at.get(..16).unwrap_or_default();
        output::line(&format!("banned since {at}: {}", one_line(name, 60)))?;
    }
    Ok(0)
}
