//! The store: one write connection and a small pool of readers.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use privatus_domain::Timestamp;
use privatus_sqlite::{CheckpointMode, RawKey};

use crate::db::connection::{Connection, Role};
use crate::db::pool::Lease;
use crate::db::work_done::WorkDone;
use crate::error::StoreError;
use crate::keys::usage::usage_flush;
use crate::tx::shared::Shared;
use crate::tx::{ReadTx, WriteTx};
use crate::upgrade::Upgrade;
use crate::vault::{Files, OpenGuard, VaultOptions};

/// How long a close waits for another process, to write what waits for the audit log.
const CLOSE_WAIT_MS: u32 = 2_000;

/// An open vault.
///
/// Clone-free and shared by reference: `read` and `write` take `&self` from any thread.
pub struct Store {
    pub(crate) shared: Shared,
    pub(crate) files: Files,
    pub(crate) raw_key: RawKey,
    pub(crate) vfs: Option<String>,
    reader_role: Role,
    writer: Mutex<WriterSlot>,
    writer_free: Condvar,
    readers: Mutex<ReaderPool>,
    reader_free: Condvar,
    pub(crate) warnings: Vec<String>,
    pub(crate) upgrade: Option<Upgrade>,
    // Dropped last: the lock and the process-wide claim outlive the connections.
    _lock: File,
    _guard: OpenGuard,
}

/// The write connection, opened by the first write: a session that only reads does without.
struct WriterSlot {
    db: Option<Connection>,
    next_ticket: u64,
    serving: u64,
}

/// Connections that read, each opened when the others are in use.
struct ReaderPool {
    idle: Vec<Connection>,
    open: usize,
    most: usize,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({})", self.files.root().display())
    }
}

pub(crate) struct Opened {
    pub(crate) shared: Shared,
    pub(crate) files: Files,
    pub(crate) raw_key: RawKey,
    /// The connection that the vault was looked at with.
    pub(crate) reader: Connection,
    pub(crate) warnings: Vec<String>,
    pub(crate) upgrade: Option<Upgrade>,
    pub(crate) lock: File,
    pub(crate) guard: OpenGuard,
}

impl Store {
    pub(crate) fn assemble(opened: Opened, options: &VaultOptions) -> Self {
        Self {
            shared: opened.shared,
            files: opened.files,
            raw_key: opened.raw_key,
            vfs: options.vfs.clone(),
            reader_role: options.reader_role(),
            writer: Mutex::new(WriterSlot {
                db: None,
                next_ticket: 0,
                serving: 0,
            }),
            writer_free: Condvar::new(),
            readers: Mutex::new(ReaderPool {
                idle: vec![opened.reader],
                open: 1,
                most: options.readers.max(1),
            }),
            reader_free: Condvar::new(),
            warnings: opened.warnings,
            upgrade: opened.upgrade,
            _lock: opened.lock,
            _guard: opened.guard,
        }
    }

    pub(crate) fn connect(&self, role: Role) -> Result<Connection, StoreError> {
        Connection::open(&self.files.database(), &self.raw_key, self.vfs.as_deref(), role)
    }

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
        self.files.database()
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

    pub(crate) fn write_queued<T, E: From<StoreError>>(
        &self,
        name: &'static str,
        work: impl FnOnce(&mut WriteTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut lease = Lease::new(self, Role::Writer, self.take_writer()?);
        let began = Instant::now();
        let result = Self::write_on(lease.db()?, &self.shared, work);
        self.shared.timed(name, began);
        tracing::debug!(transaction = name, ok = result.is_ok(), "write");
        result
    }

    pub(crate) fn write_on<T, E: From<StoreError>>(
        db: &mut Connection,
        shared: &Shared,
        work: impl FnOnce(&mut WriteTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut tx = WriteTx::begin(db, shared)?;
        match work(&mut tx) {
            Ok(value) => {
                tx.commit()?;
                Ok(value)
            }
            Err(error) => {
                tx.roll_back();
                Err(error)
            }
        }
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
            let mut lease = Lease::new(self, self.reader_role, self.take_reader()?);
            let began = Instant::now();
            let result = Self::read_on(lease.db()?, &self.shared, work);
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
        let mut db = self.connect(self.reader_role)?;
        let began = Instant::now();
        let result = Self::read_on(&mut db, &self.shared, work);
        self.shared.timed("read_long", began);
        self.note_refusals(result)
    }

    fn read_on<T, E: From<StoreError>>(
        db: &mut Connection,
        shared: &Shared,
        work: impl FnOnce(&mut ReadTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut tx = ReadTx::begin(db, shared, false)?;
        let result = work(&mut tx);
        tx.end();
        result
    }

    fn take_writer(&self) -> Result<Connection, StoreError> {
        let mut slot = lock(&self.writer);
        let ticket = slot.next_ticket;
        slot.next_ticket += 1;
        while slot.serving != ticket {
            slot = self
                .writer_free
                .wait(slot)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if let Some(db) = slot.db.take() {
            return Ok(db);
        }
        // It is our turn, so nobody else opens one meanwhile.
        drop(slot);
        self.connect(Role::Writer).inspect_err(|_| self.serve_next(None))
    }

    pub(crate) fn return_writer(&self, db: Connection) {
        // A connection that met damage answers nonsense from then on, and one with too many statements holds too much
        // memory: the next write opens another.
        self.serve_next(Some(db).filter(|db| !db.is_worn()));
    }

    fn serve_next(&self, db: Option<Connection>) {
        let mut slot = lock(&self.writer);
        slot.db = db;
        slot.serving += 1;
        drop(slot);
        self.writer_free.notify_all();
    }

    fn take_reader(&self) -> Result<Connection, StoreError> {
        let mut pool = lock(&self.readers);
        loop {
            if let Some(db) = pool.idle.pop() {
                return Ok(db);
            }
            if pool.open < pool.most {
                break;
            }
            pool = self
                .reader_free
                .wait(pool)
                .unwrap_or_else(PoisonError::into_inner);
        }
        pool.open += 1;
        drop(pool);
        self.connect(self.reader_role).inspect_err(|_| self.reader_gone())
    }

    pub(crate) fn return_reader(&self, db: Connection) {
        if db.is_worn() {
            self.reader_gone();
            return;
        }
        lock(&self.readers).idle.push(db);
        self.reader_free.notify_one();
    }

    fn reader_gone(&self) {
        lock(&self.readers).open -= 1;
        self.reader_free.notify_one();
    }

    /// Closes the vault: merges the write-ahead log into the database, closes every connection, wipes the keys.
    ///
    /// Without space or the right to write the log stays as it is: what was committed is in it, the next open reads
    /// it, and a command that did its work has not failed.
    ///
    /// # Errors
    /// [`StoreError`] when the log could not be merged for another reason; nothing is lost then either.
    pub fn lock(self) -> Result<(), StoreError> {
        lock(&self.readers).idle.clear();
        let nothing_to_merge = lock(&self.writer).db.is_none() && self.files.wal_size() == 0;
        let nothing_to_write = !self.shared.has_uses() && self.shared.pending.is_empty();
        if nothing_to_merge && nothing_to_write {
            return Ok(());
        }
        let mut db = match self.take_writer() {
            // What is noted at a close is no reason to fail a session that only read.
            Err(_) if nothing_to_merge => return Ok(()),
            db => db?,
        };
        if !self.shared.pending.is_empty() {
            // What waits for the audit log is worth a little patience with another process.
            db.raw().busy_timeout(CLOSE_WAIT_MS)?;
            let written = Self::write_on(&mut db, &self.shared, |tx| {
                tx.is_last = true;
                Ok::<_, StoreError>(())
            });
            if let Err(error) = written {
                tracing::debug!(%error, "what waited for the audit log was not written");
            }
        }
        // No more waiting: whoever closes last merges the rest, and how often a key was used is a statistic.
        db.raw().busy_timeout(0)?;
        usage_flush(&mut db, &self.shared);
        let merged = db.raw().wal_checkpoint(CheckpointMode::Truncate);
        match merged.map_err(StoreError::from) {
            Ok(_) | Err(StoreError::DiskFull | StoreError::Denied(_) | StoreError::Busy(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Runs `work` on the write connection outside any transaction.
    #[cfg(test)]
    pub(crate) fn with_writer<T>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut lease = Lease::new(self, Role::Writer, self.take_writer()?);
        work(lease.db()?)
    }

    /// What the write connection, if there is one, and the readers of the pool did so far, those in use left out. For
    /// tests and the benchmark: the first call switches the counting of statements on.
    ///
    /// # Errors
    /// [`StoreError::Unexpected`] when SQLite does not count.
    pub fn work_done(&self) -> Result<WorkDone, StoreError> {
        let mut total = WorkDone::default();
        if let Some(db) = &mut lock(&self.writer).db {
            total += db.raw().counters()?.into();
        }
        for db in &mut lock(&self.readers).idle {
            total += db.raw().counters()?.into();
        }
        Ok(total)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
