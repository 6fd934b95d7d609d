//! The database of a vault that is closed, opened with its key and foreign keys on: plain SQL, past the store.

use std::path::Path;

use privatus_crypto::{KeyRing, Password, Secret};
use privatus_sqlite::{Connection, OpenMode, OpenOptions, RawKey, SqliteError};
use privatus_tests::PASSWORD;

pub(crate) struct Database(Connection);

impl Database {
    pub(crate) fn open(vault: &Path) -> Self {
        let ring = KeyRing::parse(&std::fs::read(vault.join("keyring.json")).unwrap()).unwrap();
        let secret = Secret::Password(Password::new(PASSWORD).unwrap());
        let opened = ring.unlock(&secret).unwrap();
        let key = RawKey::new(
            opened.database_key().dangerously_expose_bytes(),
            opened.cipher_salt(),
        );
        let options = OpenOptions::new(OpenMode::ReadWrite).with_key(&key);
        let mut database = Connection::open(&vault.join("privatus.db"), &options).unwrap();
        database.execute_batch("PRAGMA foreign_keys = ON").unwrap();
        Self(database)
    }

    pub(crate) fn run(&mut self, sql: &str) -> Result<(), SqliteError> {
        self.0.execute_batch(sql)
    }

    /// The one number that a statement gives.
    pub(crate) fn count(&mut self, sql: &str) -> i64 {
        let mut found = None;
        let read = |row: &privatus_sqlite::Row<'_>| {
            found = Some(row.integer(0));
            Ok::<_, SqliteError>(())
        };
        self.0.query(sql, &[], read).unwrap();
        found.unwrap()
    }
}
