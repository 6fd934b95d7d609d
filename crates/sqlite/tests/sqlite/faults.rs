//! The fault-injecting VFS.

use std::path::Path;

use privatus_sqlite::fault::{FaultVfs, FileKind};
use privatus_sqlite::{Connection, ErrorCode, OpenMode, OpenOptions};

use crate::{database, key, keyed};

const READ: ErrorCode = ErrorCode::IoErr(266);
const WRITE: ErrorCode = ErrorCode::IoErr(778);
const FSYNC: ErrorCode = ErrorCode::IoErr(1034);

fn open(path: &Path, vfs: &str) -> Connection {
    let mut connection = Connection::open(
        path,
        &OpenOptions::new(OpenMode::ReadWrite)
            .with_key(&key())
            .with_vfs(vfs),
    )
    .unwrap();
    connection.execute_batch("PRAGMA journal_mode = WAL").unwrap();
    connection
}

fn count(connection: &mut Connection) -> i64 {
    connection
        .execute_batch("CREATE TEMP TABLE IF NOT EXISTS c (n)")
        .unwrap();
    connection
        .execute_batch("DELETE FROM c; INSERT INTO c SELECT count(*) FROM t")
        .unwrap();
    let rows = diesel::RunQueryDsl::get_result::<i64>(
        diesel::dsl::sql::<diesel::sql_types::BigInt>("SELECT n FROM c"),
        connection.diesel(),
    );
    rows.unwrap()
}

const GROW: &str = "INSERT INTO t SELECT NULL, randomblob(500) FROM t";

#[test]
fn a_full_disk_at_every_byte_loses_nothing_committed() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path());
    let vfs = FaultVfs::register("faults-full").unwrap();
    let mut connection = open(&path, "faults-full");
    let mut failed = 0;
    for room in (0..60_000).step_by(1_777) {
        vfs.fail_writes_after(room, ErrorCode::Full);
        let result = connection
            .execute_batch("BEGIN IMMEDIATE; INSERT INTO t SELECT NULL, randomblob(500) FROM t; COMMIT");
        vfs.disarm();
        match result {
            Ok(()) => panic!("{room} bytes cannot hold 200 rows of 500 bytes"),
            Err(error) => assert!(error.code.is_full(), "{room}: {error}"),
        }
        if !connection.is_autocommit() {
            connection.execute_batch("ROLLBACK").unwrap();
        }
        failed += 1;
        assert_eq!(count(&mut connection), 200, "after {room} bytes");
    }
    assert!(failed > 30 && vfs.counters().injected >= failed);
    connection.execute_batch(GROW).unwrap();
    assert_eq!(count(&mut connection), 400);
    drop(connection);
    let mut again = keyed(&path, OpenMode::ReadWrite);
    assert_eq!(count(&mut again), 400);
    assert_eq!(
        again.pragma_text("integrity_check").unwrap().as_deref(),
        Some("ok")
    );
    assert_eq!(again.pragma_text("cipher_integrity_check").unwrap(), None);
}

#[test]
fn a_failing_write_is_an_io_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path());
    let vfs = FaultVfs::register("faults-write").unwrap();
    let mut connection = open(&path, "faults-write");
    vfs.fail_writes_after(100, WRITE);
    assert_eq!(connection.execute_batch(GROW).unwrap_err().code, WRITE);
    vfs.disarm();
    assert_eq!(count(&mut connection), 200);
}

#[test]
fn a_failing_sync_fails_the_commit() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path());
    let vfs = FaultVfs::register("faults-sync").unwrap();
    let mut connection = open(&path, "faults-sync");
    connection.execute_batch("PRAGMA synchronous = FULL").unwrap();
    let before = vfs.counters();
    connection.execute_batch("DELETE FROM t WHERE id = 1").unwrap();
    let after = vfs.counters();
    assert!(after.syncs > before.syncs, "FULL syncs the WAL at each commit");
    assert!(after.bytes_written - before.bytes_written > 4096 && after.writes > before.writes);
    vfs.fail_syncs_after(0, FSYNC);
    assert_eq!(
        connection
            .execute_batch("DELETE FROM t WHERE id = 2")
            .unwrap_err()
            .code,
        FSYNC
    );
    vfs.disarm();
    assert_eq!(count(&mut connection), 199);
    vfs.fail_syncs_after(1, FSYNC);
    connection.execute_batch("DELETE FROM t WHERE id = 3").unwrap();
    assert_eq!(
        connection
            .execute_batch("DELETE FROM t WHERE id = 4")
            .unwrap_err()
            .code,
        FSYNC
    );
}

#[test]
fn a_failing_open_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path());
    let vfs = FaultVfs::register("faults-open").unwrap();
    vfs.fail_opens(FileKind::Main, ErrorCode::CantOpen);
    let options = OpenOptions::new(OpenMode::ReadWrite).with_vfs("faults-open");
    assert_eq!(
        Connection::open(&path, &options).unwrap_err().code,
        ErrorCode::CantOpen
    );
    vfs.disarm();
    let mut connection = open(&path, "faults-open");
    assert_eq!(count(&mut connection), 200);
    drop(connection);
    vfs.fail_opens(FileKind::Wal, ErrorCode::CantOpen);
    let mut connection = Connection::open(&path, &options.with_key(&key())).unwrap();
    assert_eq!(
        connection.execute_batch("SELECT * FROM t").unwrap_err().code,
        ErrorCode::CantOpen
    );
}

#[test]
fn a_failing_read_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path());
    let vfs = FaultVfs::register("faults-read").unwrap();
    let mut connection = open(&path, "faults-read");
    vfs.fail_reads_at(FileKind::Main, 5 * 4096 + 17, READ);
    let code = connection
        .execute_batch("SELECT sum(length(body)) FROM t")
        .unwrap_err()
        .code;
    assert_eq!(code, READ);
    assert!(!code.is_damage() && code.spoils_connection());
    vfs.disarm();
    // The fault is gone, but SQLCipher still refuses: only a new connection can read again.
    let after = connection.execute_batch("SELECT sum(length(body)) FROM t");
    assert_eq!(after.unwrap_err().code, ErrorCode::NoMem);
    drop(connection);
    open(&path, "faults-read")
        .execute_batch("SELECT sum(length(body)) FROM t")
        .unwrap();
}

#[test]
fn a_fault_is_never_a_success() {
    const IO: ErrorCode = ErrorCode::IoErr(10);
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path());
    let vfs = FaultVfs::register("faults-success").unwrap();
    let options = OpenOptions::new(OpenMode::ReadWrite).with_vfs("faults-success");
    for code in [ErrorCode::Ok, ErrorCode::Other(0), ErrorCode::Other(101)] {
        vfs.fail_opens(FileKind::Main, code);
        assert_eq!(
            Connection::open(&path, &options).unwrap_err().code,
            IO,
            "{code:?}"
        );
        vfs.disarm();
        let mut connection = open(&path, "faults-success");
        vfs.fail_writes_after(0, code);
        assert_eq!(connection.execute_batch(GROW).unwrap_err().code, IO, "{code:?}");
        vfs.disarm();
        assert_eq!(count(&mut connection), 200, "{code:?}");
    }
}

#[test]
fn a_name_is_taken_once() {
    FaultVfs::register("faults-name").unwrap();
    for name in ["faults-name", "unix", "", "a\0b"] {
        assert_eq!(
            FaultVfs::register(name).unwrap_err().code,
            ErrorCode::Misuse,
            "{name:?}"
        );
    }
}
