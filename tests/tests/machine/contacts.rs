//! Contacts: added, renamed, verified, given another key, blocked, removed; and found by their names.

use std::collections::BTreeMap;

use privatus_domain::{DisplayName, NewContact, Permission, ResourceKind};
use privatus_store::{Store, StoreError, WriteTx};
use proptest::prelude::*;

use crate::access::Need;
use crate::model::Model;
use crate::outcome::Outcome;
use crate::step::some_of;
use crate::world::{PEOPLE, clock, contact_id, public_key};

/// Names in several forms of the same letters, and two that are none.
const NAMES: [&str; 7] = ["Ärger", "A\u{308}RGER", "straße 7", "STRASSE 7", "日本", "", "  "];

#[derive(Debug, Clone)]
pub(crate) enum ContactStep {
    Create(usize),
    Rename(usize, usize),
    Verify(usize),
    ReplaceKey(usize, u8),
    Block(usize, bool),
    Remove(usize),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Person {
    pub(crate) name: String,
    key: u8,
    verified: bool,
    blocked: bool,
}

pub(crate) fn steps(model: &Model) -> BoxedStrategy<ContactStep> {
    let who = || some_of(model.people.keys().copied(), 0..PEOPLE.len());
    prop_oneof![
        6 => (0..PEOPLE.len()).prop_map(ContactStep::Create),
        2 => (who(), 0..NAMES.len()).prop_map(|(who, name)| ContactStep::Rename(who, name)),
        2 => who().prop_map(ContactStep::Verify),
        2 => (who(), 1..4_u8).prop_map(|(who, key)| ContactStep::ReplaceKey(who, key)),
        1 => (who(), any::<bool>()).prop_map(|(who, blocked)| ContactStep::Block(who, blocked)),
        1 => who().prop_map(ContactStep::Remove),
    ]
    .boxed()
}

impl ContactStep {
    fn who(&self) -> usize {
        match self {
            Self::Create(who)
            | Self::Rename(who, _)
            | Self::Verify(who)
            | Self::ReplaceKey(who, _)
            | Self::Block(who, _)
            | Self::Remove(who) => *who,
        }
    }

    /// A name that is none is refused before anybody is asked.
    pub(crate) fn need(&self) -> Option<Need> {
        let permission = match self {
            Self::Remove(_) => Permission::Delete,
            Self::Rename(_, name) if NAMES[*name].trim().is_empty() => return None,
            _ => Permission::Write,
        };
        Some((ResourceKind::Contact, PEOPLE[self.who()].to_owned(), permission))
    }

    pub(crate) fn run(&self, tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
        let id = contact_id(self.who());
        match self {
            Self::Create(who) => {
                let new = NewContact {
                    id,
                    display_name: DisplayName::new(PEOPLE[*who])?,
                    public_key: public_key(0),
                    is_verified: false,
                    added_at: clock(),
                    last_seen: None,
                };
                tx.contact_create(&new).map(drop)
            }
            Self::Rename(_, name) => tx.contact_rename(&id, &DisplayName::new(NAMES[*name])?),
            Self::Verify(_) => tx.contact_verify(&id),
            Self::ReplaceKey(_, key) => tx.contact_key_replace(&id, &public_key(*key)).map(drop),
            Self::Block(_, true) => tx.contact_block(&id).map(drop),
            Self::Block(_, false) => tx.contact_unblock(&id).map(drop),
            Self::Remove(_) => tx.contact_remove(&id),
        }
    }
}

impl Model {
    pub(crate) fn contact(&mut self, step: &ContactStep) -> Outcome {
        let who = step.who();
        if let ContactStep::Create(_) = step {
            let audit = &mut self.audit;
            self.people.entry(who).or_insert_with(|| {
                audit.push(("contact", "add"));
                Person {
                    name: PEOPLE[who].into(),
                    key: 0,
                    verified: false,
                    blocked: false,
                }
            });
            self.chat_open(PEOPLE[who]);
            return Outcome::Done;
        }
        if matches!(step, ContactStep::Rename(_, name) if NAMES[*name].trim().is_empty()) {
            return Outcome::Refused;
        }
        let Some(person) = self.people.get_mut(&who) else {
            return Outcome::NotFound;
        };
        match step {
            ContactStep::Create(_) => {}
            ContactStep::Rename(_, name) => {
                person.name = NAMES[*name].into();
                self.audit.push(("contact", "change"));
            }
            ContactStep::Verify(_) => {
                person.verified = true;
                self.audit.push(("contact", "verify"));
            }
            ContactStep::ReplaceKey(_, key) => {
                if person.key != *key {
                    (person.key, person.verified) = (*key, false);
                    self.audit.push(("contact", "key_replace"));
                    self.events.push("public_key_replaced");
                }
            }
            ContactStep::Block(_, blocked) => {
                if person.blocked != *blocked {
                    person.blocked = *blocked;
                    self.audit
                        .push(("contact", if *blocked { "block" } else { "unblock" }));
                }
            }
            ContactStep::Remove(_) => self.contact_goes(who),
        }
        Outcome::Done
    }

    fn contact_goes(&mut self, who: usize) {
        self.people.remove(&who);
        self.contact_leaves_groups(who);
        self.audit.push(("contact", "remove"));
        self.chat_remove(PEOPLE[who]);
        for message in self.chats.values_mut().flat_map(|chat| &mut chat.messages) {
            message.sender = message.sender.filter(|sender| *sender != who);
        }
        for transfer in self.transfers.values_mut() {
            transfer.contact_goes(who);
        }
    }

    pub(crate) fn is_blocked(&self, who: usize) -> bool {
        self.people.get(&who).is_some_and(|person| person.blocked)
    }
}

pub(crate) fn compare(store: &Store, model: &Model) {
    let found: BTreeMap<String, Person> = store
        .read(|tx| tx.contacts())
        .unwrap()
        .into_iter()
        .map(|contact| {
            let person = Person {
                name: contact.display_name,
                key: contact.public_key.as_bytes()[0],
                verified: contact.is_verified,
                blocked: contact.blocked_at.is_some(),
            };
            (contact.id.to_string(), person)
        })
        .collect();
    let expected = model
        .people
        .iter()
        .map(|(who, person)| (PEOPLE[*who].to_owned(), person.clone()));
    assert_eq!(found, expected.collect(), "the contacts");
    // Two forms of each name's beginning find the same, and nothing else.
    for (forms, names) in [
        (["ärg", "A\u{308}RG"], &NAMES[..2]),
        (["strass", "STRASS"], &NAMES[2..4]),
        (["7", "7"], &NAMES[2..4]),
        (["日", "日"], &NAMES[4..5]),
    ] {
        let mut expected: Vec<&str> = model
            .people
            .iter()
            .filter(|(_, person)| names.contains(&person.name.as_str()))
            .map(|(who, _)| PEOPLE[*who])
            .collect();
        expected.sort_unstable();
        for form in forms {
            let found = store.read(|tx| tx.contacts_search(form, 100)).unwrap();
            let mut found: Vec<String> = found.iter().map(|contact| contact.id.to_string()).collect();
            found.sort_unstable();
            assert_eq!(found, expected, "the search for {form}");
        }
    }
}
