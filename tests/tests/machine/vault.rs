//! What happens to the vault as a whole: time goes on, it is closed and opened, another process writes to it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use privatus_domain::ConversationId;
use privatus_store::{Password, Secret, Store, StoreError, VaultKeys, VaultOptions};
use proptest::prelude::*;

use crate::contacts::ContactStep;
use crate::model::Model;
use crate::outcome::Outcome;
use crate::step::{Act, Step};
use crate::world::{PEOPLE, USERS, clock, set_clock};

#[derive(Debug, Clone)]
pub(crate) enum VaultStep {
    /// Milliseconds go by.
    Wait(i64),
    /// It is closed, and opened again.
    Reopen,
    /// Another process opens it beside us and adds a contact.
    Other(usize),
}

pub(crate) fn steps() -> impl Strategy<Value = VaultStep> {
    const HOUR: i64 = 3_600_000;
    let wait = prop::sample::select(vec![1, 61_000, HOUR - 1, HOUR, 25 * HOUR, 40 * 24 * HOUR]);
    prop_oneof![
        12 => wait.prop_map(VaultStep::Wait),
        12 => Just(VaultStep::Reopen),
        1 => (0..PEOPLE.len()).prop_map(VaultStep::Other),
    ]
}

impl Model {
    pub(crate) fn vault(&mut self, step: &VaultStep) {
        match step {
            VaultStep::Wait(ms) => self.now += ms,
            VaultStep::Reopen => {
                self.audit.append(&mut self.waiting);
                self.open();
            }
            VaultStep::Other(who) => {
                // It opens the vault and closes it, and its own unlock is written with what it does.
                let ours = std::mem::take(&mut self.waiting);
                self.open();
                self.audit.append(&mut self.waiting);
                assert_eq!(self.contact(&ContactStep::Create(*who)), Outcome::Done);
                self.waiting = ours;
            }
        }
    }
}

impl Model {
    /// What an open writes takes the unlock along.
    fn open(&mut self) {
        self.waiting.push(("authentication", "unlock"));
        if self.late_settle() {
            self.audit.append(&mut self.waiting);
        }
    }
}

/// The conversations by the id of their contact or group: one made anew while the old one is swept has an id of its own.
pub(crate) type Chats = BTreeMap<String, ConversationId>;

/// The vault that is beside the model.
pub(crate) struct Real {
    _folder: tempfile::TempDir,
    path: PathBuf,
    store: Option<Store>,
}

static EMPTY: OnceLock<Empty> = OnceLock::new();

/// A vault with nothing in it, and its keys.
struct Empty {
    folder: tempfile::TempDir,
    keys: VaultKeys,
}

impl Empty {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault");
        let (store, _) = Store::create(&path, &password(), &options()).unwrap();
        store.lock().unwrap();
        let keys = Store::unlock_keys(&path, &Secret::Password(password())).unwrap();
        Self { folder, keys }
    }
}

const ROLE: &str = "PRIVATUS_MACHINE_VAULT";
const WHO: &str = "PRIVATUS_MACHINE_CONTACT";
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
    /// A copy of one empty vault: a key derivation for each story would take longer than the story.
    pub(crate) fn new() -> Self {
        let empty = EMPTY.get_or_init(Empty::new);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault");
        std::fs::create_dir(&path).unwrap();
        for file in std::fs::read_dir(empty.folder.path().join("vault")).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), path.join(file.file_name())).unwrap();
        }
        let store = Store::open(&path, &empty.keys, &options()).unwrap();
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
                .write("step", work),
            None => self.store().write("step", work),
        };
        self.store().removals_sweep().unwrap();
        Outcome::of(done)
    }

    fn vault(&mut self, step: &VaultStep) {
        match step {
            VaultStep::Wait(ms) => set_clock(clock().unix_ms() + ms),
            VaultStep::Reopen => {
                self.store.take().unwrap().lock().unwrap();
                let keys = &EMPTY.get().unwrap().keys;
                self.store = Some(Store::open(&self.path, keys, &options()).unwrap());
            }
            VaultStep::Other(who) => {
                let child = Command::new(std::env::current_exe().unwrap())
                    .args(["--exact", "vault::another_process", "--ignored"])
                    .env(ROLE, &self.path)
                    .env(WHO, who.to_string())
                    .env(NOW, clock().unix_ms().to_string())
                    .output()
                    .unwrap();
                assert!(
                    child.status.success(),
                    "{}",
                    String::from_utf8_lossy(&child.stdout)
                );
            }
        }
    }
}

#[test]
#[ignore = "run by the stories as a process of its own"]
fn another_process() {
    let Some(path) = std::env::var_os(ROLE) else {
        return;
    };
    let number = |name: &str| std::env::var(name).unwrap().parse::<i64>().unwrap();
    set_clock(number(NOW));
    let store = Store::unlock(path.as_ref(), &Secret::Password(password()), &options()).unwrap();
    let who = usize::try_from(number(WHO)).unwrap();
    let act = Act::Contact(ContactStep::Create(who));
    store.write("other", |tx| act.run(tx, &Chats::new())).unwrap();
    store.lock().unwrap();
}
