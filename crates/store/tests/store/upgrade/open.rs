//! An upgrade at an open, and the copy before it.

use std::fs;

use privatus_crypto::{KdfCost, KeyRing};
use privatus_domain::ConversationId;
use privatus_store::{PageStart, Password, STEPS, Store, StoreError};

use super::{
    after_first, all_but_first, bytes, is_content, message, migrator, old_vault, options, secret, sql,
    step_back, unlock, vault, version,
};

#[test]
fn an_old_vault_is_brought_up_to_date_after_a_copy() {
    let (_folder, path) = old_vault();
    let old = bytes(&path);
    let store = unlock(&path).unwrap();
    let upgrade = store.upgrade().unwrap();
    assert_eq!((upgrade.from, upgrade.to), (version(0), STEPS.newest()));
    assert_eq!(upgrade.steps, after_first());
    let snapshot = upgrade.snapshot.clone();
    assert_eq!(
        snapshot.path,
        path.join(format!("privatus.db.snapshot-{}", version(0)))
    );
    assert_eq!(snapshot.bytes, fs::metadata(&snapshot.path).unwrap().len());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&snapshot.path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    is_content(&store);
    // A reply, and a month that is new: as if the vault had never been older.
    let chat: ConversationId = store.read(|tx| tx.conversations(1)).unwrap().remove(0).id;
    let mut reply = message("f", "2025-04-01T00:00:00Z");
    reply.reply_to = Some("b".parse().unwrap());
    store
        .write("reply", |tx| tx.message_insert(&chat, &reply))
        .unwrap();
    is_content(&store);
    store.close().unwrap();
    assert_eq!(migrator(&path).verify().unwrap().problems, Vec::<String>::new());

    // The copy is the vault as it was, for whoever puts it in its place.
    let back = path.with_file_name("back");
    fs::create_dir(&back).unwrap();
    for ring in ["keyring.json", "keyring.json.1"] {
        fs::write(back.join(ring), &old[ring]).unwrap();
    }
    fs::copy(&snapshot.path, back.join("privatus.db")).unwrap();
    let pending: Vec<bool> = migrator(&back)
        .status()
        .unwrap()
        .iter()
        .map(|step| step.pending)
        .collect();
    assert_eq!(pending, all_but_first());
    let store = unlock(&back).unwrap();
    is_content(&store);
    assert_eq!(
        store
            .read(|tx| tx.messages_page(&chat, &PageStart::Newest, 10))
            .unwrap()
            .messages
            .len(),
        5
    );
    store.close().unwrap();

    // Nothing of it can be read, and the next open that goes well removes it.
    let copied = fs::read(&snapshot.path).unwrap();
    assert!(
        !copied
            .windows(7)
            .any(|word| word == b"nobody'" || word == b"CREATE ")
    );
    let store = unlock(&path).unwrap();
    assert!(store.upgrade().is_none() && !snapshot.path.exists());
    store.close().unwrap();
}

#[test]
fn a_failed_open_takes_no_copy_away() {
    let (_folder, path) = vault();
    step_back(&path);
    let copy = path.join(format!("privatus.db.snapshot-{}", STEPS.newest()));
    let kept = fs::read(&copy).unwrap();
    // One bad page: the copy of the upgrade fails, and the one from before is all there is of what was lost.
    let whole = fs::read(path.join("privatus.db")).unwrap();
    let keys = Store::unlock_keys(&path, &secret()).unwrap();
    let pages = whole.len() / 4096;
    let refused = (pages / 2..pages).any(|page| {
        let mut damaged = whole.clone();
        damaged[page * 4096 + 100] ^= 1;
        fs::write(path.join("privatus.db"), damaged).unwrap();
        match Store::open(&path, &keys, &options()) {
            // A page that nothing uses.
            Ok(store) => store.close().is_err(),
            Err(error) => {
                matches!(error, StoreError::DatabaseDamaged(_))
                    && error
                        .to_string()
                        .contains("the build you had still opens this vault")
            }
        }
    });
    assert!(refused);
    assert_eq!(fs::read(&copy).unwrap(), kept);
    assert!(!path.join("privatus.db.snapshot.partial").exists());
}

#[test]
fn a_password_changed_while_an_open_waits_is_no_restored_copy() {
    let (_folder, path) = old_vault();
    // Held by an older build, which changes the password meanwhile.
    let held = fs::File::open(path.join("vault.lock")).unwrap();
    held.lock_shared().unwrap();
    let keys = Store::unlock_keys(&path, &secret()).unwrap();
    let waiting = std::thread::spawn({
        let path = path.clone();
        move || Store::open(&path, &keys, &options())
    });
    let bytes = fs::read(path.join("keyring.json")).unwrap();
    let ring = KeyRing::parse(&bytes).unwrap();
    let unlocked = ring.unlock(&secret()).unwrap();
    let new = Password::new("another").unwrap();
    let ring = ring
        .replace_password(&unlocked, &new, KdfCost::minimum(), "2025-06-15 12:00:00.000", 0)
        .unwrap();
    sql(&path, "UPDATE vault_state SET highest_generation = 2");
    for copy in ["keyring.json", "keyring.json.1"] {
        fs::write(path.join(copy), ring.to_bytes()).unwrap();
    }
    held.unlock().unwrap();
    let store = waiting.join().unwrap().unwrap();
    assert!(store.upgrade().is_some());
    assert_eq!(store.warnings(), Vec::<String>::new());
    store.close().unwrap();
    assert!(matches!(unlock(&path).unwrap_err(), StoreError::WrongSecret));
}
