//! The vault in memory: what every query must give after any story.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::Grants;
use crate::contacts::Person;
use crate::groups::Group;
use crate::messages::Chat;
use crate::outcome::Outcome;
use crate::step::{Act, Step};
use crate::transfers::Transfer;
use crate::world::BEGIN;

/// An entry of the audit log: its event type and action.
pub(crate) type Entry = (&'static str, &'static str);

#[derive(Debug, Clone)]
pub(crate) struct Model {
    pub(crate) now: i64,
    pub(crate) people: BTreeMap<usize, Person>,
    pub(crate) groups: BTreeMap<usize, Group>,
    /// Conversations by the id of their contact or group.
    pub(crate) chats: BTreeMap<String, Chat>,
    /// How many conversations were ever made: the younger comes first among equals.
    pub(crate) made: usize,
    /// Ids of messages that were removed: they never come back.
    pub(crate) removed: BTreeSet<u8>,
    pub(crate) transfers: BTreeMap<u8, Transfer>,
    /// By scope (empty: the application's) and name.
    pub(crate) settings: BTreeMap<(String, usize), i64>,
    pub(crate) grants: Grants,
    pub(crate) audit: Vec<Entry>,
    /// Entries that the next write takes along.
    pub(crate) waiting: Vec<Entry>,
    /// Whom the present transaction acts for.
    pub(crate) acting: Option<usize>,
    /// Types of the security events, in their order.
    pub(crate) events: Vec<&'static str>,
    /// When users were refused, and when it was said of each that it was often.
    pub(crate) refusals: Vec<(usize, i64)>,
    pub(crate) often: BTreeMap<usize, i64>,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            now: BEGIN,
            people: BTreeMap::new(),
            groups: BTreeMap::new(),
            chats: BTreeMap::new(),
            made: 0,
            removed: BTreeSet::new(),
            transfers: BTreeMap::new(),
            settings: BTreeMap::new(),
            grants: Grants::default(),
            audit: vec![("vault", "create")],
            waiting: vec![("authentication", "unlock")],
            acting: None,
            events: Vec::new(),
            refusals: Vec::new(),
            often: BTreeMap::new(),
        }
    }
}

impl Model {
    /// Takes a step; says what must become of it.
    pub(crate) fn step(&mut self, step: &Step) -> Outcome {
        // Each step has a time of its own: who joined first is known.
        self.now += 1;
        match step {
            Step::Act { act, user } => self.transaction(std::slice::from_ref(act), *user, false),
            Step::GivenUp(acts) => self.transaction(acts, None, true),
            Step::Vault(step) => {
                self.vault(step);
                Outcome::Done
            }
        }
    }

    /// All of it, or nothing.
    fn transaction(&mut self, acts: &[Act], user: Option<usize>, is_given_up: bool) -> Outcome {
        let mut after = self.clone();
        after.audit.append(&mut after.waiting);
        after.acting = user;
        for act in acts {
            let outcome = match user {
                Some(user) if !self.may(user, act) => Outcome::Denied,
                _ => after.act(act),
            };
            if outcome == Outcome::Denied {
                self.audit.append(&mut self.waiting);
                self.refused(user.unwrap());
            }
            if outcome != Outcome::Done {
                return outcome;
            }
        }
        if is_given_up {
            return Outcome::Stopped;
        }
        *self = after;
        Outcome::Done
    }

    fn act(&mut self, act: &Act) -> Outcome {
        match act {
            Act::Contact(step) => self.contact(step),
            Act::Group(step) => self.group(step),
            Act::Message(step) => self.message(step),
            Act::Transfer(step) => self.transfer(step),
            Act::Setting(step) => self.setting(step),
            Act::Access(step) => self.access(step),
        }
    }
}
