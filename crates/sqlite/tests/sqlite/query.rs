//! Statements on the raw handle: bound values come back unchanged, and however a run ends, nothing stays open.

use privatus_sqlite::{Column, Connection, ErrorCode, OpenOptions, SqliteError, Value};

fn memory() -> Connection {
    let mut connection = Connection::open_in_memory(&OpenOptions::default()).unwrap();
    connection.execute_batch("CREATE TABLE t (a, b)").unwrap();
    connection
}

/// The type of one column of each row, in words.
fn first_column(connection: &mut Connection, sql: &str, binds: &[Value<'_>]) -> Vec<String> {
    let mut found = Vec::new();
    connection
        .query(sql, binds, |row| {
            found.push(match row.column(0) {
                Column::Null => "null".to_owned(),
                Column::Integer(value) => format!("integer {value}"),
                Column::Real(value) => format!("real {value}"),
                Column::Text(bytes) => format!("text {}", String::from_utf8_lossy(bytes)),
                Column::Blob(bytes) => format!("blob {bytes:?}"),
            });
            Ok::<_, SqliteError>(())
        })
        .unwrap();
    found
}

#[test]
fn every_value_comes_back_with_its_type() {
    let mut connection = memory();
    let values = [
        (Value::Null, "null"),
        (Value::Integer(i64::MIN), "integer -9223372036854775808"),
        (Value::Real(-0.25), "real -0.25"),
        (Value::Real(f64::NAN), "null"),
        (Value::Text(""), "text "),
        (Value::Text("a\0ü"), "text a\0ü"),
        (Value::Blob(&[]), "blob []"),
        (Value::Blob(&[0, 255]), "blob [0, 255]"),
    ];
    for (value, word) in values {
        assert_eq!(first_column(&mut connection, "SELECT ?", &[value]), [word]);
    }
    assert_eq!(first_column(&mut connection, "SELECT 0.5", &[]), ["real 0.5"]);
}

#[test]
fn a_bind_that_is_not_given_is_null_also_after_one_that_was() {
    let mut connection = memory();
    assert_eq!(
        first_column(&mut connection, "SELECT ?", &[Value::Integer(1)]),
        ["integer 1"]
    );
    assert_eq!(first_column(&mut connection, "SELECT ?", &[]), ["null"]);
}

#[test]
fn a_column_that_is_not_there_is_null() {
    let mut connection = memory();
    connection
        .query("SELECT 1", &[], |row| {
            assert_eq!(row.column(1), Column::Null);
            assert_eq!(row.column(-1), Column::Null);
            Ok::<_, SqliteError>(())
        })
        .unwrap();
}

#[test]
fn more_binds_than_places_and_no_statement_are_refused() {
    let mut connection = memory();
    let error = connection.run("SELECT 1", &[Value::Integer(1)]).unwrap_err();
    assert_eq!(error.code, ErrorCode::Range);
    for text in ["", "SELECT 1; SELECT 2", "SELECT 1;;"] {
        assert_eq!(
            connection.run(text, &[]).unwrap_err().code,
            ErrorCode::Misuse,
            "{text}"
        );
    }
    assert_eq!(connection.run("PRAGMA user_version; ", &[]), Ok(0));
    assert_eq!(connection.run("SELEC 1", &[]).unwrap_err().code, ErrorCode::Sql);
    assert_eq!(connection.statements_cached(), 2);
}

#[test]
fn a_run_counts_its_changes() {
    let mut connection = memory();
    let insert = "INSERT INTO t VALUES (?, ?)";
    for at in 0..3 {
        let changed = connection.run(insert, &[Value::Integer(at), Value::Null]);
        assert_eq!(changed, Ok(1));
    }
    assert_eq!(connection.run("UPDATE t SET b = 1", &[]), Ok(3));
    assert_eq!(connection.run("DELETE FROM t WHERE a > 5", &[]), Ok(0));
}

#[test]
fn a_statement_is_prepared_once_and_again_when_the_schema_changed() {
    let mut connection = memory();
    let read = "SELECT count(*) FROM t";
    let before = connection.counters().unwrap();
    for _ in 0..10 {
        assert_eq!(first_column(&mut connection, read, &[]), ["integer 0"]);
    }
    let after = connection.counters().unwrap();
    let prepared = after.statements_prepared - before.statements_prepared;
    assert_eq!((after.statements_run - before.statements_run, prepared), (10, 1));
    connection.execute_batch("ALTER TABLE t ADD COLUMN c").unwrap();
    assert_eq!(first_column(&mut connection, read, &[]), ["integer 0"]);
    assert_eq!(connection.statements_cached(), 1);
}

#[derive(Debug, PartialEq)]
enum Ended {
    Early,
    Failed(ErrorCode),
}

impl From<SqliteError> for Ended {
    fn from(error: SqliteError) -> Self {
        Self::Failed(error.code)
    }
}

#[test]
fn an_error_of_the_reader_ends_the_run_and_its_locks() {
    let mut connection = memory();
    connection
        .execute_batch("INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)")
        .unwrap();
    let mut seen = 0;
    let ended = connection.query("SELECT a FROM t", &[], |_| {
        seen += 1;
        if seen == 2 { Err(Ended::Early) } else { Ok(()) }
    });
    assert_eq!((ended, seen), (Err(Ended::Early), 2));
    // A table that a statement is still reading could not be dropped.
    connection.execute_batch("DROP TABLE t").unwrap();
    let gone = connection.query("SELECT a FROM t", &[], |_| Ok(()));
    assert_eq!(gone, Err(Ended::Failed(ErrorCode::Sql)));
}

#[test]
fn a_reader_that_panics_leaves_a_connection_that_works() {
    let mut connection = memory();
    connection.execute_batch("INSERT INTO t VALUES (1, 1)").unwrap();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        connection.query("SELECT a FROM t", &[], |_| -> Result<(), SqliteError> {
            panic!("planted")
        })
    }));
    assert!(panicked.is_err());
    connection.execute_batch("DROP TABLE t").unwrap();
    // The mutex was released: another thread can use the connection.
    std::thread::spawn(move || connection.execute_batch("CREATE TABLE u (a)").unwrap())
        .join()
        .unwrap();
}

#[test]
fn a_failed_constraint_has_its_code_and_the_statement_can_run_again() {
    let mut connection = memory();
    connection
        .execute_batch("CREATE UNIQUE INDEX i ON t (a)")
        .unwrap();
    let insert = "INSERT INTO t VALUES (?, NULL)";
    assert_eq!(connection.run(insert, &[Value::Integer(1)]), Ok(1));
    let error = connection.run(insert, &[Value::Integer(1)]).unwrap_err();
    assert!(matches!(error.code, ErrorCode::Constraint(_)), "{error}");
    assert_eq!(connection.run(insert, &[Value::Integer(2)]), Ok(1));
}

#[test]
fn values_are_not_shown() {
    let shown = format!("{:?} {:?}", Value::Text("secret"), Column::Text(b"secret"));
    assert!(!shown.contains("secret"), "{shown}");
}
