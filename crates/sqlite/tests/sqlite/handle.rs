//! The raw handle never outlives the connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use privatus_sqlite::{CheckpointMode, Connection, ErrorCode, Limit, OpenOptions, Row, SqliteError};

fn memory() -> Connection {
    Connection::open_in_memory(&OpenOptions::default()).unwrap()
}

/// Rows of a statement that reports each one; `None` if it was ended before the last.
fn stepped(connection: &mut Connection, mut between: impl FnMut()) -> Option<usize> {
    const ROWS: usize = 50;
    let sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) SELECT i FROM n";
    let mut rows = 0;
    let read = |_: &Row<'_>| {
        rows += 1;
        between();
        Ok::<_, SqliteError>(())
    };
    match connection.query(sql, &[], read) {
        Ok(()) => {
            assert_eq!(rows, ROWS);
            Some(rows)
        }
        Err(error) => {
            assert_eq!(error.code, ErrorCode::Interrupt);
            None
        }
    }
}

#[test]
fn a_connection_goes_to_another_thread() {
    let mut connection = memory();
    connection.execute_batch("CREATE TABLE t (a)").unwrap();
    let there = std::thread::spawn(move || {
        connection
            .execute_batch("PRAGMA user_version = 7; INSERT INTO t VALUES (1)")
            .unwrap();
        connection
    });
    // Changes on one side are seen here, by diesel and by us.
    let mut back = there.join().unwrap();
    assert_eq!(back.pragma_i64("user_version").unwrap(), Some(7));
    let again = diesel::connection::SimpleConnection::batch_execute(back.diesel(), "CREATE TABLE t (a)");
    assert!(again.is_err(), "the table is there");
    assert_eq!(back.last_error(), ErrorCode::Sql);
}

#[test]
fn an_interrupt_after_closing_does_nothing() {
    let connection = memory();
    let handle = connection.interrupt_handle();
    drop(connection);
    // One of these has the address of the closed one.
    for mut other in std::iter::repeat_with(memory).take(8).collect::<Vec<_>>() {
        let rows = stepped(&mut other, || {
            handle.interrupt();
            handle.clone().interrupt();
        });
        assert!(rows.is_some(), "another connection was ended");
    }
}

#[test]
fn interrupts_race_with_closing() {
    for _ in 0..50 {
        let mut connection = memory();
        let handle = connection.interrupt_handle();
        let (stop, begun) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let (is_over, has_begun) = (Arc::clone(&stop), Arc::clone(&begun));
        let other = std::thread::spawn(move || {
            while !is_over.load(Ordering::SeqCst) {
                handle.interrupt();
                has_begun.store(true, Ordering::SeqCst);
            }
        });
        while !begun.load(Ordering::SeqCst) {
            std::hint::spin_loop();
        }
        // May be interrupted itself, but fails for no other reason.
        stepped(&mut connection, || ());
        drop(connection);
        // Connections opened now, while the interrupts continue, are not affected.
        let mut next = memory();
        assert!(
            stepped(&mut next, || ()).is_some(),
            "another connection was ended"
        );
        stop.store(true, Ordering::SeqCst);
        other.join().unwrap();
    }
}

#[test]
fn a_handle_whose_connection_was_moved_out_and_closed_is_refused() {
    let mut one = memory();
    let mut two = memory();
    one.counters().unwrap();
    std::mem::swap(one.diesel(), two.diesel());
    drop(two); // closes the connection that `one` was opened with
    assert_eq!(one.execute_batch("SELECT 1").unwrap_err().code, ErrorCode::Misuse);
    assert_eq!(
        one.pragma_i64("user_version").unwrap_err().code,
        ErrorCode::Misuse
    );
    assert_eq!(one.counters().unwrap_err().code, ErrorCode::Misuse);
    assert_eq!(
        one.wal_checkpoint(CheckpointMode::Passive).unwrap_err().code,
        ErrorCode::Misuse
    );
    assert_eq!(one.get_limit(Limit::Length), -1);
    one.interrupt_handle().interrupt();
    // The connection that `one` now owns is still open.
    diesel::connection::SimpleConnection::batch_execute(one.diesel(), "SELECT 1").unwrap();
}

#[test]
fn connections_opened_by_diesel_itself_are_not_touched() {
    use diesel::Connection as _;
    let mut ours = memory();
    let mut other = diesel::SqliteConnection::establish(":memory:").unwrap();
    ours.execute_batch("CREATE TABLE ours (a)").unwrap();
    let result = diesel::connection::SimpleConnection::batch_execute(&mut other, "SELECT * FROM ours");
    assert!(result.is_err());
    assert_eq!(ours.last_error(), ErrorCode::Ok);
}

#[test]
fn many_threads_open_at_once_and_get_their_own_handles() {
    let threads: Vec<_> = (1..=8)
        .map(|n: i64| {
            std::thread::spawn(move || {
                for round in 0..20 {
                    let mut connection = memory();
                    let version = n * 100 + round;
                    diesel::connection::SimpleConnection::batch_execute(
                        connection.diesel(),
                        &format!("PRAGMA user_version = {version}"),
                    )
                    .unwrap();
                    assert_eq!(connection.pragma_i64("user_version").unwrap(), Some(version));
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}
