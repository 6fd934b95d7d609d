//! What happens to the vault as a whole: time passes, it is closed and opened, another process writes to it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use privatus_domain::ConversationId;
use privatus_store::{Password, Secret, Store, StoreError, VaultKeys, VaultOptions};
use proptest::prelude::*;

use crate::machine::audit::{Entry, What};
use crate::machine::contacts::{self, ContactStep};
use crate::machine::model::Model;
use crate::machine::outcome::Outcome;
use crate::machine::step::{Act, Step};
use crate::machine::world::{PEOPLE, USERS, clock, set_clock};

#[derive(Debug, Clone)]
pub(crate) enum VaultStep {
    /// Milliseconds pass.
    Wait(i64),
    /// It is closed, a wrong password is tried so many times, and it is opened again.
    Reopen(usize),
    /// Another process opens it at the same time and does something with a contact.
    Other(ContactStep),
    /// It is closed; another process opens it, does something with a contact, and dies in the middle of more.
    Crash(ContactStep),
}

/// What the audit log has of an open.
pub(crate) const UNLOCK: What = ("authentication", "unlock");
pub(crate) const RING_NOTE: What = ("key", "ring_note");

pub(crate) fn steps(model: &Model) -> BoxedStrategy<VaultStep> {
    const HOUR: i64 = 3_600_000;
    let wait = prop::sample::select(vec![1, 61_000, HOUR - 1, HOUR, 25 * HOUR, 40 * 24 * HOUR]);
    prop_oneof![
        12 => wait.prop_map(VaultStep::Wait),
        12 => prop_oneof![4 => Just(0), 1 => 1..7_usize].prop_map(VaultStep::Reopen),
        1 => contacts::steps(model).prop_map(VaultStep::Other),
        2 => contacts::steps(model).prop_map(VaultStep::Crash),
    ]
    .boxed()
}

impl Model {
    pub(crate) fn vault(&mut self, step: &VaultStep) {
        match step {
            VaultStep::Wait(ms) => self.now += ms,
            VaultStep::Reopen(wrong) => {
                self.audit.append(&mut self.waiting);
                self.open(*wrong);
                self.is_counted = true;
            }
            VaultStep::Other(step) => {
                let ours = std::mem::take(&mut self.waiting);
                self.open(0);
                // What waits is written with it, or at the close.
                self.audit.append(&mut self.waiting);
                self.contact(step);
                self.waiting = ours;
                self.is_unswept |= self.has_gone(step);
            }
            VaultStep::Crash(step) => {
                self.audit.append(&mut self.waiting);
                self.open(0);
                let mut after = self.clone();
                after.audit.append(&mut after.waiting);
                if after.contact(step) == Outcome::Done {
                    *self = after;
                }
                // What a process that died knew is lost.
                self.waiting.clear();
                self.is_unswept |= self.has_gone(step);
                for transfer in self.transfers.values_mut() {
                    transfer.nobody_runs_it();
                }
                self.open(0);
            }
        }
    }

    /// Whether this step took a contact away, so that its messages are to be deleted.
    fn has_gone(&self, step: &ContactStep) -> bool {
        let noted = self.audit.iter().rev().take_while(|entry| entry.at == self.now);
        matches!(step, ContactStep::Remove(_)) && noted.into_iter().any(Entry::is_removal)
    }

    /// What an open writes takes the unlock along.
    fn open(&mut self, wrong: usize) {
        if wrong > 0 {
            self.locked_out(wrong);
            self.audit.push(Entry::done(self.now, UNLOCK));
        } else {
            self.waiting.push(Entry::done(self.now, UNLOCK));
        }
        if self.audit_removed >= self.noted {
            // Retention removed the entry that the key ring notes: it notes the newest.
            self.audit.append(&mut self.waiting);
            self.noted = self.audit_removed + self.audit.len();
            self.audit.push(Entry::done(self.now, RING_NOTE).on_vault());
        }
        if self.late_messages_sweep() | std::mem::take(&mut self.is_unswept) {
            self.audit.append(&mut self.waiting);
        }
    }
}

/// The conversations by the id of their contact or group: one created again while the old one is swept has a new id.
pub(crate) type Chats = BTreeMap<String, ConversationId>;

/// The vault that is compared with the model.
pub(crate) struct Real {
    _folder: tempfile::TempDir,
    path: PathBuf,
    store: Option<Store>,
}

static EMPTY: OnceLock<Empty> = OnceLock::new();

/// A vault with nothing in it, and its keys.
pub(crate) struct Empty {
    folder: tempfile::TempDir,
    keys: VaultKeys,
}

impl Empty {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault");
        let (store, _) = Store::create(&path, &password(), &options()).unwrap();
        store.close().unwrap();
        let keys = Store::unlock_keys(&path, &Secret::Password(password())).unwrap();
        Self { folder, keys }
    }

    /// A copy, opened: a key derivation for each story would take longer than the story.
    pub(crate) fn copy(&self, path: &Path) -> Store {
        std::fs::create_dir(path).unwrap();
        for file in std::fs::read_dir(self.folder.path().join("vault")).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), path.join(file.file_name())).unwrap();
        }
        Store::open(path, &self.keys, &options()).unwrap()
    }
}

const ROLE: &str = "PRIVATUS_MACHINE_VAULT";
const STEP: &str = "PRIVATUS_MACHINE_STEP";
const DIES: &str = "PRIVATUS_MACHINE_DIES";
const NOW: &str = "PRIVATUS_MACHINE_NOW";

fn options() -> VaultOptions {
    VaultOptions {
        clock: Some(clock),
        readers: 1,
        ..VaultOptions::cheap_for_tests()
    }
}

fn password() -> Password {
    Password::new("secret").unwrap()
}

impl Real {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault");
        let store = EMPTY.get_or_init(Empty::new).copy(&path);
        Self {
            _folder: folder,
            path,
            store: Some(store),
        }
    }

    pub(crate) fn store(&self) -> &Store {
        self.store.as_ref().unwrap()
    }

    fn chats(&self) -> Chats {
        let list = self.store().read(|tx| tx.conversations(100)).unwrap();
        let named = list
            .into_iter()
            .filter_map(|chat| Some((chat.peer?.to_string(), chat.id)));
        named.collect()
    }

    /// Takes a step.
    pub(crate) fn step(&mut self, step: &Step) -> Outcome {
        set_clock(clock().unix_ms() + 1);
        match step {
            Step::Vault(step) => {
                self.vault(step);
                Outcome::Done
            }
            Step::Act { act, user } => self.write(std::slice::from_ref(act), *user, false),
            Step::GivenUp(acts) => self.write(acts, None, true),
        }
    }

    fn write(&self, acts: &[Act], user: Option<usize>, is_given_up: bool) -> Outcome {
        let chats = self.chats();
        let work = |tx: &mut privatus_store::WriteTx<'_>| {
            acts.iter().try_for_each(|act| act.run(tx, &chats))?;
            if is_given_up {
                return Err(StoreError::Interrupted);
            }
            Ok(())
        };
        let done = match user {
            Some(user) => self
                .store()
                .session(USERS[user].parse().unwrap())
                .write(crate::machine::usage::STEP, work),
            None => self.store().write(crate::machine::usage::STEP, work),
        };
        self.store().removals_sweep().unwrap();
        Outcome::of(done)
    }

    fn vault(&mut self, step: &VaultStep) {
        match step {
            VaultStep::Wait(ms) => set_clock(clock().unix_ms() + ms),
            VaultStep::Reopen(wrong) => {
                self.store.take().unwrap().close().unwrap();
                let secret = Secret::Password(Password::new("another").unwrap());
                for _ in 0..*wrong {
                    let refused = Store::unlock(&self.path, &secret, &options()).unwrap_err();
                    assert!(matches!(refused, StoreError::WrongSecret), "{refused}");
                }
                self.open();
            }
            VaultStep::Other(step) => assert!(self.other(step, false).status.success()),
            VaultStep::Crash(step) => {
                self.store.take().unwrap().close().unwrap();
                let end = self.other(step, true);
                let text = String::from_utf8_lossy(&end.stdout);
                assert!(end.status.code().is_none(), "it did not die: {text}");
                self.open();
            }
        }
    }

    fn open(&mut self) {
        let keys = &EMPTY.get().unwrap().keys;
        self.store = Some(Store::open(&self.path, keys, &options()).unwrap());
    }

    fn other(&self, step: &ContactStep, dies: bool) -> Output {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "machine::vault::another_process", "--ignored"]);
        child.env(ROLE, &self.path).env(STEP, step.to_words());
        child.env(NOW, clock().unix_ms().to_string());
        if dies {
            child.env(DIES, "1");
        }
        child.output().unwrap()
    }
}

#[test]
#[ignore = "run by the stories as a process of its own"]
fn another_process() {
    let Some(path) = std::env::var_os(ROLE) else {
        return;
    };
    set_clock(std::env::var(NOW).unwrap().parse().unwrap());
    let store = Store::unlock(path.as_ref(), &Secret::Password(password()), &options()).unwrap();
    let words = std::env::var(STEP).unwrap();
    let act = Act::Contact(ContactStep::from_words(&words).unwrap());
    // A refused step does not count.
    let _ = store.write("other", |tx| act.run(tx, &Chats::new()));
    if std::env::var_os(DIES).is_some() {
        let everything = store.write("dies", |tx| {
            for who in 0..PEOPLE.len() {
                Act::Contact(ContactStep::Create(who)).run(tx, &Chats::new())?;
                Act::Contact(ContactStep::Block(who, true)).run(tx, &Chats::new())?;
                if who % 2 == 0 {
                    Act::Contact(ContactStep::Remove(who)).run(tx, &Chats::new())?;
                }
            }
            std::process::abort();
            #[allow(unreachable_code)]
            Ok::<_, StoreError>(())
        });
        everything.unwrap();
    }
    store.close().unwrap();
}
