//! The database of a vault that is closed, opened with its key and foreign keys on: plain SQL, without the store.

use std::path::Path;

use crate::PASSWORD;
use privatus_crypto::{KeyRing, Password, Secret};
use privatus_sqlite::{Connection, OpenMode, OpenOptions, RawKey, Row, SqliteError};

/// The key of a vault's database; its password is [`PASSWORD`].
///
/// # Panics
///
/// If there is no vault, or the password differs.
pub fn raw_key(vault: &Path) -> RawKey {
    let ring = std::fs::read(vault.join("keyring.json")).expect("a key ring");
    let ring = KeyRing::parse(&ring).expect("a whole key ring");
    let secret = Secret::Password(Password::new(PASSWORD).expect("a password"));
    let opened = ring.unlock(&secret).expect("it is the password");
    RawKey::new(
        opened.database_key().dangerously_expose_bytes(),
        opened.cipher_salt(),
    )
}

/// A connection to which the store's rules do not apply.
#[derive(Debug)]
pub struct Database(Connection);

impl Database {
    /// Opens the database of a vault that is closed and has the password [`PASSWORD`].
    ///
    /// # Panics
    ///
    /// If there is none, or it does not open.
    pub fn open(vault: &Path) -> Self {
        let key = raw_key(vault);
        let options = OpenOptions::new(OpenMode::ReadWrite).with_key(&key);
        let mut database = Connection::open(&vault.join("privatus.db"), &options).expect("a database");
        database
            .execute_batch("PRAGMA foreign_keys = ON")
            .expect("it is read");
        Self(database)
    }

    /// Runs statements.
    ///
    /// # Errors
    ///
    /// SQLite's.
    pub fn run(&mut self, sql: &str) -> Result<(), SqliteError> {
        self.0.execute_batch(sql)
    }

    /// Returns the only number that a statement returns.
    ///
    /// # Panics
    ///
    /// If it returns none.
    pub fn count(&mut self, sql: &str) -> i64 {
        let mut found = None;
        self.each(sql, |row| found = Some(row.integer(0)));
        found.expect("a row")
    }

    /// Returns the texts of the first column.
    ///
    /// # Panics
    ///
    /// If the statement fails.
    pub fn texts(&mut self, sql: &str) -> Vec<String> {
        let mut found = Vec::new();
        self.each(sql, |row| found.extend(row.text(0)));
        found
    }

    fn each(&mut self, sql: &str, mut take: impl FnMut(&Row<'_>)) {
        let read = |row: &Row<'_>| {
            take(row);
            Ok::<_, SqliteError>(())
        };
        self.0.query(sql, &[], read).expect("the statement runs");
    }
}
