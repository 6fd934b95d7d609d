//! A connection with every pragma set and read back (DESIGN section 6).

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use diesel::SqliteConnection;
use diesel::result::{Error as QueryError, QueryResult};
use privatus_sqlite::{
    Connection as RawConnection, ErrorCode, OpenMode, OpenOptions, RawKey, Row, SqliteError,
};

use crate::db::decode::{FromRow, WrongType};
use crate::db::failed::{Opening, told};
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::folder::DatabaseFile;

/// `application_id` of every vault database: "Prvt".
pub const APPLICATION_ID: i64 = 0x5072_7674;
/// Milliseconds to wait for another process (the specification's `busy_timeout`).
pub(crate) const BUSY_TIMEOUT: u32 = 30_000;
/// Page cache of the writer in KiB, negative as SQLite wants it: the specification's `cache_size`.
const WRITER_CACHE_KIB: u32 = 64_000;
/// Page cache of a reader in KiB, unless another is asked for.
pub(crate) const READER_CACHE_KIB: u32 = 32_000;
/// A checkpointed WAL larger than this is cut.
const JOURNAL_LIMIT: i64 = 64 << 20;

/// `synchronous`: the log is synced at a checkpoint, or at each commit.
const NORMAL: i64 = 1;
const FULL: i64 = 2;

/// What is said of a first page that does not open.
pub(crate) const FIRST_PAGE: &str =
    "its first page does not open with this vault's key: it is damaged, cut off, or another vault's";

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The one that writes.
    Writer,
    /// One that reads, `query_only`, with a page cache of this many KiB.
    Reader {
        /// Page cache in KiB.
        cache_kib: u32,
        /// Whether the file system can only be read: then nobody changes the file, and no lock or log is needed.
        is_immutable: bool,
    },
}

/// A connection; the only way to run SQL in the store.
#[derive(Debug)]
pub(crate) struct Connection {
    inner: RawConnection,
    file: DatabaseFile,
    spoiled: bool,
}

/// Statements a connection may keep before it is renewed: each stays prepared, and a page read over many months is a
/// statement for each month, limit and direction, of about 7 KB (DESIGN section 2).
pub(crate) const CACHED_MAX: usize = 512;

impl Connection {
    /// Opens, keys and configures a connection. Writes nothing but, for the writer, the journal mode.
    pub(crate) fn open(
        file: &DatabaseFile,
        key: &RawKey,
        vfs: Option<&str>,
        role: Role,
    ) -> Result<Self, StoreError> {
        let mode = match role {
            Role::Reader {
                is_immutable: true, ..
            } => OpenMode::ReadOnlyImmutable,
            _ => OpenMode::ReadWrite,
        };
        let mut options = OpenOptions::new(mode).with_key(key).without_links();
        if let Some(vfs) = vfs {
            options = options.with_vfs(vfs);
        }
        Self::open_unasked(file, &options, role).map_err(|failed| failed.told(file))
    }

    fn open_unasked(file: &DatabaseFile, options: &OpenOptions<'_>, role: Role) -> Result<Self, Opening> {
        // SQLite opens by path: what stands there is looked at before, and again before the first page is read.
        let seen = file.look()?;
        let inner = RawConnection::open(&file.path(), options)?;
        if inner.is_moved() {
            return Err(file.replaced().into());
        }
        file.look_again(&seen)?;
        let mut db = Self {
            inner,
            file: file.clone(),
            spoiled: false,
        };
        db.configure(role)?;
        if let Err(error) = file.look_again(&seen) {
            // The first statement opened what is beside it; closing must not merge that.
            let _ = db.inner.keep_log_at_close();
            return Err(error.into());
        }
        Ok(db)
    }

    fn configure(&mut self, role: Role) -> Result<(), Opening> {
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
        self.inner
            .execute_batch("SELECT 1 FROM sqlite_master LIMIT 1")
            .map_err(|error| {
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

    /// Has what runs here end once the flag is set.
    pub(crate) fn stop_with(&self, flag: Option<&Arc<AtomicBool>>) {
        if let Some(flag) = flag {
            self.inner.stop_with(Arc::clone(flag));
        }
    }

    /// The raw connection, for checkpoints, counters and pragmas.
    pub(crate) fn raw(&mut self) -> &mut RawConnection {
        &mut self.inner
    }

    /// Whether the database has a log with pages in it.
    pub(crate) fn has_log(&self) -> bool {
        self.file
            .log()
            .is_ok_and(|log| log.is_some_and(|bytes| bytes > 0))
    }

    /// Whether the connection is to be replaced: an error left it unusable (DESIGN section 2), or its statements are
    /// too many.
    pub(crate) fn is_worn(&self) -> bool {
        self.spoiled || self.inner.statements_cached() > CACHED_MAX
    }

    /// Whether an error left the connection unusable.
    pub(crate) fn is_spoiled(&self) -> bool {
        self.spoiled
    }

    /// Runs a query of diesel's builder; `doing` says in errors what it was for. diesel opens no transaction here: those
    /// are begun and ended on the raw handle alone.
    pub(crate) fn ask<T>(
        &mut self,
        doing: &str,
        query: impl FnOnce(&mut SqliteConnection) -> QueryResult<T>,
    ) -> Result<T, StoreError> {
        query(self.inner.diesel()).map_err(|error| self.query_failed(&error, doing))
    }

    /// Maps an error of diesel's: SQLite's extended code is kept, and a value of another kind than its column's is damage.
    fn query_failed(&mut self, error: &QueryError, doing: &str) -> StoreError {
        if let Some(code) = self.inner.code_of(error) {
            let system = self.inner.last_system_error();
            return self.failed_with(code, system, doing);
        }
        match error {
            QueryError::DeserializationError(_) => {
                StoreError::DatabaseDamaged(format!("a value of another kind ({doing})"))
            }
            _ => StoreError::Unexpected(format!("a query could not be run ({doing})")),
        }
    }

    fn failed(&mut self, error: SqliteError, doing: &str) -> StoreError {
        self.failed_with(error.code, error.os_error, doing)
    }

    /// Maps an error by SQLite's extended code, never by its text.
    fn failed_with(&mut self, code: ErrorCode, system: Option<i32>, doing: &str) -> StoreError {
        self.spoiled |= code.spoils_connection();
        told(&self.file, code, system, doing)
    }

    /// Runs a statement and gives the number of rows it changed.
    pub(crate) fn run(&mut self, sql: Sql<'_>, doing: &str) -> Result<usize, StoreError> {
        self.inner
            .run(sql.text(), sql.binds())
            .map_err(|error| self.failed(error, doing))
    }

    /// The same; `None` where a constraint or a trigger of the schema refuses it.
    pub(crate) fn run_or_refuse(&mut self, sql: Sql<'_>, doing: &str) -> Result<Option<usize>, StoreError> {
        match self.inner.run(sql.text(), sql.binds()) {
            Ok(changed) => Ok(Some(changed)),
            Err(error) if matches!(error.code, ErrorCode::Constraint(_)) => Ok(None),
            Err(error) => Err(self.failed(error, doing)),
        }
    }

    /// All rows of a statement.
    pub(crate) fn rows<T: FromRow>(&mut self, sql: Sql<'_>, doing: &str) -> Result<Vec<T>, StoreError> {
        let mut rows = Vec::new();
        self.each(sql, doing, |row| {
            rows.push(row);
            true
        })?;
        Ok(rows)
    }

    /// Gives rows as SQLite has them, whatever the types of their values.
    pub(crate) fn each_as_it_is(
        &mut self,
        sql: Sql<'_>,
        doing: &str,
        mut take: impl FnMut(&Row<'_>),
    ) -> Result<(), StoreError> {
        let ended = self.inner.query(sql.text(), sql.binds(), |row| {
            take(row);
            Ok::<_, SqliteError>(())
        });
        ended.map_err(|error| self.failed(error, doing))
    }

    /// The first row of a statement, if it has one.
    pub(crate) fn row<T: FromRow>(&mut self, sql: Sql<'_>, doing: &str) -> Result<Option<T>, StoreError> {
        let mut first = None;
        self.each(sql, doing, |row| {
            first = Some(row);
            false
        })?;
        Ok(first)
    }

    /// Gives rows to `take`, until it answers `false`.
    pub(crate) fn each<T: FromRow>(
        &mut self,
        sql: Sql<'_>,
        doing: &str,
        mut take: impl FnMut(T) -> bool,
    ) -> Result<(), StoreError> {
        let ended = self.inner.query(sql.text(), sql.binds(), |row| {
            let row = T::from_row(row, &mut 0).map_err(|WrongType| Ended::WrongType)?;
            if take(row) { Ok(()) } else { Err(Ended::Enough) }
        });
        match ended {
            Ok(()) | Err(Ended::Enough) => Ok(()),
            Err(Ended::WrongType) => Err(StoreError::DatabaseDamaged(format!(
                "a value of another kind ({doing})"
            ))),
            Err(Ended::Failed(error)) => Err(self.failed(error, doing)),
        }
    }
}

/// Why rows ended before their end.
enum Ended {
    Enough,
    WrongType,
    Failed(SqliteError),
}

impl From<SqliteError> for Ended {
    fn from(error: SqliteError) -> Self {
        Self::Failed(error)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use privatus_domain::NewMessage;

    use super::*;
    use crate::testing::{Vault, message, options};
    use crate::{PageStart, VaultOptions};

    #[test]
    fn a_connection_with_too_many_statements_is_renewed() {
        let vault = Vault::with(&VaultOptions {
            readers: 1,
            ..options(crate::testing::clock)
        });
        let batch: Vec<NewMessage> = (0..60)
            .map(|i| {
                message(
                    &format!("m{i:02}"),
                    &format!("{}-{:02}-01T00:00:00Z", 2001 + i / 12, 1 + i % 12),
                )
            })
            .collect();
        vault
            .store
            .write("batch", |tx| tx.messages_insert(&vault.chat, &batch))
            .unwrap();
        let kept = || {
            vault
                .store
                .read(|tx| Ok::<_, StoreError>(tx.db.inner.statements_cached()))
                .unwrap()
        };
        let (mut most, mut renewed, mut before) = (0, 0, 0);
        // A statement for each month, size and direction: 600, and more by key.
        for size in [1, 10, 50, 100, 200] {
            for new in &batch {
                for start in [
                    PageStart::Before(new.id.clone()),
                    PageStart::After(new.id.clone()),
                ] {
                    vault
                        .store
                        .read(|tx| tx.messages_page(&vault.chat, &start, size))
                        .unwrap();
                    let now = kept();
                    renewed += usize::from(now < before);
                    before = now;
                    most = most.max(now);
                }
            }
        }
        assert!(renewed >= 1, "{most} statements were kept at most");
        // One call may add a few for each month.
        assert!(most <= CACHED_MAX + 200, "{most}");
    }

    #[test]
    fn the_size_of_the_log_is_shown_and_a_snapshot_holds_it() {
        let vault = Vault::new();
        let log = vault.store.wal_size();
        assert!(log > 0);
        vault
            .store
            .read_long(|_| {
                (0..30).for_each(|i| vault.receive(&[(&format!("m{i}"), "2025-06-01T00:00:00Z")]));
                Ok::<_, StoreError>(())
            })
            .unwrap();
        assert!(vault.store.wal_size() > log);
    }

    #[test]
    fn a_writer_that_panics_leaves_the_next_one_its_turn() {
        let vault = Vault::new();
        let lost = message("lost", "2025-06-01T00:00:00Z");
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            vault.store.write("panics", |tx| -> Result<(), StoreError> {
                tx.message_insert(&vault.chat, &lost)?;
                panic!("planted")
            })
        }));
        assert!(panicked.is_err());
        vault.receive(&[("kept", "2025-06-01T00:00:00Z")]);
        let page = vault
            .store
            .read(|tx| tx.messages_page(&vault.chat, &PageStart::Newest, 10))
            .unwrap();
        assert_eq!(page.messages.len(), 1);
        for _ in 0..3 {
            let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                vault
                    .store
                    .read(|_| -> Result<(), StoreError> { panic!("planted") })
            }));
            assert!(read.is_err());
        }
        assert_eq!(vault.verify().problems, Vec::<String>::new());
    }
}
