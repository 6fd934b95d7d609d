//! The store: one write connection and a small pool of readers.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Instant;

use privatus_domain::{NewAuditEntry, Timestamp};
use privatus_sqlite::CheckpointMode;

#[cfg(test)]
use crate::db::connection::Connection;
use crate::db::pool::Pool;
use crate::db::schema_fault::SchemaFault;
#[cfg(feature = "testing")]
use crate::db::work_done::WorkDone;
use crate::error::StoreError;
use crate::run::{read_on, usage_flush, write_durably_on, write_on};
use crate::tx::shared::Shared;
use crate::tx::{ReadTx, WriteTx};
use crate::unwritten::unwritten;
use crate::upgrade::Upgrade;
use crate::vault::{Files, OpenGuard};

/// How long `close` waits for another process in order to write the queued audit entries.
const CLOSE_WAIT_MS: u32 = 2_000;

/// An open vault.
///
/// It cannot be cloned; share it by reference. `read` and `write` take `&self` from any thread.
pub struct Store {
    pub(crate) shared: Shared,
    pub(crate) files: Files,
    pub(crate) pool: Pool,
    pub(crate) warnings: Vec<String>,
    pub(crate) upgrade: Option<Upgrade>,
    // Dropped last: the lock and the process-wide claim must outlive the connections.
    pub(crate) _lock: Option<File>,
    pub(crate) _guard: OpenGuard,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({})", self.files.root().display())
    }
}

impl Store {
    /// Returns the time of this store's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.shared.now()
    }

    /// Returns the vault's folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.files.root()
    }

    /// Returns the path of the database file, for reading its size. Never open the file in this process.
    #[must_use]
    pub fn database_path(&self) -> PathBuf {
        self.files.database_path()
    }

    /// Returns the size of the write-ahead log in bytes. The log is merged about every 1,000 pages and cut to 64 MiB,
    /// but not past a snapshot that is still being read: during an export or a check, the log grows with what others
    /// write.
    #[must_use]
    pub fn wal_size(&self) -> u64 {
        self.files.wal_size()
    }

    /// Returns what opening the vault noticed and the user should know.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Returns whether the vault can only be read, because its file system is mounted read-only or its schema is not
    /// the one this build creates ([`schema_fault`](Self::schema_fault)). Nothing is recorded then: no audit entries
    /// and no counts.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.pool.is_read_only()
    }

    /// Returns how the schema differs from the one this build creates, if it does. Nothing is written then
    /// ([`schema_repair`](Self::schema_repair)).
    #[must_use]
    pub fn schema_fault(&self) -> Option<SchemaFault> {
        self.pool.fault()
    }

    /// Returns what opening changed in the schema, if an older build wrote the vault.
    #[must_use]
    pub const fn upgrade(&self) -> Option<&Upgrade> {
        self.upgrade.as_ref()
    }

    /// Runs a write transaction; `name` names it in errors and metrics. Writers of this process take turns in the order
    /// they arrive. If `work` returns an error, everything is rolled back.
    ///
    /// # Errors
    /// Any error of `work`, or a [`StoreError`] of the transaction itself.
    pub fn write<T, E: From<StoreError>>(
        &self,
        name: &'static str,
        work: impl FnOnce(&mut WriteTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let result = self.write_queued(name, work);
        if self.shared.user.is_some() {
            return self.note_refusals(result);
        }
        result
    }

    /// Runs a write transaction that is on disk when this returns, for results that must last once the user is told,
    /// such as a new password or an accepted loss.
    pub(crate) fn write_durably<T, E: From<StoreError>>(
        &self,
        name: &'static str,
        work: impl FnOnce(&mut WriteTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let result = {
            let mut lease = self.pool.writer()?;
            let began = Instant::now();
            let result = write_durably_on(lease.db()?, &self.shared, work);
            self.shared.timed(name, began);
            result
        };
        if self.shared.user.is_some() {
            return self.note_refusals(result);
        }
        result
    }

    pub(crate) fn write_queued<T, E: From<StoreError>>(
        &self,
        name: &'static str,
        work: impl FnOnce(&mut WriteTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut lease = self.pool.writer()?;
        let began = Instant::now();
        let result = write_on(lease.db()?, &self.shared, work);
        self.shared.timed(name, began);
        tracing::debug!(transaction = name, ok = result.is_ok(), "write");
        result
    }

    /// Runs a read transaction on a connection that cannot write.
    ///
    /// # Errors
    /// Any error of `work`, or a [`StoreError`] of the transaction itself.
    pub fn read<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&mut ReadTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let result = {
            let mut lease = self.pool.reader()?;
            let began = Instant::now();
            let result = read_on(lease.db()?, &self.shared, work);
            self.shared.timed("read", began);
            result
        };
        if self.shared.user.is_some() {
            return self.note_refusals(result);
        }
        result
    }

    /// Runs a long read (an export, a check) on a separate connection, so that it does not occupy a reader of the pool.
    ///
    /// # Errors
    /// Any error of `work`, or a [`StoreError`] of the transaction itself.
    pub fn read_long<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&mut ReadTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut db = self.pool.reader_apart()?;
        let began = Instant::now();
        let result = read_on(&mut db, &self.shared, work);
        self.shared.timed("read_long", began);
        self.note_refusals(result)
    }

    /// Queues an audit entry for the next write transaction or the closing of the store. It is for operations that only
    /// read, such as an export, and must not wait for another process's long write.
    pub fn audit_note(&self, entry: NewAuditEntry) {
        // The session's user, if there is one, is recorded as the author.
        let user = self.shared.user.clone().or(entry.user);
        self.shared.pending.entry(NewAuditEntry { user, ..entry });
    }

    /// Closes the vault: merges the write-ahead log into the database, closes every connection and wipes the keys.
    /// Afterwards no key is in the process's memory, except in a [`VaultKeys`](crate::VaultKeys) that the caller still
    /// holds.
    ///
    /// If the disk is full or the vault cannot be written, the log stays as it is. This is not an error: the log
    /// contains everything that was committed, and the next open reads it.
    ///
    /// # Errors
    /// [`StoreError`] if the log could not be merged for another reason (nothing is lost then either), or if a queued
    /// audit entry, for example of an export, could not be written. A full disk, another process that holds the vault
    /// and a vault that cannot be written are not reported.
    pub fn close(self) -> Result<(), StoreError> {
        self.pool.close_readers();
        if self.is_read_only() {
            return Ok(());
        }
        let nothing_to_merge = !self.pool.has_writer() && self.files.wal_size() == 0;
        let nothing_to_write = !self.shared.has_uses() && self.shared.pending.is_empty();
        if nothing_to_merge && nothing_to_write {
            return Ok(());
        }
        let mut lease = match self.pool.writer() {
            // A session that only read does not fail because of what is recorded on close.
            Err(error) if nothing_to_merge && (self.shared.pending.is_empty() || error.is_put_off()) => {
                return Ok(());
            }
            lease => lease?,
        };
        let db = lease.db()?;
        let mut untold = None;
        if !self.shared.pending.is_empty() {
            // Queued audit entries are worth a short wait for another process.
            db.raw().busy_timeout(CLOSE_WAIT_MS)?;
            let written = write_on(db, &self.shared, |_| Ok::<_, StoreError>(()));
            untold = written.err().and_then(|error| {
                tracing::debug!(%error, "queued audit entries were not written");
                unwritten(db, error)
            });
        }
        // No more waiting: the last process to close merges the rest, and the use of keys is only a statistic.
        db.raw().busy_timeout(0)?;
        usage_flush(db, &self.shared);
        let merged = db.raw().wal_checkpoint(CheckpointMode::Truncate);
        match merged.map_err(StoreError::from) {
            Ok(_) => untold.map_or(Ok(()), Err),
            Err(error) if error.is_put_off() => untold.map_or(Ok(()), Err),
            Err(error) => Err(untold.unwrap_or(error)),
        }
    }

    /// Runs `work` on the write connection outside any transaction.
    #[cfg(test)]
    pub(crate) fn with_writer<T>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut lease = self.pool.writer()?;
        work(lease.db()?)
    }

    /// Returns the work done so far by the write connection, if there is one, and by the readers of the pool that are
    /// not in use. For tests and the benchmark: the first call switches on the counting of statements.
    ///
    /// # Errors
    /// [`StoreError::Unexpected`] if SQLite does not count.
    #[cfg(feature = "testing")]
    pub fn work_done(&self) -> Result<WorkDone, StoreError> {
        self.pool.work_done()
    }
}
