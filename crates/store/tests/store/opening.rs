//! What an unlock counts, warns of and refuses, and how many statements stay prepared.

use std::fs;
use std::path::Path;

use privatus_domain::{Body, ContactId, NewMessage, Resolution, SettingKey};
use privatus_sqlite::ErrorCode;
use privatus_sqlite::fault::FaultVfs;
use privatus_store::{Password, Secret, Store, StoreError, Strange, TooNew, VaultOptions};
use serde_json::json;

use crate::fixture::{new_contact, options, password, secret, vault};

fn unlock(path: &Path, password: &str) -> Result<Store, StoreError> {
    let secret = Secret::Password(Password::new(password).unwrap());
    Store::unlock(path, &secret, &options())
}

#[test]
fn failed_unlocks_are_counted_until_a_good_one() {
    let (_folder, path) = vault();
    let attempts = path.join("attempts.json");
    assert!(!attempts.exists());
    for _ in 0..3 {
        assert!(matches!(
            unlock(&path, "wrong").unwrap_err(),
            StoreError::WrongSecret
        ));
    }
    let text = fs::read_to_string(&attempts).unwrap();
    assert!(text.contains("\"failed\":3") && !text.contains("wrong"), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            fs::metadata(&attempts).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    let store = unlock(&path, "secret").unwrap();
    let warnings = store.warnings().join(" ");
    assert!(
        warnings.contains("3 times") && warnings.contains("2025-06-15T12:00:00.000Z"),
        "{warnings}"
    );
    assert!(!attempts.exists());
    store.close().unwrap();
    assert!(unlock(&path, "secret").unwrap().warnings().is_empty());
}

#[test]
fn nothing_in_attempts_json_hinders_or_speaks() {
    let (_folder, path) = vault();
    let attempts = path.join("attempts.json");
    for content in [
        "".to_owned(),
        "no json".into(),
        "\u{1b}[31m".repeat(100_000),
        r#"{"failed":7,"first_at":"\u001b[31m","last_at":"\u001b[31m"}"#.into(),
        r#"{"failed":4294967295,"first_at":"","last_at":""}"#.into(),
    ] {
        fs::write(&attempts, &content).unwrap();
        assert!(matches!(
            unlock(&path, "wrong").unwrap_err(),
            StoreError::WrongSecret
        ));
        assert!(fs::metadata(&attempts).unwrap().len() < 4_096);
        fs::write(&attempts, &content).unwrap();
        let store = unlock(&path, "secret").unwrap();
        let warnings = store.warnings().join(" ");
        assert!(!warnings.contains('\u{1b}'), "{warnings:?}");
        store.close().unwrap();
    }
    // A folder in its place can be neither read nor replaced, and is refused before a secret is tried.
    fs::create_dir(&attempts).unwrap();
    for secret in ["wrong", "secret"] {
        assert!(matches!(
            unlock(&path, secret).unwrap_err(),
            StoreError::StrangeFile { file, what: Strange::Folder } if file == attempts
        ));
    }
}

/// The key ring in the outer form of all versions, with a body this build does not know.
fn newer_ring() -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let body = b"a body of another form";
    let mut digest = privatus_store::Digest::new();
    digest.update(body);
    format!(
        r#"{{"format":"privatus-keyring-2","body":"{}","checksum":"{}","mac":"{}"}}"#,
        STANDARD.encode(body),
        STANDARD.encode(digest.finalize()),
        STANDARD.encode([0_u8; 32]),
    )
}

#[test]
fn one_copy_of_a_newer_format_refuses_the_vault() {
    for name in ["keyring.json", "keyring.json.1"] {
        let (_folder, path) = vault();
        fs::write(path.join(name), newer_ring()).unwrap();
        let error = unlock(&path, "secret").unwrap_err();
        assert!(
            matches!(error, StoreError::SchemaNewer(TooNew::KeyRing(_))),
            "{name}: {error}"
        );
        assert_eq!(
            fs::read_to_string(path.join(name)).unwrap(),
            newer_ring(),
            "left as it was"
        );
    }
}

fn rings(path: &Path) -> [Vec<u8>; 2] {
    ["keyring.json", "keyring.json.1"].map(|name| fs::read(path.join(name)).unwrap())
}

fn put(path: &Path, rings: &[Vec<u8>; 2]) {
    for (name, bytes) in ["keyring.json", "keyring.json.1"].iter().zip(rings) {
        fs::write(path.join(name), bytes).unwrap();
    }
}

fn change(path: &Path, from: &str, to: &str) {
    let secret = Secret::Password(Password::new(from).unwrap());
    let store = Store::unlock(path, &secret, &options()).unwrap();
    store
        .change_password(&secret, &Password::new(to).unwrap(), options().kdf)
        .unwrap();
    store.close().unwrap();
}

#[test]
fn every_older_key_ring_is_warned_of_also_after_it_was_put_back() {
    let (_folder, path) = vault();
    let first = rings(&path);
    change(&path, "secret", "second");
    let second = rings(&path);
    change(&path, "second", "third");
    let warned = |password: &str| {
        let store = unlock(&path, password).unwrap();
        let warnings = store.warnings().join(" ");
        store.close().unwrap();
        warnings.contains("may be a restored copy")
    };
    assert!(!warned("third"));
    put(&path, &first);
    assert!(warned("secret"));
    // What the warning asks for: from here on the newest ring is the one made now.
    change(&path, "secret", "fourth");
    assert!(!warned("fourth"));
    let fourth = rings(&path);
    for (old, password) in [(&second, "second"), (&first, "secret")] {
        put(&path, old);
        assert!(warned(password), "{password}");
    }
    put(&path, &fourth);
    assert!(!warned("fourth"));
    let store = unlock(&path, "fourth").unwrap();
    let keys = Store::unlock_keys(&path, &Secret::Password(Password::new("fourth").unwrap())).unwrap();
    store.close().unwrap();
    // Keys from before a change of password open the vault, and do not bring the older key ring back.
    change(&path, "fourth", "fifth");
    Store::open(&path, &keys, &options()).unwrap().close().unwrap();
    assert!(unlock(&path, "fourth").is_err());
    unlock(&path, "fifth").unwrap();
    // One vault's keys are of no use to another.
    let (_other_folder, other) = vault();
    let error = Store::open(&other, &keys, &options()).unwrap_err();
    assert!(matches!(error, StoreError::WrongSecret), "{error}");
}

/// The open with the older key ring told whoever brought it; that may not have been the owner.
#[test]
fn an_older_key_ring_is_told_of_at_the_next_ordinary_open() {
    let (_folder, path) = vault();
    let first = rings(&path);
    change(&path, "secret", "second");
    let second = rings(&path);
    put(&path, &first);
    unlock(&path, "secret").unwrap().close().unwrap();
    put(&path, &second);
    for _ in 0..2 {
        let store = unlock(&path, "second").unwrap();
        let told = store.warnings().join(" ");
        assert!(
            told.contains("an older key ring opened this vault")
                && told.contains("2025-06-15 12:00:00")
                && told.contains("security event 1"),
            "{told}"
        );
        store.close().unwrap();
    }
    let store = unlock(&path, "second").unwrap();
    store
        .write("resolve", |tx| {
            tx.security_resolve(1, &Resolution::new("it was my own backup")?)
        })
        .unwrap();
    store.close().unwrap();
    assert!(unlock(&path, "second").unwrap().warnings().is_empty());
}

/// Only a commit that syncs the log survives the power; those of every day do not.
#[test]
fn a_new_password_is_on_the_disk_when_it_is_told() {
    const NAME: &str = "opening-durable";
    let (_folder, path) = vault();
    let vfs = FaultVfs::register(NAME).unwrap();
    let counting = VaultOptions {
        vfs: Some(NAME.into()),
        ..options()
    };
    let store = Store::unlock(&path, &secret(), &counting).unwrap();
    let write = |name: &str| {
        store
            .write("setting", |tx| {
                tx.setting_set("", &SettingKey::new(name)?, json!("x"), tx.now())
            })
            .unwrap();
        vfs.counters().syncs
    };
    // The first write syncs the head of the log.
    write("first");
    let before = write("second");
    assert_eq!(write("third"), before, "an ordinary commit is not synced");
    store
        .change_password(&secret(), &password(), counting.kdf)
        .unwrap();
    let changed = vfs.counters().syncs;
    assert!(changed > before, "the change of password is");
    assert_eq!(write("fourth"), changed, "and what follows is not");
}

#[test]
fn what_a_removed_contact_left_keeps_nobody_out() {
    const NAME: &str = "opening-sweep";
    let (_folder, path) = vault();
    let vfs = FaultVfs::register(NAME).unwrap();
    let with_faults = VaultOptions {
        vfs: Some(NAME.into()),
        ..options()
    };
    let store = Store::unlock(&path, &secret(), &with_faults).unwrap();
    store
        .write("contact", |tx| {
            let id: ContactId = "alice".parse()?;
            let chat = tx.contact_create(&new_contact("alice", tx.now()))?;
            let message = NewMessage::sent("m".parse()?, Body::text("text")?, tx.now());
            tx.message_insert(&chat, &message)?;
            tx.contact_remove(&id)
        })
        .unwrap();
    store.close().unwrap();
    vfs.fail_writes_after(0, ErrorCode::Full);
    let store = Store::unlock(&path, &secret(), &with_faults).unwrap();
    let warnings = store.warnings().join(" ");
    assert!(
        warnings.contains("could not be deleted") && warnings.contains("disk is full"),
        "{warnings}"
    );
    assert!(store.read(|tx| tx.conversations(10)).unwrap().is_empty());
    drop(store);
    vfs.disarm();
    let store = Store::unlock(&path, &secret(), &with_faults).unwrap();
    assert!(store.warnings().is_empty());
    assert!(store.read_long(|tx| tx.verify(&mut |_| ())).unwrap().is_content());
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_there_becomes_the_vault() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let (real, link) = (folder.path().join("real"), folder.path().join("link"));
    fs::create_dir(&real).unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o755)).unwrap();
    symlink(&real, &link).unwrap();
    let (store, _) = Store::create(&link, &password(), &options()).unwrap();
    store.close().unwrap();
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o700);
    let mut names: Vec<String> = fs::read_dir(&real)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        ["keyring.json", "keyring.json.1", "privatus.db", "vault.lock"]
    );
    unlock(&real, "secret").unwrap();
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        2,
        "nothing is left beside it"
    );
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_a_key_ring_blocks_nobody() {
    let (_folder, path) = vault();
    fs::remove_file(path.join("keyring.json.1")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(path.join("keyring.json.1"))
        .status();
    assert!(made.unwrap().success());
    unlock(&path, "secret").unwrap().close().unwrap();
    assert_eq!(rings(&path)[0], rings(&path)[1], "replaced by the good copy");
    fs::remove_file(path.join("privatus.db")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(path.join("privatus.db"))
        .status();
    assert!(made.unwrap().success());
    assert!(matches!(
        unlock(&path, "secret").unwrap_err(),
        StoreError::StrangeFile { file, what: Strange::Pipe } if file == path.join("privatus.db")
    ));
}

/// Whoever is given the recovery code and cannot keep it gets no vault; while it is kept, there is none.
#[test]
fn a_recovery_code_that_is_not_kept_leaves_no_vault() {
    let password = password();
    let folder = tempfile::tempdir().unwrap();
    let names = |at: &Path| fs::read_dir(at).unwrap().count();
    let there = folder.path().join("there");
    fs::create_dir(&there).unwrap();
    for path in [folder.path().join("new"), there.clone()] {
        let not_kept = Store::create_keeping(&path, &password, &options(), |_| {
            assert!(!path.join("privatus.db").exists() && !path.join("keyring.json").exists());
            Err::<(), _>(StoreError::Unexpected("nobody reads it".into()))
        });
        assert!(matches!(not_kept, Err(StoreError::Unexpected(_))), "{not_kept:?}");
        assert_eq!((names(folder.path()), names(&there)), (1, 0), "nothing is left");
    }
    let mut kept = String::new();
    let path = folder.path().join("new");
    let store = Store::create_keeping(&path, &password, &options(), |code| {
        kept = code.reveal().as_str().to_owned();
        Ok::<_, StoreError>(())
    });
    store.unwrap().close().unwrap();
    let code = Secret::RecoveryCode(privatus_store::RecoveryCode::parse(&kept).unwrap());
    Store::unlock(&path, &code, &options()).unwrap();
    // It has its place, and its first open fails: whoever is told of nothing makes another.
    const NAME: &str = "made-and-not-opened";
    let faults = FaultVfs::register(NAME).unwrap();
    let made = folder.path().join("made");
    let failing = VaultOptions {
        vfs: Some(NAME.into()),
        ..options()
    };
    let refused = Store::create_keeping(&made, &password, &failing, |code| {
        kept = code.reveal().as_str().to_owned();
        faults.fail_opens(privatus_sqlite::fault::FileKind::Main, ErrorCode::CantOpen);
        Ok::<_, StoreError>(())
    });
    faults.disarm();
    let refused = refused.unwrap_err();
    assert!(
        matches!(&refused, StoreError::Made { vault, .. } if *vault == made),
        "{refused}"
    );
    let code = Secret::RecoveryCode(privatus_store::RecoveryCode::parse(&kept).unwrap());
    Store::unlock(&made, &code, &options()).unwrap();
    fs::remove_dir_all(&made).unwrap();
    // The place was taken while the code was kept: what is there is nobody's of ours.
    let late = folder.path().join("late");
    let taken = Store::create_keeping(&late, &password, &options(), |_| {
        fs::create_dir(&late).unwrap();
        fs::write(late.join("privatus.db"), "theirs").unwrap();
        Ok::<_, StoreError>(())
    });
    assert!(matches!(taken, Err(StoreError::VaultExists(..))), "{taken:?}");
    assert_eq!(fs::read(late.join("privatus.db")).unwrap(), b"theirs");
    assert_eq!(names(folder.path()), 3);
}
