//! The vault in memory: what every query must return after any story.

use std::collections::{BTreeMap, BTreeSet};

use privatus_domain::Usage;

use crate::machine::access::Grants;
use crate::machine::audit::Entry;
use crate::machine::contacts::Person;
use crate::machine::groups::Group;
use crate::machine::keys::Keys;
use crate::machine::messages::Chat;
use crate::machine::outcome::Outcome;
use crate::machine::security::Event;
use crate::machine::step::{Act, Step};
use crate::machine::transfers::Transfer;
use crate::machine::vault::UNLOCK;
use crate::machine::world::BEGIN;

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
    /// Those that exist, and how many were removed.
    pub(crate) audit: Vec<Entry>,
    pub(crate) audit_removed: usize,
    /// Number of the entry that the key ring notes.
    pub(crate) noted: usize,
    /// Entries that the next write takes along, and how many the present one took.
    pub(crate) waiting: Vec<Entry>,
    pub(crate) just_written: usize,
    /// Whom the present transaction acts for.
    pub(crate) acting: Option<usize>,
    pub(crate) events: Vec<Event>,
    pub(crate) keys: Keys,
    /// By the moment that their days begin.
    pub(crate) usage: BTreeMap<i64, Usage>,
    /// Transactions that were tried.
    pub(crate) steps: BTreeMap<i64, u64>,
    /// The vault was just opened: all that was counted is written.
    pub(crate) is_counted: bool,
    /// Another process left messages to delete.
    pub(crate) is_unswept: bool,
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
            audit: vec![Entry::done(BEGIN, ("vault", "create")).on_vault()],
            audit_removed: 0,
            noted: 1,
            waiting: vec![Entry::done(BEGIN, UNLOCK)],
            just_written: 0,
            acting: None,
            events: Vec::new(),
            keys: Keys::default(),
            usage: BTreeMap::new(),
            steps: BTreeMap::new(),
            is_counted: false,
            is_unswept: false,
        }
    }
}

impl Model {
    /// Takes a step; says what must become of it.
    pub(crate) fn step(&mut self, step: &Step) -> Outcome {
        // Each step has a different time, so it is known who joined first.
        self.now += 1;
        self.is_counted = false;
        let outcome = match step {
            Step::Act { act, user } => self.transaction(std::slice::from_ref(act), *user, false),
            Step::GivenUp(acts) => self.transaction(acts, None, true),
            Step::Vault(step) => {
                self.vault(step);
                return Outcome::Done;
            }
        };
        self.tried();
        if std::mem::take(&mut self.is_unswept) {
            self.audit.append(&mut self.waiting);
        }
        outcome
    }

    /// All of it, or nothing.
    fn transaction(&mut self, acts: &[Act], user: Option<usize>, is_given_up: bool) -> Outcome {
        let mut after = self.clone();
        after.just_written = after.waiting.len();
        after.audit.append(&mut after.waiting);
        after.acting = user;
        for act in acts {
            let denied = user.and_then(|user| self.denied(user, act).map(|need| (user, need)));
            let outcome = match &denied {
                Some(_) => Outcome::Denied,
                None => after.act(act),
            };
            if let Some((user, need)) = denied {
                self.audit.append(&mut self.waiting);
                self.refused(user, &need);
            }
            if outcome != Outcome::Done {
                return outcome;
            }
        }
        if is_given_up {
            return Outcome::Stopped;
        }
        *self = Self {
            acting: None,
            ..after
        };
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
            Act::Audit(step) => self.audit_step(step),
            Act::Security(step) => self.security(step),
            Act::Key(step) => self.key(step),
        }
    }
}
