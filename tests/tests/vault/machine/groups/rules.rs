//! The rules of groups: who may do what to whom, written out once more.

use std::collections::{BTreeMap, BTreeSet};

use privatus_domain::{GroupKind, ResourceKind, Role};

use super::{Deed, Group, GroupStep, Seat, Who, json};
use crate::machine::audit::What;
use crate::machine::bugs::Bug;
use crate::machine::model::Model;
use crate::machine::outcome::Outcome;
use crate::machine::world::GROUPS;

impl Group {
    fn role(&self, who: Who) -> Option<Role> {
        self.members.get(&who).map(|seat| seat.role)
    }

    /// Who was in it longest, an admin before a member, becomes the owner; of a group that nobody is left in, the
    /// vault's own user.
    fn find_owner(&mut self, empty: Seat) {
        if self.members.is_empty() {
            self.bans.remove(&Who::Me);
            let empty = Seat {
                permissions: None,
                ..empty
            };
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

const ROTATE: What = ("key", "group_rotate");

/// Owner, or admin.
fn is_staff(role: Role) -> bool {
    role != Role::Member || Bug::RoleNotChecked.is_planted()
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
            let was_owner = seat.role == Role::Owner;
            if was_owner {
                group.find_owner(seat);
            }
            self.note_group(ROTATE, number);
            if was_owner {
                self.note_group(("membership", "transfer"), number);
            }
        }
    }

    /// A rotation is a new key.
    fn note_group(&mut self, what: What, group: usize) {
        if what == ROTATE && !Bug::KeyNotRotated.is_planted() {
            self.keys.of_group(group);
        }
        self.note(what, ResourceKind::Group, GROUPS[group]);
    }

    pub(crate) fn group(&mut self, step: &GroupStep) -> Outcome {
        if let Deed::Create(kind, limit, is_anonymous) = step.deed {
            return self.group_made(step.group, kind, limit, is_anonymous);
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
                entries
                    .into_iter()
                    .for_each(|what| self.note_group(what, step.group));
                if matches!(step.deed, Deed::Delete) {
                    self.groups.remove(&step.group);
                    self.keys.group_goes(step.group);
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

    fn group_made(&mut self, group: usize, kind: GroupKind, limit: u32, is_anonymous: bool) -> Outcome {
        if limit == 0 {
            return Outcome::Refused;
        }
        if !self.groups.contains_key(&group) {
            let owner = Seat {
                role: Role::Owner,
                joined: self.now,
                permissions: None,
            };
            let new = Group {
                kind,
                limit,
                is_anonymous,
                description: None,
                settings: None,
                members: BTreeMap::from([(Who::Me, owner)]),
                bans: BTreeSet::new(),
            };
            self.groups.insert(group, new);
            self.keys.of_group(group);
            self.note_group(("group", "create"), group);
        }
        self.chat_open(GROUPS[group]);
        Outcome::Done
    }

    /// Applies it to a copy of the group; returns what is noted.
    fn deed(&self, group: &mut Group, step: &GroupStep) -> Result<Vec<What>, Outcome> {
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
            Deed::Describe(text) => {
                rule(is_staff(acting()?))?;
                group.description = text.map(|number| number.to_string());
                vec![("group", "change")]
            }
            Deed::Settings(number) => {
                rule(is_staff(acting()?))?;
                group.settings = Some(json(number));
                vec![("group", "change")]
            }
            Deed::Permissions(who, number) => {
                let role = group.role(who).ok_or(Outcome::NotFound)?;
                rule(above(acting()?, role))?;
                group.members.get_mut(&who).unwrap().permissions = Some(json(number));
                vec![("membership", "change")]
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
                rule(!group.bans.contains(&who) || Bug::BanForgotten.is_planted())?;
                let off = usize::from(Bug::SizeOffByOne.is_planted());
                rule(group.members.len() + off < group.limit as usize)?;
                let seat = Seat {
                    role,
                    joined: self.now,
                    permissions: None,
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
                rule(role != Role::Owner || Bug::OwnerMayLeave.is_planted())?;
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
