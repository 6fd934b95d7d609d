//! Contacts: added, renamed, verified, given another key, blocked, removed; and found by their names.

use std::collections::BTreeMap;

use privatus_domain::{
    Contact, DisplayName, NewContact, Permission, ProfilePicture, ResourceKind, SecurityKind, Severity,
    Timestamp,
};
use privatus_store::{Store, StoreError, WriteTx};
use proptest::prelude::*;

use crate::machine::access::Need;
use crate::machine::bugs::Bug;
use crate::machine::model::Model;
use crate::machine::outcome::Outcome;
use crate::machine::step::some_of;
use crate::machine::world::{PEOPLE, clock, contact_id, public_key};

/// Names in several forms of the same letters, and two that are empty.
const NAMES: [&str; 7] = ["Ärger", "A\u{308}RGER", "straße 7", "STRASSE 7", "日本", "", "  "];

#[derive(Debug, Clone)]
pub(crate) enum ContactStep {
    Create(usize),
    Rename(usize, usize),
    Verify(usize),
    ReplaceKey(usize, u8),
    Block(usize, bool),
    /// Whether it is online, and when it was seen, in hours from now.
    Presence(usize, bool, Option<i64>),
    /// For so many hours, or no more.
    Mute(usize, Option<i64>),
    Picture(usize, Option<u8>),
    Remove(usize),
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Person {
    pub(crate) name: String,
    key: u8,
    verified: bool,
    added: i64,
    blocked: Option<i64>,
    online: bool,
    seen: Option<i64>,
    muted: Option<i64>,
    picture: Option<String>,
}

const HOUR: i64 = 3_600_000;

pub(crate) fn steps(model: &Model) -> BoxedStrategy<ContactStep> {
    let who = || some_of(model.people.keys().copied(), 0..PEOPLE.len());
    prop_oneof![
        6 => (0..PEOPLE.len()).prop_map(ContactStep::Create),
        2 => (who(), 0..NAMES.len()).prop_map(|(who, name)| ContactStep::Rename(who, name)),
        2 => who().prop_map(ContactStep::Verify),
        2 => (who(), 1..4_u8).prop_map(|(who, key)| ContactStep::ReplaceKey(who, key)),
        1 => (who(), any::<bool>()).prop_map(|(who, blocked)| ContactStep::Block(who, blocked)),
        1 => (who(), any::<bool>(), prop::option::of(prop::sample::select(vec![-48, -1, 0, 24, 25])))
            .prop_map(|(who, online, seen)| ContactStep::Presence(who, online, seen)),
        1 => (who(), prop::option::of(prop::sample::select(vec![0, 1, 100])))
            .prop_map(|(who, hours)| ContactStep::Mute(who, hours)),
        1 => (who(), prop::option::of(any::<u8>())).prop_map(|(who, picture)| ContactStep::Picture(who, picture)),
        1 => who().prop_map(ContactStep::Remove),
    ]
    .boxed()
}

/// A step for another process, as words.
impl ContactStep {
    pub(crate) fn to_words(&self) -> String {
        let some = |number: Option<i64>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
        match self {
            Self::Create(who) => format!("create {who}"),
            Self::Rename(who, name) => format!("rename {who} {name}"),
            Self::Verify(who) => format!("verify {who}"),
            Self::ReplaceKey(who, key) => format!("key {who} {key}"),
            Self::Block(who, blocked) => format!("block {who} {}", u8::from(*blocked)),
            Self::Presence(who, online, seen) => {
                format!("presence {who} {} {}", u8::from(*online), some(*seen))
            }
            Self::Mute(who, hours) => format!("mute {who} {}", some(*hours)),
            Self::Picture(who, picture) => format!("picture {who} {}", some(picture.map(i64::from))),
            Self::Remove(who) => format!("remove {who}"),
        }
    }

    pub(crate) fn from_words(words: &str) -> Option<Self> {
        let mut words = words.split(' ');
        let what = words.next()?;
        let who = words.next()?.parse().ok()?;
        let numbers: Vec<Option<i64>> = words.map(|word| word.parse().ok()).collect();
        Some(match (what, numbers.as_slice()) {
            ("create", []) => Self::Create(who),
            ("rename", [Some(name)]) => Self::Rename(who, *name as usize),
            ("verify", []) => Self::Verify(who),
            ("key", [Some(key)]) => Self::ReplaceKey(who, *key as u8),
            ("block", [Some(blocked)]) => Self::Block(who, *blocked == 1),
            ("presence", [Some(online), seen]) => Self::Presence(who, *online == 1, *seen),
            ("mute", [hours]) => Self::Mute(who, *hours),
            ("picture", [number]) => Self::Picture(who, number.map(|number| number as u8)),
            ("remove", []) => Self::Remove(who),
            _ => return None,
        })
    }
}

impl ContactStep {
    fn who(&self) -> usize {
        match self {
            Self::Create(who)
            | Self::Rename(who, _)
            | Self::Verify(who)
            | Self::ReplaceKey(who, _)
            | Self::Block(who, _)
            | Self::Presence(who, ..)
            | Self::Mute(who, _)
            | Self::Picture(who, _)
            | Self::Remove(who) => *who,
        }
    }

    /// Whether no user may do it: an empty name, or last seen too far in the future.
    fn is_absurd(&self) -> bool {
        match self {
            Self::Rename(_, name) => NAMES[*name].trim().is_empty(),
            Self::Presence(.., seen) => seen.is_some_and(|hours| hours > 24),
            _ => false,
        }
    }

    /// What is absurd is refused before anybody is asked.
    pub(crate) fn need(&self) -> Option<Need> {
        let permission = match self {
            Self::Remove(_) => Permission::Delete,
            _ if self.is_absurd() => return None,
            _ => Permission::Write,
        };
        Some((ResourceKind::Contact, PEOPLE[self.who()].to_owned(), permission))
    }

    pub(crate) fn run(&self, tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
        let id = contact_id(self.who());
        let hence = |hours: &Option<i64>| {
            let at = hours.map(|hours| clock().unix_ms() + hours * HOUR);
            at.map(Timestamp::from_unix_ms).transpose()
        };
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
            Self::Presence(_, online, seen) => tx.contact_presence(&id, *online, hence(seen)?),
            Self::Mute(_, until) => tx.contact_mute(&id, hence(until)?),
            Self::Picture(_, picture) => {
                let picture = picture.map(|number| ProfilePicture::new(picture_of(number)));
                tx.contact_picture(&id, picture.transpose().unwrap().as_ref())
            }
            Self::Remove(_) => tx.contact_remove(&id),
        }
    }
}

impl Model {
    pub(crate) fn contact(&mut self, step: &ContactStep) -> Outcome {
        let who = step.who();
        if let ContactStep::Create(_) = step {
            if !self.people.contains_key(&who) {
                let person = Person {
                    name: PEOPLE[who].into(),
                    added: self.now,
                    ..Person::default()
                };
                self.people.insert(who, person);
                self.note_contact("add", who);
            }
            self.chat_open(PEOPLE[who]);
            return Outcome::Done;
        }
        let now = self.now;
        if step.is_absurd() || matches!(step, ContactStep::Mute(_, Some(0))) {
            return Outcome::Refused;
        }
        let Some(person) = self.people.get_mut(&who) else {
            return Outcome::NotFound;
        };
        match step {
            ContactStep::Create(_) => {}
            ContactStep::Rename(_, name) => {
                person.name = NAMES[*name].into();
                self.note_contact("change", who);
            }
            ContactStep::Verify(_) => {
                person.verified = true;
                self.note_contact("verify", who);
            }
            ContactStep::ReplaceKey(_, key) if person.key == *key => {}
            ContactStep::ReplaceKey(_, key) => {
                let severity = if person.verified {
                    Severity::High
                } else {
                    Severity::Medium
                };
                person.key = *key;
                person.verified &= Bug::VerifiedKeptWithNewKey.is_planted();
                self.note_contact("key_replace", who);
                self.event(SecurityKind::PublicKeyReplaced, severity, self.acting);
            }
            ContactStep::Block(_, blocked) if person.blocked.is_some() == *blocked => {}
            ContactStep::Block(_, blocked) => {
                person.blocked = blocked.then_some(now);
                self.note_contact(if *blocked { "block" } else { "unblock" }, who);
            }
            ContactStep::Presence(_, online, seen) => {
                person.online = *online;
                let seen = seen
                    .map(|hours| now + hours * HOUR)
                    .or_else(|| online.then_some(now));
                person.seen = person.seen.max(seen);
            }
            ContactStep::Mute(_, hours) => person.muted = hours.map(|hours| now + hours * HOUR),
            ContactStep::Picture(_, picture) => {
                person.picture = picture.map(picture_of);
                self.note_contact("change", who);
            }
            ContactStep::Remove(_) => self.contact_goes(who),
        }
        Outcome::Done
    }

    fn note_contact(&mut self, action: &'static str, who: usize) {
        self.note(("contact", action), ResourceKind::Contact, PEOPLE[who]);
    }

    fn contact_goes(&mut self, who: usize) {
        self.people.remove(&who);
        self.contact_leaves_groups(who);
        if !Bug::RemovalNotAudited.is_planted() {
            self.note_contact("remove", who);
        }
        self.chat_remove(PEOPLE[who]);
        for message in self.chats.values_mut().flat_map(|chat| &mut chat.messages) {
            message.sender = message
                .sender
                .filter(|sender| *sender != who || message.anonymous);
        }
        for transfer in self.transfers.values_mut() {
            transfer.contact_goes(who);
        }
    }

    pub(crate) fn is_blocked(&self, who: usize) -> bool {
        self.people
            .get(&who)
            .is_some_and(|person| person.blocked.is_some())
    }
}

fn picture_of(number: u8) -> String {
    format!("picture {number}")
}

fn found(contact: &Contact) -> Person {
    let ms = |at: Option<Timestamp>| at.map(Timestamp::unix_ms);
    Person {
        name: contact.display_name.clone(),
        key: contact.public_key.as_bytes()[0],
        verified: contact.is_verified,
        added: contact.added_at.unix_ms(),
        blocked: ms(contact.blocked_at),
        online: contact.is_online,
        seen: ms(contact.last_seen),
        muted: ms(contact.muted_until),
        picture: contact.profile_picture.clone(),
    }
}

pub(crate) fn compare(store: &Store, model: &Model) {
    let all = store.read(|tx| tx.contacts()).unwrap();
    for contact in &all {
        let one = store.read(|tx| tx.contact_by_id(&contact.id)).unwrap();
        assert_eq!(one, *contact);
        let is_muted = store.read(|tx| Ok::<_, StoreError>(tx.contact_is_muted(contact)));
        let until = contact.muted_until.map(Timestamp::unix_ms);
        assert_eq!(
            is_muted.unwrap(),
            until.is_some_and(|until| until > model.now),
            "muted"
        );
    }
    let found: BTreeMap<String, Person> = all
        .iter()
        .map(|contact| (contact.id.to_string(), found(contact)))
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
        // Every name here is the result of a renaming: a name that the search misses is a renaming that the search did
        // not see.
        let is_found = |name: &str| names.contains(&name) && !Bug::FoldedNameStale.is_planted();
        let mut expected: Vec<&str> = model
            .people
            .iter()
            .filter(|(_, person)| is_found(&person.name))
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
