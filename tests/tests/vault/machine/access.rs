//! Grants: given, changed, taken back, and over at their time; what a user may do follows from them.

use std::collections::BTreeMap;

use privatus_domain::{
    Grant, GrantFilter, NewGrant, Permission, Permissions, Resource, ResourceKind, Timestamp, UserId,
};
use privatus_store::{Store, StoreError, WriteTx};
use proptest::prelude::*;

use crate::machine::bugs::Bug;
use crate::machine::model::Model;
use crate::machine::outcome::Outcome;
use crate::machine::step::Act;
use crate::machine::vault::Chats;
use crate::machine::world::{USERS, clock};

/// What an act needs: kind and id of a resource, and the permission.
pub(crate) type Need = (ResourceKind, String, Permission);

/// Grants by resource and user; `None` is everyone.
pub(crate) type Grants = BTreeMap<(Resource, Option<usize>), Given>;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Given {
    permissions: Vec<Permission>,
    expires: Option<i64>,
}

#[derive(Debug, Clone)]
pub(crate) enum AccessStep {
    Give {
        on: usize,
        to: Option<usize>,
        permissions: Vec<Permission>,
        /// Hours from now; before it is against the rules.
        hours: Option<i64>,
    },
    Take {
        on: usize,
        to: Option<usize>,
    },
}

const RESOURCES: [&str; 10] = [
    "contact:*",
    "contact:alice",
    "group:*",
    "group:team",
    "conversation:*",
    "transfer:*",
    "setting:*",
    "setting:theme",
    "audit:*",
    "security:*",
];

fn resource(on: usize) -> Resource {
    RESOURCES[on].parse().unwrap()
}

pub(crate) fn user() -> impl Strategy<Value = usize> {
    0..USERS.len()
}

pub(crate) fn steps() -> impl Strategy<Value = AccessStep> {
    let permissions = prop_oneof![
        3 => Just(vec![Permission::Write, Permission::Delete]),
        3 => prop::sample::subsequence(Permission::ALL.to_vec(), 0..=4),
    ];
    let hours = prop::option::of(prop::sample::select(vec![-1, 0, 1, 1, 1, 24]));
    // Mostly on contacts, which users mostly turn to.
    let on = || prop_oneof![1 => Just(0), 1 => 0..RESOURCES.len()];
    prop_oneof![
        4 => (on(), prop::option::weighted(0.9, user()), permissions, hours)
            .prop_map(|(on, to, permissions, hours)| AccessStep::Give { on, to, permissions, hours }),
        1 => (0..RESOURCES.len(), prop::option::of(user())).prop_map(|(on, to)| AccessStep::Take { on, to }),
    ]
}

impl AccessStep {
    /// A grant of nothing is refused before anybody is asked.
    fn need(&self) -> Option<Need> {
        let on = match self {
            Self::Give { permissions, .. } if permissions.is_empty() => return None,
            Self::Give { on, .. } | Self::Take { on, .. } => resource(*on),
        };
        Some((on.kind, on.id().to_owned(), Permission::Admin))
    }

    pub(crate) fn run(&self, tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
        let name = |to: &Option<usize>| to.map(|user| UserId::new(USERS[user])).transpose();
        match self {
            Self::Give {
                on,
                to,
                permissions,
                hours,
            } => {
                let permissions = Permissions::new(permissions.iter().copied())?;
                let expires = hours.map(|hours| clock().unix_ms() + hours * 3_600_000);
                let expires = expires.map(Timestamp::from_unix_ms).transpose()?;
                let new = NewGrant {
                    on: resource(*on),
                    to: name(to)?,
                    permissions,
                    expires_at: expires,
                };
                tx.access_grant(&new)
            }
            Self::Take { on, to } => tx.access_revoke(&resource(*on), name(to)?.as_ref()),
        }
    }
}

impl Act {
    /// What the act needs when a user is bound: all of it.
    fn needs(&self, acting: usize) -> Vec<Need> {
        match self {
            Self::Contact(step) => step.need().into_iter().collect(),
            Self::Group(step) => step.need().into_iter().collect(),
            Self::Message(step) => vec![step.need()],
            Self::Transfer(step) => step.needs(),
            Self::Setting(step) => step.need(acting).into_iter().collect(),
            Self::Access(step) => step.need().into_iter().collect(),
            Self::Audit(step) => vec![step.need()],
            Self::Security(step) => vec![step.need()],
            Self::Key(step) => vec![step.need()],
        }
    }

    /// Does it in a transaction of the store.
    pub(crate) fn run(&self, tx: &mut WriteTx<'_>, chats: &Chats) -> Result<(), StoreError> {
        match self {
            Self::Contact(step) => step.run(tx),
            Self::Group(step) => step.run(tx),
            Self::Message(step) => step.run(tx, chats),
            Self::Transfer(step) => step.run(tx),
            Self::Setting(step) => step.run(tx),
            Self::Access(step) => step.run(tx),
            Self::Audit(step) => step.run(tx),
            Self::Security(step) => step.run(tx),
            Self::Key(step) => step.run(tx),
        }
    }
}

impl Model {
    /// What a user needs for an act and does not have: the first of it.
    pub(crate) fn denied(&self, user: usize, act: &Act) -> Option<Need> {
        let mut needs = act.needs(user).into_iter();
        needs.find(|need| !self.may(user, need))
    }

    pub(crate) fn may(&self, user: usize, need: &Need) -> bool {
        self.granted_until(user, need).is_some()
    }

    /// Until when a user has what it needs.
    fn granted_until(&self, user: usize, (kind, id, permission): &Need) -> Option<i64> {
        let holds = |on: &Resource, to: &Option<usize>, given: &Given| {
            (on.kind == *kind || Bug::GrantOfAnyKind.is_planted())
                && (on.id() == "*" || on.id() == id)
                && to.is_none_or(|to| to == user)
                && (given.expires.is_none_or(|end| self.now < end) || Bug::ExpiryForgotten.is_planted())
                && given
                    .permissions
                    .iter()
                    .any(|one| one == permission || *one == Permission::Admin)
        };
        let holding = self
            .grants
            .iter()
            .filter(|((on, to), given)| holds(on, to, given));
        holding.map(|(_, given)| given.expires.unwrap_or(i64::MAX)).max()
    }

    pub(crate) fn access(&mut self, step: &AccessStep) -> Outcome {
        match step {
            AccessStep::Give {
                on,
                to,
                permissions,
                hours,
            } => {
                if permissions.is_empty() || hours.is_some_and(|hours| hours <= 0) {
                    return Outcome::Refused;
                }
                let given = Given {
                    permissions: permissions.clone(),
                    expires: hours.map(|hours| self.now + hours * 3_600_000),
                };
                // A grant cannot outlive the grant that allows it.
                if let Some((user, need)) = self.acting.zip(step.need()) {
                    let own = self.granted_until(user, &need);
                    if own.is_none_or(|own| own < given.expires.unwrap_or(i64::MAX)) {
                        return Outcome::Refused;
                    }
                }
                self.grants.insert((resource(*on), *to), given);
                self.note(("access", "grant"), resource(*on).kind, resource(*on).id());
            }
            AccessStep::Take { on, to } => {
                if self.grants.remove(&(resource(*on), *to)).is_none() {
                    return Outcome::NotFound;
                }
                self.note(("access", "revoke"), resource(*on).kind, resource(*on).id());
            }
        }
        Outcome::Done
    }
}

pub(crate) fn compare(store: &Store, model: &Model) {
    let user = |grant: &Grant| {
        let place = |user: &UserId| USERS.iter().position(|name| *name == user.as_str()).unwrap();
        grant.to.as_ref().map(place)
    };
    let found: Grants = store
        .read(|tx| tx.access_list(&GrantFilter::default()))
        .unwrap()
        .into_iter()
        .map(|grant| {
            let words = grant.permissions.words().map(|word| word.parse().unwrap());
            let given = Given {
                permissions: words.collect(),
                expires: grant.expires_at.map(Timestamp::unix_ms),
            };
            ((grant.on.clone(), user(&grant)), given)
        })
        .collect();
    assert_eq!(found, model.grants, "the grants");
    for (number, name) in USERS.iter().enumerate() {
        let user: UserId = name.parse().unwrap();
        for on in RESOURCES.iter().map(|on| on.parse::<Resource>().unwrap()) {
            for permission in Permission::ALL {
                let need = (on.kind, on.id().to_owned(), permission);
                let may = store.read(|tx| tx.access_check(&user, &on, permission)).unwrap();
                assert_eq!(may, model.may(number, &need), "{name} may {permission} {on}");
            }
        }
    }
}
