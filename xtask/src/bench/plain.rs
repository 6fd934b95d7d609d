//! A plain connection of the same library build, with the pragmas of ours.

use std::path::{Path, PathBuf};

use anyhow::Result;
use diesel::RunQueryDsl;
use diesel::deserialize::FromSqlRow;
use diesel::query_dsl::LoadQuery;
use diesel::sqlite::{Sqlite, SqliteConnection};
use privatus_sqlite::{CheckpointMode, Connection, OpenMode, OpenOptions, RawKey};

use super::statement::{Bind, Statement};

const PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; \
                       PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON; \
                       PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = ";

/// A database file and its one connection.
pub(crate) struct Plain {
    path: PathBuf,
    key: Option<RawKey>,
    connection: Connection,
}

impl Plain {
    /// Creates a file, encrypted where a key is given.
    pub(crate) fn create(path: &Path, key: Option<RawKey>, schema: &str) -> Result<Self> {
        let mut connection = connect(path, OpenMode::Create, key.as_ref(), 64_000)?;
        connection.execute_batch(schema)?;
        Ok(Self {
            path: path.to_owned(),
            key,
            connection,
        })
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<()> {
        Ok(self.connection.execute_batch(sql)?)
    }

    pub(crate) fn run(&mut self, sql: &str, binds: &[Bind<'_>]) -> Result<()> {
        Statement::<()>::new(sql, binds).execute(self.connection.diesel())?;
        Ok(())
    }

    pub(crate) fn rows<'a, ST, T>(&mut self, sql: &'a str, binds: &'a [Bind<'a>]) -> Result<Vec<T>>
    where
        Statement<'a, ST>: LoadQuery<'a, SqliteConnection, T> + diesel::query_builder::Query<SqlType = ST>,
        T: FromSqlRow<ST, Sqlite>,
    {
        Ok(Statement::<ST>::new(sql, binds).load(self.connection.diesel())?)
    }

    /// Merges the log and closes the file; a connection in memory stands in until it is opened again.
    pub(crate) fn close(&mut self) -> Result<()> {
        self.connection.wal_checkpoint(CheckpointMode::Truncate)?;
        self.connection = Connection::open_in_memory(&OpenOptions::new(OpenMode::Create))?;
        Ok(())
    }

    pub(crate) fn open(&mut self, cache: Option<u32>) -> Result<()> {
        self.connection = connect(
            &self.path,
            OpenMode::ReadWrite,
            self.key.as_ref(),
            cache.unwrap_or(64_000),
        )?;
        Ok(())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

fn connect(path: &Path, mode: OpenMode, key: Option<&RawKey>, cache: u32) -> Result<Connection> {
    let mut options = OpenOptions::new(mode);
    if let Some(key) = key {
        options = options.with_key(key);
    }
    let mut connection = Connection::open(path, &options)?;
    connection.execute_batch(&format!("{PRAGMAS}-{cache}"))?;
    Ok(connection)
}
