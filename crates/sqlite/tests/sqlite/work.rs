//! Endless work is ended, and other work is not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use diesel::prelude::*;
use diesel::sql_query;
use privatus_sqlite::{Connection, ErrorCode, OpenMode, OpenOptions, SqliteError, WorkLimit};

use crate::{database, keyed};

const ENDLESS: &str =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

#[test]
fn what_does_not_end_is_ended_with_a_code_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let mut connection = keyed(&database(folder.path()), OpenMode::ReadWrite);
    assert_eq!(
        connection.execute_batch(ENDLESS).unwrap_err().code,
        ErrorCode::Endless
    );
    let queried = connection.query(ENDLESS, &[], |_| Ok::<_, SqliteError>(()));
    assert_eq!(queried.unwrap_err().code, ErrorCode::Endless);
    assert_eq!(connection.run(ENDLESS, &[]).unwrap_err().code, ErrorCode::Endless);
    assert_eq!(
        connection.execute_next(ENDLESS).unwrap_err().code,
        ErrorCode::Endless
    );
    let error = sql_query(ENDLESS).execute(connection.diesel()).unwrap_err();
    assert_eq!(connection.code_of(&error), Some(ErrorCode::Endless));
    // Nothing of it remains on the connection.
    connection.execute_batch("SELECT count(*) FROM t").unwrap();
    let raw = ErrorCode::Endless.raw();
    assert_eq!(ErrorCode::from_raw(raw), ErrorCode::Endless);
    assert!(!ErrorCode::Endless.spoils_connection());
    assert!(ErrorCode::Endless.to_string().contains("more work than"));
}

#[test]
fn an_endless_trigger_is_undone_and_ended() {
    let mut connection = Connection::open_in_memory(&OpenOptions::default()).unwrap();
    connection
        .execute_batch(
            "CREATE TABLE t (a); CREATE TABLE u (a); CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO u \
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0; END",
        )
        .unwrap();
    let error = connection.run("INSERT INTO t VALUES (1)", &[]).unwrap_err();
    assert_eq!(error.code, ErrorCode::Endless);
    let mut rows = 0;
    connection
        .query("SELECT 1 FROM t", &[], |_| {
            rows += 1;
            Ok::<_, SqliteError>(())
        })
        .unwrap();
    assert_eq!(rows, 0);
}

/// Each call starts anew: a sweep of many batches may be long.
#[test]
fn the_limit_is_of_a_call_and_not_of_a_connection() {
    let mut connection = Connection::open_in_memory(&OpenOptions::default()).unwrap();
    let counted = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400000) \
                   SELECT count(*) FROM n";
    for _ in 0..10 {
        connection.run(counted, &[]).unwrap();
    }
}

#[test]
fn the_limit_grows_with_the_pages() {
    let limit = WorkLimit::DEFAULT;
    assert_eq!(limit.of_pages(0), limit.steps);
    assert_eq!(limit.of_pages(1_000), limit.steps + 1_000 * limit.steps_per_page);
    assert_eq!(limit.of_pages(u64::MAX), u64::MAX);
    // The same statement, over the limit of a small file and within that of a large one.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("grown.db");
    let mut connection = keyed(&path, OpenMode::Create);
    let long = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) \
                SELECT count(*) FROM n";
    connection.execute_batch("CREATE TABLE t (a)").unwrap();
    assert_eq!(connection.run(long, &[]).unwrap_err().code, ErrorCode::Endless);
    connection
        .execute_batch("INSERT INTO t VALUES (zeroblob(8000000))")
        .unwrap();
    connection.run(long, &[]).unwrap();
}

#[test]
fn a_flag_ends_what_runs_and_what_is_begun_later() {
    let mut connection = Connection::open_in_memory(&OpenOptions::default()).unwrap();
    let flag = Arc::new(AtomicBool::new(false));
    connection.stop_with(Arc::clone(&flag));
    connection.execute_batch("CREATE TABLE t (a)").unwrap();
    flag.store(true, Ordering::Relaxed);
    for _ in 0..2 {
        let error = connection.execute_batch(ENDLESS).unwrap_err();
        assert_eq!(error.code, ErrorCode::Interrupt);
    }
    flag.store(false, Ordering::Relaxed);
    assert_eq!(
        connection.execute_batch(ENDLESS).unwrap_err().code,
        ErrorCode::Endless
    );
}
