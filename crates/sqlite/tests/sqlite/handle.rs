//! The raw handle never outlives the connection.

use privatus_sqlite::{CheckpointMode, Connection, ErrorCode, Limit, OpenOptions};

fn memory() -> Connection {
    Connection::open_in_memory(&OpenOptions::default()).unwrap()
}

#[test]
fn a_connection_goes_to_another_thread() {
    let mut connection = memory();
    std::thread::spawn(move || connection.execute_batch("CREATE TABLE t (a)").unwrap())
        .join()
        .unwrap();
}

#[test]
fn an_interrupt_after_closing_does_nothing() {
    let connection = memory();
    let handle = connection.interrupt_handle();
    drop(connection);
    handle.interrupt();
    handle.clone().interrupt();
}

#[test]
fn interrupts_race_with_closing() {
    for _ in 0..50 {
        let mut connection = memory();
        let handle = connection.interrupt_handle();
        let other = std::thread::spawn(move || (0..200).for_each(|_| handle.interrupt()));
        // May be interrupted itself; what matters is that closing is safe.
        let _interrupted = connection.execute_batch("CREATE TABLE t (a)");
        drop(connection);
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
    // What `one` owns now is open still.
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
