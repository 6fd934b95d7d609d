//! The settings of a connection, and how it reads its schema. Every pragma is set and read back (docs/DESIGN.md,
//! section 6).

use privatus_sqlite::{ErrorCode, SqliteError};

use crate::db::connection::{BUSY_TIMEOUT, Connection, FIRST_PAGE, Role};
use crate::db::failed::Opening;
use crate::error::StoreError;

/// Page cache of the writer in KiB: the specification's `cache_size`, which SQLite takes as a negative number.
const WRITER_CACHE_KIB: u32 = 64_000;
/// A checkpointed WAL larger than this is truncated (bytes).
const JOURNAL_LIMIT: i64 = 64 << 20;

/// `synchronous`: the log is synced at a checkpoint.
const NORMAL: i64 = 1;
/// `synchronous`: the log is synced at each commit.
const FULL: i64 = 2;

impl Connection {
    /// Sets each pragma and reads it back.
    pub(super) fn configure(&mut self, role: Role) -> Result<(), Opening> {
        let version = self.inner.pragma_text("cipher_version")?;
        if version.is_none_or(|version| version.is_empty()) {
            return Err(StoreError::Unexpected(
                "the linked SQLite is not SQLCipher; refusing to write plaintext".into(),
            )
            .into());
        }
        self.inner.busy_timeout(BUSY_TIMEOUT)?;
        self.inner.execute_batch("PRAGMA cipher_log_level = NONE")?;
        // This is the first statement that reads the file. The key is the right one: it comes from an authenticated key
        // ring.
        self.inner
            .pragma_i64("schema_version")
            .map_err(|error| Opening::FailedAt(error, FIRST_PAGE))?;
        self.read_schema().map_err(|error| {
            Opening::FailedAt(error, "a page that describes its tables is damaged or cut off")
        })?;
        if role == Role::Writer {
            self.make_wal()?;
        }
        let (cache_kib, is_reader) = match role {
            Role::Writer => (WRITER_CACHE_KIB, false),
            Role::Reader { cache_kib, .. } => (cache_kib, true),
        };
        let cache = -i64::from(cache_kib);
        self.inner.execute_batch(&format!(
            "PRAGMA synchronous = NORMAL; PRAGMA cache_size = {cache}; PRAGMA foreign_keys = ON; \
             PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON; PRAGMA journal_size_limit = {JOURNAL_LIMIT}; \
             PRAGMA query_only = {}",
            i32::from(is_reader)
        ))?;
        if role == Role::Writer {
            self.expect_text("journal_mode", "wal")?;
        }
        for (name, value) in [
            ("busy_timeout", i64::from(BUSY_TIMEOUT)),
            ("synchronous", NORMAL),
            ("cache_size", cache),
            ("foreign_keys", 1),
            ("temp_store", 2),
            ("secure_delete", 1),
            ("journal_size_limit", JOURNAL_LIMIT),
            ("query_only", i64::from(is_reader)),
        ] {
            if self.inner.pragma_i64(name)? != Some(value) {
                return Err(StoreError::Unexpected(format!("PRAGMA {name} had no effect")).into());
            }
        }
        Ok(self.expect_text("encoding", "UTF-8")?)
    }

    /// Makes SQLite read the schema. A row that it refuses must not make the others unreadable; the check of the schema
    /// names that row (ADR 0026).
    fn read_schema(&mut self) -> Result<(), SqliteError> {
        match self.inner.execute_batch("SELECT 1 FROM sqlite_master LIMIT 1") {
            Err(error) if error.code == ErrorCode::Corrupt => {
                self.inner.tolerate_broken_schema()?;
                self.has_broken_schema = true;
                // Read every page of it, because a page may be what is refused.
                self.inner.execute_batch("SELECT count(sql) FROM sqlite_master")
            }
            read => read,
        }
    }

    /// Whether SQLite refuses a row of its schema.
    pub(crate) fn has_broken_schema(&self) -> bool {
        self.has_broken_schema
    }

    /// Refuses a schema if SQLite refuses a row of it and the check of the schema did not find which.
    pub(crate) fn refuse_broken_schema(&self) -> Result<(), StoreError> {
        match self.has_broken_schema {
            false => Ok(()),
            true => Err(StoreError::DatabaseDamaged(
                "SQLite refuses a row of its schema; only a backup can repair that".into(),
            )),
        }
    }

    /// Switches a database to WAL mode if it is not, for example a restored copy. The switch writes the first page. Its
    /// journal is kept in memory, because the next open refuses a journal file next to the database.
    fn make_wal(&mut self) -> Result<(), StoreError> {
        if !self.is_wal()? {
            self.batch("PRAGMA journal_mode = MEMORY")?;
        }
        self.batch("PRAGMA journal_mode = WAL")
    }

    /// Makes commits durable, and returns the previous setting. Call it outside a transaction: inside one, SQLite does
    /// not change it.
    pub(crate) fn synchronous_full(&mut self) -> Result<i64, StoreError> {
        let before = self.pragma_i64("synchronous")?.unwrap_or(NORMAL);
        self.synchronous(FULL)?;
        Ok(before)
    }

    /// Restores the setting that [`synchronous_full`](Self::synchronous_full) returned.
    pub(crate) fn synchronous_back(&mut self, before: i64) -> Result<(), StoreError> {
        self.synchronous(before)
    }

    fn synchronous(&mut self, value: i64) -> Result<(), StoreError> {
        self.batch(&format!("PRAGMA synchronous = {value}"))?;
        match self.pragma_i64("synchronous")? {
            Some(found) if found == value => Ok(()),
            _ => Err(StoreError::Unexpected("PRAGMA synchronous had no effect".into())),
        }
    }

    /// Whether the file is in WAL mode. The mode is stored in the file; a copy made by VACUUM INTO is not in WAL mode.
    pub(crate) fn is_wal(&mut self) -> Result<bool, StoreError> {
        Ok(self.pragma_text("journal_mode")?.as_deref() == Some("wal"))
    }

    fn expect_text(&mut self, name: &str, value: &str) -> Result<(), StoreError> {
        match self.pragma_text(name)? {
            Some(found) if found.eq_ignore_ascii_case(value) => Ok(()),
            _ => Err(StoreError::Unexpected(format!("PRAGMA {name} had no effect"))),
        }
    }

    fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        let ran = self.inner.execute_batch(sql);
        ran.map_err(|error| self.failed(error, error.operation))
    }

    fn pragma_i64(&mut self, name: &str) -> Result<Option<i64>, StoreError> {
        let read = self.inner.pragma_i64(name);
        read.map_err(|error| self.failed(error, error.operation))
    }

    fn pragma_text(&mut self, name: &str) -> Result<Option<String>, StoreError> {
        let read = self.inner.pragma_text(name);
        read.map_err(|error| self.failed(error, error.operation))
    }
}
