//! Opening: what is refused, and that the source never changes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use privatus_import::legacy::{LegacyError, Source};

use crate::legacy::maker::{Maker, TABLES, read};

type Listing = BTreeMap<String, (Vec<u8>, SystemTime)>;

/// Every file of a folder with its bytes and time, and the folder's own time.
fn listing(folder: &Path) -> (Listing, SystemTime) {
    let files = fs::read_dir(folder).unwrap().map(|entry| {
        let entry = entry.unwrap();
        let time = entry.metadata().unwrap().modified().unwrap();
        (
            entry.file_name().into_string().unwrap(),
            (fs::read(entry.path()).unwrap(), time),
        )
    });
    (files.collect(), fs::metadata(folder).unwrap().modified().unwrap())
}

#[test]
fn a_closed_database_is_read_in_place_and_left_as_it_is() {
    let mut maker = Maker::new();
    let key = maker.key(1_000);
    // The application sets WAL mode, which stays in the header after a clean close.
    maker.sql("PRAGMA journal_mode = WAL");
    maker.messages(&key, 3);
    let folder = maker.close();
    let before = listing(folder.path());
    assert_eq!(
        before.0.keys().collect::<Vec<_>>(),
        ["privatus_chat.db", "privatus_chat.salt"]
    );
    for path in [
        folder.path().to_path_buf(),
        folder.path().join("privatus_chat.db"),
    ] {
        assert!(!Source::open(&path).unwrap().is_copied());
        assert_eq!(read(&path, 2_000).texts().len(), 3);
    }
    assert_eq!(listing(folder.path()), before);
}

#[test]
fn an_empty_wal_and_a_shm_beside_it_stay_too() {
    let mut maker = Maker::new();
    let key = maker.key(1_000);
    maker.sql("PRAGMA journal_mode = WAL");
    maker.messages(&key, 3);
    let folder = maker.close();
    fs::write(folder.path().join("privatus_chat.db-wal"), b"").unwrap();
    fs::write(folder.path().join("privatus_chat.db-shm"), vec![0; 32_768]).unwrap();
    let before = listing(folder.path());
    assert!(!Source::open(folder.path()).unwrap().is_copied());
    assert_eq!(read(folder.path(), 2_000).texts().len(), 3);
    assert_eq!(listing(folder.path()), before);
}

#[test]
fn an_unmerged_wal_is_read_and_left_as_it_is() {
    let mut maker = Maker::new();
    let key = maker.key(1_000);
    maker.messages(&key, 2);
    maker.sql("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0");
    maker.messages(&key, 5);
    let crashed = maker.crash();
    let before = listing(crashed.path());
    assert!(!before.0["privatus_chat.db-wal"].0.is_empty());
    let source = Source::open(crashed.path()).unwrap();
    assert!(source.is_copied());
    assert_eq!(source.counts().messages, 7);
    drop(source);
    assert_eq!(read(crashed.path(), 2_000).texts().len(), 7);
    assert_eq!(listing(crashed.path()), before);
    // The database alone is incomplete without showing it: the WAL was needed.
    fs::remove_file(crashed.path().join("privatus_chat.db-wal")).unwrap();
    assert_eq!(read(crashed.path(), 2_000).texts().len(), 2);
}

#[cfg(unix)]
#[test]
fn by_a_link_the_wal_and_the_salt_are_those_beside_the_file() {
    let mut maker = Maker::new();
    let key = maker.key(1_000);
    maker.messages(&key, 7);
    maker.sql(
        "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; DELETE FROM messages WHERE rowid > 4",
    );
    let crashed = maker.crash();
    let elsewhere = tempfile::tempdir().unwrap();
    let link = elsewhere.path().join("privatus_chat.db");
    std::os::unix::fs::symlink(crashed.path().join("privatus_chat.db"), &link).unwrap();
    for path in [link.as_path(), elsewhere.path(), crashed.path()] {
        assert!(Source::open(path).unwrap().is_copied());
        assert_eq!(read(path, 2_000).texts().len(), 4, "{path:?}");
    }
    // A salt next to the link is found as before.
    fs::rename(
        crashed.path().join("privatus_chat.salt"),
        elsewhere.path().join("privatus_chat.salt"),
    )
    .unwrap();
    assert_eq!(read(&link, 2_000).texts().len(), 4);
}

#[test]
fn a_transaction_that_a_crash_cut_short_is_rolled_back_in_the_copy() {
    let mut maker = Maker::new();
    let key = maker.key(1_000);
    maker.messages(&key, 2);
    maker.sql("PRAGMA journal_mode = DELETE; PRAGMA cache_size = 2; BEGIN");
    maker.messages(&key, 200);
    let crashed = maker.crash();
    let before = listing(crashed.path());
    assert!(!before.0["privatus_chat.db-journal"].0.is_empty());
    assert_eq!(read(crashed.path(), 2_000).texts().len(), 2);
    assert_eq!(listing(crashed.path()), before);
}

/// A journal can name a file that SQLite deletes at the end of the rollback, anywhere: a source is not trusted in
/// that.
#[test]
fn a_journal_that_names_another_file_is_not_rolled_back() {
    let mut maker = Maker::new();
    let key = maker.key(1_000);
    maker.messages(&key, 2);
    maker.sql("PRAGMA journal_mode = DELETE; PRAGMA cache_size = 2; BEGIN");
    maker.messages(&key, 200);
    let crashed = maker.crash();
    let elsewhere = tempfile::tempdir().unwrap();
    let precious = elsewhere.path().join("precious");
    fs::write(&precious, "dear").unwrap();
    let journal = crashed.path().join("privatus_chat.db-journal");
    let name = precious.to_str().unwrap().as_bytes();
    let mut bytes = fs::read(&journal).unwrap();
    bytes.extend(0x4000_0000_u32.div_ceil(4_096).to_be_bytes());
    bytes.extend(name);
    let sum: u32 = name.iter().map(|byte| u32::from(*byte)).sum();
    bytes.extend(u32::try_from(name.len()).unwrap().to_be_bytes());
    bytes.extend(sum.to_be_bytes());
    bytes.extend([0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]);
    fs::write(&journal, bytes).unwrap();
    let before = listing(crashed.path());
    assert!(matches!(
        Source::open(crashed.path()).unwrap_err(),
        LegacyError::SuperJournal { path } if path == journal
    ));
    assert_eq!(listing(crashed.path()), before);
    assert_eq!(fs::read(&precious).unwrap(), b"dear");
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_the_salt_blocks_nobody() {
    let mut maker = Maker::new();
    let key = maker.key(1_000);
    maker.messages(&key, 2);
    let crashed = maker.crash();
    let salt = crashed.path().join("privatus_chat.salt");
    fs::remove_file(&salt).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&salt).status();
    assert!(made.unwrap().success());
    let (tell, told) = std::sync::mpsc::channel();
    let path = crashed.path().to_owned();
    std::thread::spawn(move || tell.send(Source::open(&path).map(drop)));
    let opened = told.recv_timeout(std::time::Duration::from_secs(60));
    assert!(matches!(
        opened.expect("it hangs").unwrap_err(),
        LegacyError::NotAFile { path } if path == salt
    ));
}

#[cfg(unix)]
#[test]
fn the_private_copy_is_for_this_user_alone_and_goes_away() {
    use std::os::unix::fs::PermissionsExt;
    let ours = || {
        let entries = fs::read_dir(tempfile::env::temp_dir()).unwrap().flatten();
        let named = entries.filter(|entry| {
            entry
                .file_name()
                .to_string_lossy()
                .starts_with("privatus-import-")
        });
        // Another test's copy may be there too; ours is the one with our marker.
        named
            .map(|entry| entry.path())
            .filter(|path| {
                let bytes = fs::read(path.join("legacy.db")).unwrap_or_default();
                bytes
                    .windows(24)
                    .any(|window| window == b"marker of the copy test!")
            })
            .collect::<Vec<_>>()
    };
    let mut maker = Maker::new();
    maker.sql("UPDATE contacts SET display_name = 'marker of the copy test!'");
    maker.sql("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; DELETE FROM settings");
    maker.setting(&[7; 32], "x", "1");
    let crashed = maker.crash();
    let source = Source::open(crashed.path()).unwrap();
    let copies = ours();
    assert_eq!(copies.len(), 1);
    assert_eq!(
        fs::metadata(&copies[0]).unwrap().permissions().mode() & 0o777,
        0o700
    );
    drop(source);
    assert!(ours().is_empty());
}

pub(super) fn refusal(path: &Path) -> LegacyError {
    Source::open(path).unwrap_err()
}

#[test]
fn what_is_no_legacy_database_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    assert!(matches!(
        refusal(&folder.path().join("gone")),
        LegacyError::NotFound { .. }
    ));
    let none = refusal(folder.path());
    assert!(
        matches!(none, LegacyError::NoDatabase { found: 0, .. })
            && none
                .to_string()
                .contains(" contains no .db file; give the application's folder"),
        "{none}"
    );
    assert!(matches!(refusal(&at("empty.db", b"")), LegacyError::Empty { .. }));
    let text = refusal(&at("text.db", b"{\"messages\": []}"));
    assert!(
        matches!(text, LegacyError::NotSqlite { .. })
            && text.to_string().contains("text.db is not an SQLite database; "),
        "{text}"
    );
    assert!(matches!(
        refusal(&at("noise.db", &[0x5a; 8192])),
        LegacyError::NotSqlite { .. }
    ));
    assert!(matches!(
        refusal(&at("magic.db", b"SQLite format 3\0")),
        LegacyError::CutOff { .. }
    ));
    let error = refusal(folder.path());
    assert!(
        matches!(error, LegacyError::NoDatabase { found: 4, .. })
            && error
                .to_string()
                .contains(" contains 4 .db files, none of them named privatus_chat.db; "),
        "{error}"
    );
    #[cfg(unix)]
    assert!(matches!(
        refusal(Path::new("/dev/null")),
        LegacyError::NotAFile { .. }
    ));
}

#[test]
fn the_only_database_of_a_folder_is_taken_and_its_salt_by_its_name() {
    let mut maker = Maker::new();
    maker.messages(&maker.key(1_000), 1);
    let folder = maker.close();
    for (from, to) in [("privatus_chat.db", "old.db"), ("privatus_chat.salt", "old.salt")] {
        fs::rename(folder.path().join(from), folder.path().join(to)).unwrap();
        assert_eq!(read(folder.path(), 2_000).texts().len(), 1);
    }
}

#[test]
fn another_programs_database_is_told_by_what_it_lacks() {
    for (sql, missing) in [
        ("DROP TABLE settings", "table settings"),
        (
            "ALTER TABLE messages DROP COLUMN is_encrypted",
            "column messages.is_encrypted",
        ),
        (
            "DROP TABLE contacts; CREATE VIEW contacts AS SELECT 1 AS contact_id",
            "table contacts",
        ),
        (
            "DROP TABLE settings; CREATE TABLE settings (key TEXT PRIMARY KEY, value, updated_at) WITHOUT ROWID",
            "table settings",
        ),
    ] {
        let mut maker = Maker::new();
        maker.sql(sql);
        let error = refusal(&maker.path());
        assert!(
            matches!(&error, LegacyError::OtherSchema { missing: found, .. } if found == missing),
            "{error}"
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("utf16.db");
    let options = privatus_sqlite::OpenOptions::new(privatus_sqlite::OpenMode::Create);
    let mut connection = privatus_sqlite::Connection::open(&path, &options).unwrap();
    connection
        .execute_batch(&format!("PRAGMA encoding = 'UTF-16le'; {TABLES}"))
        .unwrap();
    drop(connection);
    assert!(matches!(refusal(&path), LegacyError::OtherSchema { .. }));
}

#[test]
fn a_salt_of_another_size_is_refused() {
    for length in [0, 16, 31, 33] {
        let maker = Maker::new();
        fs::write(maker.folder.path().join("privatus_chat.salt"), vec![1; length]).unwrap();
        let error = refusal(&maker.path());
        assert!(
            matches!(error, LegacyError::SaltLength { length: found, .. } if found == length as u64),
            "{error}"
        );
    }
}
