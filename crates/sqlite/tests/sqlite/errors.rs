//! Codes of ordinary failures, through diesel and on the raw handle.

use std::sync::mpsc;
use std::thread;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_query;
use privatus_sqlite::{CheckpointMode, Connection, ConstraintKind, ErrorCode, Limit, OpenMode, OpenOptions};

use crate::{database, keyed};

fn memory() -> Connection {
    Connection::open_in_memory(&OpenOptions::default()).unwrap()
}

#[test]
fn every_code_survives_the_round_trip() {
    for raw in 0..=28 {
        assert_eq!(ErrorCode::from_raw(raw).raw(), raw);
    }
    for raw in [
        261, 517, 266, 522, 778, 3338, 264, 1032, 275, 531, 787, 1299, 1555, 1811, 2067, 2579, 3091,
    ] {
        let code = ErrorCode::from_raw(raw);
        let expected = if raw == 261 { 5 } else { raw };
        assert_eq!(code.raw(), expected, "{code:?}");
    }
    assert_eq!(ErrorCode::from_raw(517), ErrorCode::BusySnapshot);
    assert_eq!(ErrorCode::from_raw(3082), ErrorCode::NoMem);
    assert!(ErrorCode::from_raw(522).is_damage() && !ErrorCode::from_raw(778).is_damage());
}

#[test]
fn constraints_are_told_apart() {
    let mut connection = memory();
    connection
        .execute_batch(
            "PRAGMA foreign_keys = ON;
             CREATE TABLE p (id TEXT PRIMARY KEY, u UNIQUE, c CHECK (c > 0), n NOT NULL);
             CREATE TABLE k (p REFERENCES p(id)); CREATE TABLE s (i INTEGER) STRICT;
             CREATE TABLE r (i INTEGER PRIMARY KEY); INSERT INTO r VALUES (1);
             CREATE TRIGGER no BEFORE DELETE ON p BEGIN SELECT RAISE(ABORT, 'no'); END;
             INSERT INTO p VALUES ('a', 1, 1, 1)",
        )
        .unwrap();
    for (sql, kind) in [
        ("INSERT INTO p VALUES ('a', 2, 1, 1)", ConstraintKind::PrimaryKey),
        ("INSERT INTO p VALUES ('b', 1, 1, 1)", ConstraintKind::Unique),
        ("INSERT INTO p VALUES ('b', 2, 0, 1)", ConstraintKind::Check),
        ("INSERT INTO p VALUES ('b', 2, 1, NULL)", ConstraintKind::NotNull),
        ("INSERT INTO k VALUES ('nobody')", ConstraintKind::ForeignKey),
        ("INSERT INTO s VALUES ('x')", ConstraintKind::DataType),
        ("INSERT INTO r VALUES (1)", ConstraintKind::PrimaryKey),
        ("DELETE FROM p", ConstraintKind::Trigger),
    ] {
        let code = connection.execute_batch(sql).unwrap_err().code;
        assert_eq!(code, ErrorCode::Constraint(kind), "{sql}");
        let error = sql_query(sql).execute(connection.diesel()).unwrap_err();
        assert_eq!(connection.code_of(&error), Some(code), "{sql} through diesel");
    }
}

#[test]
fn the_code_survives_diesels_rollback() {
    let mut connection = memory();
    connection
        .execute_batch("CREATE TABLE t (a UNIQUE); INSERT INTO t VALUES (1)")
        .unwrap();
    assert_eq!(connection.last_error(), ErrorCode::Ok);
    let error = connection
        .diesel()
        .immediate_transaction(|diesel| sql_query("INSERT INTO t VALUES (1)").execute(diesel))
        .unwrap_err();
    assert!(connection.is_autocommit());
    assert_eq!(
        connection.code_of(&error),
        Some(ErrorCode::Constraint(ConstraintKind::Unique))
    );
    assert_eq!(connection.code_of(&diesel::result::Error::NotFound), None);
}

#[test]
fn a_second_writer_is_busy_and_an_old_reader_cannot_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path());
    let mut one = keyed(&path, OpenMode::ReadWrite);
    let mut two = keyed(&path, OpenMode::ReadWrite);
    one.execute_batch("PRAGMA journal_mode = WAL; BEGIN IMMEDIATE; DELETE FROM t WHERE id = 1")
        .unwrap();
    two.busy_timeout(0).unwrap();
    assert_eq!(
        two.execute_batch("BEGIN IMMEDIATE").unwrap_err().code,
        ErrorCode::Busy
    );
    assert!(two.diesel().batch_execute("BEGIN IMMEDIATE").is_err());
    assert_eq!(two.last_error(), ErrorCode::Busy);
    two.execute_batch("BEGIN; SELECT count(*) FROM t").unwrap();
    one.execute_batch("COMMIT").unwrap();
    assert!(!two.is_autocommit());
    let code = two.execute_batch("DELETE FROM t WHERE id = 2").unwrap_err().code;
    assert_eq!(code, ErrorCode::BusySnapshot);
    assert!(code.is_busy());
}

#[test]
fn a_truncating_checkpoint_says_busy_while_a_reader_is_open() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path());
    let mut writer = keyed(&path, OpenMode::ReadWrite);
    writer
        .execute_batch("PRAGMA journal_mode = WAL; DELETE FROM t WHERE id = 1")
        .unwrap();
    writer.busy_timeout(0).unwrap();
    let mut reader = keyed(&path, OpenMode::ReadOnly);
    reader.execute_batch("BEGIN; SELECT count(*) FROM t").unwrap();
    writer.execute_batch("DELETE FROM t WHERE id = 2").unwrap();
    let looked = writer.wal_checkpoint(CheckpointMode::Noop).unwrap();
    assert!(
        !looked.busy && looked.log.unwrap() >= 2 && looked.checkpointed == Some(0),
        "{looked:?}"
    );
    assert!(writer.wal_checkpoint(CheckpointMode::Truncate).unwrap().busy);
    reader.execute_batch("COMMIT").unwrap();
    let done = writer.wal_checkpoint(CheckpointMode::Truncate).unwrap();
    assert_eq!((done.busy, done.log), (false, Some(0)));
    assert_eq!(
        std::fs::metadata(folder.path().join("a.db-wal")).unwrap().len(),
        0
    );
}

#[test]
fn a_checkpoint_without_a_wal_has_no_numbers() {
    let mut connection = memory();
    let checkpoint = connection.wal_checkpoint(CheckpointMode::Passive).unwrap();
    assert_eq!((checkpoint.log, checkpoint.checkpointed), (None, None));
}

#[test]
fn a_reading_connection_is_read_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path());
    assert!(!keyed(&path, OpenMode::ReadWrite).is_readonly());
    for mode in [OpenMode::ReadOnly, OpenMode::ReadOnlyImmutable] {
        let mut connection = keyed(&path, mode);
        assert!(connection.is_readonly());
        let code = connection.execute_batch("DELETE FROM t").unwrap_err().code;
        assert!(code.is_readonly() && !code.is_damage(), "{code:?}");
    }
}

#[test]
fn limits_are_set_and_enforced() {
    let mut connection = memory();
    let before = connection.get_limit(Limit::Length);
    assert_eq!(connection.set_limit(Limit::Length, 1000), before);
    assert_eq!(connection.get_limit(Limit::Length), 1000);
    assert_eq!(
        connection
            .execute_batch("SELECT zeroblob(1001)")
            .unwrap_err()
            .code,
        ErrorCode::TooBig
    );
    connection.set_limit(Limit::Attached, 0);
    assert_eq!(
        connection
            .execute_batch("ATTACH ':memory:' AS x")
            .unwrap_err()
            .code,
        ErrorCode::Sql
    );
}

#[test]
fn an_interrupt_stops_a_running_statement() {
    let mut connection = memory();
    let handle = connection.interrupt_handle();
    let (send, receive) = mpsc::channel::<()>();
    let stopper = thread::spawn(move || {
        // An interrupt before the statement runs has no effect, so repeat until told to stop.
        while receive.try_recv() == Err(mpsc::TryRecvError::Empty) {
            handle.interrupt();
            thread::yield_now();
        }
    });
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    let code = connection.execute_batch(endless).unwrap_err().code;
    assert_eq!(code, ErrorCode::Interrupt);
    let error = sql_query(endless).execute(connection.diesel()).unwrap_err();
    assert_eq!(connection.code_of(&error), Some(ErrorCode::Interrupt));
    send.send(()).unwrap();
    stopper.join().unwrap();
    connection.execute_batch("SELECT 1").unwrap();
}

#[test]
fn pragma_names_are_names() {
    let mut connection = memory();
    for name in [
        "",
        "a b",
        "user_version=3",
        "a;b",
        "main..x",
        "a.b.c",
        "quick_check(1)",
    ] {
        assert_eq!(
            connection.pragma_i64(name).unwrap_err().code,
            ErrorCode::Misuse,
            "{name}"
        );
    }
    assert_eq!(connection.pragma_i64("main.user_version").unwrap(), Some(0));
    assert_eq!(connection.pragma_text("no_such_pragma").unwrap(), None);
}

#[test]
fn changes_are_counted() {
    let mut connection = memory();
    connection
        .execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2), (3)")
        .unwrap();
    assert_eq!(connection.changes64(), 3);
}
