//! A connection, and running statements on it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use diesel::SqliteConnection;
use diesel::result::{DeserializeFieldError, Error as QueryError, QueryResult};
use privatus_sqlite::{
    Connection as RawConnection, ErrorCode, OpenMode, OpenOptions, RawKey, Row, SqliteError,
};

use crate::db::decode::{FromRow, WrongType};
use crate::db::failed::{Opening, told};
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::folder::DatabaseFile;

/// The `application_id` of every vault database: "Prvt".
pub const APPLICATION_ID: i64 = 0x5072_7674;
/// Milliseconds to wait for another process (the specification's `busy_timeout`).
pub(crate) const BUSY_TIMEOUT: u32 = 30_000;
/// Default page cache of a reader in KiB.
pub(crate) const READER_CACHE_KIB: u32 = 32_000;

/// The text for a first page that does not open.
pub(crate) const FIRST_PAGE: &str =
    "its first page does not open with this vault's key: it is damaged, cut off, or from another vault";

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The connection that writes.
    Writer,
    /// A connection that only reads (`query_only`).
    Reader {
        /// Page cache in KiB.
        cache_kib: u32,
        /// Whether the file system is read-only. Then nobody changes the file, and no lock or log is needed.
        is_immutable: bool,
    },
}

/// A connection. The store runs all its SQL through it.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(super) inner: RawConnection,
    file: DatabaseFile,
    spoiled: bool,
    pub(super) has_broken_schema: bool,
    /// Whether an error about a value of another type looks for the row to name it.
    is_naming: bool,
}

/// How many prepared statements a connection may keep before it is renewed. Reading a page over many months takes a
/// statement of about 7 KB for each month, limit and direction (docs/DESIGN.md, section 2).
pub(crate) const CACHED_MAX: usize = 512;

impl Connection {
    /// Opens a connection, sets its key and configures it. Writes nothing except the journal mode, and only for the
    /// writer.
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
        // SQLite opens by path, so the file is checked before, and again before the first page is read.
        let seen = file.look()?;
        let replaced = |failed: Opening| {
            file.replaced_by(&seen, failed.system(), failed.is_link())
                .map_or(failed, Opening::from)
        };
        let inner = RawConnection::open(&file.path(), options).map_err(|error| replaced(error.into()))?;
        if inner.is_moved() {
            return Err(file.replaced().into());
        }
        file.look_again(&seen)?;
        let mut db = Self {
            inner,
            file: file.clone(),
            spoiled: false,
            has_broken_schema: false,
            is_naming: true,
        };
        if let Err(failed) = db.configure(role) {
            return Err(replaced(failed));
        }
        if let Err(error) = file.look_again(&seen) {
            // The first statement opened the log next to the file; closing must not merge that log.
            let _ = db.inner.keep_log_at_close();
            return Err(error.into());
        }
        Ok(db)
    }

    /// Makes statements on this connection stop once the flag is set.
    pub(crate) fn stop_with(&self, flag: Option<&Arc<AtomicBool>>) {
        if let Some(flag) = flag {
            self.inner.stop_with(Arc::clone(flag));
        }
    }

    /// Returns the raw connection, for checkpoints, counters and pragmas.
    pub(crate) fn raw(&mut self) -> &mut RawConnection {
        &mut self.inner
    }

    /// Whether the database has a log with pages in it.
    pub(crate) fn has_log(&self) -> bool {
        self.file
            .log()
            .is_ok_and(|log| log.is_some_and(|bytes| bytes > 0))
    }

    /// Whether the connection must be replaced: an error left it unusable, or it keeps too many statements
    /// (docs/DESIGN.md, section 2).
    pub(crate) fn is_worn(&self) -> bool {
        self.spoiled || self.inner.statements_cached() > CACHED_MAX
    }

    /// Whether an error left the connection unusable.
    pub(crate) fn is_spoiled(&self) -> bool {
        self.spoiled
    }

    /// Runs a query of diesel's builder; `doing` says in errors what it was for. Transactions are begun and ended on
    /// the raw handle only, never by diesel.
    pub(crate) fn ask<T>(
        &mut self,
        doing: &str,
        query: impl FnOnce(&mut SqliteConnection) -> QueryResult<T>,
    ) -> Result<T, StoreError> {
        query(self.inner.diesel()).map_err(|error| self.query_failed(&error, doing))
    }

    /// Maps an error of diesel. It keeps SQLite's extended code, and a value of another type than its column's is
    /// damage.
    fn query_failed(&mut self, error: &QueryError, doing: &str) -> StoreError {
        if let Some(code) = self.inner.code_of(error) {
            let system = self.inner.last_system_error();
            return self.failed_with(code, system, doing);
        }
        match error {
            QueryError::DeserializationError(why) => {
                let column = why.downcast_ref::<DeserializeFieldError>();
                let column = column.and_then(|field| field.field_name.clone());
                self.unread(doing, None, column.as_deref())
            }
            _ => StoreError::Unexpected(format!("a query could not be run ({doing})")),
        }
    }

    /// Returns the error for a value of another type than its column's, with the row if it can be found.
    fn unread(&mut self, doing: &str, statement: Option<&str>, column: Option<&str>) -> StoreError {
        let mut told = format!("a value of another kind ({doing})");
        if std::mem::take(&mut self.is_naming) {
            // If the search fails, the reason says nothing about the value.
            let places = self.unread_places(statement, column).unwrap_or_default();
            self.is_naming = true;
            if !places.is_empty() {
                told = format!("{told}: {}", places.join("; "));
            }
        }
        StoreError::DatabaseDamaged(told)
    }

    /// Sets whether errors look for the row to name it; a reader that names rows itself turns that off. Returns the
    /// previous setting.
    pub(crate) fn names_rows(&mut self, is_naming: bool) -> bool {
        std::mem::replace(&mut self.is_naming, is_naming)
    }

    pub(super) fn failed(&mut self, error: SqliteError, doing: &str) -> StoreError {
        self.failed_with(error.code, error.os_error, doing)
    }

    /// Maps an error by SQLite's extended code, never by its text.
    fn failed_with(&mut self, code: ErrorCode, system: Option<i32>, doing: &str) -> StoreError {
        self.spoiled |= code.spoils_connection();
        told(&self.file, code, system, doing)
    }

    /// Runs a statement and returns the number of rows it changed.
    pub(crate) fn run(&mut self, sql: Sql<'_>, doing: &str) -> Result<usize, StoreError> {
        self.inner
            .run(sql.text(), sql.binds())
            .map_err(|error| self.failed(error, doing))
    }

    /// Runs a statement and returns the number of rows it changed; `None` if a constraint or a trigger refuses it.
    pub(crate) fn run_or_refuse(&mut self, sql: Sql<'_>, doing: &str) -> Result<Option<usize>, StoreError> {
        match self.inner.run(sql.text(), sql.binds()) {
            Ok(changed) => Ok(Some(changed)),
            Err(error) if matches!(error.code, ErrorCode::Constraint(_)) => Ok(None),
            Err(error) => Err(self.failed(error, doing)),
        }
    }

    /// Returns all rows of a statement.
    pub(crate) fn rows<T: FromRow>(&mut self, sql: Sql<'_>, doing: &str) -> Result<Vec<T>, StoreError> {
        let mut rows = Vec::new();
        self.each(sql, doing, |row| {
            rows.push(row);
            true
        })?;
        Ok(rows)
    }

    /// Passes each raw row to `take`, whatever the types of its values.
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

    /// Returns the first row of a statement, if it has one.
    pub(crate) fn row<T: FromRow>(&mut self, sql: Sql<'_>, doing: &str) -> Result<Option<T>, StoreError> {
        let mut first = None;
        self.each(sql, doing, |row| {
            first = Some(row);
            false
        })?;
        Ok(first)
    }

    /// Passes each row to `take` until that returns `false`.
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
            Err(Ended::WrongType) => Err(self.unread(doing, Some(sql.text()), None)),
            Err(Ended::Failed(error)) => Err(self.failed(error, doing)),
        }
    }
}

/// Why reading rows ended early.
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
        // A statement for each month, size and direction: 600, plus those by key.
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
        // One call may add a few statements for each month.
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
