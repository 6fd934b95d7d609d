//! Groups and members through the store: every rule, and what a refusal leaves.

mod anonymous;
mod audited;
mod invariants;
mod replies;
mod restored;
mod rules;

use privatus_domain::{
    Body, ContactId, ConversationId, DisplayName, GroupId, GroupKind, MemberLimit, MessageId, NewGroup,
    NewMember, NewMessage, Role, Timestamp,
};
use privatus_store::{Store, StoreError, VaultOptions};

use crate::fixture::{contact, password};

const PEOPLE: [&str; 5] = ["alice", "bob", "carol", "dave", "erin"];

fn clock() -> Timestamp {
    Timestamp::from_unix_ms(1_750_000_000_000).unwrap()
}

/// A vault with five contacts.
struct World {
    _folder: tempfile::TempDir,
    store: Store,
    own: ContactId,
}

fn id(text: &str) -> ContactId {
    text.parse().unwrap()
}

fn team() -> GroupId {
    "team".parse().unwrap()
}

fn name(text: &str) -> DisplayName {
    DisplayName::new(text).unwrap()
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = VaultOptions {
            clock: Some(clock),
            ..VaultOptions::cheap_for_tests()
        };
        let (store, _) = Store::create(&folder.path().join("vault"), &password(), &options).unwrap();
        let own = store.read(|tx| Ok::<_, StoreError>(tx.own_id())).unwrap();
        let world = Self {
            _folder: folder,
            store,
            own,
        };
        PEOPLE.into_iter().for_each(|who| world.contact(who));
        world
    }

    fn contact(&self, who: &str) {
        contact(&self.store, who);
    }

    /// The group `team`, with the vault's own user as its owner.
    fn group(&self, kind: GroupKind, limit: u32) -> ConversationId {
        let new = NewGroup {
            limit: MemberLimit::new(limit).unwrap(),
            ..NewGroup::new(team(), name("Team"), kind, clock())
        };
        self.store.write("group", |tx| tx.group_create(&new)).unwrap()
    }

    fn add(&self, who: &ContactId, role: Role, by: &ContactId) -> Result<(), StoreError> {
        let new = NewMember {
            role,
            ..NewMember::new(who.clone(), name("somebody"))
        };
        self.store
            .write("add", |tx| tx.group_member_add(&team(), &new, by))
    }

    /// Members as id and role, in a fixed order.
    fn members(&self) -> Vec<(ContactId, Role)> {
        let members = self.store.read(|tx| tx.group_members(&team())).unwrap();
        members
            .into_iter()
            .map(|member| (member.contact, member.role))
            .collect()
    }

    fn is_content(&self) {
        let found = self.store.read_long(|tx| tx.verify(&mut |_| ())).unwrap();
        assert!(found.is_content(), "{:?}", found.problems);
    }
}

/// A refusal that says this.
fn refused<T: std::fmt::Debug>(result: Result<T, StoreError>, word: &str) {
    match result {
        Err(error) if error.broken_rule().is_some() => {
            assert!(error.to_string().contains(word), "{word}: {error}");
        }
        other => panic!("{word}: {other:?}"),
    }
}

fn sent(text: &str) -> NewMessage {
    NewMessage::sent(message_id(text), Body::text(text).unwrap(), clock())
}

fn message_id(text: &str) -> MessageId {
    text.parse().unwrap()
}
