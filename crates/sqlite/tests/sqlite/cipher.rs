//! The key's effect on the file, and SQLCipher's defaults.

use std::fs;

use privatus_sqlite::{Connection, ErrorCode, OpenMode, OpenOptions, PageMac, RawKey, library};

use crate::{database, key, keyed};

#[test]
fn the_library_is_sqlcipher() {
    let info = library().unwrap();
    assert!(
        info.cipher_version.as_deref().unwrap().starts_with("4."),
        "{info:?}"
    );
    assert!(info.sqlite_version.starts_with("3.5"), "{info:?}");
    for option in ["ENABLE_FTS5", "HAS_CODEC", "TEMP_STORE=2", "THREADSAFE=1"] {
        assert!(
            info.compile_options.iter().any(|o| o == option),
            "{option} in {info:?}"
        );
    }
}

#[test]
fn a_keyed_file_begins_with_the_salt() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = fs::read(database(folder.path())).unwrap();
    assert_eq!(bytes[..16], [0xc3; 16]);
    assert!(!bytes.windows(6).any(|w| w == b"SQLite" || w == b"CREATE"));
    assert_eq!(bytes.len() % 4096, 0);
}

#[test]
fn a_wrong_key_says_not_a_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path());
    let before = fs::read(&path).unwrap();
    let wrong = [
        Some(RawKey::new(&[0x5b; 32], &[0xc3; 16])),
        // The HMAC key is derived with the salt, so a wrong salt is a wrong key.
        Some(RawKey::new(&[0x5a; 32], &[0xc4; 16])),
        None,
    ];
    for key in wrong {
        let options = OpenOptions {
            mode: OpenMode::ReadWrite,
            key: key.as_ref(),
            ..OpenOptions::default()
        };
        let mut connection = Connection::open(&path, &options).unwrap();
        let error = connection.pragma_i64("application_id").unwrap_err();
        assert_eq!(error.code, ErrorCode::NotADatabase);
        assert!(error.code.is_damage() && error.code.spoils_connection());
    }
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn the_salt_in_the_key_replaces_lost_first_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path());
    let mut bytes = fs::read(&path).unwrap();
    bytes[..16].copy_from_slice(&[0; 16]);
    fs::write(&path, &bytes).unwrap();
    let mut connection = keyed(&path, OpenMode::ReadWrite);
    assert_eq!(connection.pragma_i64("application_id").unwrap(), Some(77));
    assert_eq!(
        connection.pragma_text("quick_check").unwrap().as_deref(),
        Some("ok")
    );
    // The next write of page 1 restores the salt.
    connection.execute_batch("PRAGMA user_version = 5").unwrap();
    drop(connection);
    assert_eq!(fs::read(&path).unwrap()[..16], [0xc3; 16]);
}

#[test]
fn a_copy_by_vacuum_into_and_an_attached_file_open_with_the_same_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path());
    let copy = folder.path().join("copy.db");
    let beside = folder.path().join("beside.db");
    let mut connection = keyed(&path, OpenMode::ReadWrite);
    connection
        .execute_batch(&format!(
            "VACUUM INTO '{}'; ATTACH '{}' AS beside; CREATE TABLE beside.t (a)",
            copy.display(),
            beside.display()
        ))
        .unwrap();
    drop(connection);
    for file in [copy, beside] {
        let mut connection = keyed(&file, OpenMode::ReadWrite);
        assert!(connection.pragma_i64("schema_version").unwrap().unwrap() > 0);
    }
}

#[test]
fn sqlciphers_defaults_but_for_the_mac_of_pages() {
    let folder = tempfile::tempdir().unwrap();
    let mut connection = keyed(&database(folder.path()), OpenMode::ReadWrite);
    let mut text = |name: &str| connection.pragma_text(name).unwrap().unwrap();
    assert_eq!(text("cipher_memory_security"), "0");
    assert_eq!(text("cipher_page_size"), "4096");
    assert_eq!(text("page_size"), "4096");
    assert_eq!(text("secure_delete"), "1");
    assert_eq!(text("cipher_hmac_algorithm"), "HMAC_SHA256");
    assert_eq!(text("cipher_provider"), "openssl");
    assert_eq!(text("cipher_log_level"), "NONE");
    assert_eq!(text("cipher_use_hmac"), "1");
    assert_eq!(text("cipher_salt"), "c3".repeat(16));
}

#[test]
fn a_file_with_the_other_mac_opens_when_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    let key = RawKey::without_salt(&[0x5a; 32]);
    let open = |mode, mac| {
        Connection::open(&path, &OpenOptions::new(mode).with_key(&key).with_page_mac(mac)).unwrap()
    };
    let mut connection = open(OpenMode::Create, PageMac::Sha512);
    connection
        .execute_batch("CREATE TABLE t (a); PRAGMA user_version = 9")
        .unwrap();
    assert_eq!(
        connection
            .pragma_text("cipher_hmac_algorithm")
            .unwrap()
            .as_deref(),
        Some("HMAC_SHA512")
    );
    drop(connection);
    let before = fs::read(&path).unwrap();
    let mut ours = open(OpenMode::ReadOnlyImmutable, PageMac::Sha256);
    assert_eq!(
        ours.pragma_i64("user_version").unwrap_err().code,
        ErrorCode::NotADatabase
    );
    let mut theirs = open(OpenMode::ReadOnlyImmutable, PageMac::Sha512);
    assert_eq!(theirs.pragma_i64("user_version").unwrap(), Some(9));
    drop((ours, theirs));
    assert_eq!(fs::read(&path).unwrap(), before);
    // The default of the process stays: what is attached to another connection has our MAC.
    let mut vault = keyed(&folder.path().join("ours.db"), OpenMode::Create);
    assert_eq!(
        vault.pragma_text("cipher_hmac_algorithm").unwrap().as_deref(),
        Some("HMAC_SHA256")
    );
}

#[test]
fn without_a_salt_in_the_key_the_files_own_counts() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path());
    let alone = RawKey::without_salt(&[0x5a; 32]);
    let options = OpenOptions::new(OpenMode::ReadOnlyImmutable).with_key(&alone);
    let mut connection = Connection::open(&path, &options).unwrap();
    assert_eq!(connection.pragma_i64("application_id").unwrap(), Some(77));
    // A new file gets a random salt.
    let salt = |name: &str| {
        let path = folder.path().join(name);
        let options = OpenOptions::new(OpenMode::Create).with_key(&alone);
        let mut connection = Connection::open(&path, &options).unwrap();
        connection.execute_batch("CREATE TABLE t (a)").unwrap();
        drop(connection);
        fs::read(&path).unwrap()[..16].to_vec()
    };
    assert_ne!(salt("first.db"), salt("second.db"));
}

#[test]
fn a_key_changes_what_the_wal_holds_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path());
    let mut connection = keyed(&path, OpenMode::ReadWrite);
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; INSERT INTO t VALUES (1000, CAST('marker-in-the-wal' AS BLOB))",
        )
        .unwrap();
    let wal = fs::read(folder.path().join("a.db-wal")).unwrap();
    assert!(wal.len() > 4096);
    assert!(!wal.windows(9).any(|w| w == b"marker-in"));
}

#[test]
fn keys_differ_and_so_do_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path());
    let bytes = fs::read(&path).unwrap();
    let spec = key();
    // The raw key itself is nowhere in the file.
    assert!(!bytes.windows(32).any(|w| w == [0x5a; 32]), "{spec:?}");
}
