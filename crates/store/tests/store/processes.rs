//! Two processes on one vault: this test binary runs itself, with a role in its environment.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use privatus_crypto::KeyRing;
use privatus_domain::{
    AuditFilter, Body, ConversationId, DisplayName, GroupError, GroupKind, MemberLimit, NewGroup, NewMember,
    NewMessage, SenderRef, Timestamp,
};
use privatus_store::{Password, Secret, Store, StoreError, VaultOptions};

use crate::fixture::{contact, password, secret};

const ROLE: &str = "PRIVATUS_TEST_ROLE";
const VAULT: &str = "PRIVATUS_TEST_VAULT";
const SENDS: usize = 60;

fn options() -> VaultOptions {
    VaultOptions::cheap_for_tests()
}

fn create(path: &Path) -> (Store, ConversationId) {
    let (store, _) = Store::create(path, &password(), &options()).unwrap();
    let chat = contact(&store, "alice");
    (store, chat)
}

fn open(path: &Path) -> Store {
    Store::unlock(path, &secret(), &options()).unwrap()
}

fn send(store: &Store, chat: &ConversationId, id: &str) {
    let at = Timestamp::parse("2025-01-01T00:00:00Z").unwrap();
    let sender = SenderRef::Contact("alice".parse().unwrap());
    let new = NewMessage::received(id.parse().unwrap(), sender, Body::text(id).unwrap(), at);
    assert!(store.write("send", |tx| tx.message_insert(chat, &new)).unwrap());
}

fn join(store: &Store, names: &[&str]) -> Result<(), StoreError> {
    let members: Vec<NewMember> = names
        .iter()
        .map(|name| NewMember::new(name.parse().unwrap(), DisplayName::new(*name).unwrap()))
        .collect();
    store.write("join", |tx| tx.group_members_add(&"team".parse()?, &members))
}

/// This binary, told to run `child` alone in a role, under a umask.
fn child_command(vault: &Path, role: &str, umask: &str) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("umask {umask} && exec \"$0\" \"$@\"")])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "processes::child", "--ignored", "--nocapture"])
        .env(ROLE, role)
        .env(VAULT, vault);
    command
}

fn run_child(vault: &Path, role: &str, umask: &str) {
    let output = child_command(vault, role, umask).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{role}: {text}"
    );
}

#[test]
#[ignore = "the other process: the tests of this file run it with a role"]
fn child() {
    // Without a role somebody runs all ignored tests: what the others prove, they assert themselves.
    let Ok(role) = std::env::var(ROLE) else { return };
    let vault = PathBuf::from(std::env::var_os(VAULT).expect("a vault"));
    match role.as_str() {
        "create" => drop(create(&vault)),
        "fail" => {
            let secret = Secret::Password(Password::new("wrong").unwrap());
            assert!(matches!(
                Store::unlock(&vault, &secret, &options()),
                Err(StoreError::WrongSecret)
            ));
        }
        "read" => {
            let store = open(&vault);
            assert!(store.read(|tx| tx.conversations(10)).unwrap()[0].messages > 0);
            store.close().unwrap();
        }
        "open" => {
            let store = open(&vault);
            assert_eq!(store.warnings(), Vec::<String>::new());
            store.close().unwrap();
        }
        "send" => {
            let store = open(&vault);
            let chat = store.read(|tx| tx.conversations(1)).unwrap()[0].id.clone();
            (0..SENDS).for_each(|i| send(&store, &chat, &format!("child {i}")));
            let found = modes(&vault);
            for name in [
                "privatus.db",
                "privatus.db-wal",
                "privatus.db-shm",
                "keyring.json",
                "vault.lock",
            ] {
                assert!(found.contains_key(name), "{name} of {found:?}");
            }
            assert!(found.values().all(|mode| *mode == 0o600), "{found:?}");
        }
        "join" => {
            let store = open(&vault);
            assert!(matches!(
                join(&store, &["bob", "carol"]),
                Err(StoreError::Group(GroupError::Full { .. }))
            ));
            join(&store, &["bob"]).unwrap();
        }
        "race" => {
            let store = open(&vault);
            // Each waits for the other, so that they come together.
            std::fs::create_dir(vault.join("ready")).unwrap();
            until_there(&vault.join("go"));
            if join_as_last(&store, "bob") {
                std::fs::create_dir(vault.join("joined")).unwrap();
            }
        }
        role => panic!("no role {role}"),
    }
}

#[test]
fn the_log_outlives_another_process_that_opens_reads_and_closes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    let (store, chat) = create(&path);
    send(&store, &chat, "first");
    let inode = |path: &Path| {
        use std::os::unix::fs::MetadataExt;
        std::fs::metadata(path.join("privatus.db-wal"))
            .map(|file| file.ino())
            .ok()
    };
    let log = inode(&path);
    assert!(log.is_some());
    for round in 0..3 {
        send(&store, &chat, &format!("before {round}"));
        // A wrong secret too: it reads the file's head, and must not take the other's locks with it.
        run_child(&path, "fail", "022");
        run_child(&path, "read", "022");
        assert_eq!(inode(&path), log, "the other process left the log where it was");
        send(&store, &chat, &format!("after {round}"));
    }
    drop(store);
    let store = open(&path);
    assert_eq!(store.read(|tx| tx.conversation_by_id(&chat)).unwrap().messages, 7);
    let found = store.read_long(|tx| tx.verify(&mut |_| ())).unwrap();
    assert!(found.is_content(), "{:?}", found.problems);
}

/// The key ring of a vault from before: one of them writes the note, and the others find it.
#[test]
#[allow(clippy::disallowed_methods, reason = "a closed vault's key ring is put back")]
fn first_opens_of_processes_write_one_note() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    create(&path).0.close().unwrap();
    let read = || KeyRing::parse(&std::fs::read(path.join("keyring.json")).unwrap()).unwrap();
    let secret = secret();
    let unlocked = read().unlock(&secret).unwrap();
    let before = read().without_note(&unlocked).unwrap().to_bytes();
    for name in ["keyring.json", "keyring.json.1"] {
        std::fs::write(path.join(name), &before).unwrap();
    }
    let start = |_| child_command(&path, "open", "022").spawn().unwrap();
    let opened: Vec<_> = (0..3).map(start).collect();
    for mut child in opened {
        assert!(child.wait().unwrap().success());
    }
    let store = open(&path);
    assert_eq!(store.warnings(), Vec::<String>::new());
    assert_eq!(read().generation(), 2);
    let entries = store.read(|tx| tx.audit_entries(&AuditFilter::default(), 100));
    let entries = entries.unwrap().into_iter();
    assert_eq!(entries.filter(|entry| entry.action == "ring_note").count(), 1);
    let found = store.read_long(|tx| tx.verify(&mut |_| ())).unwrap();
    assert!(found.is_content(), "{:?}", found.problems);
}

#[test]
fn writers_of_two_processes_wait_for_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    let (store, chat) = create(&path);
    let mut other = child_command(&path, "send", "022").spawn().unwrap();
    // The month, its key and the views are made by whichever comes first, and seen by the other.
    (0..SENDS).for_each(|i| send(&store, &chat, &format!("parent {i}")));
    assert!(other.wait().unwrap().success());
    let listed = store.read(|tx| tx.conversation_by_id(&chat)).unwrap().messages;
    assert_eq!(listed, 2 * SENDS as u64);
    let found = store.read_long(|tx| tx.verify(&mut |_| ())).unwrap();
    assert!(found.is_content(), "{:?}", found.problems);
}

#[test]
fn a_group_holds_its_limit_against_another_process() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    let (store, _) = create(&path);
    contact(&store, "bob");
    contact(&store, "carol");
    store
        .write("group", |tx| {
            let (name, now) = (DisplayName::new("Team")?, tx.now());
            tx.group_create(&NewGroup {
                limit: MemberLimit::new(3)?,
                ..NewGroup::new("team".parse()?, name, GroupKind::Private, now)
            })
        })
        .unwrap();
    join(&store, &["alice"]).unwrap();
    run_child(&path, "join", "022");
    assert!(matches!(
        join(&store, &["carol"]),
        Err(StoreError::Group(GroupError::Full { .. }))
    ));
    let group = store.read(|tx| tx.group_by_id(&"team".parse()?)).unwrap();
    assert_eq!(group.member_count, 3);
}

fn until_there(folder: &Path) {
    while !folder.exists() {
        std::thread::yield_now();
    }
}

/// Whether a contact was the one that still fitted.
fn join_as_last(store: &Store, name: &str) -> bool {
    let new = NewMember::new(name.parse().unwrap(), DisplayName::new(name).unwrap());
    let joined = store.write("join", |tx| {
        let own = tx.own_id();
        tx.group_member_add(&"team".parse()?, &new, &own)
    });
    match joined {
        Ok(()) => true,
        Err(StoreError::Group(GroupError::Full {
            current: 2, limit: 2, ..
        })) => false,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn of_two_processes_that_add_the_last_member_one_is_refused() {
    for round in 0..4 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault");
        let (store, _) = create(&path);
        contact(&store, "bob");
        store
            .write("group", |tx| {
                let (name, now) = (DisplayName::new("Team")?, tx.now());
                tx.group_create(&NewGroup {
                    limit: MemberLimit::new(2)?,
                    ..NewGroup::new("team".parse()?, name, GroupKind::Private, now)
                })
            })
            .unwrap();
        let mut other = child_command(&path, "race", "022").spawn().unwrap();
        until_there(&path.join("ready"));
        std::fs::create_dir(path.join("go")).unwrap();
        let mine = join_as_last(&store, "alice");
        assert!(other.wait().unwrap().success());
        let others = path.join("joined").exists();
        assert!(mine != others, "round {round}: {mine} and {others}");
        let group = store.read(|tx| tx.group_by_id(&"team".parse()?)).unwrap();
        assert_eq!(group.member_count, 2);
        let found = store.read_long(|tx| tx.verify(&mut |_| ())).unwrap();
        assert!(found.is_content(), "{:?}", found.problems);
    }
}

fn modes(path: &Path) -> BTreeMap<String, u32> {
    std::fs::read_dir(path)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
            (entry.file_name().into_string().unwrap(), mode)
        })
        .collect()
}

#[test]
fn wrong_secrets_that_are_tried_at_once_are_each_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    drop(create(&path));
    let tries: Vec<_> = (0..8)
        .map(|_| child_command(&path, "fail", "077").spawn().unwrap())
        .collect();
    for mut one in tries {
        assert!(one.wait().unwrap().success());
    }
    let told = open(&path).warnings().join("\n");
    assert!(told.contains("was tried 8 times"), "{told}");
}

#[test]
fn files_are_private_whatever_the_umask() {
    for umask in ["000", "077", "0177", "022"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault");
        run_child(&path, "create", umask);
        run_child(&path, "fail", umask);
        let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o700, "umask {umask}");
        let failed = modes(&path);
        assert!(failed.contains_key("attempts.json"), "{failed:?}");
        assert!(
            failed.values().all(|mode| *mode == 0o600),
            "umask {umask}: {failed:?}"
        );
        // Its log and the log's index are made in that process, which looks at them while they are there.
        run_child(&path, "send", umask);
    }
}
