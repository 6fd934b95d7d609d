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

/// How long a close waits for another process, to write what waits for the audit log.
const CLOSE_WAIT_MS: u32 = 2_000;

/// An open vault.
///
/// Clone-free and shared by reference: `read` and `write` take `&self` from any thread.
pub struct Store {
    pub(crate) shared: Shared,
    pub(crate) files: Files,
    pub(crate) pool: Pool,
    pub(crate) warnings: Vec<String>,
    pub(crate) upgrade: Option<Upgrade>,
    // Dropped last: the lock and the process-wide claim outlive the connections.
    pub(crate) _lock: Option<File>,
    pub(crate) _guard: OpenGuard,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({})", self.files.root().display())
    }
}

impl Store {
    /// The time, by the clock of this store.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.shared.now()
    }

    /// The vault's folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.files.root()
    }

    /// The database file, for a look at its size. Never open it in this process.
    #[must_use]
    pub fn database_path(&self) -> PathBuf {
        self.files.database_path()
    }

    /// Bytes of the write-ahead log. It is merged about every 1,000 pages and cut to 64 MiB, but not past a snapshot
    /// that is still read: an export or a check that runs while others write lets it grow until it ends.
    #[must_use]
    pub fn wal_size(&self) -> u64 {
        self.files.wal_size()
    }

    /// What opening noticed and a person should know.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Whether the vault can only be read, because its file system is mounted read-only or its schema is not what this build
    /// makes ([`schema_fault`](Self::schema_fault)): nothing is recorded then, no audit entry and no count.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.pool.is_read_only()
    }

    /// What of the schema is not what this build makes, if anything is: nothing is written then
    /// ([`schema_repair`](Self::schema_repair)).
    #[must_use]
    pub fn schema_fault(&self) -> Option<SchemaFault> {
        self.pool.fault()
    }

    /// What opening changed of the schema, if the vault was an older build's.
    #[must_use]
    pub const fn upgrade(&self) -> Option<&Upgrade> {
        self.upgrade.as_ref()
    }

    /// Runs a write transaction; `name` says in errors and metrics what it was for. Writers of this process queue first
    /// come, first served. An error of `work` rolls everything back.
    ///
    /// # Errors
    /// What `work` returns, or a [`StoreError`] of the transaction itself.
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

    /// The same, and the disk has it when this returns: what a person is told for good, a password or a loss accepted.
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
    /// What `work` returns, or a [`StoreError`] of the transaction itself.
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

    /// Runs a long read (an export, a check) on a connection of its own, so that it holds no reader of the pool.
    ///
    /// # Errors
    /// What `work` returns, or a [`StoreError`] of the transaction itself.
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

    /// Writes an entry with the next write transaction, or when the store is closed: for acts that only read, such as an
    /// export, and that another process's long write must not hold up.
    pub fn audit_note(&self, entry: NewAuditEntry) {
        // Whoever is bound signs for what it does.
        let user = self.shared.user.clone().or(entry.user);
        self.shared.pending.entry(NewAuditEntry { user, ..entry });
    }

    /// Closes the vault: merges the write-ahead log into the database, closes every connection, wipes the keys. None of
    /// them is in the process's memory then, but for [`VaultKeys`](crate::VaultKeys) that the caller still holds.
    ///
    /// Without space or the right to write the log stays as it is: what was committed is in it, the next open reads
    /// it, and a command that did its work has not failed.
    ///
    /// # Errors
    /// [`StoreError`] when the log could not be merged for another reason; nothing is lost then either. And when what waited
    /// for the audit log, an export for one, could not be written: only a full disk, another process that holds the vault and
    /// a vault that may not be written put that off in silence.
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
            // What is noted at a close is no reason to fail a session that only read.
            Err(error) if nothing_to_merge && (self.shared.pending.is_empty() || error.is_put_off()) => {
                return Ok(());
            }
            lease => lease?,
        };
        let db = lease.db()?;
        let mut untold = None;
        if !self.shared.pending.is_empty() {
            // What waits for the audit log is worth a little patience with another process.
            db.raw().busy_timeout(CLOSE_WAIT_MS)?;
            let written = write_on(db, &self.shared, |_| Ok::<_, StoreError>(()));
            untold = written.err().and_then(|error| {
                tracing::debug!(%error, "what waited for the audit log was not written");
                unwritten(db, error)
            });
        }
        // No more waiting: whoever closes last merges the rest, and how often a key was used is a statistic.
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

    /// What the write connection, if there is one, and the readers of the pool did so far, those in use left out. For
    /// tests and the benchmark: the first call switches the counting of statements on.
    ///
    /// # Errors
    /// [`StoreError::Unexpected`] when SQLite does not count.
    #[cfg(feature = "testing")]
    pub fn work_done(&self) -> Result<WorkDone, StoreError> {
        self.pool.work_done()
    }
}
