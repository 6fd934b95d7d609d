//! A vault of an older schema is brought up to date at an open, after a copy; it steps back on request; what a ledger
//! must not say is refused, and nothing touched.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    missing_docs
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use privatus_crypto::KeyRing;
use privatus_domain::{
    Body, ContactId, ConversationId, DisplayName, NewContact, NewMessage, PublicKey, Timestamp,
};
use privatus_sqlite::fault::FaultVfs;
use privatus_sqlite::{Connection, ErrorCode, OpenMode, OpenOptions, RawKey};
use privatus_store::{
    Loss, Migrator, PageStart, Password, STEPS, Secret, Store, StoreError, VaultOptions, Version,
};

const VAULT: &str = "PRIVATUS_UPGRADE_VAULT";

fn options() -> VaultOptions {
    VaultOptions::cheap_for_tests()
}

fn password() -> Password {
    Password::new("secret").unwrap()
}

fn secret() -> Secret {
    Secret::Password(password())
}

fn unlock(path: &Path) -> Result<Store, StoreError> {
    Store::unlock(path, &secret(), &options())
}

fn migrator(path: &Path) -> Migrator {
    Migrator::unlock(path, &secret(), &options()).unwrap()
}

fn version(at: usize) -> Version {
    STEPS.all()[at].version()
}

fn message(id: &str, time: &str) -> NewMessage {
    let body = Body::text(format!("a text that is nobody's business: {id}")).unwrap();
    NewMessage::sent(id.parse().unwrap(), body, Timestamp::parse(time).unwrap())
}

/// A vault of the newest schema: five messages, one of them a reply.
fn vault() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    let (store, _) = Store::create(&path, &password(), &options()).unwrap();
    store
        .write("fill", |tx| {
            let contact = NewContact {
                id: "alice".parse::<ContactId>()?,
                display_name: DisplayName::new("Alice")?,
                public_key: PublicKey::new(b"key".to_vec())?,
                is_verified: true,
                added_at: tx.now(),
                last_seen: None,
            };
            let chat = tx.contact_create(&contact)?;
            for (id, time) in [
                ("a", "1999-01-01T00:00:00Z"),
                ("b", "2025-01-31T23:59:59Z"),
                ("c", "2025-02-01T00:00:00Z"),
                ("e", "9000-01-01T00:00:00Z"),
            ] {
                tx.message_insert(&chat, &message(id, time))?;
            }
            let mut reply = message("d", "2025-03-01T00:00:00Z");
            reply.reply_to = Some("a".parse()?);
            tx.message_insert(&chat, &reply)
        })
        .unwrap();
    store.lock().unwrap();
    (folder, path)
}

/// The same, of the schema before.
fn old_vault() -> (tempfile::TempDir, PathBuf) {
    let (folder, path) = vault();
    let mut migrator = migrator(&path);
    let plan = migrator.plan_down(version(0)).unwrap();
    migrator.down(&plan).unwrap();
    drop(migrator);
    fs::remove_file(path.join("privatus.db.snapshot")).unwrap();
    (folder, path)
}

/// Runs SQL past the store.
fn sql(path: &Path, text: &str) {
    let ring = KeyRing::parse(&fs::read(path.join("keyring.json")).unwrap()).unwrap();
    let unlocked = ring.unlock(&secret()).unwrap();
    let key = RawKey::new(
        unlocked.database_key().dangerously_expose_bytes(),
        unlocked.cipher_salt(),
    );
    let options = OpenOptions::new(OpenMode::ReadWrite).with_key(&key);
    let mut db = Connection::open(&path.join("privatus.db"), &options).unwrap();
    db.execute_batch(text).unwrap();
}

/// Every file of a vault with its bytes, the empty locks left out.
fn bytes(path: &Path) -> BTreeMap<String, Vec<u8>> {
    fs::read_dir(path)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            (
                entry.file_name().into_string().unwrap(),
                fs::read(entry.path()).unwrap(),
            )
        })
        .filter(|(name, bytes)| !(name.ends_with(".lock") && bytes.is_empty()))
        .collect()
}

fn is_content(store: &Store) {
    let found = store.read_long(|tx| tx.verify(&mut |_| ())).unwrap();
    assert_eq!(found.problems, Vec::<String>::new());
}

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

#[test]
fn a_step_back_says_what_it_loses_and_loses_nothing_else() {
    let (_folder, path) = vault();
    let before = bytes(&path);
    let mut stepping = migrator(&path);
    assert_eq!(stepping.up().unwrap(), None);
    let plan = stepping.plan_down(version(0)).unwrap();
    let loss = Loss {
        table: "messages_template".into(),
        column: Some("reply_to".into()),
        values: 1,
    };
    assert_eq!(plan.losses, [loss]);
    assert_eq!(plan.steps, [STEPS.all()[1].name]);
    assert_eq!(
        bytes(&path)["privatus.db"],
        before["privatus.db"],
        "a plan changes nothing"
    );
    let done = stepping.down(&plan).unwrap();
    assert_eq!((done.from, done.to), (version(1), version(0)));
    assert!(done.snapshot.path.exists());
    assert_eq!(stepping.verify().unwrap().problems, Vec::<String>::new());
    let status = stepping.status().unwrap();
    assert_eq!(
        status.iter().map(|step| step.pending).collect::<Vec<_>>(),
        [false, true]
    );
    // And forward again, on the same handle.
    assert!(stepping.up().unwrap().is_some());
    assert_eq!(stepping.verify().unwrap().problems, Vec::<String>::new());
    drop(stepping);
    let store = unlock(&path).unwrap();
    is_content(&store);
    let chat = store.read(|tx| tx.conversations(1)).unwrap().remove(0).id;
    let page = store
        .read(|tx| tx.messages_page(&chat, &PageStart::Newest, 10))
        .unwrap();
    assert_eq!(page.messages.len(), 5);
    assert!(page.messages.iter().all(|message| message.reply_to.is_none()));
}

#[test]
fn what_a_step_back_may_not_do_is_refused() {
    let (_folder, path) = vault();
    let before = bytes(&path);
    let mut stepping = migrator(&path);
    let error = stepping.plan_down(7).unwrap_err();
    assert_eq!(error.exit_code(), 24, "{error}");
    drop(stepping);
    assert_eq!(bytes(&path), before);
    // The SQL is executed: it must be what was written.
    for change in [
        "down_sql = down_sql || ' DROP TABLE contacts;'",
        "partition_down_sql = NULL",
        "irreversible = 'because'",
        "down_rows = '{}'",
        "mac = NULL",
        "applied_at = '2020-01-01 00:00:00.000'",
    ] {
        let (_folder, path) = vault();
        sql(
            &path,
            &format!(
                "UPDATE schema_migrations SET {change} WHERE version = {}",
                version(1)
            ),
        );
        let before = bytes(&path);
        let mut stepping = migrator(&path);
        let error = stepping.plan_down(version(0)).unwrap_err();
        assert_eq!(error.exit_code(), 19, "{change}: {error}");
        let found = stepping.verify().unwrap().problems;
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(!stepping.status().unwrap()[1].reversible);
        drop(stepping);
        assert_eq!(bytes(&path), before, "{change}");
    }
}

#[test]
fn what_a_ledger_must_not_say_is_refused_and_nothing_touched() {
    let first = format!("WHERE version = {}", version(0));
    let last = format!("WHERE version = '{}'", version(1));
    let cases = [
        (
            19,
            format!("UPDATE schema_migrations SET checksum = replace(checksum, 'a', 'b') {first}"),
        ),
        (
            19,
            format!("UPDATE schema_migrations SET checksum = NULL {first}"),
        ),
        (
            19,
            format!("UPDATE schema_migrations SET success = FALSE {first}"),
        ),
        (19, format!("UPDATE schema_migrations SET success = NULL {first}")),
        (19, format!("DELETE FROM schema_migrations {first}")),
        (19, format!("DELETE FROM __diesel_schema_migrations {last}")),
        (19, format!("DELETE FROM schema_migrations {last}")),
        (
            19,
            "INSERT INTO schema_migrations (version, checksum) VALUES (5, 'x')".into(),
        ),
        (
            19,
            "INSERT INTO __diesel_schema_migrations (version) VALUES ('5')".into(),
        ),
        (19, "DROP TABLE schema_migrations".into()),
        (
            18,
            "INSERT INTO schema_migrations (version, checksum) VALUES (20991231000001, 'x')".into(),
        ),
        (
            18,
            "INSERT INTO __diesel_schema_migrations (version) VALUES ('20991231000001')".into(),
        ),
        (
            18,
            "INSERT INTO __diesel_schema_migrations (version) VALUES ('next')".into(),
        ),
    ];
    let (_folder, path) = vault();
    let whole = bytes(&path);
    for (code, change) in cases {
        for (name, bytes) in &whole {
            fs::write(path.join(name), bytes).unwrap();
        }
        sql(&path, &change);
        let before = bytes(&path);
        for _ in 0..2 {
            let error = unlock(&path).unwrap_err();
            assert_eq!(error.exit_code(), code, "{change}: {error}");
            assert_eq!(bytes(&path), before, "{change}");
        }
    }
}

#[test]
fn a_newer_vault_with_a_log_keeps_its_log() {
    let (_folder, path) = vault();
    let ring = KeyRing::parse(&fs::read(path.join("keyring.json")).unwrap()).unwrap();
    let unlocked = ring.unlock(&secret()).unwrap();
    let key = RawKey::new(
        unlocked.database_key().dangerously_expose_bytes(),
        unlocked.cipher_salt(),
    );
    let options = OpenOptions::new(OpenMode::ReadWrite).with_key(&key);
    let mut db = Connection::open(&path.join("privatus.db"), &options).unwrap();
    db.execute_batch("INSERT INTO schema_migrations (version, checksum) VALUES (20991231000001, 'x')")
        .unwrap();
    // As a crash leaves it: the row is in the log alone.
    let crashed = bytes(&path);
    drop(db);
    for (name, bytes) in &crashed {
        fs::write(path.join(name), bytes).unwrap();
    }
    fs::remove_file(path.join("privatus.db-shm")).unwrap();
    assert!(!crashed["privatus.db-wal"].is_empty());
    let error = unlock(&path).unwrap_err();
    assert_eq!(error.exit_code(), 18, "{error}");
    let left = bytes(&path);
    for name in ["privatus.db", "privatus.db-wal", "keyring.json", "keyring.json.1"] {
        assert_eq!(left[name], crashed[name], "{name}");
    }
}

#[test]
fn a_disk_that_fills_at_any_place_leaves_the_old_schema() {
    const NAME: &str = "full-in-an-upgrade";
    let faults = FaultVfs::register(NAME).unwrap();
    let (_folder, path) = old_vault();
    let keys = Store::unlock_keys(&path, &secret()).unwrap();
    let options = VaultOptions {
        vfs: Some(NAME.into()),
        ..options()
    };
    let mut refused = 0;
    for space in (0..).step_by(20_000) {
        faults.fail_writes_after(space, ErrorCode::Full);
        let opened = Store::open(&path, &keys, &options);
        faults.disarm();
        match opened {
            Ok(store) => {
                assert!(store.upgrade().is_some());
                is_content(&store);
                break;
            }
            Err(error) => {
                refused += 1;
                assert_eq!(error.exit_code(), 20, "{space}: {error}");
                // No copy takes the room that is needed.
                let names: Vec<String> = bytes(&path)
                    .into_keys()
                    .filter(|name| name.contains("snapshot"))
                    .collect();
                assert_eq!(names, Vec::<String>::new(), "{space}");
                let mut stepping = migrator(&path);
                assert_eq!(
                    stepping.verify().unwrap().problems,
                    Vec::<String>::new(),
                    "{space}"
                );
                assert!(stepping.status().unwrap()[1].pending, "{space}");
            }
        }
    }
    assert!(refused > 10, "{refused}");
}

#[test]
fn a_change_of_the_schema_waits_for_nobody_who_stays() {
    let (_folder, path) = old_vault();
    let before = bytes(&path);
    // Another process, of an older build, has it open.
    let held = fs::File::open(path.join("vault.lock")).unwrap();
    held.lock_shared().unwrap();
    let mut stepping = migrator(&path);
    let error = stepping.up().unwrap_err();
    assert_eq!(error.exit_code(), 21, "{error}");
    drop(stepping);
    let error = unlock(&path).unwrap_err();
    assert_eq!(error.exit_code(), 21, "{error}");
    assert_eq!(bytes(&path), before);
    held.unlock().unwrap();
    assert!(unlock(&path).unwrap().upgrade().is_some());
}

#[test]
#[ignore = "run three times at once by several_processes_upgrade_once"]
fn child_that_opens() {
    let path = PathBuf::from(std::env::var_os(VAULT).expect("set by the test that starts this one"));
    let store = unlock(&path).unwrap();
    is_content(&store);
    let upgraded = store.upgrade().is_some();
    store.lock().unwrap();
    if upgraded {
        fs::write(path.join(format!("upgraded-{}", std::process::id())), "").unwrap();
    }
}

#[test]
fn several_processes_upgrade_once() {
    let (_folder, path) = old_vault();
    let children: Vec<_> = (0..3)
        .map(|_| {
            Command::new(std::env::current_exe().unwrap())
                .args(["child_that_opens", "--exact", "--ignored"])
                .env(VAULT, &path)
                .stdout(Stdio::null())
                .stderr(Stdio::inherit())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let upgraded = bytes(&path)
        .keys()
        .filter(|name| name.starts_with("upgraded-"))
        .count();
    assert_eq!(upgraded, 1);
}
