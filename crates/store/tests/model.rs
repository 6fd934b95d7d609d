//! The store beside a model in memory: the same random operations, and everything compared after each.
//!
//! `PROPTEST_CASES` sets the number of runs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use privatus_domain::{
    Body, ContactId, ConversationId, DisplayName, GroupKind, MemberLimit, MessageId, NewContact, NewGroup,
    NewMember, NewMessage, PublicKey, ReplyState, Sender, SenderRef, SettingKey, Timestamp,
};
use privatus_store::{Inserted, PageStart, Password, Secret, Store, StoreError, VaultOptions, WriteTx};
use proptest::prelude::*;
use proptest::test_runner::Config;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

const NAMES: [&str; 4] = ["alice", "bob", "carol", "dave"];
const GROUP: &str = "team";
/// Months, their borders, both ends of time, and two times that share a millisecond's order with others.
const TIMES: [&str; 10] = [
    "0000-01-01T00:00:00Z",
    "1999-12-31T23:59:59.999Z",
    "2000-01-01T00:00:00Z",
    "2025-05-31T23:59:59.999Z",
    "2025-06-01T00:00:00Z",
    "2025-06-15T11:00:00Z",
    "2025-06-16T13:00:00Z",
    "2025-07-31T23:59:59.999Z",
    "2025-08-01T00:00:00Z",
    "9999-12-31T23:59:59.999Z",
];

fn clock() -> Timestamp {
    at("2025-06-15T12:00:00Z")
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

#[derive(Debug, Clone)]
struct Draft {
    id: u8,
    time: usize,
    size: usize,
    outgoing: bool,
    deleted: bool,
    read: bool,
    reply: Option<u8>,
    sender: usize,
}

#[derive(Debug, Clone)]
enum Step {
    Create(usize),
    Rename(usize, String),
    Verify(usize),
    Remove(usize),
    Group(u32, Vec<usize>),
    Insert {
        chat: String,
        batch: Vec<Draft>,
        fails: bool,
    },
    MarkRead {
        chat: String,
        up_to: Option<u8>,
    },
    Set(u8, i64),
    Unset(u8),
    Reopen,
}

#[derive(Debug, Clone, PartialEq)]
struct Known {
    id: u8,
    at: Timestamp,
    size: usize,
    outgoing: bool,
    deleted: bool,
    read: bool,
    reply: Option<u8>,
    /// Name of the contact; `None` when outgoing or removed.
    sender: Option<usize>,
}

#[derive(Debug, Clone, Default)]
struct Person {
    name: String,
    verified: bool,
}

#[derive(Debug, Clone, Default)]
struct Model {
    people: BTreeMap<usize, Person>,
    group: Option<(u32, BTreeSet<usize>)>,
    /// Messages of each conversation in their order, and the ids that removal left behind.
    chats: BTreeMap<String, Vec<Known>>,
    removed: BTreeSet<u8>,
    settings: BTreeMap<u8, i64>,
    /// Conversations by number, newest last, and the last message of each.
    numbers: Vec<String>,
    last: BTreeMap<String, (i64, u8)>,
}

fn draft() -> impl Strategy<Value = Draft> {
    let size = prop_oneof![8 => 0..200_usize, 1 => 8_000..12_000_usize, 1 => Just(100_000)];
    let flags = (
        prop::bool::ANY,
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.2),
    );
    (
        any::<u8>(),
        0..TIMES.len(),
        size,
        flags,
        prop::option::of(any::<u8>()),
        0..NAMES.len(),
    )
        .prop_map(
            |(id, time, size, (outgoing, deleted, read), reply, sender)| Draft {
                id,
                time,
                size,
                outgoing,
                deleted,
                read,
                reply,
                sender,
            },
        )
}

impl Model {
    fn sender(&self, draft: &Draft) -> Option<usize> {
        let known = self.people.contains_key(&draft.sender);
        (!draft.outgoing && known).then_some(draft.sender)
    }

    fn knows(&self, id: u8) -> bool {
        self.removed.contains(&id) || self.chats.values().flatten().any(|message| message.id == id)
    }

    fn insert(&mut self, chat: &str, batch: &[Draft]) -> Inserted {
        let mut done = Inserted::default();
        for draft in batch {
            if self.knows(draft.id) {
                done.known += 1;
                done.removed += u64::from(self.removed.contains(&draft.id));
                continue;
            }
            done.added += 1;
            let known = Known {
                id: draft.id,
                at: at(TIMES[draft.time]),
                size: draft.size,
                outgoing: draft.outgoing,
                deleted: draft.deleted,
                read: draft.outgoing || draft.read,
                reply: draft.reply,
                sender: self.sender(draft),
            };
            let messages = self.chats.get_mut(chat).unwrap();
            let place = messages.partition_point(|message| message.at <= known.at);
            messages.insert(place, known.clone());
            if !known.deleted {
                let ahead = known.at.unix_ms() - clock().unix_ms() > 86_400_000;
                let listed = if ahead { clock() } else { known.at }.unix_ms();
                if self.last.get(chat).is_none_or(|(last, _)| listed >= *last) {
                    self.last.insert(chat.into(), (listed, known.id));
                }
            }
        }
        done
    }

    fn apply(&mut self, step: &Step) {
        match step {
            Step::Create(who) => {
                let person = Person {
                    name: NAMES[*who].into(),
                    verified: false,
                };
                self.people.entry(*who).or_insert(person);
                self.open(NAMES[*who]);
            }
            Step::Rename(who, name) => self.people.get_mut(who).unwrap().name.clone_from(name),
            Step::Verify(who) => self.people.get_mut(who).unwrap().verified = true,
            Step::Remove(who) => {
                self.people.remove(who);
                if let Some((_, members)) = &mut self.group {
                    members.remove(who);
                }
                let gone = self.chats.remove(NAMES[*who]).unwrap();
                self.removed.extend(gone.iter().map(|message| message.id));
                self.numbers.retain(|chat| chat != NAMES[*who]);
                self.last.remove(NAMES[*who]);
                for message in self.chats.values_mut().flatten() {
                    message.sender = message.sender.filter(|sender| sender != who);
                }
            }
            Step::Group(limit, adding) => {
                let (limit, members) = self.group.get_or_insert((*limit, BTreeSet::new()));
                let all: BTreeSet<usize> = members.iter().chain(adding).copied().collect();
                if all.len() <= *limit as usize {
                    *members = all;
                }
                self.open(GROUP);
            }
            Step::Insert { fails: true, .. } | Step::Reopen => {}
            Step::Insert { chat, batch, .. } => drop(self.insert(chat, batch)),
            Step::MarkRead { chat, up_to } => {
                let messages = self.chats.get_mut(chat).unwrap();
                let end = match up_to {
                    None => messages.len(),
                    Some(id) => messages.iter().position(|message| message.id == *id).unwrap() + 1,
                };
                messages[..end]
                    .iter_mut()
                    .filter(|message| !message.deleted)
                    .for_each(|message| message.read = true);
            }
            Step::Set(key, value) => drop(self.settings.insert(*key, *value)),
            Step::Unset(key) => drop(self.settings.remove(key)),
        }
    }

    fn open(&mut self, chat: &str) {
        if !self.chats.contains_key(chat) {
            self.chats.insert(chat.into(), Vec::new());
            self.numbers.push(chat.into());
        }
    }
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::default()).boxed()
    }

    fn transitions(state: &Self) -> BoxedStrategy<Step> {
        let create = (0..NAMES.len()).prop_map(Step::Create);
        let chats: Vec<String> = state.chats.keys().cloned().collect();
        if state.people.is_empty() {
            return create.boxed();
        }
        let people: Vec<usize> = state.people.keys().copied().collect();
        let who = prop::sample::select(people.clone());
        let marks: Vec<(String, Option<u8>)> = state
            .chats
            .iter()
            .flat_map(|(chat, messages)| {
                let ids = messages.iter().map(|message| Some(message.id)).chain([None]);
                ids.map(move |id| (chat.clone(), id))
            })
            .collect();
        let insert = (
            prop::sample::select(chats),
            prop::collection::vec(draft(), 1..12),
            prop::bool::weighted(0.15),
        );
        prop_oneof![
            2 => create,
            1 => (who.clone(), "[a-z\u{202e}é]{1,8}").prop_map(|(who, name)| Step::Rename(who, name)),
            1 => who.clone().prop_map(Step::Verify),
            1 => who.prop_map(Step::Remove),
            1 => (1..4_u32, prop::sample::subsequence(people.clone(), 0..=people.len()))
                .prop_map(|(limit, who)| Step::Group(limit, who)),
            8 => insert.prop_map(|(chat, batch, fails)| Step::Insert { chat, batch, fails }),
            3 => prop::sample::select(marks).prop_map(|(chat, up_to)| Step::MarkRead { chat, up_to }),
            1 => (0..3_u8, any::<i64>()).prop_map(|(key, value)| Step::Set(key, value)),
            1 => (0..3_u8).prop_map(Step::Unset),
            1 => Just(Step::Reopen),
        ]
        .boxed()
    }

    fn preconditions(state: &Self, step: &Step) -> bool {
        let chat_is = |chat: &String| state.chats.get(chat);
        match step {
            Step::Create(_) | Step::Set(..) | Step::Unset(_) | Step::Reopen => true,
            Step::Rename(who, _) | Step::Verify(who) | Step::Remove(who) => state.people.contains_key(who),
            Step::Group(_, who) => who.iter().all(|who| state.people.contains_key(who)),
            Step::Insert { chat, .. } => chat_is(chat).is_some(),
            Step::MarkRead { chat, up_to } => chat_is(chat).is_some_and(|messages| {
                up_to.is_none_or(|id| messages.iter().any(|message| message.id == id))
            }),
        }
    }

    fn apply(mut state: Self, step: &Step) -> Self {
        Self::apply(&mut state, step);
        state
    }
}

struct Real {
    _folder: tempfile::TempDir,
    path: PathBuf,
    store: Option<Store>,
}

fn message_id(id: u8) -> MessageId {
    // Some ids are texts, some UUIDs.
    if id.is_multiple_of(3) {
        format!("0190163d-8694-739b-aea5-0000000000{id:02x}")
            .parse()
            .unwrap()
    } else {
        format!("id {id}").parse().unwrap()
    }
}

fn text(id: u8, size: usize) -> String {
    format!("{id}\0").repeat(size).chars().take(size).collect()
}

fn contact_id(who: usize) -> ContactId {
    NAMES[who].parse().unwrap()
}

impl Real {
    fn options() -> VaultOptions {
        VaultOptions {
            clock: Some(clock),
            readers: 1,
            ..VaultOptions::cheap_for_tests()
        }
    }

    fn store(&self) -> &Store {
        self.store.as_ref().unwrap()
    }

    fn write<T>(
        &self,
        work: impl FnOnce(&mut WriteTx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.store().write("step", work)
    }

    fn chat(&self, chat: &str) -> ConversationId {
        // A conversation's id is its contact's or group's; one made anew while the old one is swept has another.
        let list = self.store().read(|tx| tx.conversations(100)).unwrap();
        let known = list.iter().find(|known| known.id.to_string() == chat);
        known.expect("the conversation is listed").id.clone()
    }

    fn insert(
        &self,
        model: &Model,
        chat: &str,
        batch: &[Draft],
        fails: bool,
    ) -> Result<Inserted, StoreError> {
        let chat = self.chat(chat);
        let batch: Vec<NewMessage> = batch
            .iter()
            .map(|draft| {
                let body = Body::text(text(draft.id, draft.size)).unwrap();
                let mut new = NewMessage::sent(message_id(draft.id), body, at(TIMES[draft.time]));
                if !draft.outgoing {
                    let sender = model.sender(draft);
                    let sender = sender.map_or(SenderRef::Nobody, |who| SenderRef::Contact(contact_id(who)));
                    new = NewMessage::received(new.id, sender, new.body, new.at);
                    new.is_read = draft.read;
                }
                new.deleted_at = draft.deleted.then(clock);
                new.reply_to = draft.reply.map(message_id);
                new
            })
            .collect();
        self.write(|tx| {
            let done = tx.messages_import(&chat, &batch)?;
            if fails {
                Err(StoreError::Interrupted)
            } else {
                Ok(done)
            }
        })
    }

    fn step(&mut self, before: &Model, step: &Step) {
        match step {
            Step::Create(who) => {
                let new = NewContact {
                    id: contact_id(*who),
                    display_name: DisplayName::new(NAMES[*who]).unwrap(),
                    public_key: PublicKey::new(vec![1; 32]).unwrap(),
                    is_verified: false,
                    added_at: clock(),
                    last_seen: None,
                };
                self.write(|tx| tx.contact_create(&new)).unwrap();
            }
            Step::Rename(who, name) => {
                let name = DisplayName::new(name.as_str()).unwrap();
                self.write(|tx| tx.contact_rename(&contact_id(*who), &name))
                    .unwrap();
            }
            Step::Verify(who) => self.write(|tx| tx.contact_verify(&contact_id(*who))).unwrap(),
            Step::Remove(who) => {
                self.write(|tx| tx.contact_remove(&contact_id(*who))).unwrap();
                let count = before.chats[NAMES[*who]].len() as u64;
                assert_eq!(self.store().removals_sweep().unwrap(), count);
            }
            Step::Group(limit, adding) => {
                let name = DisplayName::new("Team").unwrap();
                // The vault's own user is a member too.
                let new = NewGroup {
                    limit: MemberLimit::new(*limit + 1).unwrap(),
                    ..NewGroup::new(GROUP.parse().unwrap(), name, GroupKind::Private, clock())
                };
                self.write(|tx| tx.group_create(&new)).unwrap();
                let members: Vec<NewMember> = adding
                    .iter()
                    .map(|who| NewMember::new(contact_id(*who), DisplayName::new(NAMES[*who]).unwrap()))
                    .collect();
                let _ = self.write(|tx| tx.group_members_add(&new.id, &members));
            }
            Step::Insert { chat, batch, fails } => {
                let done = self.insert(before, chat, batch, *fails);
                if *fails {
                    assert!(matches!(done, Err(StoreError::Interrupted)), "{done:?}");
                } else {
                    assert_eq!(done.unwrap(), before.clone().insert(chat, batch));
                }
            }
            Step::MarkRead { chat, up_to } => {
                let chat = self.chat(chat);
                let up_to = up_to.map(message_id);
                self.write(|tx| tx.conversation_mark_read(&chat, up_to.as_ref()))
                    .unwrap();
            }
            Step::Set(key, value) => {
                let key = SettingKey::new(format!("key-{key}")).unwrap();
                self.write(|tx| tx.setting_set("", &key, serde_json::Value::from(*value), clock()))
                    .unwrap();
            }
            Step::Unset(key) => {
                let name = SettingKey::new(format!("key-{key}")).unwrap();
                let result = self.write(|tx| tx.setting_unset("", &name));
                assert_eq!(result.is_ok(), before.settings.contains_key(key));
            }
            Step::Reopen => {
                self.store.take().unwrap().lock().unwrap();
                let secret = Secret::Password(Password::new("secret").unwrap());
                self.store = Some(Store::unlock(&self.path, &secret, &Self::options()).unwrap());
            }
        }
    }
}

/// All messages of a chat, page by page, oldest first.
fn walk(store: &Store, chat: &ConversationId, backwards: bool, size: usize) -> Vec<privatus_domain::Message> {
    let mut all = Vec::new();
    let mut start = if backwards {
        PageStart::Newest
    } else {
        PageStart::Oldest
    };
    loop {
        let page = store.read(|tx| tx.messages_page(chat, &start, size)).unwrap();
        let mut messages = page.messages;
        let next = if backwards {
            messages
                .last()
                .filter(|_| page.has_older)
                .map(|last| PageStart::Before(last.id.clone()))
        } else {
            messages
                .first()
                .filter(|_| page.has_newer)
                .map(|first| PageStart::After(first.id.clone()))
        };
        if backwards {
            all.append(&mut messages);
        } else {
            all.extend(messages.into_iter().rev());
        }
        match next {
            Some(next) => start = next,
            None => break,
        }
    }
    if backwards {
        all.reverse();
    }
    all
}

fn compare(real: &Real, model: &Model) {
    let store = real.store();
    let people: Vec<(String, String, bool)> = store
        .read(|tx| tx.contacts())
        .unwrap()
        .into_iter()
        .map(|contact| (contact.id.to_string(), contact.display_name, contact.is_verified))
        .collect();
    let expected: Vec<(String, String, bool)> = model
        .people
        .iter()
        .map(|(who, person)| (NAMES[*who].into(), person.name.clone(), person.verified))
        .collect();
    assert_eq!(people, expected);
    let settings: BTreeMap<String, Option<i64>> = store
        .read(|tx| tx.settings())
        .unwrap()
        .into_iter()
        .map(|setting| {
            (
                setting.key.as_str().to_owned(),
                setting.value.as_str().parse().ok(),
            )
        })
        .collect();
    let expected: BTreeMap<String, Option<i64>> = model
        .settings
        .iter()
        .map(|(key, value)| (format!("key-{key}"), Some(*value)))
        .collect();
    assert_eq!(settings, expected);
    let groups = store.read(|tx| tx.groups()).unwrap();
    assert_eq!(groups.len(), usize::from(model.group.is_some()));
    if let Some((limit, members)) = &model.group {
        let found = store.read(|tx| tx.group_members(&groups[0].id)).unwrap();
        assert!(found[0].is_own && found.len() == groups[0].member_count as usize);
        let found: Vec<ContactId> = found.into_iter().skip(1).map(|member| member.contact).collect();
        assert_eq!(groups[0].limit, *limit + 1);
        assert_eq!(
            found,
            members.iter().map(|who| contact_id(*who)).collect::<Vec<_>>()
        );
    }
    compare_chats(real, model);
}

fn compare_chats(real: &Real, model: &Model) {
    let store = real.store();
    let list = store.read(|tx| tx.conversations(100)).unwrap();
    // Newest first; without messages last; equal times by the conversation's number, the younger first.
    let mut order: Vec<(Option<i64>, usize, &String)> = model
        .numbers
        .iter()
        .enumerate()
        .map(|(number, chat)| (model.last.get(chat).map(|(at, _)| *at), number, chat))
        .collect();
    order.sort();
    order.reverse();
    let listed: Vec<String> = list.iter().map(|chat| chat.id.to_string()).collect();
    assert_eq!(
        listed,
        order.iter().map(|(.., chat)| (*chat).clone()).collect::<Vec<_>>()
    );
    for chat in &list {
        let name = chat.id.to_string();
        let messages = &model.chats[&name];
        let living = messages.iter().filter(|message| !message.deleted);
        let unread = living
            .clone()
            .filter(|message| !message.outgoing && !message.read)
            .count();
        assert_eq!(
            (chat.messages, chat.unread),
            (living.count() as u64, unread as u64),
            "{name}"
        );
        let last = model.last.get(&name).map(|(_, id)| message_id(*id));
        assert_eq!(chat.last_message, last, "{name}");
        for (backwards, size) in [(true, 3), (false, 7), (true, 1_000)] {
            let found = walk(store, &chat.id, backwards, size);
            assert_eq!(found.len(), messages.len());
            for (found, known) in found.iter().zip(messages) {
                compare_message(found, known, model);
            }
        }
        for known in messages {
            let id = message_id(known.id);
            compare_message(&store.read(|tx| tx.message_by_id(&id)).unwrap(), known, model);
            let state = store.read(|tx| tx.reply_state(&id)).unwrap();
            assert_eq!(state == ReplyState::Deleted, known.deleted);
        }
    }
    for id in &model.removed {
        let id = message_id(*id);
        assert_eq!(store.read(|tx| tx.reply_state(&id)).unwrap(), ReplyState::Deleted);
        assert!(store.read(|tx| tx.message_by_id(&id)).is_err());
    }
}

fn compare_message(found: &privatus_domain::Message, known: &Known, model: &Model) {
    assert_eq!(found.id, message_id(known.id));
    assert_eq!((found.at, found.arrived_at), (known.at, clock()));
    assert_eq!(found.sender.is_none(), known.outgoing);
    assert_eq!(found.deleted_at.is_some(), known.deleted);
    assert_eq!(found.reply_to, known.reply.map(message_id));
    assert!(found.is_read == known.read, "read: {known:?}");
    let body = (!known.deleted).then(|| text(known.id, known.size));
    assert!(
        found.body.as_ref().map(|body| body.as_text()) == body.as_deref(),
        "body of {known:?}"
    );
    match (&found.sender, known.sender) {
        (None, None) | (Some(Sender::Unknown), None) => {}
        (Some(Sender::Contact { id, name }), Some(who)) => {
            assert_eq!((id, name), (&contact_id(who), &model.people[&who].name));
        }
        other => panic!("{other:?} for {known:?}"),
    }
}

struct Beside;

impl StateMachineTest for Beside {
    type SystemUnderTest = (Real, Model);
    type Reference = Model;

    fn init_test(state: &Model) -> (Real, Model) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault");
        let (store, _) = Store::create(&path, &Password::new("secret").unwrap(), &Real::options()).unwrap();
        let real = Real {
            _folder: folder,
            path,
            store: Some(store),
        };
        (real, state.clone())
    }

    fn apply((mut real, before): (Real, Model), after: &Model, step: Step) -> (Real, Model) {
        real.step(&before, &step);
        compare(&real, after);
        (real, after.clone())
    }

    fn teardown((mut real, before): (Real, Model), _: Model) {
        real.step(&before, &Step::Reopen);
        compare(&real, &before);
        let found = real.store().read_long(|tx| tx.verify(&mut |_| ())).unwrap();
        assert!(found.is_content(), "{:?}", found.problems);
    }
}

/// 8 runs unless `PROPTEST_CASES` says otherwise.
fn config() -> Config {
    let mut config = Config {
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 8;
    }
    config
}

prop_state_machine! {
    #![proptest_config(config())]
    #[test]
    fn the_store_is_what_the_model_says(sequential 1..30 => Beside);
}
