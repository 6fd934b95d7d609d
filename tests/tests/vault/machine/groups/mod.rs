//! Groups and their members: who may do what to whom, one owner, no more members than the limit, bans and new keys.

mod compared;
mod rules;

use std::collections::{BTreeMap, BTreeSet};

use privatus_domain::{
    Description, DisplayName, GroupChange, GroupKind, GroupSettings, MemberLimit, MemberPermissions,
    NewGroup, NewMember, Permission, ResourceKind, Role,
};
use privatus_store::{StoreError, WriteTx};
use proptest::prelude::*;

use crate::machine::access::Need;
use crate::machine::model::Model;
use crate::machine::step::some_of;
use crate::machine::world::{GROUPS, PEOPLE, clock, contact_id, group_id};

pub(crate) use compared::compare;

/// The vault's own user, or a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Who {
    Me,
    Person(usize),
}

#[derive(Debug, Clone)]
pub(crate) enum Deed {
    Create(GroupKind, u32, bool),
    Limit(u32),
    Kind(GroupKind),
    Describe(Option<u8>),
    Settings(u8),
    Permissions(Who, u8),
    Add(Who, Role),
    Role(Who, Role),
    Transfer(Who),
    Remove(Who),
    Ban(Who),
    Unban(Who),
    /// The actor itself.
    Leave,
    Delete,
}

#[derive(Debug, Clone)]
pub(crate) struct GroupStep {
    group: usize,
    actor: Who,
    deed: Deed,
}

#[derive(Debug, Clone, PartialEq)]
struct Seat {
    role: Role,
    joined: i64,
    permissions: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Group {
    kind: GroupKind,
    limit: u32,
    pub(crate) is_anonymous: bool,
    description: Option<String>,
    settings: Option<String>,
    members: BTreeMap<Who, Seat>,
    bans: BTreeSet<Who>,
}

fn who() -> impl Strategy<Value = Who> {
    prop_oneof![2 => Just(Who::Me), 5 => (0..PEOPLE.len()).prop_map(Who::Person)]
}

pub(crate) fn steps(model: &Model) -> BoxedStrategy<GroupStep> {
    let of = |group: usize| match model.groups.get(&group) {
        Some(known) => deeds(group, known, model),
        None => made(group),
    };
    proptest::strategy::Union::new((0..GROUPS.len()).map(of)).boxed()
}

/// Steps of a group that is not there: mostly it is made.
fn made(group: usize) -> BoxedStrategy<GroupStep> {
    let kind = prop::sample::select(GroupKind::ALL.to_vec());
    prop_oneof![
        5 => (kind, prop_oneof![1 => 0..2_u32, 3 => 2..6_u32], any::<bool>())
            .prop_map(|(kind, limit, anonymous)| Deed::Create(kind, limit, anonymous)),
        1 => Just(Deed::Delete),
        1 => who().prop_map(|who| Deed::Add(who, Role::Member)),
    ]
    .prop_map(move |deed| GroupStep {
        group,
        actor: Who::Me,
        deed,
    })
    .boxed()
}

fn deeds(group: usize, known: &Group, model: &Model) -> BoxedStrategy<GroupStep> {
    let kind = || prop::sample::select(GroupKind::ALL.to_vec());
    let role = || prop::sample::select(Role::ALL.to_vec());
    let member = || some_of(known.members.keys().copied(), who());
    let stranger = || {
        let people = model.people.keys().map(|who| Who::Person(*who));
        let strangers = people.filter(|who| !known.members.contains_key(who));
        some_of(strangers.chain(known.bans.iter().copied()), who())
    };
    let deed = prop_oneof![
        1 => (kind(), 0..5_u32, any::<bool>())
            .prop_map(|(kind, limit, anonymous)| Deed::Create(kind, limit, anonymous)),
        1 => prop::option::of(any::<u8>()).prop_map(Deed::Describe),
        1 => any::<u8>().prop_map(Deed::Settings),
        2 => (member(), any::<u8>()).prop_map(|(who, number)| Deed::Permissions(who, number)),
        2 => (0..6_u32).prop_map(Deed::Limit),
        1 => kind().prop_map(Deed::Kind),
        10 => (stranger(), role()).prop_map(|(who, role)| Deed::Add(who, role)),
        if known.bans.is_empty() { 1 } else { 8 } => some_of(known.bans.iter().copied(), who())
            .prop_map(|who| Deed::Add(who, Role::Member)),
        3 => (member(), role()).prop_map(|(who, role)| Deed::Role(who, role)),
        2 => member().prop_map(Deed::Transfer),
        2 => member().prop_map(Deed::Remove),
        4 => prop_oneof![member(), stranger()].prop_map(Deed::Ban),
        1 => some_of(known.bans.iter().copied(), who()).prop_map(Deed::Unban),
        3 => Just(Deed::Leave),
        1 => Just(Deed::Delete),
    ];
    let owner = known.members.iter().find(|(_, seat)| seat.role == Role::Owner);
    let actor = prop_oneof![
        3 => some_of(owner.map(|(who, _)| *who), who()),
        2 => member(),
    ];
    let step = (actor, deed).prop_map(move |(actor, deed)| GroupStep { group, actor, deed });
    step.boxed()
}

impl GroupStep {
    /// What is refused before anybody is asked needs nothing.
    pub(crate) fn need(&self) -> Option<Need> {
        let permission = match self.deed {
            Deed::Create(_, 0, _) | Deed::Limit(0) => return None,
            Deed::Delete => Permission::Delete,
            _ => Permission::Write,
        };
        Some((ResourceKind::Group, GROUPS[self.group].to_owned(), permission))
    }

    pub(crate) fn run(&self, tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
        let own = tx.own_id();
        let id = |who: Who| match who {
            Who::Me => own.clone(),
            Who::Person(who) => contact_id(who),
        };
        let (group, actor) = (group_id(self.group), id(self.actor));
        match &self.deed {
            Deed::Create(kind, limit, is_anonymous) => {
                let name = DisplayName::new(GROUPS[self.group])?;
                let new = NewGroup {
                    limit: MemberLimit::new(*limit)?,
                    is_anonymous: *is_anonymous,
                    ..NewGroup::new(group, name, *kind, clock())
                };
                tx.group_create(&new).map(drop)
            }
            Deed::Limit(limit) => {
                let change = GroupChange {
                    limit: Some(MemberLimit::new(*limit)?),
                    ..GroupChange::default()
                };
                tx.group_change(&group, &change, &actor)
            }
            Deed::Kind(kind) => {
                let change = GroupChange {
                    kind: Some(*kind),
                    ..GroupChange::default()
                };
                tx.group_change(&group, &change, &actor)
            }
            Deed::Describe(text) => {
                let text = text.map_or_else(String::new, |number| number.to_string());
                let change = GroupChange {
                    description: Some(Description::new(text)?),
                    ..GroupChange::default()
                };
                tx.group_change(&group, &change, &actor)
            }
            Deed::Settings(number) => {
                let change = GroupChange {
                    settings: Some(GroupSettings::new(&json(*number))?),
                    ..GroupChange::default()
                };
                tx.group_change(&group, &change, &actor)
            }
            Deed::Permissions(who, number) => {
                let permissions = MemberPermissions::new(&json(*number))?;
                tx.member_permissions(&group, &id(*who), &permissions, &actor)
            }
            Deed::Add(who, role) => {
                let new = NewMember {
                    role: *role,
                    ..NewMember::new(id(*who), DisplayName::new("x")?)
                };
                tx.group_member_add(&group, &new, &actor)
            }
            Deed::Role(who, role) => tx.group_member_role(&group, &id(*who), *role, &actor),
            Deed::Transfer(who) => tx.group_transfer(&group, &id(*who), &actor),
            Deed::Remove(who) => tx.group_member_remove(&group, &id(*who), &actor),
            Deed::Ban(who) => tx.group_member_ban(&group, &id(*who), &actor),
            Deed::Unban(who) => tx.group_member_unban(&group, &id(*who), &actor),
            Deed::Leave => tx.group_member_leave(&group, &actor),
            Deed::Delete => tx.group_remove(&group, &actor),
        }
    }
}

/// Fields that no build knows.
fn json(number: u8) -> String {
    format!("{{\"number\":{number}}}")
}
