//! Settings of the application and of its users, under names that keep to the grammar or do not.

use std::collections::BTreeMap;

use privatus_domain::{Permission, ResourceKind, SettingKey, UserId};
use privatus_store::{Store, StoreError, WriteTx};
use proptest::prelude::*;

use crate::machine::access::Need;
use crate::machine::bugs::Bug;
use crate::machine::model::Model;
use crate::machine::outcome::Outcome;
use crate::machine::world::{USERS, clock};

const NAMES: [&str; 4] = ["theme", "window.width", "no name", ""];
/// How many of them keep to the grammar.
const GOOD: usize = 2;

#[derive(Debug, Clone)]
pub(crate) enum SettingStep {
    Set {
        user: Option<usize>,
        key: usize,
        value: i64,
    },
    Unset {
        user: Option<usize>,
        key: usize,
    },
}

pub(crate) fn steps() -> impl Strategy<Value = SettingStep> {
    let whose = || prop::option::of(0..USERS.len());
    prop_oneof![
        2 => (whose(), 0..NAMES.len(), any::<i64>())
            .prop_map(|(user, key, value)| SettingStep::Set { user, key, value }),
        1 => (whose(), 0..NAMES.len()).prop_map(|(user, key)| SettingStep::Unset { user, key }),
    ]
}

fn scope(user: Option<usize>) -> String {
    user.map_or_else(String::new, |user| USERS[user].into())
}

impl SettingStep {
    /// A user's own settings are his; those of the application take a grant.
    pub(crate) fn need(&self, acting: usize) -> Option<Need> {
        let (Self::Set { user, key, .. } | Self::Unset { user, key }) = self;
        if *user == Some(acting) || *key >= GOOD {
            return None;
        }
        let id = user.map_or_else(
            || NAMES[*key].to_owned(),
            |user| format!("{}/{}", USERS[user], NAMES[*key]),
        );
        let permission = match self {
            Self::Set { .. } => Permission::Write,
            Self::Unset { .. } => Permission::Delete,
        };
        Some((ResourceKind::Setting, id, permission))
    }

    pub(crate) fn run(&self, tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
        match self {
            Self::Set { user, key, value } => {
                let key = SettingKey::new(NAMES[*key])?;
                tx.setting_set(&scope(*user), &key, serde_json::Value::from(*value), clock())
            }
            Self::Unset { user, key } => tx.setting_unset(&scope(*user), &SettingKey::new(NAMES[*key])?),
        }
    }
}

impl Model {
    pub(crate) fn setting(&mut self, step: &SettingStep) -> Outcome {
        let (SettingStep::Set { user, key, .. } | SettingStep::Unset { user, key }) = step;
        if *key >= GOOD {
            return Outcome::Refused;
        }
        let place = (scope(*user), *key);
        match step {
            SettingStep::Set { value, .. } => {
                let place = if Bug::SettingScopeIgnored.is_planted() {
                    (String::new(), *key)
                } else {
                    place
                };
                self.settings.insert(place, *value);
                Outcome::Done
            }
            SettingStep::Unset { .. } => match self.settings.remove(&place) {
                Some(_) => Outcome::Done,
                None => Outcome::NotFound,
            },
        }
    }
}

pub(crate) fn compare(store: &Store, model: &Model) {
    let found = store.read(|tx| tx.settings()).unwrap().into_iter();
    let found: BTreeMap<(String, String), Option<i64>> = found
        .map(|setting| {
            let place = (setting.scope, setting.key.as_str().to_owned());
            (place, setting.value.as_str().parse().ok())
        })
        .collect();
    let expected = model.settings.iter();
    let expected = expected.map(|((scope, key), value)| ((scope.clone(), NAMES[*key].into()), Some(*value)));
    assert_eq!(found, expected.collect(), "the settings");
    for name in &NAMES[..GOOD] {
        let key = SettingKey::new(*name).unwrap();
        let place = |scope: &str| {
            (
                scope.to_owned(),
                NAMES.iter().position(|one| one == name).unwrap(),
            )
        };
        for user in [None, Some(0), Some(1)] {
            let own = user.and_then(|user: usize| model.settings.get(&place(USERS[user])));
            let expected = own.or_else(|| model.settings.get(&place("")));
            let user = user.map(|user| UserId::new(USERS[user]).unwrap());
            let found = store.read(|tx| tx.setting_effective(user.as_ref(), &key));
            let found = found
                .ok()
                .map(|effective| effective.value().as_str().parse().unwrap());
            assert_eq!(found, expected.copied(), "{name} of {user:?}");
        }
    }
}
