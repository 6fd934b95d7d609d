//! An upgrade at an open, and the copy before it.

use std::fs;

use privatus_domain::ConversationId;
use privatus_store::{PageStart, STEPS};

use super::{bytes, is_content, message, migrator, old_vault, unlock, version};

#[test]
fn an_old_vault_is_brought_up_to_date_after_a_copy() {
    let (_folder, path) = old_vault();
    let old = bytes(&path);
    let store = unlock(&path).unwrap();
    let upgrade = store.upgrade().unwrap();
    assert_eq!((upgrade.from, upgrade.to), (version(0), version(1)));
    assert_eq!(upgrade.steps, [STEPS.all()[1].name]);
    let snapshot = upgrade.snapshot.clone();
    assert_eq!(snapshot.path, path.join("privatus.db.snapshot"));
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
    store.lock().unwrap();
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
    assert_eq!(pending, [false, true]);
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
    store.lock().unwrap();

    // Nothing of it can be read, and the next open that goes well removes it.
    let copied = fs::read(&snapshot.path).unwrap();
    assert!(
        !copied
            .windows(7)
            .any(|word| word == b"nobody'" || word == b"CREATE ")
    );
    let store = unlock(&path).unwrap();
    assert!(store.upgrade().is_none() && !snapshot.path.exists());
    store.lock().unwrap();
}
