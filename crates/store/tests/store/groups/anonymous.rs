//! Anonymous ids: stable in a group, different in each, and senders of messages.

use std::collections::BTreeSet;

use privatus_domain::{
    AnonymousId, Body, ContactId, GroupId, GroupKind, NewGroup, NewMember, NewMessage, Role, Sender,
    SenderRef,
};
use privatus_store::StoreError;

use crate::groups::{PEOPLE, World, clock, id, message_id, name, refused, team};

fn anonymous_id(world: &World, group: &GroupId, who: &ContactId) -> AnonymousId {
    world.store.read(|tx| tx.group_anonymous_id(group, who)).unwrap()
}

fn from(group: &GroupId, sender: &AnonymousId, text: &str) -> NewMessage {
    let sender = SenderRef::Anonymous {
        group: group.clone(),
        anonymous_id: sender.clone(),
    };
    NewMessage::received(message_id(text), sender, Body::text(text).unwrap(), clock())
}

#[test]
fn ids_are_stable_in_a_group_and_say_nothing_in_another() {
    let world = World::new();
    world.group(GroupKind::Private, 9);
    let (own, other): (_, GroupId) = (world.own.clone(), "other".parse().unwrap());
    let mut seen = BTreeSet::new();
    for who in PEOPLE {
        for group in [&team(), &other] {
            assert!(seen.insert(anonymous_id(&world, group, &id(who)).to_string()));
        }
    }
    let before = anonymous_id(&world, &team(), &id("alice"));
    world.add(&id("alice"), Role::Member, &own).unwrap();
    assert_eq!(
        anonymous_id(&world, &team(), &id("alice")),
        before,
        "as a member too"
    );
    let member = world
        .store
        .read(|tx| tx.group_member(&team(), &id("alice")))
        .unwrap();
    assert_eq!(member.anonymous_id, None, "no pair is stored");
    let elsewhere = World::new();
    assert_ne!(
        anonymous_id(&elsewhere, &team(), &id("alice")),
        before,
        "another vault's key"
    );
}

#[test]
fn an_id_that_was_given_elsewhere_is_one_members() {
    let world = World::new();
    world.group(GroupKind::Private, 9);
    world.add(&id("alice"), Role::Member, &world.own).unwrap();
    let add = |who: &str, anonymous: &AnonymousId| {
        let new = NewMember {
            anonymous_id: Some(anonymous.clone()),
            ..NewMember::new(id(who), name(who))
        };
        let own = &world.own;
        world
            .store
            .write("add", |tx| tx.group_member_add(&team(), &new, own))
    };
    let (derived, given) = (
        anonymous_id(&world, &team(), &id("alice")),
        "given".parse().unwrap(),
    );
    refused(add("bob", &derived), "belongs to another member of the group");
    add("bob", &given).unwrap();
    refused(add("carol", &given), "belongs to another member of the group");
    world.is_content();
}

#[test]
fn a_message_from_an_anonymous_member_comes_back_as_that() {
    let world = World::new();
    let new = NewGroup {
        is_anonymous: true,
        ..NewGroup::new(team(), name("Team"), GroupKind::Private, clock())
    };
    let chat = world.store.write("group", |tx| tx.group_create(&new)).unwrap();
    let alice = anonymous_id(&world, &team(), &id("alice"));
    let insert = |message: &NewMessage| world.store.write("m", |tx| tx.message_insert(&chat, message));
    insert(&from(&team(), &alice, "one")).unwrap();
    insert(&from(&team(), &alice, "two")).unwrap();
    for text in ["one", "two"] {
        let message = world
            .store
            .read(|tx| tx.message_by_id(&message_id(text)))
            .unwrap();
        match message.sender {
            Some(Sender::Anonymous {
                group,
                anonymous_id,
                name,
            }) => {
                assert_eq!((group, &anonymous_id), (team(), &alice));
                assert!(name.starts_with("anonymous "), "{name}");
            }
            other => panic!("{other:?}"),
        }
    }
    // An id means somebody in its own group alone.
    let new = NewGroup::new(
        "other".parse().unwrap(),
        name("Other"),
        GroupKind::Private,
        clock(),
    );
    world.store.write("group", |tx| tx.group_create(&new)).unwrap();
    refused(insert(&from(&new.id, &alice, "three")), "another group");
    let direct = "bob".parse().unwrap();
    let wrong = world.store.write("m", |tx| {
        tx.message_insert(&direct, &from(&team(), &alice, "four"))
    });
    refused(wrong, "another group");
    let left = world.store.read(|tx| tx.message_by_id(&message_id("three")));
    assert!(matches!(left, Err(StoreError::NotFound(_))));
    world.is_content();

    // The group goes, and with it who wrote.
    let own = world.own.clone();
    world
        .store
        .write("remove", |tx| tx.group_remove(&team(), &own))
        .unwrap();
    assert_eq!(world.store.removals_sweep().unwrap(), 2);
    world.is_content();
}

#[test]
fn nobody_is_anonymous_where_members_have_names() {
    let world = World::new();
    let chat = world.group(GroupKind::Private, 9);
    let alice = anonymous_id(&world, &team(), &id("alice"));
    let message = from(&team(), &alice, "one");
    let write = |message: &NewMessage| world.store.write("m", |tx| tx.message_insert(&chat, message));
    refused(write(&message), "not anonymous");
    // A history is kept as it was.
    let history = std::slice::from_ref(&message);
    let written = world.store.write("m", |tx| tx.messages_import(&chat, history));
    assert_eq!(written.unwrap().added, 1);
    world.is_content();
}
