//! Groups and their members: who may do what to whom, one owner, no more members than the limit, bans and new keys.

use std::collections::{BTreeMap, BTreeSet};

use privatus_domain::{
    ContactId, DisplayName, GroupChange, GroupKind, MemberLimit, NewGroup, NewMember, Permission,
    ResourceKind, Role,
};
use privatus_store::{Store, StoreError, WriteTx};
use proptest::prelude::*;

use crate::access::Need;
use crate::model::Model;
use crate::outcome::Outcome;
use crate::step::some_of;
use crate::world::{GROUPS, PEOPLE, clock, contact_id, group_id};

/// The vault's own user, or a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Who {
    Me,
    Person(usize),
}

#[derive(Debug, Clone)]
pub(crate) enum Deed {
    Create(GroupKind, u32),
    Limit(u32),
    Kind(GroupKind),
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
}

#[derive(Debug, Clone)]
pub(crate) struct Group {
    kind: GroupKind,
    limit: u32,
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
        5 => (kind, prop_oneof![1 => 0..2_u32, 3 => 2..6_u32]).prop_map(|(kind, limit)| Deed::Create(kind, limit)),
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
        1 => (kind(), 0..5_u32).prop_map(|(kind, limit)| Deed::Create(kind, limit)),
        2 => (0..6_u32).prop_map(Deed::Limit),
        1 => kind().prop_map(Deed::Kind),
        6 => (stranger(), role()).prop_map(|(who, role)| Deed::Add(who, role)),
        if known.bans.is_empty() { 1 } else { 8 } => some_of(known.bans.iter().copied(), who())
            .prop_map(|who| Deed::Add(who, Role::Member)),
        3 => (member(), role()).prop_map(|(who, role)| Deed::Role(who, role)),
        2 => member().prop_map(Deed::Transfer),
        2 => member().prop_map(Deed::Remove),
        4 => prop_oneof![member(), stranger()].prop_map(Deed::Ban),
        1 => some_of(known.bans.iter().copied(), who()).prop_map(Deed::Unban),
        2 => Just(Deed::Leave),
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
            Deed::Create(_, 0) | Deed::Limit(0) => return None,
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
            Deed::Create(kind, limit) => {
                let name = DisplayName::new(GROUPS[self.group])?;
                let new = NewGroup {
                    limit: MemberLimit::new(*limit)?,
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

impl Group {
    fn role(&self, who: Who) -> Option<Role> {
        self.members.get(&who).map(|seat| seat.role)
    }

    /// Who was in it longest, an admin before a member, becomes the owner; of a group that nobody is left in, the vault's
    /// own user.
    fn find_owner(&mut self, empty: Seat) {
        if self.members.is_empty() {
            self.bans.remove(&Who::Me);
            self.members.insert(Who::Me, empty);
            return;
        }
        let next = self
            .members
            .values_mut()
            .min_by_key(|seat| (seat.role != Role::Admin, seat.joined));
        if let Some(seat) = next {
            seat.role = Role::Owner;
        }
    }
}

/// Owner, or admin.
fn is_staff(role: Role) -> bool {
    role != Role::Member
}

impl Model {
    fn exists(&self, who: Who) -> bool {
        match who {
            Who::Me => true,
            Who::Person(who) => self.people.contains_key(&who),
        }
    }

    pub(crate) fn contact_leaves_groups(&mut self, who: usize) {
        let mut numbers: Vec<usize> = self.groups.keys().copied().collect();
        numbers.sort_by_key(|number| GROUPS[*number]);
        for number in numbers {
            let group = self.groups.get_mut(&number).unwrap();
            group.bans.remove(&Who::Person(who));
            let Some(seat) = group.members.remove(&Who::Person(who)) else {
                continue;
            };
            self.audit.push(("key", "group_rotate"));
            if seat.role == Role::Owner {
                group.find_owner(seat);
                self.audit.push(("membership", "transfer"));
            }
        }
    }

    pub(crate) fn group(&mut self, step: &GroupStep) -> Outcome {
        if let Deed::Create(kind, limit) = step.deed {
            return self.group_made(step.group, kind, limit);
        }
        if matches!(step.deed, Deed::Limit(0)) {
            return Outcome::Refused;
        }
        let Some(group) = self.groups.get(&step.group) else {
            return Outcome::NotFound;
        };
        let mut group = group.clone();
        match self.deed(&mut group, step) {
            Ok(entries) => {
                self.audit.extend(entries);
                if matches!(step.deed, Deed::Delete) {
                    self.groups.remove(&step.group);
                    self.chat_remove(GROUPS[step.group]);
                    for transfer in self.transfers.values_mut() {
                        transfer.group_goes(step.group);
                    }
                } else {
                    self.groups.insert(step.group, group);
                }
                Outcome::Done
            }
            Err(outcome) => outcome,
        }
    }

    fn group_made(&mut self, group: usize, kind: GroupKind, limit: u32) -> Outcome {
        if limit == 0 {
            return Outcome::Refused;
        }
        if !self.groups.contains_key(&group) {
            let owner = Seat {
                role: Role::Owner,
                joined: self.now,
            };
            let new = Group {
                kind,
                limit,
                members: BTreeMap::from([(Who::Me, owner)]),
                bans: BTreeSet::new(),
            };
            self.groups.insert(group, new);
            self.audit.push(("group", "create"));
        }
        self.chat_open(GROUPS[group]);
        Outcome::Done
    }

    /// Does it to a copy of the group; gives what is written down.
    fn deed(&self, group: &mut Group, step: &GroupStep) -> Result<Vec<crate::model::Entry>, Outcome> {
        const ROTATE: crate::model::Entry = ("key", "group_rotate");
        let rule = |holds: bool| if holds { Ok(()) } else { Err(Outcome::Refused) };
        let there = |holds: bool| if holds { Ok(()) } else { Err(Outcome::NotFound) };
        let actor = group.role(step.actor);
        let acting = || actor.ok_or(Outcome::Refused);
        Ok(match step.deed {
            Deed::Create(..) => Vec::new(),
            Deed::Limit(limit) => {
                rule(is_staff(acting()?))?;
                rule(limit as usize >= group.members.len())?;
                group.limit = limit;
                vec![("group", "change")]
            }
            Deed::Kind(kind) => {
                rule(is_staff(acting()?))?;
                rule(kind == group.kind || acting()? == Role::Owner)?;
                group.kind = kind;
                vec![("group", "change")]
            }
            Deed::Add(who, role) => {
                rule(role != Role::Owner)?;
                there(self.exists(who))?;
                rule(group.role(who).is_none())?;
                if step.actor == who {
                    rule(group.kind == GroupKind::Public && role == Role::Member)?;
                } else {
                    let needs_owner = role == Role::Admin || group.kind == GroupKind::Secret;
                    rule(if needs_owner {
                        acting()? == Role::Owner
                    } else {
                        is_staff(acting()?)
                    })?;
                }
                rule(!group.bans.contains(&who))?;
                rule(group.members.len() < group.limit as usize)?;
                let seat = Seat {
                    role,
                    joined: self.now,
                };
                group.members.insert(who, seat);
                vec![("membership", "add")]
            }
            Deed::Role(who, role) => {
                let before = group.role(who).ok_or(Outcome::NotFound)?;
                rule(role != Role::Owner && before != Role::Owner && acting()? == Role::Owner)?;
                if before == role {
                    return Ok(Vec::new());
                }
                group.members.get_mut(&who).unwrap().role = role;
                vec![("membership", "role")]
            }
            Deed::Transfer(who) => {
                let before = group.role(who).ok_or(Outcome::NotFound)?;
                rule(before != Role::Owner && acting()? == Role::Owner)?;
                group.members.get_mut(&step.actor).unwrap().role = Role::Admin;
                group.members.get_mut(&who).unwrap().role = Role::Owner;
                vec![("membership", "transfer")]
            }
            Deed::Remove(who) => {
                let before = group.role(who).ok_or(Outcome::NotFound)?;
                rule(above(acting()?, before))?;
                group.members.remove(&who);
                vec![ROTATE, ("membership", "remove")]
            }
            Deed::Ban(who) => {
                there(self.exists(who))?;
                let before = group.role(who);
                rule(before.map_or(is_staff(acting()?), |before| {
                    actor.is_some_and(|actor| above(actor, before))
                }))?;
                rule(group.bans.insert(who))?;
                let mut entries = vec![("membership", "ban")];
                if group.members.remove(&who).is_some() {
                    entries.insert(0, ROTATE);
                }
                entries
            }
            Deed::Unban(who) => {
                rule(is_staff(acting()?))?;
                rule(group.bans.remove(&who))?;
                vec![("membership", "unban")]
            }
            Deed::Leave => {
                let role = actor.ok_or(Outcome::NotFound)?;
                rule(role != Role::Owner)?;
                group.members.remove(&step.actor);
                vec![ROTATE, ("membership", "leave")]
            }
            Deed::Delete => {
                rule(step.actor == Who::Me || acting()? == Role::Owner)?;
                vec![("group", "remove")]
            }
        })
    }
}

/// Whether a role removes and bans another.
fn above(actor: Role, target: Role) -> bool {
    match target {
        Role::Owner => false,
        Role::Admin => actor == Role::Owner,
        Role::Member => is_staff(actor),
    }
}

pub(crate) fn compare(store: &Store, model: &Model) {
    let groups = store.read(|tx| tx.groups()).unwrap();
    assert_eq!(groups.len(), model.groups.len(), "the groups");
    for (number, known) in &model.groups {
        let id = group_id(*number);
        let (own, group, members, bans) = store
            .read(|tx| {
                let (group, members) = (tx.group_by_id(&id)?, tx.group_members(&id)?);
                Ok::<_, StoreError>((tx.own_id(), group, members, tx.group_bans(&id)?))
            })
            .unwrap();
        let who = |id: &ContactId| {
            let place = || PEOPLE.iter().position(|name| *name == id.to_string()).unwrap();
            if *id == own { Who::Me } else { Who::Person(place()) }
        };
        assert_eq!((group.kind, group.limit), (known.kind, known.limit), "{id}");
        assert_eq!(group.member_count as usize, known.members.len(), "{id}");
        let members = members.iter().map(|member| {
            let seat = Seat {
                role: member.role,
                joined: member.joined_at.unix_ms(),
            };
            (who(&member.contact), seat)
        });
        assert_eq!(
            members.collect::<BTreeMap<_, _>>(),
            known.members,
            "the members of {id}"
        );
        let bans = bans.iter().map(|ban| who(&ban.contact));
        assert_eq!(bans.collect::<BTreeSet<_>>(), known.bans, "the bans of {id}");
    }
}
