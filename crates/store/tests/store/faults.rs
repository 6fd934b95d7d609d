//! Disks that fill up and fail at every write of a batch: the old state or the new one, and never half of one.

use privatus_domain::{Body, ConversationId, DisplayName, NewContact, NewMessage, SenderRef, Timestamp};
use privatus_sqlite::ErrorCode;
use privatus_sqlite::fault::{FaultVfs, FileKind};
use privatus_store::{PageStart, Secret, Store, StoreError, SystemFault, VaultOptions};

use crate::fixture::{clock, contact, new_contact, password};

fn options(vfs: Option<&str>) -> VaultOptions {
    VaultOptions {
        clock: Some(clock),
        vfs: vfs.map(str::to_owned),
        readers: 1,
        ..VaultOptions::cheap_for_tests()
    }
}

fn send(store: &Store, chat: &ConversationId, round: usize) -> Result<(), StoreError> {
    // A month of its own each round, so that tables, views and keys are made under the fault as well.
    let at = Timestamp::parse(&format!("{}-01-01T00:00:00Z", 2001 + round % 20))?;
    let batch: Result<Vec<NewMessage>, StoreError> = (0..40)
        .map(|i| {
            let text = if i == 7 {
                "x".repeat(20_000)
            } else {
                format!("text {i}")
            };
            let id = format!("m{round} {i}").parse()?;
            let sender = SenderRef::Contact("alice".parse()?);
            Ok(NewMessage::received(id, sender, Body::text(text)?, at))
        })
        .collect();
    let batch = batch?;
    store
        .write("batch", |tx| tx.messages_insert(chat, &batch))
        .map(drop)
}

fn messages(store: &Store, chat: &ConversationId) -> u64 {
    let listed = store.read(|tx| tx.conversation_by_id(chat)).unwrap().messages;
    let page = store
        .read(|tx| tx.messages_page(chat, &PageStart::Newest, 1_000))
        .unwrap();
    assert_eq!(listed.min(1_000), page.messages.len() as u64);
    listed
}

/// SQLite calls a read that the system fails one of a corrupt file system: it says nothing of the bytes.
#[test]
fn a_read_that_fails_is_no_damage() {
    let vfs = FaultVfs::register("store-reads").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    let password = password();
    let (store, _) = Store::create(&path, &password, &options(None)).unwrap();
    store.close().unwrap();
    let secret = Secret::Password(password);
    for code in [8_458, 266] {
        vfs.fail_reads_at(FileKind::Main, 100, ErrorCode::from_raw(code));
        let refused = Store::unlock(&path, &secret, &options(Some("store-reads")));
        vfs.disarm();
        let error = refused.map(drop).unwrap_err();
        assert!(is_the_disk(&error), "{code}: {error}");
        let store = Store::unlock(&path, &secret, &options(Some("store-reads"))).unwrap();
        store.close().unwrap();
    }
    // A file that opens at the second try was not forbidden.
    vfs.fail_next_open(FileKind::Main, ErrorCode::from_raw(10));
    let refused = Store::unlock(&path, &secret, &options(Some("store-reads")));
    vfs.disarm();
    let error = refused.map(drop).unwrap_err();
    assert!(is_the_disk(&error), "{error}");
    // In the middle of an open vault.
    let mut failed = 0;
    for page in (2..90).step_by(11) {
        let store = Store::unlock(&path, &secret, &options(Some("store-reads"))).unwrap();
        let injected = vfs.counters().injected;
        vfs.fail_reads_at(FileKind::Main, page * 4_096, ErrorCode::from_raw(8_458));
        let checked = store.read_long(|tx| tx.verify(&mut |_| ()));
        vfs.disarm();
        if vfs.counters().injected > injected {
            let told = checked.map(|found| found.problems);
            assert!(told.as_ref().is_err_and(is_the_disk), "page {page}: {told:?}");
            failed += 1;
        }
    }
    assert!(failed > 0);
    // A lock that another process holds is told as such, where the file system locks files.
    vfs.fail_opens(FileKind::Main, ErrorCode::Busy);
    let refused = Store::unlock(&path, &secret, &options(Some("store-reads")));
    vfs.disarm();
    let error = refused.map(drop).unwrap_err();
    assert!(matches!(error, StoreError::Busy(_)), "{error}");
}

/// A disk that fails while the first schema is made is no fault of a step.
#[test]
fn a_disk_that_does_not_sync_makes_no_vault() {
    let vfs = FaultVfs::register("store-syncs").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let password = password();
    for syncs in 0..4 {
        vfs.fail_syncs_after(syncs, ErrorCode::from_raw(1_034));
        let path = folder.path().join(syncs.to_string());
        let made = Store::create(&path, &password, &options(Some("store-syncs")));
        vfs.disarm();
        let error = made.map(drop).unwrap_err();
        assert!(is_the_disk(&error), "{syncs}: {error}");
        assert!(!path.exists());
    }
}

/// Whoever closes is told of the disk; what was committed before is there, and stays.
#[test]
fn a_close_that_the_disk_fails_loses_nothing() {
    let vfs = FaultVfs::register("store-close").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    let password = password();
    let (store, _) = Store::create(&path, &password, &options(Some("store-close"))).unwrap();
    let name = DisplayName::new("Alice").unwrap();
    store
        .write("contact", |tx| {
            tx.contact_create(&NewContact {
                display_name: name.clone(),
                ..new_contact("alice", tx.now())
            })
        })
        .unwrap();
    vfs.fail_syncs_after(0, ErrorCode::from_raw(1_034));
    let error = store.close().unwrap_err();
    vfs.disarm();
    assert!(is_the_disk(&error), "{error}");
    let store = Store::unlock(&path, &Secret::Password(password), &options(None)).unwrap();
    let chats = store.read(|tx| tx.conversations(10)).unwrap();
    assert_eq!(chats.len(), 1);
}

fn is_the_disk(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::System {
            fault: SystemFault::DiskFails,
            ..
        }
    )
}

#[test]
fn a_full_or_failing_disk_leaves_the_old_state_or_the_new() {
    let vfs = FaultVfs::register("store-faults").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    let password = password();
    let (store, _) = Store::create(&path, &password, &options(Some("store-faults"))).unwrap();
    let chat = contact(&store, "alice");
    let (mut known, mut failed, mut round) = (0, 0, 0);
    for code in [ErrorCode::Full, ErrorCode::IoErr(778)] {
        let mut room = 0;
        // Ever more room, until a batch fits.
        loop {
            vfs.fail_writes_after(room, code);
            let result = send(&store, &chat, round);
            vfs.disarm();
            round += 1;
            let now = messages(&store, &chat);
            match result {
                Ok(()) => {
                    assert_eq!(now, known + 40);
                    known = now;
                    break;
                }
                Err(error) => {
                    let is_full = matches!(error, StoreError::DiskFull);
                    let is_as_told = is_full || matches!(error, StoreError::System { .. });
                    assert!(is_as_told && is_full == (code == ErrorCode::Full), "{error}");
                    assert_eq!(now, known, "after {room} bytes: {error}");
                    failed += 1;
                }
            }
            room += 9_973;
        }
        for syncs in 0..2 {
            vfs.fail_syncs_after(syncs, code);
            let sent = send(&store, &chat, round).is_ok();
            vfs.disarm();
            round += 1;
            known += if sent { 40 } else { 0 };
            assert_eq!(messages(&store, &chat), known);
        }
        send(&store, &chat, round).unwrap();
        (known, round) = (known + 40, round + 1);
    }
    assert!(
        failed > 10 && vfs.counters().injected > 10,
        "{failed} writes failed"
    );
    drop(store);
    let store = Store::unlock(&path, &Secret::Password(password), &options(None)).unwrap();
    assert_eq!(messages(&store, &chat), known);
    let found = store.read_long(|tx| tx.verify(&mut |_| ())).unwrap();
    assert!(found.is_content(), "{:?}", found.problems);
}
