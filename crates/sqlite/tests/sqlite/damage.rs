//! The codes that damaged files produce.

use std::fs;
use std::path::Path;

use privatus_sqlite::{ErrorCode, OpenMode};

use crate::{database, keyed};

/// Changes the file, then reads every row; returns the code of the first failure.
fn after(damage: impl FnOnce(&Path, Vec<u8>) -> Vec<u8>) -> Option<ErrorCode> {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path());
    let damaged = damage(&path, fs::read(&path).unwrap());
    fs::write(&path, damaged).unwrap();
    let mut connection = keyed(&path, OpenMode::ReadWrite);
    connection
        .execute_batch("SELECT sum(length(body)) FROM t")
        .err()
        .map(|error| error.code)
}

#[test]
fn an_undamaged_file_gives_none() {
    assert_eq!(after(|_, bytes| bytes), None);
}

#[test]
fn a_damaged_first_page_is_not_a_database() {
    let code = after(|_, mut bytes| {
        bytes[100] ^= 1;
        bytes
    });
    assert_eq!(code, Some(ErrorCode::NotADatabase));
}

#[test]
fn a_file_cut_within_the_first_page_is_not_a_database() {
    let code = after(|_, mut bytes| {
        bytes.truncate(2000);
        bytes
    });
    assert_eq!(code, Some(ErrorCode::NotADatabase));
}

#[test]
fn a_file_cut_at_a_page_border_is_corrupt() {
    let code = after(|_, mut bytes| {
        bytes.truncate(3 * 4096);
        bytes
    });
    assert_eq!(code, Some(ErrorCode::Corrupt));
}

#[test]
fn a_file_cut_off_a_page_border_is_found() {
    let code = after(|_, mut bytes| {
        bytes.truncate(3 * 4096 + 100);
        bytes
    });
    assert_eq!(code, Some(ErrorCode::Corrupt));
}

#[test]
fn an_empty_file_is_a_database_without_tables_in_every_mode() {
    // Why a caller must check for an empty file first.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("empty.db");
    fs::write(&path, b"").unwrap();
    for mode in [
        OpenMode::ReadOnlyImmutable,
        OpenMode::ReadOnly,
        OpenMode::ReadWrite,
        OpenMode::Create,
    ] {
        let mut connection = keyed(&path, mode);
        assert_eq!(
            connection.pragma_i64("schema_version").unwrap(),
            Some(0),
            "{mode:?}"
        );
        assert_eq!(
            connection.execute_batch("SELECT * FROM t").unwrap_err().code,
            ErrorCode::Sql,
            "{mode:?}"
        );
    }
}

#[test]
fn every_damaged_page_is_found_and_spoils_the_connection() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path());
    let whole = fs::read(&path).unwrap();
    let mut codes = Vec::new();
    for page in 1..whole.len() / 4096 {
        let mut bytes = whole.clone();
        bytes[page * 4096 + 2000] ^= 0x10;
        fs::write(&path, &bytes).unwrap();
        let mut connection = keyed(&path, OpenMode::ReadWrite);
        let first = connection
            .execute_batch("SELECT sum(length(body)) FROM t")
            .unwrap_err()
            .code;
        assert!(first.spoils_connection(), "page {page}: {first:?}");
        // Even page 1, which is intact, cannot be read now.
        let second = connection
            .execute_batch("SELECT count(*) FROM sqlite_schema")
            .map_err(|e| e.code);
        codes.push((first, second));
    }
    codes.dedup();
    assert_eq!(codes, EXPECTED);
}

/// The first answer, and how the connection answers a statement that needs no damaged page.
const EXPECTED: &[(ErrorCode, Result<(), ErrorCode>)] = &[(ErrorCode::Corrupt, Err(ErrorCode::NoMem))];

#[test]
fn an_interrupted_write_of_the_first_page_names_damage_not_a_password() {
    let code = after(|_, mut bytes| {
        bytes[16..4096].fill(0);
        bytes
    });
    assert!(code.unwrap().is_damage());
}
