//! What opening does and does not do.

use std::fs;

use privatus_sqlite::{Connection, ErrorCode, OpenMode, OpenOptions};

use crate::{database, key, keyed};

#[test]
fn only_create_makes_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("missing.db");
    for mode in [
        OpenMode::ReadWrite,
        OpenMode::ReadOnly,
        OpenMode::ReadOnlyImmutable,
    ] {
        let error = Connection::open(&path, &OpenOptions::new(mode)).unwrap_err();
        assert_eq!(error.code, ErrorCode::CantOpen, "{mode:?}");
        let reason = std::io::Error::from_raw_os_error(error.os_error.unwrap());
        assert_eq!(reason.kind(), std::io::ErrorKind::NotFound, "{mode:?}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{mode:?}");
    }
    keyed(&path, OpenMode::Create)
        .execute_batch("CREATE TABLE t (a)")
        .unwrap();
    assert!(path.is_file());
}

#[test]
fn a_folder_does_not_open() {
    let folder = tempfile::tempdir().unwrap();
    for mode in [OpenMode::Create, OpenMode::ReadWrite, OpenMode::ReadOnly] {
        let error = Connection::open(folder.path(), &OpenOptions::new(mode)).unwrap_err();
        // When reading, it opens as a descriptor, and the first read fails.
        assert!(
            matches!(error.code, ErrorCode::CantOpen | ErrorCode::IoErr(266)),
            "{mode:?} {error}"
        );
        assert!(!error.code.is_damage());
    }
}

#[test]
fn paths_mean_exactly_one_file() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "a?mode=ro.db",
        "a#b.db",
        "50%25.db",
        "%00.db",
        "a b&c=d.db",
        "é\u{301}\u{1f512}.db",
        "'\";--.db",
    ] {
        let path = folder.path().join(name);
        keyed(&path, OpenMode::Create)
            .execute_batch("CREATE TABLE t (a)")
            .unwrap();
        assert!(path.is_file(), "{name}");
        let mut again = keyed(&path, OpenMode::ReadOnly);
        assert_eq!(again.pragma_i64("schema_version").unwrap(), Some(1), "{name}");
    }
    let two_slashes = format!("/{}", folder.path().join("a b&c=d.db").display());
    let mut again = keyed(two_slashes.as_ref(), OpenMode::ReadOnly);
    assert_eq!(again.pragma_i64("schema_version").unwrap(), Some(1));
}

#[test]
fn names_with_a_meaning_for_sqlite_are_files_too() {
    // A relative path: it does not exist here, and must become neither an in-memory nor a temporary database.
    for name in [":memory:", "file:x?mode=memory"] {
        let error = Connection::open(name.as_ref(), &OpenOptions::new(OpenMode::ReadWrite)).unwrap_err();
        assert_eq!(error.code, ErrorCode::CantOpen, "{name}");
    }
}

#[test]
fn impossible_paths_are_refused() {
    for name in ["", "a\0b"] {
        let error = Connection::open(name.as_ref(), &OpenOptions::new(OpenMode::Create)).unwrap_err();
        assert_eq!(error.code, ErrorCode::CantOpen);
        assert!(error.operation.contains("path"), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn a_path_that_is_not_utf8_is_refused() {
    use std::os::unix::ffi::OsStrExt;
    let path = std::path::Path::new(std::ffi::OsStr::from_bytes(b"/tmp/\xff.db"));
    let error = Connection::open(path, &OpenOptions::new(OpenMode::Create)).unwrap_err();
    assert!(error.operation.contains("UTF-8"), "{error}");
}

#[test]
fn an_unknown_vfs_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path());
    let options = OpenOptions::new(OpenMode::ReadWrite).with_vfs("no such & vfs");
    assert_eq!(
        Connection::open(&path, &options).unwrap_err().code,
        ErrorCode::Sql
    );
}

#[test]
fn opening_reads_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("noise.db");
    fs::write(&path, [0x11; 8192]).unwrap();
    let mut connection = keyed(&path, OpenMode::ReadWrite);
    assert_eq!(fs::read(&path).unwrap(), [0x11; 8192]);
    assert_eq!(
        connection
            .execute_batch("SELECT * FROM sqlite_schema")
            .unwrap_err()
            .code,
        ErrorCode::NotADatabase
    );
    assert_eq!(fs::read(&path).unwrap(), [0x11; 8192]);
}

#[test]
fn connections_are_hardened() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path());
    let mut connection = keyed(&path, OpenMode::ReadWrite);
    assert_eq!(connection.pragma_i64("trusted_schema").unwrap(), Some(0));
    connection.execute_batch("PRAGMA writable_schema = ON").unwrap();
    assert_eq!(
        connection.pragma_i64("writable_schema").unwrap(),
        Some(0),
        "defensive mode ignores it"
    );
    assert!(connection.execute_batch("SELECT load_extension('x')").is_err());
}

#[test]
fn a_broken_schema_is_read_and_mended_and_its_rows_stay_defended() {
    const READ: &str = "SELECT id FROM t";
    const WRITE: &str = "DELETE FROM sqlite_master WHERE name = 't'";
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path());
    let mut connection = keyed(&path, OpenMode::ReadWrite);
    connection.undefended().unwrap();
    connection
        .execute_batch(
            "PRAGMA writable_schema = ON; \
             INSERT INTO sqlite_master VALUES ('blah', 'x', 'x', 0, 'CREATE TABLE x (a)')",
        )
        .unwrap();
    drop(connection);

    let mut connection = keyed(&path, OpenMode::ReadWrite);
    assert_eq!(
        connection.execute_batch(READ).unwrap_err().code,
        ErrorCode::Corrupt
    );
    connection.tolerate_broken_schema().unwrap();
    connection.execute_batch(READ).unwrap();
    assert!(connection.execute_batch(WRITE).is_err());
    let row = |row: &privatus_sqlite::Row<'_>| row.integer(0);
    let mut rows = Vec::new();
    connection
        .query("SELECT rowid FROM sqlite_master WHERE name = 'x'", &[], |found| {
            rows.push(row(found));
            Ok::<_, privatus_sqlite::SqliteError>(())
        })
        .unwrap();
    assert_eq!(rows.len(), 1);
    connection.delete_schema_rows(&rows).unwrap();
    connection.execute_batch(READ).unwrap();
    assert!(connection.execute_batch(WRITE).is_err());
    drop(connection);
    keyed(&path, OpenMode::ReadWrite).execute_batch(READ).unwrap();
}

#[test]
fn errors_carry_no_key_no_sql_and_no_values() {
    let mut connection = Connection::open_in_memory(&OpenOptions::default()).unwrap();
    let error = connection
        .execute_batch("SELECT 'secret words' FROM nowhere")
        .unwrap_err();
    let shown = format!(
        "{error} {error:?} {connection:?} {:?}",
        OpenOptions::default().with_key(&key())
    );
    assert!(
        !shown.contains("secret") && !shown.contains("nowhere") && !shown.contains("5a5a"),
        "{shown}"
    );
    assert_eq!(error.code, ErrorCode::Sql);
}

/// Even if the link appears between a check and the open, and if the file itself was exchanged since.
#[cfg(unix)]
#[test]
fn a_link_is_refused_on_request_and_another_file_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().canonicalize().unwrap();
    let (real, link) = (folder.join("real.db"), folder.join("link.db"));
    let options = OpenOptions::new(OpenMode::Create).without_links();
    let mut connection = Connection::open(&real, &options).unwrap();
    connection.execute_batch("CREATE TABLE t (x)").unwrap();
    assert!(!connection.is_moved());
    std::os::unix::fs::symlink(&real, &link).unwrap();
    std::os::unix::fs::symlink(&folder, folder.join("folder")).unwrap();
    for path in [&link, &folder.join("folder/real.db")] {
        let refused = Connection::open(path, &options).unwrap_err();
        assert_eq!(refused.code, ErrorCode::SymbolicLink, "{path:?}");
        Connection::open(path, &OpenOptions::new(OpenMode::ReadWrite)).unwrap();
    }
    fs::rename(&real, folder.join("moved.db")).unwrap();
    assert!(connection.is_moved());
    fs::copy(folder.join("moved.db"), &real).unwrap();
    assert!(connection.is_moved());
}
