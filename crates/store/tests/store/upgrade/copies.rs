//! Copies of the database beside it: only those that this vault made and noted are ever removed.

use std::fs;
use std::path::{Path, PathBuf};

use privatus_sqlite::ErrorCode;
use privatus_sqlite::fault::{FaultVfs, FileKind};
use privatus_store::{STEPS, Store, VaultOptions};

use super::{is_content, old_vault, options, secret, sql, step_back, unlock, vault};

/// A vault that was stepped back: its copy, with its note beside it.
fn with_copy() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let (folder, path) = vault();
    step_back(&path);
    let copy = path.join(format!("privatus.db.snapshot-{}", STEPS.newest()));
    assert!(copy.exists() && note(&copy).exists());
    (folder, path, copy)
}

fn note(copy: &Path) -> PathBuf {
    let mut name = copy.as_os_str().to_owned();
    name.push(".note");
    name.into()
}

/// What two opens warn of: the first brings the schema up, and the second would remove the copies.
fn opened_twice(path: &Path) -> Vec<String> {
    unlock(path).unwrap().close().unwrap();
    let store = unlock(path).unwrap();
    is_content(&store);
    let warnings = store.warnings().to_vec();
    store.close().unwrap();
    warnings
}

#[test]
fn the_vaults_own_go_with_their_notes() {
    let (_folder, path, copy) = with_copy();
    assert_eq!(opened_twice(&path), Vec::<String>::new());
    assert!(!copy.exists() && !note(&copy).exists());
    let names = fs::read_dir(&path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = names
        .filter(|name| name.to_string_lossy().contains("snapshot"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_persons_own_copies_stay_and_are_named() {
    let (_folder, path, copy) = with_copy();
    let own = [
        "privatus.db.snapshot",
        "privatus.db.snapshot-before-the-holidays",
        "privatus.db.snapshot.partial",
        "privatus.db.snapshot-1.note",
    ];
    for name in own {
        fs::copy(path.join("privatus.db"), path.join(name)).unwrap();
        super::private(&path.join(name));
    }
    fs::create_dir(path.join("privatus.db.snapshot-folder")).unwrap();
    let warnings = opened_twice(&path);
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    for name in own.into_iter().chain(["privatus.db.snapshot-folder"]) {
        assert!(warnings[0].contains(name), "{name}: {warnings:?}");
        assert!(path.join(name).exists(), "{name}");
    }
    assert!(!copy.exists() && !note(&copy).exists());
}

/// The name and the note are the vault's, and what stands there is not.
#[test]
fn what_was_put_in_the_place_of_a_copy_stays() {
    for change in [
        "text",
        "longer",
        "first page",
        "last page",
        "gone note",
        "other note",
        "link",
    ] {
        let (_folder, path, copy) = with_copy();
        let mut bytes = fs::read(&copy).unwrap();
        let (_other_folder, _, other) = with_copy();
        match change {
            "text" => bytes = b"a letter of mine".to_vec(),
            "longer" => bytes.extend([0; 4_096]),
            "first page" => bytes[100] ^= 1,
            "last page" => *bytes.last_mut().unwrap() ^= 1,
            "gone note" => fs::remove_file(note(&copy)).unwrap(),
            // Of a vault with other keys, for the same name and bytes of its own.
            "other note" => {
                bytes = fs::read(&other).unwrap();
                fs::copy(note(&other), note(&copy)).unwrap();
            }
            _ => {}
        }
        fs::write(&copy, &bytes).unwrap();
        #[cfg(unix)]
        if change == "link" {
            let elsewhere = other.with_file_name("moved");
            fs::rename(&copy, &elsewhere).unwrap();
            std::os::unix::fs::symlink(&elsewhere, &copy).unwrap();
        }
        let warnings = opened_twice(&path);
        assert_eq!(warnings.len(), 1, "{change}: {warnings:?}");
        let name = copy.file_name().unwrap().to_str().unwrap();
        assert!(warnings[0].starts_with(name), "{change}: {warnings:?}");
        assert!(fs::read(&copy).unwrap() == bytes, "{change}");
    }
}

/// A copy of an older build is put back in another journal mode. The switch leaves no journal, whatever happens then.
#[test]
fn a_copy_that_is_put_back_is_switched_without_a_journal() {
    const NAME: &str = "no-journal-at-a-switch";
    let faults = FaultVfs::register(NAME).unwrap();
    let (_folder, path) = vault();
    let keys = Store::unlock_keys(&path, &secret()).unwrap();
    let with_faults = VaultOptions {
        vfs: Some(NAME.into()),
        ..options()
    };
    sql(&path, "PRAGMA journal_mode = DELETE");
    faults.fail_writes_after(0, ErrorCode::Full);
    Store::open(&path, &keys, &with_faults).unwrap_err();
    assert!(!path.join("privatus.db-journal").exists());
    faults.disarm();
    faults.fail_opens(FileKind::Journal, ErrorCode::CantOpen);
    let store = Store::open(&path, &keys, &with_faults).unwrap();
    is_content(&store);
    store.close().unwrap();
}

/// The copy that this build makes is a vault's database as it is.
#[test]
fn a_copy_is_in_wal_mode_already() {
    let (_folder, path) = old_vault();
    unlock(&path).unwrap().close().unwrap();
    let copy = path.join(format!("privatus.db.snapshot-{}", super::version(0)));
    fs::rename(&copy, path.join("privatus.db")).unwrap();
    let mut db = super::database(&path);
    assert_eq!(db.pragma_text("journal_mode").unwrap().as_deref(), Some("wal"));
    drop(db);
    let store = unlock(&path).unwrap();
    assert!(store.upgrade().is_some());
    // What was written since is gone, which the key ring's note tells of, and the log is not signed for it; nothing else
    // is wrong.
    let told = store.warnings().join("\n");
    assert!(told.contains("the key ring notes"), "{told}");
    let found = store.read_long(|tx| tx.verify(&mut |_| ())).unwrap();
    assert_eq!(found.problem_count, 1, "{:?}", found.problems);
    assert!(found.problems[0].contains("has no MAC"), "{:?}", found.problems);
    let chats = store.read(|tx| tx.conversations(10)).unwrap();
    assert_eq!(chats[0].messages, 5);
}
