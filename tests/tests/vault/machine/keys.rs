//! Keys of the key store: one active key for each group, destroyed earlier ones, and times to expire.

use std::collections::BTreeMap;

use privatus_domain::{KeyEntry, KeyFilter, KeyKind, Permission, ResourceKind, Timestamp};
use privatus_store::{Store, StoreError, WriteTx};
use proptest::prelude::*;

use crate::machine::access::Need;
use crate::machine::model::Model;
use crate::machine::outcome::Outcome;
use crate::machine::world::{GROUPS, clock};

const HOUR: i64 = 3_600_000;

/// Numbers of keys that every vault has.
const FIRST: u32 = 2;

/// Gives a key a time to expire, so many hours from now, or takes it back.
#[derive(Debug, Clone)]
pub(crate) struct KeyStep {
    number: u32,
    hours: Option<i64>,
}

/// The keys, as far as the model knows them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Keys {
    /// By group: how many it ever had, and whether the last one lives.
    groups: BTreeMap<usize, (usize, bool)>,
    expiring: BTreeMap<u32, i64>,
}

pub(crate) fn steps() -> impl Strategy<Value = KeyStep> {
    let number = prop_oneof![6 => 1..=FIRST, 1 => Just(0), 1 => Just(999)];
    let hours = prop::option::weighted(0.8, prop::sample::select(vec![-1, 0, 1, 24, 24 * 30]));
    (number, hours).prop_map(|(number, hours)| KeyStep { number, hours })
}

impl KeyStep {
    pub(crate) fn need(&self) -> Need {
        (ResourceKind::Key, self.number.to_string(), Permission::Write)
    }

    pub(crate) fn run(&self, tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
        let at = self.hours.map(|hours| clock().unix_ms() + hours * HOUR);
        let at = at.map(Timestamp::from_unix_ms).transpose()?;
        tx.key_expiry_set(self.number, at)
    }
}

impl Model {
    pub(crate) fn key(&mut self, step: &KeyStep) -> Outcome {
        if !(1..=FIRST).contains(&step.number) {
            return Outcome::NotFound;
        }
        match step.hours {
            Some(hours) if hours <= 0 => return Outcome::Refused,
            Some(hours) => self.keys.expiring.insert(step.number, self.now + hours * HOUR),
            None => self.keys.expiring.remove(&step.number),
        };
        self.note(("key", "expiry"), ResourceKind::Key, &step.number.to_string());
        Outcome::Done
    }
}

impl Keys {
    /// A group was created or gets another key.
    pub(crate) fn of_group(&mut self, group: usize) {
        let (count, lives) = self.groups.entry(group).or_default();
        (*count, *lives) = (*count + 1, true);
    }

    /// A group was removed.
    pub(crate) fn group_goes(&mut self, group: usize) {
        self.groups.entry(group).or_default().1 = false;
    }
}

pub(crate) fn compare(store: &Store, model: &Model) {
    let list = |kind, expiring_by| {
        let filter = KeyFilter { kind, expiring_by };
        store.read(|tx| tx.keys(&filter)).unwrap()
    };
    let all = list(None, None);
    let mut by_kind: Vec<KeyEntry> = KeyKind::ALL
        .into_iter()
        .flat_map(|kind| list(Some(kind), None))
        .collect();
    by_kind.sort_by_key(|key| key.key_number);
    assert_eq!(by_kind, all, "the keys by their types");
    let of_groups = list(Some(KeyKind::Group), None);
    for (number, group) in GROUPS.iter().enumerate() {
        let (count, lives) = model.keys.groups.get(&number).copied().unwrap_or_default();
        let found = of_groups.iter().filter(|key| key.scope == *group);
        let found: Vec<bool> = found.map(|key| !key.is_destroyed).collect();
        let expected: Vec<bool> = (1..=count).map(|one| lives && one == count).collect();
        assert_eq!(found, expected, "which keys of {group} live");
    }
    // Nothing else is ever destroyed, and no scope has two keys.
    let others = all.iter().filter(|key| key.key_type != KeyKind::Group.as_str());
    assert!(others.clone().all(|key| !key.is_destroyed));
    let scopes: std::collections::BTreeSet<_> =
        others.clone().map(|key| (&key.key_type, &key.scope)).collect();
    assert_eq!(scopes.len(), others.count(), "a scope with two keys");
    for within in [0, HOUR, 48 * HOUR] {
        let by = model.now + within;
        let found = list(None, Some(Timestamp::from_unix_ms(by).unwrap()));
        let found = found
            .iter()
            .map(|key| (key.expires_at.unwrap().unix_ms(), key.key_number));
        let known = model.keys.expiring.iter().filter(|(_, at)| **at <= by);
        let mut expected: Vec<(i64, u32)> = known.map(|(number, at)| (*at, *number)).collect();
        expected.sort_unstable();
        assert_eq!(found.collect::<Vec<_>>(), expected, "keys that expire");
    }
}
