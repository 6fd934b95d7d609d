//! `groups list`, `show` and `members`.

use std::collections::{BTreeMap, HashMap};

use privatus_domain::{AnonymousId, ContactId, Group, Member, anonymous_name};
use privatus_store::{Store, StoreError};

use super::json::{BanJson, GroupJson, Known, KnownBan, MembersJson, is_named, members_json};
use crate::args::Arguments;
use crate::failure::Failure;
use crate::table::{self, Column};
use crate::text::{grouped, one_line};
use crate::vault::open;
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
    crate::vault::close(store);
    if arguments.json {
        let groups: Vec<GroupJson<'_>> = groups.iter().map(|group| GroupJson::new(group, false)).collect();
        output::json(&BTreeMap::from([("groups", groups)]))?;
        return Ok(0);
    }
    if groups.is_empty() {
        let usual = match seen_by {
            Some(_) => "This contact sees no groups.",
            None => "No groups yet. `privatus groups create NAME --type private` creates one.",
        };
        output::empty(arguments, "groups", usual)?;
        return Ok(0);
    }
    let row = |group: &Group| {
        vec![
            group.name.clone(),
            group.kind.to_string(),
            of_limit(group),
            if group.is_anonymous { "yes" } else { "no" }.into(),
            group.id.to_string(),
        ]
    };
    let columns = [
        Column::name("name", 30),
        Column::text("type", 7).dropped(2),
        Column::text("members", 18).dropped(3),
        Column::text("anonymous", 9).dropped(1),
        Column::id("id"),
    ];
    table::print(&columns, groups.iter().map(row).collect())?;
    Ok(0)
}

/// Returns the number of members and the limit, as `3 of 500`.
fn of_limit(group: &Group) -> String {
    let (count, limit) = (u64::from(group.member_count), u64::from(group.limit));
    format!("{} of {}", grouped(count), grouped(limit))
}

fn known(store: &Store, group: &Group) -> Result<(Known, Vec<KnownBan>), StoreError> {
    store.read(|tx| {
        let mut known = Vec::new();
        for member in tx.group_members(&group.id)? {
            let id = tx.group_anonymous_id(&group.id, &member.contact)?;
            known.push((member, id));
        }
        let mut bans = Vec::new();
        for ban in tx.group_bans(&group.id)? {
            bans.push(KnownBan {
                anonymous: tx.group_anonymous_id(&group.id, &ban.contact)?,
                by: tx.group_anonymous_id(&group.id, &ban.banned_by)?,
                ban,
            });
        }
        Ok((known, bans))
    })
}

pub(super) fn members(arguments: &Arguments, wanted: &str, names: bool) -> Result<u8, Failure> {
    let store = open(arguments)?;
    let group = find::group(&store, wanted)?;
    let (known, _) = known(&store, &group)?;
    crate::vault::close(store);
    if arguments.json {
        output::json(&MembersJson {
            id: &group.id,
            members: members_json(&group, &known, names),
        })?;
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
        Column::name("name", 24),
        Column::text("role", 6).dropped(3),
        Column::text("joined (UTC)", 16).dropped(2),
        Column::text("permissions", 20).dropped(1),
        Column::id("id"),
    ];
    table::print(&columns, known.iter().map(row).collect())
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
    crate::vault::close(store);
    if arguments.json {
        let mut value = GroupJson::new(&group, names);
        value.members = Some(members_json(&group, &known, names));
        let bans = bans.iter();
        value.bans = Some(bans.map(|ban| BanJson::new(ban, &group, names)).collect());
        output::json(&value)?;
        return Ok(0);
    }
    let anonymous = if group.is_anonymous { ", anonymous" } else { "" };
    output::line(&format!(
        "{} · {}{anonymous} · {} members",
        one_line(&group.name, 60),
        group.kind,
        of_limit(&group)
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
        let at = ban.ban.banned_at.to_sql();
        let name = match contacts.get(&ban.ban.contact) {
            _ if group.is_anonymous && !names => anonymous_name(&ban.anonymous),
            Some(name) => name.clone(),
            None => ban.ban.contact.to_string(),
        };
        let at = at.get(..16).unwrap_or_default();
        output::line(&format!("banned since {at}: {}", one_line(&name, 60)))?;
    }
    Ok(0)
}
