//! Whatever is done to members, in any order: one owner, no more than the limit, nobody who is banned; and a refusal
//! changes nothing.

use privatus_domain::{
    Ban, ContactId, Group, GroupChange, GroupKind, Member, MemberAction, MemberLimit, NewMember, Role,
    member_may,
};
use privatus_store::StoreError;
use proptest::prelude::*;

use crate::groups::{PEOPLE, World, id, name, team};

/// Who, by whom: numbers of people; 5 is the vault's own user.
#[derive(Debug, Clone)]
enum Op {
    Add(usize, Role, usize),
    AddMany(Vec<usize>),
    Remove(usize, usize),
    Ban(usize, usize),
    Unban(usize, usize),
    Role(usize, Role, usize),
    Transfer(usize, usize),
    Leave(usize),
    Limit(u32, usize),
    /// The contact is removed from the vault, and comes back as a stranger.
    Forget(usize),
}

fn op() -> impl Strategy<Value = Op> {
    let role = || prop::sample::select(Role::ALL.to_vec());
    let (who, by) = (|| 0..6_usize, || 0..6_usize);
    prop_oneof![
        4 => (who(), role(), by()).prop_map(|(who, role, by)| Op::Add(who, role, by)),
        1 => prop::collection::vec(who(), 1..4).prop_map(Op::AddMany),
        2 => (who(), by()).prop_map(|(who, by)| Op::Remove(who, by)),
        1 => (who(), by()).prop_map(|(who, by)| Op::Ban(who, by)),
        1 => (who(), by()).prop_map(|(who, by)| Op::Unban(who, by)),
        2 => (who(), role(), by()).prop_map(|(who, role, by)| Op::Role(who, role, by)),
        2 => (who(), by()).prop_map(|(who, by)| Op::Transfer(who, by)),
        2 => who().prop_map(Op::Leave),
        1 => (1..6_u32, by()).prop_map(|(limit, by)| Op::Limit(limit, by)),
        1 => (0..5_usize).prop_map(Op::Forget),
    ]
}

type State = (Group, Vec<Member>, Vec<Ban>);

fn state(world: &World) -> State {
    world
        .store
        .read(|tx| {
            Ok::<_, StoreError>((
                tx.group_by_id(&team())?,
                tx.group_members(&team())?,
                tx.group_bans(&team())?,
            ))
        })
        .unwrap()
}

fn role_of((_, members, _): &State, who: &ContactId) -> Option<Role> {
    let found = members.iter().find(|member| member.contact == *who);
    found.map(|member| member.role)
}

fn apply(world: &World, op: &Op) -> Result<(), StoreError> {
    let person = |number: &usize| {
        PEOPLE
            .get(*number)
            .map_or_else(|| world.own.clone(), |who| id(who))
    };
    let new = |number: &usize, role| NewMember {
        role,
        ..NewMember::new(person(number), name("somebody"))
    };
    world.store.write("op", |tx| match op {
        Op::Add(who, role, by) => tx.group_member_add(&team(), &new(who, *role), &person(by)),
        Op::AddMany(who) => {
            let who: Vec<NewMember> = who.iter().map(|who| new(who, Role::Member)).collect();
            tx.group_members_add(&team(), &who)
        }
        Op::Remove(who, by) => tx.group_member_remove(&team(), &person(who), &person(by)),
        Op::Ban(who, by) => tx.group_member_ban(&team(), &person(who), &person(by)),
        Op::Unban(who, by) => tx.group_member_unban(&team(), &person(who), &person(by)),
        Op::Role(who, role, by) => tx.group_member_role(&team(), &person(who), *role, &person(by)),
        Op::Transfer(who, by) => tx.group_transfer(&team(), &person(who), &person(by)),
        Op::Leave(who) => tx.group_member_leave(&team(), &person(who)),
        Op::Limit(limit, by) => {
            let change = GroupChange {
                limit: Some(MemberLimit::new(*limit)?),
                ..GroupChange::default()
            };
            tx.group_change(&team(), &change, &person(by))
        }
        Op::Forget(who) => tx.contact_remove(&person(who)),
    })?;
    if let Op::Forget(who) = op {
        world.contact(PEOPLE[*who]);
    }
    Ok(())
}

/// Whether the table lets it happen, where the table has a word in it.
fn is_allowed(before: &State, world: &World, op: &Op) -> bool {
    let person = |number: &usize| {
        PEOPLE
            .get(*number)
            .map_or_else(|| world.own.clone(), |who| id(who))
    };
    let asks = |by: &usize, action, target| {
        let actor = role_of(before, &person(by));
        actor.is_some_and(|actor| member_may(actor, action, target).is_ok())
    };
    let role = |who: &usize| role_of(before, &person(who));
    match op {
        Op::Add(who, role, by) => {
            who == by && *role == Role::Member || asks(by, MemberAction::Add, Some(*role))
        }
        Op::Remove(who, by) => asks(by, MemberAction::Remove, role(who)),
        Op::Ban(who, by) => asks(by, MemberAction::Ban, role(who)),
        Op::Unban(_, by) => asks(by, MemberAction::Unban, None),
        Op::Role(who, _, by) => asks(by, MemberAction::ChangeRole, role(who)),
        Op::Transfer(who, by) => asks(by, MemberAction::Transfer, role(who)),
        Op::Leave(who) => asks(who, MemberAction::Leave, None),
        Op::Limit(_, by) => asks(by, MemberAction::ChangeGroup, None),
        Op::AddMany(_) | Op::Forget(_) => true,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn members_keep_their_rules(ops in prop::collection::vec(op(), 1..40)) {
        let world = World::new();
        world.group(GroupKind::Public, 4);
        for op in &ops {
            let before = state(&world);
            let done = apply(&world, op);
            let after = state(&world);
            if done.is_err() {
                prop_assert_eq!(&before, &after, "{:?} was refused", op);
            } else {
                prop_assert!(is_allowed(&before, &world, op), "{:?} of {:?}", op, before);
            }
            let (group, members, bans) = after;
            let owners = members.iter().filter(|member| member.role == Role::Owner).count();
            prop_assert_eq!(owners, usize::from(!members.is_empty()), "{:?}", op);
            prop_assert_eq!(group.member_count as usize, members.len());
            prop_assert!(group.member_count <= group.limit);
            let banned = |member: &Member| bans.iter().any(|ban| ban.contact == member.contact);
            prop_assert!(!members.iter().any(banned));
        }
        world.is_content();
    }
}
