//! Each rule, broken.

use privatus_domain::{
    Description, GroupChange, GroupKind, GroupSettings, MemberLimit, MemberPermissions, Role,
};
use privatus_store::StoreError;

use crate::groups::{World, id, name, refused, team};

#[test]
fn the_maker_is_the_owner_and_counts() {
    let world = World::new();
    world.group(GroupKind::Private, 3);
    let own = &world.own;
    assert_eq!(world.members(), [(own.clone(), Role::Owner)]);
    world.add(&id("alice"), Role::Member, own).unwrap();
    world.add(&id("bob"), Role::Admin, own).unwrap();
    refused(world.add(&id("carol"), Role::Member, own), "3 of 3");
    refused(
        world.add(&id("bob"), Role::Member, own),
        "already a member of the group (role: admin)",
    );
    refused(world.add(&id("carol"), Role::Owner, own), "one owner");
    let limit = |limit| GroupChange {
        limit: Some(MemberLimit::new(limit).unwrap()),
        ..GroupChange::default()
    };
    let set = |change: &GroupChange| {
        world
            .store
            .write("set", |tx| tx.group_change(&team(), change, own))
    };
    refused(
        set(&limit(2)),
        "the member limit 2 is below the group's 3 members",
    );
    set(&limit(4)).unwrap();
    world.add(&id("carol"), Role::Member, own).unwrap();
    let unknown = world.add(&id("nobody"), Role::Member, own);
    assert!(matches!(unknown, Err(StoreError::NotFound(_))), "{unknown:?}");
    world.is_content();
}

#[test]
fn a_group_whose_last_member_goes_is_the_vaults_own_users() {
    let world = World::new();
    world.group(GroupKind::Public, 2);
    let (own, alice, bob) = (world.own.clone(), id("alice"), id("bob"));
    world.add(&alice, Role::Member, &own).unwrap();
    world
        .store
        .write("alone", |tx| {
            tx.group_transfer(&team(), &alice, &own)?;
            tx.group_member_ban(&team(), &own, &alice)?;
            tx.contact_remove(&alice)
        })
        .unwrap();
    assert_eq!(world.members(), [(own.clone(), Role::Owner)]);
    assert_eq!(world.store.read(|tx| tx.group_bans(&team())).unwrap(), []);
    world.is_content();
    world.add(&bob, Role::Member, &bob).unwrap();
    assert_eq!(world.members(), [(own, Role::Owner), (bob, Role::Member)]);
    world.is_content();
}

#[test]
fn the_owner_hands_over_before_it_leaves() {
    let world = World::new();
    world.group(GroupKind::Private, 9);
    let (own, alice, bob) = (world.own.clone(), id("alice"), id("bob"));
    world.add(&alice, Role::Member, &own).unwrap();
    world.add(&bob, Role::Admin, &own).unwrap();
    let leave = |who| {
        world
            .store
            .write("leave", |tx| tx.group_member_leave(&team(), who))
    };
    let transfer = |to, by| {
        world
            .store
            .write("transfer", |tx| tx.group_transfer(&team(), to, by))
    };
    let remove = |who, by| {
        world
            .store
            .write("remove", |tx| tx.group_member_remove(&team(), who, by))
    };
    refused(leave(&own), "hand the group over first");
    refused(transfer(&alice, &bob), "the owner may");
    refused(transfer(&own, &own), "nobody may");
    refused(remove(&own, &bob), "the owner cannot be removed");
    let role = world.store.write("role", |tx| {
        tx.group_member_role(&team(), &own, Role::Member, &own)
    });
    refused(role, "the owner cannot be removed");
    transfer(&alice, &own).unwrap();
    let roles = [
        (own.clone(), Role::Admin),
        (alice.clone(), Role::Owner),
        (bob.clone(), Role::Admin),
    ];
    assert_eq!(world.members(), roles);
    leave(&own).unwrap();
    leave(&bob).unwrap();
    refused(leave(&alice), "you are the only member");
    // Who is no member does nothing in it, not even the vault's own user; removing what the vault has of it is its own.
    refused(
        world.add(&bob, Role::Member, &own),
        "is not a member of this group",
    );
    world
        .store
        .write("remove", |tx| tx.group_remove(&team(), &own))
        .unwrap();
    let group = world.store.read(|tx| tx.group_by_id(&team()));
    assert!(matches!(group, Err(StoreError::NotFound(_))));
    world.store.removals_sweep().unwrap();
    world.is_content();
}

#[test]
fn a_type_says_who_joins_and_who_sees() {
    for (kind, joins, admin_adds, listed) in [
        (GroupKind::Public, true, true, true),
        (GroupKind::Private, false, true, false),
        (GroupKind::Secret, false, false, false),
    ] {
        let world = World::new();
        world.group(kind, 9);
        let (own, alice, bob, carol) = (world.own.clone(), id("alice"), id("bob"), id("carol"));
        world.add(&alice, Role::Admin, &own).unwrap();
        let seen = |who| world.store.read(|tx| tx.groups_seen_by(who)).unwrap().len() == 1;
        assert!(seen(&alice) && seen(&own), "{kind}");
        assert_eq!(seen(&bob), listed, "{kind}");
        let joined = world.add(&bob, Role::Member, &bob);
        assert_eq!(joined.is_ok(), joins, "{kind}: {joined:?}");
        refused(
            world.add(&carol, Role::Admin, &carol),
            &format!("the group is {kind}: "),
        );
        let added = world.add(&carol, Role::Member, &alice);
        assert_eq!(added.is_ok(), admin_adds, "{kind}: {added:?}");
        refused(world.add(&id("dave"), Role::Admin, &alice), "the owner may");
        world.is_content();
    }
}

#[test]
fn a_ban_keeps_out_until_it_is_taken_back() {
    let world = World::new();
    world.group(GroupKind::Public, 9);
    let (own, alice, bob) = (world.own.clone(), id("alice"), id("bob"));
    world.add(&alice, Role::Member, &own).unwrap();
    let ban = |who, by| {
        world
            .store
            .write("ban", |tx| tx.group_member_ban(&team(), who, by))
    };
    let unban = |who, by| {
        world
            .store
            .write("unban", |tx| tx.group_member_unban(&team(), who, by))
    };
    refused(ban(&own, &alice), "the owner cannot be removed");
    ban(&alice, &own).unwrap();
    ban(&bob, &own).unwrap();
    refused(ban(&alice, &own), "already");
    assert_eq!(world.members().len(), 1);
    refused(world.add(&alice, Role::Member, &own), "unban them first");
    refused(world.add(&bob, Role::Member, &bob), "unban them first");
    let bans = world.store.read(|tx| tx.group_bans(&team())).unwrap();
    let banned: Vec<_> = bans.iter().map(|ban| (&ban.contact, &ban.banned_by)).collect();
    assert_eq!(banned, [(&alice, &own), (&bob, &own)]);
    unban(&alice, &own).unwrap();
    refused(unban(&alice, &own), "not banned");
    world.add(&alice, Role::Member, &own).unwrap();
    world.is_content();
}

#[test]
fn everything_of_a_group_is_set_and_read_back() {
    let world = World::new();
    world.group(GroupKind::Secret, 9);
    let (own, alice) = (world.own.clone(), id("alice"));
    world.add(&alice, Role::Admin, &own).unwrap();
    let settings = GroupSettings::new(r#"{"announcements_only":true,"theme":{"hue":1.250}}"#).unwrap();
    let change = GroupChange {
        name: Some(name("Choir")),
        description: Some(Description::new("We sing").unwrap()),
        kind: Some(GroupKind::Private),
        limit: Some(MemberLimit::new(2).unwrap()),
        settings: Some(settings.clone()),
    };
    let set = |change: &GroupChange, by| {
        world
            .store
            .write("set", |tx| tx.group_change(&team(), change, by))
    };
    let before = world.store.read(|tx| tx.group_by_id(&team())).unwrap();
    refused(set(&change, &alice), "change the group's type");
    let after = world.store.read(|tx| tx.group_by_id(&team())).unwrap();
    assert_eq!(before, after, "a refusal leaves nothing half done");
    set(&change, &own).unwrap();
    let group = world.store.read(|tx| tx.group_by_id(&team())).unwrap();
    assert_eq!(
        (group.name.as_str(), group.kind, group.limit),
        ("Choir", GroupKind::Private, 2)
    );
    assert_eq!(group.description.as_deref(), Some("We sing"));
    assert_eq!(
        (&group.settings, &group.created_by),
        (&settings, &Some(own.clone()))
    );
    let nothing = GroupChange {
        description: Some(Description::default()),
        settings: Some(GroupSettings::default()),
        ..GroupChange::default()
    };
    set(&nothing, &alice).unwrap();
    let group = world.store.read(|tx| tx.group_by_id(&team())).unwrap();
    assert_eq!(
        (group.description, group.settings),
        (None, GroupSettings::default())
    );
    assert_eq!(group.name, "Choir");

    let may = MemberPermissions::new(r#"{"write":false,"more":[null]}"#).unwrap();
    let permit = |who: &str, by| {
        let who = id(who);
        world
            .store
            .write("permit", |tx| tx.member_permissions(&team(), &who, &may, by))
    };
    permit("alice", &own).unwrap();
    refused(permit("alice", &alice), "the owner may");
    let alice = world
        .store
        .read(|tx| tx.group_member(&team(), &id("alice")))
        .unwrap();
    assert_eq!(alice.permissions, may);
    world.is_content();
}
