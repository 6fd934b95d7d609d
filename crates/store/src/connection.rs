//! A connection with every pragma set and read back (DESIGN section 6).

use std::path::{Path, PathBuf};

use diesel::deserialize::FromSqlRow;
use diesel::query_builder::Query;
use diesel::query_dsl::LoadQuery;
use diesel::sqlite::Sqlite;
use diesel::{RunQueryDsl, SqliteConnection};
use privatus_sqlite::{Connection, ErrorCode, OpenMode, OpenOptions, RawKey};

use crate::error::StoreError;
use crate::sql::Sql;
use crate::vault::disk_is_full;

/// `application_id` of every vault database: "Prvt".
pub(crate) const APPLICATION_ID: i64 = 0x5072_7674;
/// Milliseconds to wait for another process (the specification's `busy_timeout`).
const BUSY_TIMEOUT: u32 = 30_000;
/// Page cache of the writer in KiB, negative as SQLite wants it: the specification's `cache_size`.
const WRITER_CACHE_KIB: u32 = 64_000;
/// Page cache of a reader in KiB, unless another is asked for.
pub(crate) const READER_CACHE_KIB: u32 = 32_000;
/// A checkpointed WAL larger than this is cut.
const JOURNAL_LIMIT: i64 = 64 << 20;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The one that writes.
    Writer,
    /// One that reads, `query_only`, with a page cache of this many KiB.
    Reader {
        /// Page cache in KiB.
        cache_kib: u32,
    },
}

/// diesel's connection and its raw handle; the only way to run SQL in the store.
#[derive(Debug)]
pub(crate) struct Link {
    inner: Connection,
    path: PathBuf,
    spoiled: bool,
}

/// Statements a connection may keep before it is renewed. diesel's cache only grows, and a page read over many months
/// is a statement for each month, limit and direction, of about 7 KB (DESIGN section 2).
pub(crate) const CACHED_MAX: usize = 512;

impl Link {
    /// Opens, keys and configures a connection. Writes nothing but the journal mode, where it is another.
    pub(crate) fn open(
        path: &Path,
        mode: OpenMode,
        key: &RawKey,
        vfs: Option<&str>,
        role: Role,
    ) -> Result<Self, StoreError> {
        let mut options = OpenOptions::new(mode).with_key(key);
        if let Some(vfs) = vfs {
            options = options.with_vfs(vfs);
        }
        let mut link = Self {
            inner: Connection::open(path, &options)?,
            path: path.to_owned(),
            spoiled: false,
        };
        link.configure(role)?;
        Ok(link)
    }

    fn configure(&mut self, role: Role) -> Result<(), StoreError> {
        let version = self.inner.pragma_text("cipher_version")?;
        if version.is_none_or(|version| version.is_empty()) {
            return Err(StoreError::Unexpected(
                "the linked SQLite is not SQLCipher; refusing to write plaintext".into(),
            ));
        }
        self.inner.busy_timeout(BUSY_TIMEOUT)?;
        self.inner.execute_batch("PRAGMA cipher_log_level = NONE")?;
        // The first statement that reads the file: damage shows here.
        self.inner.pragma_i64("schema_version")?;
        // Kept in the file; a copy made by VACUUM INTO has lost it.
        if self.inner.pragma_text("journal_mode")?.as_deref() != Some("wal") {
            self.inner.execute_batch("PRAGMA journal_mode = WAL")?;
        }
        let (cache_kib, is_reader) = match role {
            Role::Writer => (WRITER_CACHE_KIB, false),
            Role::Reader { cache_kib } => (cache_kib, true),
        };
        let cache = -i64::from(cache_kib);
        self.inner.execute_batch(&format!(
            "PRAGMA synchronous = NORMAL; PRAGMA cache_size = {cache}; PRAGMA foreign_keys = ON; \
             PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON; PRAGMA journal_size_limit = {JOURNAL_LIMIT}; \
             PRAGMA query_only = {}",
            i32::from(is_reader)
        ))?;
        self.expect_text("journal_mode", "wal")?;
        for (name, value) in [
            ("busy_timeout", i64::from(BUSY_TIMEOUT)),
            ("synchronous", 1),
            ("cache_size", cache),
            ("foreign_keys", 1),
            ("temp_store", 2),
            ("secure_delete", 1),
            ("journal_size_limit", JOURNAL_LIMIT),
            ("query_only", i64::from(is_reader)),
        ] {
            if self.inner.pragma_i64(name)? != Some(value) {
                return Err(StoreError::Unexpected(format!("PRAGMA {name} did not take")));
            }
        }
        self.expect_text("encoding", "UTF-8")
    }

    fn expect_text(&mut self, name: &str, value: &str) -> Result<(), StoreError> {
        match self.inner.pragma_text(name)? {
            Some(found) if found.eq_ignore_ascii_case(value) => Ok(()),
            _ => Err(StoreError::Unexpected(format!("PRAGMA {name} did not take"))),
        }
    }

    /// The raw connection, for checkpoints, counters and pragmas.
    pub(crate) fn raw(&mut self) -> &mut Connection {
        &mut self.inner
    }

    /// diesel's connection, for its query builder on cold paths.
    pub(crate) fn diesel(&mut self) -> &mut SqliteConnection {
        self.inner.diesel()
    }

    /// Whether the connection is to be replaced: an error left it unusable (DESIGN section 2), or its statements are
    /// too many.
    pub(crate) fn is_worn(&self) -> bool {
        self.spoiled || self.inner.statements_cached() > CACHED_MAX
    }

    /// Maps an error of diesel by SQLite's extended code, never by its text.
    pub(crate) fn failed(&mut self, error: &diesel::result::Error, doing: &str) -> StoreError {
        match self.inner.code_of(error) {
            Some(code) => {
                self.spoiled |= code.spoils_connection();
                // A quota or a limit looks like a broken disk: the file system knows better (DESIGN section 10).
                if matches!(code, ErrorCode::IoErr(_)) && disk_is_full(&self.path) {
                    return StoreError::DiskFull;
                }
                StoreError::from_code(code, doing)
            }
            None => match error {
                diesel::result::Error::DeserializationError(_) => {
                    StoreError::DatabaseDamaged(format!("a value of another kind ({doing})"))
                }
                _ => StoreError::Unexpected(format!("the database layer failed ({doing})")),
            },
        }
    }

    /// Runs a statement and gives the number of rows it changed.
    pub(crate) fn run(&mut self, sql: Sql<'_>, doing: &str) -> Result<usize, StoreError> {
        sql.execute(self.inner.diesel())
            .map_err(|error| self.failed(&error, doing))
    }

    /// All rows of a statement.
    pub(crate) fn rows<'a, ST, T>(&mut self, sql: Sql<'a, ST>, doing: &str) -> Result<Vec<T>, StoreError>
    where
        Sql<'a, ST>: LoadQuery<'a, SqliteConnection, T> + Query<SqlType = ST>,
        T: FromSqlRow<ST, Sqlite>,
    {
        sql.load(self.inner.diesel())
            .map_err(|error| self.failed(&error, doing))
    }

    /// The first row of a statement, if it has one.
    pub(crate) fn row<'a, ST, T>(&mut self, sql: Sql<'a, ST>, doing: &str) -> Result<Option<T>, StoreError>
    where
        Sql<'a, ST>: LoadQuery<'a, SqliteConnection, T> + Query<SqlType = ST>,
        T: FromSqlRow<ST, Sqlite>,
    {
        Ok(self.rows(sql, doing)?.into_iter().next())
    }
}
