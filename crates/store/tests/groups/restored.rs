//! Groups of a history, created whole.

use privatus_domain::{
    Ban, ContactId, DisplayName, GroupKind, MemberLimit, NewGroup, NewMember, Role, Timestamp,
};
use privatus_store::RestoredGroup;

use super::{World, clock, id, name, team};

/// A group of a history that has room for two and was created by nobody known.
fn old() -> NewGroup {
    NewGroup {
        limit: MemberLimit::new(2).unwrap(),
        ..NewGroup::new(team(), name("Team"), GroupKind::Private, clock())
    }
}

/// A member that joined this many milliseconds before the group was created.
fn member(who: &ContactId, role: Role, before: i64) -> NewMember {
    NewMember {
        role,
        joined_at: Timestamp::from_unix_ms(clock().unix_ms() - before).ok(),
        ..NewMember::new(who.clone(), DisplayName::new("somebody").unwrap())
    }
}

fn ban(who: &ContactId) -> Ban {
    Ban {
        contact: who.clone(),
        banned_by: id("alice"),
        banned_at: clock(),
    }
}

impl World {
    fn restore(&self, members: &[NewMember], bans: &[Ban]) -> RestoredGroup {
        let chat = "team".parse().unwrap();
        let restored = self
            .store
            .write("restore", |tx| tx.group_restore(&old(), &chat, members, bans));
        self.is_content();
        restored.unwrap()
    }

    fn banned(&self) -> Vec<ContactId> {
        let bans = self.store.read(|tx| tx.group_bans(&team())).unwrap();
        bans.into_iter().map(|ban| ban.contact).collect()
    }

    fn limit(&self) -> u32 {
        let group = self.store.read(|tx| tx.group_by_id(&team())).unwrap();
        group.limit
    }
}

#[test]
fn who_is_left_out_is_counted() {
    let world = World::new();
    let [alice, bob, carol, unknown, other] = ["alice", "bob", "carol", "zoe", "yann"].map(id);
    let members = [
        member(&alice, Role::Owner, 3),
        member(&bob, Role::Member, 2),
        member(&bob, Role::Admin, 1),
        member(&carol, Role::Member, 1),
        member(&unknown, Role::Member, 1),
    ];
    let bans = [ban(&carol), ban(&unknown), ban(&other), ban(&carol)];
    let restored = world.restore(&members, &bans);
    assert_eq!(
        (restored.is_new, restored.left_out, restored.bans_left_out),
        (true, 3, 2)
    );
    assert_eq!(
        world.members(),
        [(alice.clone(), Role::Owner), (bob.clone(), Role::Member)]
    );
    assert_eq!(world.banned(), [carol]);
    assert_eq!(
        world.limit(),
        5,
        "the limit grows to hold the members of the history"
    );

    let again = world.restore(&[member(&alice, Role::Member, 1)], &[ban(&bob)]);
    assert_eq!((again.is_new, again.left_out, again.bans_left_out), (false, 0, 0));
    assert_eq!(world.members().len(), 2);
}

#[test]
fn a_group_without_an_owner_is_the_vaults_own_users() {
    let world = World::new();
    let (alice, bob) = (id("alice"), id("bob"));
    let members = [member(&alice, Role::Member, 1), member(&bob, Role::Admin, 2)];
    world.restore(&members, &[]);
    let mut members = world.members();
    members.retain(|(_, role)| *role == Role::Owner);
    assert_eq!(members, [(world.own.clone(), Role::Owner)]);
    assert_eq!(world.limit(), 3, "the limit grows to hold the owner too");
}

#[test]
fn a_group_that_bans_the_vaults_own_user_is_the_first_members() {
    let world = World::new();
    let (alice, bob) = (id("alice"), id("bob"));
    let members = [member(&alice, Role::Member, 1), member(&bob, Role::Member, 2)];
    world.restore(&members, &[ban(&world.own)]);
    assert_eq!(
        world.members(),
        [(alice, Role::Member), (bob, Role::Owner)],
        "who joined first"
    );
    assert_eq!(world.banned(), std::slice::from_ref(&world.own));
}

#[test]
fn a_group_without_members_lifts_the_ban_of_the_vaults_own_user() {
    let world = World::new();
    world.restore(&[], &[ban(&world.own)]);
    assert_eq!(world.members(), [(world.own.clone(), Role::Owner)]);
    assert!(world.banned().is_empty());
}
