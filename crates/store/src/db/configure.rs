//! What a connection is set to, and how it reads its schema: every pragma is set and read back (docs/DESIGN.md, section 6).

use privatus_sqlite::{ErrorCode, SqliteError};

use crate::db::connection::{BUSY_TIMEOUT, Connection, FIRST_PAGE, Role};
use crate::db::failed::Opening;
use crate::error::StoreError;

/// Page cache of the writer in KiB, negative as SQLite wants it: the specification's `cache_size`.
const WRITER_CACHE_KIB: u32 = 64_000;
/// A checkpointed WAL larger than this is cut.
const JOURNAL_LIMIT: i64 = 64 << 20;

/// `synchronous`: the log is synced at a checkpoint, or at each commit.
const NORMAL: i64 = 1;
const FULL: i64 = 2;

impl Connection {
    /// Sets each pragma, and reads it back.
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
        // The first statement that reads the file. The key comes from an authenticated key ring, so it is the right one.
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
                return Err(StoreError::Unexpected(format!("PRAGMA {name} did not take")).into());
            }
        }
        Ok(self.expect_text("encoding", "UTF-8")?)
    }

    /// Has SQLite read the schema. A row that it refuses must not keep anybody from the others: the look at the schema names
    /// it (ADR 0026).
    fn read_schema(&mut self) -> Result<(), SqliteError> {
        match self.inner.execute_batch("SELECT 1 FROM sqlite_master LIMIT 1") {
            Err(error) if error.code == ErrorCode::Corrupt => {
                self.inner.tolerate_broken_schema()?;
                self.has_broken_schema = true;
                // Each page of it: what is refused may be a page.
                self.inner.execute_batch("SELECT count(sql) FROM sqlite_master")
            }
            read => read,
        }
    }

    /// Whether SQLite refuses a row of its schema.
    pub(crate) fn has_broken_schema(&self) -> bool {
        self.has_broken_schema
    }

    /// Refuses a schema of which SQLite refuses a row, where nothing is known of which.
    pub(crate) fn refuse_broken_schema(&self) -> Result<(), StoreError> {
        match self.has_broken_schema {
            false => Ok(()),
            true => Err(StoreError::DatabaseDamaged(
                "SQLite refuses a row of its schema: only a backup puts that right".into(),
            )),
        }
    }

    /// Switches a database that is not in WAL mode, such as a copy that was put back. The switch writes the first page; its
    /// journal is in memory, since a file of that name beside the database is refused at the next open.
    fn make_wal(&mut self) -> Result<(), StoreError> {
        if !self.is_wal()? {
            self.batch("PRAGMA journal_mode = MEMORY")?;
        }
        self.batch("PRAGMA journal_mode = WAL")
    }

    /// Makes commits durable; gives what was set before. Not in a transaction: there SQLite does not change it.
    pub(crate) fn synchronous_full(&mut self) -> Result<i64, StoreError> {
        let before = self.pragma_i64("synchronous")?.unwrap_or(NORMAL);
        self.synchronous(FULL)?;
        Ok(before)
    }

    /// Sets back what [`synchronous_full`](Self::synchronous_full) gave.
    pub(crate) fn synchronous_back(&mut self, before: i64) -> Result<(), StoreError> {
        self.synchronous(before)
    }

    fn synchronous(&mut self, value: i64) -> Result<(), StoreError> {
        self.batch(&format!("PRAGMA synchronous = {value}"))?;
        match self.pragma_i64("synchronous")? {
            Some(found) if found == value => Ok(()),
            _ => Err(StoreError::Unexpected("PRAGMA synchronous did not take".into())),
        }
    }

    /// Whether the file is in WAL mode, which is kept in it; a copy made by VACUUM INTO has lost it.
    pub(crate) fn is_wal(&mut self) -> Result<bool, StoreError> {
        Ok(self.pragma_text("journal_mode")?.as_deref() == Some("wal"))
    }

    fn expect_text(&mut self, name: &str, value: &str) -> Result<(), StoreError> {
        match self.pragma_text(name)? {
            Some(found) if found.eq_ignore_ascii_case(value) => Ok(()),
            _ => Err(StoreError::Unexpected(format!("PRAGMA {name} did not take"))),
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
