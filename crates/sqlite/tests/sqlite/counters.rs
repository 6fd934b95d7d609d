//! Statement and page counters.

use diesel::connection::{CacheSize, Connection as _};
use diesel::prelude::*;
use diesel::sql_query;
use privatus_sqlite::testing::{Counters, count_from_opening};
use privatus_sqlite::{Connection, OpenMode, OpenOptions};

use crate::{database, keyed};

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

fn between(connection: &mut Connection, work: impl FnOnce(&mut SqliteConnection)) -> (Counters, Counters) {
    let before = connection.counters().unwrap();
    work(connection.diesel());
    (before, connection.counters().unwrap())
}

#[test]
fn cached_statements_are_prepared_once() {
    let mut connection = memory();
    let (before, after) = between(&mut connection, |diesel| {
        for id in 0..100_i64 {
            diesel::insert_into(t::table)
                .values((t::id.eq(id), t::body.eq(vec![1_u8])))
                .execute(diesel)
                .unwrap();
            let found = t::table.find(id).select(t::id).first::<i64>(diesel);
            // `first` adds a bound LIMIT, for which SQLite prepares the statement again on every run.
            assert_eq!(found, Ok(id));
        }
    });
    assert_eq!(after.statements_run - before.statements_run, 200);
    let again = after.statements_reprepared - before.statements_reprepared;
    assert_eq!(after.statements_prepared - before.statements_prepared, 2 + again);
    let (before, after) = between(&mut connection, |diesel| {
        for id in 0..100_i64 {
            assert_eq!(t::table.find(id).select(t::id).load::<i64>(diesel), Ok(vec![id]));
        }
    });
    assert_eq!(after.statements_prepared - before.statements_prepared, 1);
    assert_eq!(after.statements_run - before.statements_run, 100);
}

/// The other tests look at differences, so this one may change the process for them.
#[test]
fn statements_are_counted_from_the_opening_where_that_is_wanted() {
    count_from_opening();
    let counters = memory().counters().unwrap();
    assert_eq!((counters.statements_run, counters.statements_prepared), (1, 1));
}

#[test]
fn uncached_statements_are_prepared_each_time() {
    let mut connection = memory();
    let (before, after) = between(&mut connection, |diesel| {
        for _ in 0..10 {
            sql_query("SELECT 1").execute(diesel).unwrap();
        }
    });
    assert_eq!(after.statements_prepared - before.statements_prepared, 10);
    let (before, after) = between(&mut connection, |diesel| {
        diesel.set_prepared_statement_cache_size(CacheSize::Disabled);
        for id in 0..10_i64 {
            t::table
                .filter(t::id.eq(id))
                .select(t::id)
                .load::<i64>(diesel)
                .unwrap();
        }
    });
    assert_eq!(after.statements_prepared - before.statements_prepared, 10);
}

#[test]
fn a_bound_limit_is_prepared_again() {
    let mut connection = memory();
    let mut page = |size: i64| {
        let (before, after) = between(&mut connection, |diesel| {
            t::table
                .select(t::id)
                .order(t::id)
                .limit(size)
                .load::<i64>(diesel)
                .unwrap();
        });
        (
            after.statements_prepared - before.statements_prepared,
            after.statements_reprepared - before.statements_reprepared,
        )
    };
    let runs = [page(50), page(50), page(50), page(20)];
    assert_eq!(runs, LIMIT_RUNS);
}

/// Prepared, of those re-prepared: SQLite 3.51 plans again for each value bound to a LIMIT.
const LIMIT_RUNS: [(u64, u64); 4] = [(2, 1), (1, 1), (1, 1), (1, 1)];

#[test]
fn a_schema_change_prepares_again() {
    let mut connection = memory();
    let query = |diesel: &mut SqliteConnection| t::table.select(t::id).load::<i64>(diesel).unwrap();
    between(&mut connection, |diesel| drop(query(diesel)));
    connection.execute_batch("CREATE TABLE other (a)").unwrap();
    let (before, after) = between(&mut connection, |diesel| drop(query(diesel)));
    assert_eq!(after.statements_prepared - before.statements_prepared, 1);
    assert_eq!(after.statements_reprepared - before.statements_reprepared, 1);
}

#[test]
fn transactions_are_counted_apart() {
    let mut connection = memory();
    let (before, after) = between(&mut connection, |diesel| {
        diesel
            .immediate_transaction(|diesel| {
                diesel::insert_into(t::table)
                    .values((t::id.eq(1_i64), t::body.eq(vec![1_u8])))
                    .execute(diesel)
            })
            .unwrap();
    });
    assert_eq!(after.transaction_statements - before.transaction_statements, 2);
    assert_eq!(after.statements_prepared - before.statements_prepared, 3);
}

#[test]
fn a_trigger_is_part_of_its_statement() {
    let mut connection = memory();
    connection
        .execute_batch(
            "CREATE TABLE log (id); CREATE TRIGGER l AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.id); END",
        )
        .unwrap();
    let (before, after) = between(&mut connection, |diesel| {
        for id in 0..5_i64 {
            diesel::insert_into(t::table)
                .values((t::id.eq(id), t::body.eq(vec![1_u8])))
                .execute(diesel)
                .unwrap();
        }
    });
    assert_eq!(after.statements_prepared - before.statements_prepared, 1);
    assert_eq!(after.statements_run - before.statements_run, 5);
}

#[test]
fn scans_and_sorts_are_seen_also_of_uncached_statements() {
    let mut connection = memory();
    connection
        .execute_batch(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
             INSERT INTO t SELECT i, randomblob(9) FROM n",
        )
        .unwrap();
    let (before, after) = between(&mut connection, |diesel| {
        sql_query("SELECT id FROM t ORDER BY body")
            .execute(diesel)
            .unwrap();
    });
    assert_eq!(after.sorts - before.sorts, 1);
    // The first row is reached by a rewind, the other 99 by steps.
    assert_eq!(after.fullscan_steps - before.fullscan_steps, 99);
    assert!(after.vm_steps - before.vm_steps > 100);
    let (before, after) = between(&mut connection, |diesel| {
        sql_query("SELECT id FROM t WHERE id = 7")
            .execute(diesel)
            .unwrap();
    });
    assert_eq!(
        (
            after.sorts - before.sorts,
            after.fullscan_steps - before.fullscan_steps
        ),
        (0, 0)
    );
}

#[test]
fn pages_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path());
    let mut connection = keyed(&path, OpenMode::ReadWrite);
    let opened = connection.counters().unwrap();
    connection
        .execute_batch("SELECT sum(length(body)) FROM t")
        .unwrap();
    let cold = connection.counters().unwrap();
    let pages = std::fs::metadata(&path).unwrap().len() / 4096;
    assert!(
        cold.cache_miss - opened.cache_miss >= pages - 1,
        "{pages} pages, {cold:?}"
    );
    connection
        .execute_batch("SELECT sum(length(body)) FROM t")
        .unwrap();
    let warm = connection.counters().unwrap();
    assert_eq!(warm.cache_miss, cold.cache_miss);
    assert!(warm.cache_hit > cold.cache_hit);
    connection
        .execute_batch("UPDATE t SET body = randomblob(500)")
        .unwrap();
    assert!(connection.counters().unwrap().cache_write - warm.cache_write >= pages - 1);
}
