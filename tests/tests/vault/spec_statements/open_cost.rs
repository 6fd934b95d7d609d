//! What months and the two views over them cost when a database is opened: a measurement, for docs/DATA_MODEL.md.

use std::path::Path;
use std::time::{Duration, Instant};

use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use privatus_sqlite::{Connection, OpenMode, OpenOptions, RawKey};

use crate::spec_statements::database::migrations;

const OPENS: usize = 201;

#[derive(QueryableByName)]
struct Schema {
    #[diesel(sql_type = Text)]
    sql: String,
}

#[test]
#[ignore = "a measurement: run it in a release build with --nocapture"]
#[allow(clippy::print_stdout, reason = "the numbers are what it is for")]
fn an_open_with_months_and_views() {
    let folder = tempfile::tempdir().unwrap();
    println!("| months | open, with the schema read | the same without the views |");
    println!("|---|---|---|");
    for months in [0, 36, 400] {
        let with = folder.path().join(format!("{months}-with.db"));
        let without = folder.path().join(format!("{months}-without.db"));
        make(&with, months, true);
        make(&without, months, false);
        // In turn, so that other work on the machine affects both.
        let pairs: Vec<_> = (0..OPENS).map(|_| (open(&with), open(&without))).collect();
        let median = |times: &mut dyn Iterator<Item = Duration>| {
            let mut times: Vec<_> = times.collect();
            times.sort();
            times[OPENS / 2].as_micros()
        };
        println!(
            "| {months} | {} µs | {} µs |",
            median(&mut pairs.iter().map(|pair| pair.0)),
            median(&mut pairs.iter().map(|pair| pair.1)),
        );
    }
}

/// Half of the months are live and half are in the archive.
fn make(path: &Path, months: usize, views: bool) {
    let mut connection = connect(path, OpenMode::Create);
    for sql in migrations("up.sql") {
        connection.execute_batch(&sql).unwrap();
    }
    let template = schema(&mut connection, "messages_template");
    let mut over = "SELECT 0 AS archived, * FROM messages_template".to_owned();
    let (mut view, nobody) = (schema(&mut connection, "message_rows"), over.clone());
    for month in 0..months {
        let table = format!("messages_{}", 200_001 + month / 12 * 100 + month % 12);
        // As the store makes it: without line ends and indents.
        let words: Vec<&str> = template.split_whitespace().collect();
        let sql = words.join(" ").replacen("messages_template", &table, 1);
        connection.execute_batch(&sql).unwrap();
        over += &format!(
            " UNION ALL SELECT {}, * FROM {table}",
            u8::from(month >= months / 2)
        );
    }
    view = view.replacen(&nobody, &over, 1);
    connection.execute_batch("DROP VIEW message_rows").unwrap();
    if views {
        connection.execute_batch(&view).unwrap();
    } else {
        connection
            .execute_batch("DROP VIEW messages; DROP VIEW messages_archive")
            .unwrap();
    }
}

fn schema(connection: &mut Connection, name: &str) -> String {
    let query = sql_query("SELECT sql FROM sqlite_schema WHERE name = ?").bind::<Text, _>(name);
    query.get_result::<Schema>(connection.diesel()).unwrap().sql
}

/// The time until a fresh connection has read the schema.
fn open(path: &Path) -> Duration {
    let start = Instant::now();
    let mut connection = connect(path, OpenMode::ReadWrite);
    assert!(connection.pragma_i64("schema_version").unwrap().is_some());
    connection
        .execute_batch("SELECT conversation FROM conversations LIMIT 1")
        .unwrap();
    start.elapsed()
}

fn connect(path: &Path, mode: OpenMode) -> Connection {
    let key = RawKey::new(&[7; 32], &[9; 16]);
    Connection::open(path, &OpenOptions::new(mode).with_key(&key)).unwrap()
}
