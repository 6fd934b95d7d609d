//! The SQL of what runs on a thread, for tests.

use std::panic;
use std::thread;

use diesel::prelude::*;
use diesel::sql_query;
use privatus_sqlite::testing::statements_of;
use privatus_sqlite::{Connection, OpenOptions, SqliteError, Value};

diesel::table! {
    t (id) {
        id -> BigInt,
        body -> Binary,
    }
}

fn memory() -> Connection {
    let mut connection = Connection::open_in_memory(&OpenOptions::default()).unwrap();
    connection
        .execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB NOT NULL)")
        .unwrap();
    connection
}

fn texts(work: impl FnOnce()) -> Vec<String> {
    statements_of(work).1.into_iter().collect()
}

#[test]
fn raw_and_diesel_statements_are_told_without_their_binds() {
    let mut connection = memory();
    let seen = texts(|| {
        for id in 0..2_i64 {
            let insert = "INSERT INTO t VALUES (?, ?)";
            connection
                .run(insert, &[Value::Integer(id), Value::Blob(b"secret")])
                .unwrap();
            connection
                .query("SELECT body FROM t", &[], |_| Ok::<_, SqliteError>(()))
                .unwrap();
            let diesel = connection.diesel();
            let found = t::table.find(id).select(t::body).load::<Vec<u8>>(diesel);
            assert_eq!(found, Ok(vec![b"secret".to_vec()]));
            diesel::update(t::table.find(id))
                .set(t::body.eq(b"other".as_slice()))
                .execute(diesel)
                .unwrap();
        }
        connection.execute_batch("BEGIN; COMMIT").unwrap();
        connection.pragma_i64("user_version").unwrap();
    });
    assert_eq!(
        seen,
        [
            "BEGIN;",
            "COMMIT",
            "INSERT INTO t VALUES (?, ?)",
            "PRAGMA user_version",
            "SELECT `t`.`body` FROM `t` WHERE (`t`.`id` = ?)",
            "SELECT body FROM t",
            "UPDATE `t` SET `body` = ? WHERE (`t`.`id` = ?)",
        ]
    );
}

#[test]
fn a_statement_is_told_whether_it_was_prepared_before_or_counted() {
    let mut connection = memory();
    let select = "SELECT count(*) FROM t";
    let run = |connection: &mut Connection| {
        texts(|| {
            connection.run(select, &[]).unwrap();
        })
    };
    assert_eq!(run(&mut connection), [select]);
    assert_eq!(run(&mut connection), [select]);
    connection.counters().unwrap();
    assert_eq!(run(&mut connection), [select]);
}

#[test]
fn only_what_runs_on_this_thread_meanwhile_is_told() {
    let mut connection = memory();
    let seen = texts(|| {
        thread::scope(|scope| {
            scope.spawn(|| memory().run("SELECT 1", &[]).unwrap());
        });
        // Prepared, but refused before it runs.
        connection.run("SELECT 2", &[Value::Null]).unwrap_err();
    });
    assert_eq!(seen, [""; 0]);
    connection.run("SELECT 3", &[]).unwrap();
    assert_eq!(texts(|| ()), [""; 0]);
}

#[test]
fn a_panic_ends_the_collecting() {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| ()));
    let ended = panic::catch_unwind(|| statements_of(|| panic!("on purpose")));
    panic::set_hook(hook);
    assert!(ended.is_err());
    sql_query("SELECT 1").execute(memory().diesel()).unwrap();
    assert_eq!(texts(|| ()), [""; 0]);
}
