//! File transfers: the rules through the store, sessions, and what a crash leaves.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use privatus_domain::{
    ContactError, ContactId, FileHash, FileName, FileSize, NewTransfer, Transfer, TransferDirection,
    TransferError, TransferFilter, TransferId, TransferPeer, TransferStatus, UserId,
};
use privatus_store::{Missing, Rule, Store, StoreError};

use crate::fixture::{self, clock, contact, open};

const ROLE: &str = "PRIVATUS_TEST_ROLE";
const VAULT: &str = "PRIVATUS_TEST_VAULT";

fn create(path: &Path) -> Store {
    let store = fixture::create(path);
    contact(&store, "alice");
    store
}

fn id(text: &str) -> TransferId {
    text.parse().unwrap()
}

fn new(name: &str, peer: &str) -> NewTransfer {
    NewTransfer {
        id: id(name),
        file_name: FileName::new(name).unwrap(),
        size: FileSize::new(5).unwrap(),
        hash: FileHash::new(&[7; 32]).unwrap(),
        direction: TransferDirection::Outbound,
        peer: TransferPeer::Contact(peer.parse::<ContactId>().unwrap()),
    }
}

fn offer(store: &Store, name: &str) -> Result<(), StoreError> {
    store.write("offer", |tx| tx.transfer_create(&new(name, "alice")))
}

fn step(store: &Store, name: &str, to: TransferStatus) -> Result<(), StoreError> {
    store
        .write("step", |tx| tx.transfer_step(&id(name), to, None))
        .map(drop)
}

fn found(store: &Store, name: &str) -> Transfer {
    store.read(|tx| tx.transfer_by_id(&id(name))).unwrap()
}

#[test]
fn a_blocked_contact_offers_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(&folder.path().join("vault"));
    let block = |blocked| {
        store
            .write("block", |tx| match blocked {
                true => tx.contact_block(&"alice".parse()?),
                false => tx.contact_unblock(&"alice".parse()?),
            })
            .unwrap()
    };
    let inbound = NewTransfer {
        direction: TransferDirection::Inbound,
        ..new("a.txt", "alice")
    };
    let receive = || store.write("receive", |tx| tx.transfer_create(&inbound));
    assert!(block(true));
    let error = receive().unwrap_err();
    assert!(
        matches!(error, StoreError::Contact(ContactError::Blocked(_)))
            && error.to_string().contains("blocked since"),
        "{error}"
    );
    offer(&store, "b.txt").unwrap();
    assert!(block(false));
    receive().unwrap();
}

#[test]
fn no_path_is_restored() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(&folder.path().join("vault"));
    offer(&store, "a.txt").unwrap();
    for name in ["../../x", "a\\b", "..", "a\0b"] {
        let transfer = Transfer {
            id: id("other"),
            file_name: name.into(),
            ..found(&store, "a.txt")
        };
        let error = store
            .write("restore", |tx| tx.transfer_restore(&transfer))
            .unwrap_err();
        assert!(matches!(error, StoreError::Transfer(_)), "{name:?}: {error}");
    }
}

#[test]
fn a_transfer_goes_its_way_and_refusals_leave_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(&folder.path().join("vault"));
    offer(&store, "a.txt").unwrap();
    assert!(matches!(
        offer(&store, "a.txt").unwrap_err(),
        StoreError::Rule(Rule::TransferExists(_))
    ));
    let strangers = store.write("offer", |tx| tx.transfer_create(&new("b.txt", "nobody")));
    assert!(matches!(
        strangers.unwrap_err(),
        StoreError::NotFound(Missing::Contact(_))
    ));
    let group = NewTransfer {
        peer: TransferPeer::Group("nobody".parse().unwrap()),
        ..new("b.txt", "alice")
    };
    let refused = store.write("offer", |tx| tx.transfer_create(&group));
    assert!(matches!(
        refused.unwrap_err(),
        StoreError::NotFound(Missing::Group(_))
    ));

    step(&store, "a.txt", TransferStatus::Active).unwrap();
    let progress = |to| store.write("progress", |tx| tx.transfer_progress(&id("a.txt"), to));
    progress(40).unwrap();
    let before = found(&store, "a.txt");
    for to in [101, -1, 100, 39] {
        let error = progress(to).unwrap_err();
        assert!(matches!(error, StoreError::Transfer(_)), "{to}: {error}");
    }
    let back = step(&store, "a.txt", TransferStatus::Pending);
    assert!(matches!(
        back.unwrap_err(),
        StoreError::Transfer(TransferError::ForbiddenStep { .. })
    ));
    let nowhere = step(&store, "b.txt", TransferStatus::Active);
    assert!(matches!(
        nowhere.unwrap_err(),
        StoreError::NotFound(Missing::Transfer(_))
    ));
    let paused = store.write("step", |tx| {
        tx.transfer_step(&id("a.txt"), TransferStatus::Paused, Some("no failure"))
    });
    assert!(matches!(
        paused.unwrap_err(),
        StoreError::Transfer(TransferError::ReasonWithoutFailure(_))
    ));
    assert_eq!(found(&store, "a.txt"), before, "nothing is half done");

    store
        .write("step", |tx| {
            tx.transfer_step(&id("a.txt"), TransferStatus::Failed, Some("the line broke"))
        })
        .unwrap();
    let failed = found(&store, "a.txt");
    assert_eq!(
        (failed.state.progress(), failed.error.as_deref()),
        (40, Some("the line broke"))
    );
    step(&store, "a.txt", TransferStatus::Pending).unwrap();
    let again = found(&store, "a.txt");
    assert_eq!((again.state.progress(), again.error), (0, None));
    for to in [TransferStatus::Active, TransferStatus::Completed] {
        step(&store, "a.txt", to).unwrap();
    }
    let done = found(&store, "a.txt");
    assert_eq!((done.state.progress(), done.completed_at), (100, Some(clock())));

    store
        .write("remove", |tx| tx.contact_remove(&"alice".parse().unwrap()))
        .unwrap();
    let alone = found(&store, "a.txt");
    assert_eq!((alone.contact, alone.file_name.as_str()), (None, "a.txt"));
    let checked = store.read_long(|tx| tx.verify(&mut |_| ())).unwrap();
    assert!(checked.is_content(), "{:?}", checked.problems);
}

#[test]
fn a_user_without_a_grant_sees_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(&folder.path().join("vault"));
    offer(&store, "a.txt").unwrap();
    let session = store.session(UserId::new("mallory").unwrap());
    let page = session
        .read(|tx| tx.transfers(&TransferFilter::default(), None, 10))
        .unwrap();
    assert!(page.transfers.is_empty() && !page.has_older);
    assert!(session.read(|tx| tx.transfers_by_id(None)).unwrap().is_empty());
    let denied = [
        session.read(|tx| tx.transfer_by_id(&id("a.txt"))).map(drop),
        session
            .write("step", |tx| {
                tx.transfer_step(&id("a.txt"), TransferStatus::Active, None)
            })
            .map(drop),
        session
            .write("progress", |tx| tx.transfer_progress(&id("a.txt"), 1))
            .map(drop),
        session.write("offer", |tx| tx.transfer_create(&new("b.txt", "alice"))),
    ];
    for result in denied {
        assert!(matches!(result.unwrap_err(), StoreError::AccessDenied { .. }));
    }
    assert_eq!(found(&store, "a.txt").state.status(), TransferStatus::Pending);
}

#[test]
#[ignore = "the other process: the tests of this file run it with a role"]
fn child() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let vault = PathBuf::from(std::env::var_os(VAULT).expect("a vault"));
    let store = open(&vault);
    let mut line = String::new();
    match role.as_str() {
        // Holds the vault open until it is killed, or told to close.
        "run" => step(&store, "a.txt", TransferStatus::Active).unwrap(),
        "look" => {}
        role => panic!("no role {role}"),
    }
    let status = found(&store, "a.txt").state.status();
    writeln!(std::io::stdout(), "status {status}").unwrap();
    std::io::stdin().read_line(&mut line).unwrap();
    store.close().unwrap();
}

/// This binary in a role, once it has said its status.
fn start(vault: &Path, role: &str) -> (Child, String) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "transfers::child", "--ignored", "--nocapture"])
        .env(ROLE, role)
        .env(VAULT, vault)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let status = lines.find_map(|line| {
        let line = line.unwrap();
        line.split_once("status ").map(|(_, status)| status.to_owned())
    });
    // What it says later must not break its pipe.
    std::thread::spawn(move || lines.for_each(drop));
    (child, status.expect("a status"))
}

fn close(mut child: Child) {
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn what_was_active_in_a_crash_is_paused_once_nobody_else_has_the_vault_open() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    let store = create(&path);
    offer(&store, "a.txt").unwrap();
    offer(&store, "b.txt").unwrap();
    store.close().unwrap();

    let (mut running, status) = start(&path, "run");
    assert_eq!(status, "active");
    // Another opens, here and in a process of its own: the first may be running it.
    let store = open(&path);
    assert_eq!(found(&store, "a.txt").state.status(), TransferStatus::Active);
    store.close().unwrap();
    let (looking, status) = start(&path, "look");
    assert_eq!(status, "active");
    close(looking);

    running.kill().unwrap();
    running.wait().unwrap();
    let store = open(&path);
    let paused = found(&store, "a.txt");
    assert_eq!(paused.state.status(), TransferStatus::Paused);
    assert_eq!(found(&store, "b.txt").state.status(), TransferStatus::Pending);
    assert!(
        store
            .warnings()
            .join(" ")
            .contains("the vault was not closed properly; 1 active file transfer was paused"),
        "{:?}",
        store.warnings()
    );
    // It goes on from there.
    step(&store, "a.txt", TransferStatus::Active).unwrap();
    store.close().unwrap();

    // After a clean close it stays as it was, and nobody is warned.
    for _ in 0..2 {
        let store = open(&path);
        assert_eq!(found(&store, "a.txt").state.status(), TransferStatus::Active);
        assert!(store.warnings().is_empty());
        store.close().unwrap();
    }
    // Also one who only read leaves a log behind when it is killed.
    let (mut looking, status) = start(&path, "look");
    assert_eq!(status, "active");
    looking.kill().unwrap();
    looking.wait().unwrap();
    let store = open(&path);
    assert_eq!(found(&store, "a.txt").state.status(), TransferStatus::Paused);
    store.close().unwrap();
}
