//! `groups add`, `role`, `transfer`, `remove`, `ban`, `unban`, `leave` and `permissions`.

use privatus_domain::{ContactId, DisplayName, Group, GroupId, MemberPermissions, NewMember, Role};
use privatus_store::{StoreError, WriteTx};
use serde_json::json;

use super::acting::actor;
use super::by_name::{by_name, name_of};
use crate::args::{ActingMember, Arguments, MemberOfGroup};
use crate::command::done::Done;
use crate::failure::Failure;
use crate::text::one_line;
use crate::vault::open;
use crate::{find, output};

/// A change of a membership: its arguments are the group, the contact, and who acts.
type Change<'a> = &'a dyn Fn(&mut WriteTx<'_>, &GroupId, &ContactId, &ContactId) -> Result<(), StoreError>;

/// Finds the group, the member and the actor, and makes the change in one transaction.
fn change(
    arguments: &Arguments,
    target: &MemberOfGroup,
    by: &ActingMember,
    (name, what): (&'static str, Done<'_>),
    change: Change<'_>,
) -> Result<u8, Failure> {
    let store = open(arguments)?;
    let group = find::group(&store, &target.group)?;
    let member = find::member(&store, &group.id, &target.member)?;
    let acting = actor(&store, &group, by)?;
    store
        .write(name, |tx| change(tx, &group.id, &member.contact, &acting))
        .map_err(|error| by_name(&store, &group, by, error))?;
    crate::vault::close(store);
    done(arguments, &group, (&member.contact, &member.display_name), what)
}

/// Prints what was done to a member; without the name in an anonymous group.
fn done(
    arguments: &Arguments,
    group: &Group,
    (contact, name): (&ContactId, &str),
    what: Done<'_>,
) -> Result<u8, Failure> {
    if arguments.json {
        output::json(&json!({ "id": group.id, "contact_id": contact, "result": what.result }))?;
    } else {
        let name = if group.is_anonymous { "a member" } else { name };
        output::line(&format!(
            "{}: {} {}",
            one_line(&group.name, 60),
            one_line(name, 60),
            what.words
        ))?;
    }
    Ok(0)
}

pub(super) fn add(
    arguments: &Arguments,
    (group, wanted): (&str, &str),
    (role, name): (&str, Option<&str>),
    by: &ActingMember,
) -> Result<u8, Failure> {
    let role: Role = role.parse().map_err(StoreError::from)?;
    let name = name.map(DisplayName::new).transpose().map_err(StoreError::from)?;
    let store = open(arguments)?;
    let group = find::group(&store, group)?;
    let contact = find::newcomer(&store, wanted)?;
    let acting = actor(&store, &group, by)?;
    let usual = name_of(&store, &contact)?;
    let new = NewMember {
        role,
        ..NewMember::new(contact, name.unwrap_or(usual))
    };
    store
        .write("group_member_add", |tx| {
            tx.group_member_add(&group.id, &new, &acting)
        })
        .map_err(|error| by_name(&store, &group, by, error))?;
    crate::vault::close(store);
    let what = Done {
        result: &format!("added as {role}"),
        words: &format!("added as {}", role.words()),
    };
    done(arguments, &group, (&new.contact, new.display_name.as_str()), what)
}

pub(super) fn role(
    arguments: &Arguments,
    target: &MemberOfGroup,
    role: &str,
    by: &ActingMember,
) -> Result<u8, Failure> {
    let role: Role = role.parse().map_err(StoreError::from)?;
    let what = Done {
        result: &format!("is now {role}"),
        words: &format!("is now {}", role.words()),
    };
    change(
        arguments,
        target,
        by,
        ("group_member_role", what),
        &|tx, group, member, by| tx.group_member_role(group, member, role, by),
    )
}

pub(super) fn transfer(
    arguments: &Arguments,
    target: &MemberOfGroup,
    by: &ActingMember,
) -> Result<u8, Failure> {
    change(
        arguments,
        target,
        by,
        (
            "group_transfer",
            Done {
                result: "is now owner",
                words: "is now the owner",
            },
        ),
        &|tx, group, member, by| tx.group_transfer(group, member, by),
    )
}

pub(super) fn remove(
    arguments: &Arguments,
    target: &MemberOfGroup,
    by: &ActingMember,
) -> Result<u8, Failure> {
    change(
        arguments,
        target,
        by,
        ("group_member_remove", "removed".into()),
        &|tx, group, member, by| tx.group_member_remove(group, member, by),
    )
}

pub(super) fn permissions(
    arguments: &Arguments,
    target: &MemberOfGroup,
    json: &str,
    by: &ActingMember,
) -> Result<u8, Failure> {
    let permissions = MemberPermissions::new(json).map_err(StoreError::from)?;
    let what = ("member_permissions", "has new permissions".into());
    change(arguments, target, by, what, &|tx, group, member, by| {
        tx.member_permissions(group, member, &permissions, by)
    })
}

/// Makes a change about a contact who may not be a member.
fn party(
    arguments: &Arguments,
    target: &MemberOfGroup,
    by: &ActingMember,
    (name, what): (&'static str, Done<'_>),
    change: Change<'_>,
) -> Result<u8, Failure> {
    let store = open(arguments)?;
    let group = find::group(&store, &target.group)?;
    let contact = find::party(&store, &group.id, &target.member)?;
    let acting = actor(&store, &group, by)?;
    let shown = name_of(&store, &contact)?;
    store
        .write(name, |tx| change(tx, &group.id, &contact, &acting))
        .map_err(|error| by_name(&store, &group, by, error))?;
    crate::vault::close(store);
    done(arguments, &group, (&contact, shown.as_str()), what)
}

pub(super) fn ban(arguments: &Arguments, target: &MemberOfGroup, by: &ActingMember) -> Result<u8, Failure> {
    party(
        arguments,
        target,
        by,
        ("group_member_ban", "banned".into()),
        &|tx, group, contact, by| tx.group_member_ban(group, contact, by),
    )
}

pub(super) fn unban(arguments: &Arguments, target: &MemberOfGroup, by: &ActingMember) -> Result<u8, Failure> {
    let what = ("group_member_unban", "unbanned".into());
    party(arguments, target, by, what, &|tx, group, contact, by| {
        tx.group_member_unban(group, contact, by)
    })
}

pub(super) fn leave(arguments: &Arguments, group: &str, by: &ActingMember) -> Result<u8, Failure> {
    let store = open(arguments)?;
    let group = find::group(&store, group)?;
    let who = actor(&store, &group, by)?;
    let member = store.read(|tx| tx.group_member(&group.id, &who))?;
    store.write("group_member_leave", |tx| tx.group_member_leave(&group.id, &who))?;
    crate::vault::close(store);
    done(arguments, &group, (&who, &member.display_name), "left".into())
}
