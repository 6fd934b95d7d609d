//! Plain SQLite databases, as other programs leave them: with a `-wal` that was never merged.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use privatus_sqlite::{Connection, ErrorCode, OpenMode, OpenOptions};

/// A folder as a killed program leaves it: 1 row in the database, 2 more in the WAL only.
fn left_behind(folder: &Path) -> PathBuf {
    let original = folder.join("original");
    let left = folder.join("left");
    fs::create_dir_all(&original).unwrap();
    fs::create_dir_all(&left).unwrap();
    let path = original.join("old.db");
    let mut writer = Connection::open(&path, &OpenOptions::new(OpenMode::Create)).unwrap();
    writer
        .execute_batch("CREATE TABLE m (a); INSERT INTO m VALUES (1); PRAGMA journal_mode = WAL")
        .unwrap();
    writer
        .execute_batch("PRAGMA wal_autocheckpoint = 0; INSERT INTO m VALUES (2), (3)")
        .unwrap();
    for name in ["old.db", "old.db-wal"] {
        fs::copy(original.join(name), left.join(name)).unwrap();
    }
    left
}

fn bytes(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect()
}

fn rows(folder: &Path, mode: OpenMode) -> Result<i64, ErrorCode> {
    let mut connection =
        Connection::open(&folder.join("old.db"), &OpenOptions::new(mode)).map_err(|e| e.code)?;
    diesel::dsl::sql::<BigInt>("SELECT count(*) FROM m")
        .get_result(connection.diesel())
        .map_err(|_| connection.last_error())
}

#[test]
fn a_plain_database_opens_without_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let left = left_behind(folder.path());
    assert_eq!(
        &fs::read(left.join("old.db")).unwrap()[..16],
        b"SQLite format 3\0"
    );
    assert_eq!(rows(&left, OpenMode::ReadOnly), Ok(3));
}

#[test]
fn immutable_changes_nothing_and_misses_the_wal() {
    let folder = tempfile::tempdir().unwrap();
    let left = left_behind(folder.path());
    let before = bytes(&left);
    assert_eq!(rows(&left, OpenMode::ReadOnlyImmutable), Ok(1));
    assert_eq!(bytes(&left), before);
}

#[test]
fn reading_the_source_itself_changes_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let left = left_behind(folder.path());
    let before = bytes(&left);
    assert_eq!(rows(&left, OpenMode::ReadOnly), Ok(3));
    let after = bytes(&left);
    assert_ne!(after, before);
    // Existing bytes stay; only the shared-memory file is added.
    assert_eq!(added(&before, &after), READ_ONLY_ADDS);
    assert!(before.iter().all(|(path, bytes)| after.get(path) == Some(bytes)));
}

const READ_ONLY_ADDS: &[&str] = &["old.db-shm"];

fn added(before: &BTreeMap<PathBuf, Vec<u8>>, after: &BTreeMap<PathBuf, Vec<u8>>) -> Vec<String> {
    let new = after.keys().filter(|path| !before.contains_key(*path));
    new.map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect()
}

#[test]
fn a_copy_of_database_and_wal_reads_everything_and_leaves_the_source_alone() {
    let folder = tempfile::tempdir().unwrap();
    let left = left_behind(folder.path());
    let before = bytes(&left);
    let copy = folder.path().join("copy");
    fs::create_dir(&copy).unwrap();
    // Not the -shm: it is rebuilt, and an old one could belong to another process.
    for name in ["old.db", "old.db-wal"] {
        fs::copy(left.join(name), copy.join(name)).unwrap();
    }
    assert_eq!(rows(&copy, OpenMode::ReadWrite), Ok(3));
    assert_eq!(bytes(&left), before);
}

#[test]
fn reading_and_writing_would_merge_the_wal() {
    let folder = tempfile::tempdir().unwrap();
    let left = left_behind(folder.path());
    assert_eq!(rows(&left, OpenMode::ReadWrite), Ok(3));
    assert!(
        !left.join("old.db-wal").exists(),
        "the last connection merges and deletes it"
    );
}

#[test]
fn a_text_file_is_not_a_database() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("old.db"), "hello ".repeat(1000)).unwrap();
    assert_eq!(
        rows(folder.path(), OpenMode::ReadOnly),
        Err(ErrorCode::NotADatabase)
    );
}
