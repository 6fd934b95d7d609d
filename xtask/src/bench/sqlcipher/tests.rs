//! The plans of this side's queries, its statement cache and its file.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::connection::{Connection as _, InstrumentationEvent};
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types;
use diesel::sqlite::Sqlite;
use privatus_sqlite::{Connection, OpenMode, OpenOptions, RawKey};

use super::*;
use crate::bench::sample::samples;

fn side(folder: &tempfile::TempDir) -> Sqlcipher {
    let mut side = Sqlcipher::new(&folder.path().join("a file")).unwrap();
    side.insert(&samples(5_000, 2).unwrap()).unwrap();
    side
}

#[derive(QueryId)]
struct Explain<Q>(Q);

impl<Q> Query for Explain<Q> {
    type SqlType = (
        sql_types::Integer,
        sql_types::Integer,
        sql_types::Integer,
        sql_types::Text,
    );
}

impl<Q> RunQueryDsl<SqliteConnection> for Explain<Q> {}

impl<Q: QueryFragment<Sqlite>> QueryFragment<Sqlite> for Explain<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("EXPLAIN QUERY PLAN ");
        self.0.walk_ast(out.reborrow())
    }
}

fn plan<Q: QueryFragment<Sqlite> + QueryId>(side: &mut Sqlcipher, query: Q) -> Vec<String> {
    let rows: Vec<(i32, i32, i32, String)> = Explain(query).load(side.connection().unwrap()).unwrap();
    rows.into_iter().map(|(.., told)| told).collect()
}

#[test]
fn every_read_goes_by_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let mut side = side(&folder);
    assert_eq!(
        plan(&mut side, page("contact 1", NEWEST)),
        ["SEARCH messages USING INDEX idx_messages_contact_timestamp (contact_id=? AND timestamp<?)"]
    );
    assert_eq!(
        plan(&mut side, by_id("an id")),
        ["SEARCH messages USING INDEX sqlite_autoindex_messages_1 (message_id=?)"]
    );
    assert_eq!(
        plan(&mut side, ChatList),
        [
            "SCAN c",
            "SEARCH m USING INTEGER PRIMARY KEY (rowid=?)",
            "CORRELATED SCALAR SUBQUERY 1",
            "SEARCH messages USING COVERING INDEX idx_messages_contact_timestamp (contact_id=?)",
            "USE TEMP B-TREE FOR ORDER BY",
        ]
    );
}

#[test]
fn every_statement_is_kept_prepared() {
    let folder = tempfile::tempdir().unwrap();
    let mut side = side(&folder);
    let sample = samples(1, 1).unwrap().remove(0);
    let prepared = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&prepared);
    let count = move |event: InstrumentationEvent<'_>| {
        if matches!(event, InstrumentationEvent::CacheQuery { .. }) {
            counted.fetch_add(1, Ordering::Relaxed);
        }
    };
    side.open(None).unwrap();
    side.connection().unwrap().set_instrumentation(count);
    side.insert(std::slice::from_ref(&sample)).unwrap();
    for _ in 0..3 {
        assert!(side.newest(1).unwrap() > 0);
        side.by_id(&sample).unwrap();
        assert_eq!(side.chat_list().unwrap(), Some(50));
    }
    assert_eq!(prepared.load(Ordering::Relaxed), 4, "each once");
}

#[derive(QueryId)]
struct Pragma(&'static str);

impl Query for Pragma {
    type SqlType = sql_types::Text;
}

impl RunQueryDsl<SqliteConnection> for Pragma {}

impl QueryFragment<Sqlite> for Pragma {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        out.push_sql("PRAGMA ");
        out.push_sql(self.0);
        Ok(())
    }
}

#[test]
fn a_file_is_made_as_a_vaults_is() {
    let folder = tempfile::tempdir().unwrap();
    let mut side = side(&folder);
    side.close().unwrap();
    side.open(None).unwrap();
    for (pragma, wanted) in [
        ("page_size", "4096"),
        ("journal_mode", "wal"),
        ("synchronous", "1"),
        ("cache_size", "-64000"),
        ("foreign_keys", "1"),
        ("temp_store", "2"),
        ("secure_delete", "1"),
        ("journal_size_limit", "67108864"),
        ("mmap_size", "0"),
        ("cipher_hmac_algorithm", "HMAC_SHA256"),
        ("cipher_use_hmac", "1"),
        ("cipher_memory_security", "0"),
    ] {
        let is: String = Pragma(pragma).get_result(side.connection().unwrap()).unwrap();
        assert_eq!(is, wanted, "{pragma}");
    }
    side.close().unwrap();

    // The store's driver reads it with the same key, and not without.
    let path = side.files().remove(0);
    let open = |options: OpenOptions<'_>| {
        Connection::open(&path, &options)
            .unwrap()
            .pragma_i64("schema_version")
    };
    let key = RawKey::new(&[7; 32], &[9; 16]);
    assert!(open(OpenOptions::new(OpenMode::ReadWrite).with_key(&key)).is_ok());
    assert!(open(OpenOptions::new(OpenMode::ReadWrite)).is_err());
}
