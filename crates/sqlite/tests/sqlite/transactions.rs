//! Transactions opened on the raw handle, from diesel's view: its manager never believes that it opened one.

use diesel::connection::{AnsiTransactionManager, Connection as _, TransactionManager};
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use privatus_sqlite::fault::FaultVfs;
use privatus_sqlite::testing::statements_of;
use privatus_sqlite::{Connection, ErrorCode, OpenMode, OpenOptions};

diesel::table! {
    t (id) {
        id -> BigInt,
        body -> Binary,
    }
}

/// With fields that can be left to their default, which diesel inserts one by one.
#[derive(Insertable)]
#[diesel(table_name = t)]
struct Defaulted {
    id: i64,
    body: Vec<u8>,
}

#[derive(Insertable, AsChangeset, Identifiable, Queryable, Clone, PartialEq, Debug)]
#[diesel(table_name = t, treat_none_as_default_value = false)]
struct Whole {
    id: i64,
    body: Vec<u8>,
}

const SCHEMA: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB NOT NULL)";

fn memory() -> Connection {
    let mut connection = Connection::open_in_memory(&OpenOptions::default()).unwrap();
    connection.execute_batch(SCHEMA).unwrap();
    connection
}

/// The transaction depth that diesel's manager believes in.
fn depth(connection: &mut Connection) -> Option<u32> {
    let status = AnsiTransactionManager::transaction_manager_status_mut(connection.diesel());
    status.transaction_depth().unwrap().map(std::num::NonZeroU32::get)
}

fn insert(connection: &mut Connection, id: i64, size: usize) -> Result<usize, Error> {
    diesel::insert_into(t::table)
        .values((t::id.eq(id), t::body.eq(vec![7_u8; size])))
        .execute(connection.diesel())
}

fn count(connection: &mut Connection) -> i64 {
    t::table.count().get_result(connection.diesel()).unwrap()
}

#[test]
fn raw_and_diesel_statements_end_together() {
    let mut connection = memory();
    for (end, rows) in [("ROLLBACK", 0), ("COMMIT", 2)] {
        connection.run("BEGIN IMMEDIATE", &[]).unwrap();
        connection.run("INSERT INTO t VALUES (1, x'00')", &[]).unwrap();
        insert(&mut connection, 2, 1).unwrap();
        assert_eq!(
            (depth(&mut connection), connection.is_autocommit()),
            (None, false)
        );
        connection.run(end, &[]).unwrap();
        assert_eq!((count(&mut connection), connection.is_autocommit()), (rows, true));
    }
}

#[test]
fn a_statement_of_diesels_that_fails_leaves_the_transaction_open() {
    let mut connection = memory();
    connection.run("BEGIN IMMEDIATE", &[]).unwrap();
    insert(&mut connection, 1, 1).unwrap();
    let error = insert(&mut connection, 1, 1).unwrap_err();
    assert!(matches!(
        error,
        Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)
    ));
    assert_eq!(
        (depth(&mut connection), connection.is_autocommit()),
        (None, false)
    );
    insert(&mut connection, 2, 1).unwrap();
    connection.run("COMMIT", &[]).unwrap();
    assert_eq!(count(&mut connection), 2);
}

/// SQLite itself rolls back when the disk is full; diesel has nothing to roll back, and the connection stays usable.
#[test]
fn a_full_disk_in_the_middle_leaves_a_connection_that_works() {
    let folder = tempfile::tempdir().unwrap();
    let vfs = FaultVfs::register("full-in-the-middle").unwrap();
    let options = OpenOptions::new(OpenMode::Create).with_vfs("full-in-the-middle");
    let mut connection = Connection::open(&folder.path().join("a.db"), &options).unwrap();
    // A cache of a few pages, so that the transaction writes before its end.
    connection
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA cache_size = 5")
        .unwrap();
    connection.execute_batch(SCHEMA).unwrap();
    for round in 0..2 {
        connection.run("BEGIN IMMEDIATE", &[]).unwrap();
        connection.run("INSERT INTO t VALUES (-1, x'00')", &[]).unwrap();
        vfs.fail_writes_after(0, ErrorCode::Full);
        let error = (0..500)
            .find_map(|id| insert(&mut connection, id, 3_000).err())
            .unwrap();
        assert_eq!(connection.code_of(&error), Some(ErrorCode::Full));
        assert_eq!((depth(&mut connection), connection.is_autocommit()), (None, true));
        vfs.disarm();
        assert_eq!(count(&mut connection), round);
        connection.run("BEGIN IMMEDIATE", &[]).unwrap();
        insert(&mut connection, 1_000 + round, 3_000).unwrap();
        connection.run("COMMIT", &[]).unwrap();
        assert_eq!(count(&mut connection), round + 1);
    }
    // diesel's own would work too: its state is intact.
    let done = connection
        .diesel()
        .transaction::<_, Error, _>(|diesel| t::table.count().get_result(diesel));
    assert_eq!(done, Ok(2_i64));
}

/// Calls that send their own BEGIN, and so fail in a transaction of the raw handle.
#[test]
fn what_sends_a_begin_fails_inside_and_leaves_the_transaction_open() {
    type Call = fn(&mut SqliteConnection) -> Result<(), Error>;
    let calls: [(&str, &str, Call); 9] = [
        ("transaction", "BEGIN", |diesel| diesel.transaction(|_| Ok(()))),
        ("immediate_transaction", "BEGIN IMMEDIATE", |diesel| {
            diesel.immediate_transaction(|_| Ok(()))
        }),
        ("exclusive_transaction", "BEGIN EXCLUSIVE", |diesel| {
            diesel.exclusive_transaction(|_| Ok(()))
        }),
        ("rows with defaults", "BEGIN", |diesel| {
            let rows = [1, 2].map(|id| Defaulted { id, body: vec![1] });
            let insert = diesel::insert_into(t::table).values(&rows[..]);
            insert.execute(diesel).map(drop)
        }),
        ("a vector of rows with defaults", "BEGIN", |diesel| {
            let rows = vec![Defaulted { id: 3, body: vec![1] }];
            diesel::insert_into(t::table)
                .values(&rows)
                .execute(diesel)
                .map(drop)
        }),
        ("returned rows with defaults", "BEGIN", |diesel| {
            let rows = vec![Defaulted { id: 4, body: vec![1] }];
            let insert = diesel::insert_into(t::table).values(&rows).returning(t::id);
            insert.get_results::<i64>(diesel).map(drop)
        }),
        ("whole rows", "", |diesel| {
            let rows = vec![Whole { id: 5, body: vec![1] }, Whole { id: 6, body: vec![1] }];
            diesel::insert_into(t::table)
                .values(&rows)
                .execute(diesel)
                .map(drop)
        }),
        ("tuples", "", |diesel| {
            let rows = vec![
                (t::id.eq(7_i64), t::body.eq(vec![1_u8])),
                (t::id.eq(8_i64), t::body.eq(vec![1_u8])),
            ];
            diesel::insert_into(t::table)
                .values(&rows)
                .execute(diesel)
                .map(drop)
        }),
        ("save_changes", "", |diesel| {
            let row = Whole { id: 5, body: vec![2] };
            assert_eq!((&row).save_changes::<Whole>(diesel)?, row);
            Ok(())
        }),
    ];
    let mut connection = memory();
    for (name, begin, call) in calls {
        connection.run("BEGIN IMMEDIATE", &[]).unwrap();
        connection
            .run("INSERT OR REPLACE INTO t VALUES (0, x'00')", &[])
            .unwrap();
        let done = call(connection.diesel());
        assert_eq!(done.is_err(), !begin.is_empty(), "{name} inside: {done:?}");
        assert_eq!(depth(&mut connection), None, "{name}");
        assert!(!connection.is_autocommit(), "{name} ended the transaction");
        connection.run("COMMIT", &[]).unwrap();
        let (done, sql) = statements_of(|| call(connection.diesel()));
        // Outside, the rows are duplicated if the call inside did not fail.
        assert_eq!(
            sql.contains(begin),
            !begin.is_empty(),
            "{name} outside: {done:?}, {sql:?}"
        );
        assert!(connection.is_autocommit(), "{name}");
    }
}
