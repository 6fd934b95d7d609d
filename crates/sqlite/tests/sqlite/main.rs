//! Proves the facts in the README.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    clippy::disallowed_methods // below the store, diesel's own transactions are what is tested
)]

mod at_exit;
mod cipher;
mod counters;
mod damage;
mod errors;
mod faults;
mod handle;
mod log;
mod open;
mod plain;
mod query;
mod statements;
mod transactions;
mod work;

use std::path::{Path, PathBuf};

use privatus_sqlite::{Connection, OpenMode, OpenOptions, RawKey};

pub(crate) fn key() -> RawKey {
    RawKey::new(&[0x5a; 32], &[0xc3; 16])
}

pub(crate) fn keyed(path: &Path, mode: OpenMode) -> Connection {
    Connection::open(path, &OpenOptions::new(mode).with_key(&key())).unwrap()
}

/// A keyed database with some pages, closed.
pub(crate) fn database(folder: &Path) -> PathBuf {
    let path = folder.join("a.db");
    let mut connection = keyed(&path, OpenMode::Create);
    connection
        .execute_batch(
            "PRAGMA application_id = 77;
             CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB NOT NULL);
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
             INSERT INTO t SELECT i, randomblob(500) FROM n",
        )
        .unwrap();
    path
}
