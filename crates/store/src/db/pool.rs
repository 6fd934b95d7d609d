//! The connections of a store: one writer, which callers take in turn, and several readers.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use privatus_sqlite::RawKey;

use crate::db::connection::{Connection, Role};
use crate::db::schema_fault::SchemaFault;
use crate::db::statement::Sql;
#[cfg(feature = "testing")]
use crate::db::work_done::WorkDone;
use crate::error::StoreError;
use crate::folder::DatabaseFile;

/// The text for a file system that is mounted read-only.
pub(crate) const NOTHING_CHANGES: &str = "nothing can be changed";

/// How to open the connections of a store.
pub(crate) struct Access {
    pub(crate) database: DatabaseFile,
    pub(crate) key: RawKey,
    pub(crate) vfs: Option<String>,
    pub(crate) reader: Role,
    /// Stops running statements on all connections.
    pub(crate) stop: Option<Arc<AtomicBool>>,
}

impl Access {
    /// Opens another connection.
    pub(crate) fn connect(&self, role: Role) -> Result<Connection, StoreError> {
        let db = Connection::open(&self.database, &self.key, self.vfs.as_deref(), role)?;
        db.stop_with(self.stop.as_ref());
        Ok(db)
    }
}

/// The connections of a store.
pub(crate) struct Pool {
    access: Access,
    writer: Mutex<WriterSlot>,
    writer_free: Condvar,
    readers: Mutex<Readers>,
    reader_free: Condvar,
    /// How the schema differs from this build's; if it does, nothing is written.
    fault: Mutex<Option<SchemaFault>>,
}

/// The write connection. The first write opens it, so a session that only reads does not have one.
struct WriterSlot {
    db: Option<Connection>,
    next_ticket: u64,
    serving: u64,
}

/// The read connections. Another is opened when all others are in use.
struct Readers {
    idle: Vec<Connection>,
    open: usize,
    most: usize,
}

impl Pool {
    /// Creates a pool with the reader that opened the vault, and room for `most_readers`.
    pub(crate) fn new(access: Access, reader: Connection, most_readers: usize) -> Self {
        Self {
            access,
            writer: Mutex::new(WriterSlot {
                db: None,
                next_ticket: 0,
                serving: 0,
            }),
            writer_free: Condvar::new(),
            readers: Mutex::new(Readers {
                idle: vec![reader],
                open: 1,
                most: most_readers.max(1),
            }),
            reader_free: Condvar::new(),
            fault: Mutex::new(None),
        }
    }

    /// Refuses all further writes except the repair; `None` allows them again.
    pub(crate) fn refuse(&self, fault: Option<SchemaFault>) {
        if fault.is_some() {
            // A strange schema is left unchanged: closing the last connection would merge the log.
            for db in &mut lock(&self.readers).idle {
                let _ = keep_log(db);
            }
        }
        *lock(&self.fault) = fault;
    }

    /// Returns how the schema differs from this build's, if it does.
    pub(crate) fn fault(&self) -> Option<SchemaFault> {
        lock(&self.fault).clone()
    }

    /// Opens a reader outside the pool, for a long read.
    pub(crate) fn reader_apart(&self) -> Result<Connection, StoreError> {
        let mut db = self.access.connect(self.access.reader)?;
        if lock(&self.fault).is_some() {
            keep_log(&mut db)?;
        }
        Ok(db)
    }

    /// Takes the write connection for the repair of a schema, which is allowed despite a schema fault.
    pub(crate) fn writer_for_repair(&self) -> Result<Lease<'_>, StoreError> {
        self.check_mount()?;
        Ok(Lease {
            pool: self,
            role: Role::Writer,
            db: Some(self.take_writer()?),
        })
    }

    /// Waits for this caller's turn and takes the write connection: first come, first served.
    pub(crate) fn writer(&self) -> Result<Lease<'_>, StoreError> {
        self.check_writable()?;
        Ok(Lease {
            pool: self,
            role: Role::Writer,
            db: Some(self.take_writer()?),
        })
    }

    /// Waits for a free reader and takes it.
    pub(crate) fn reader(&self) -> Result<Lease<'_>, StoreError> {
        Ok(Lease {
            pool: self,
            role: self.access.reader,
            db: Some(self.take_reader()?),
        })
    }

    /// Whether nothing can be written, because the file system is read-only or the schema differs from this build's.
    pub(crate) fn is_read_only(&self) -> bool {
        self.is_on_read_only() || lock(&self.fault).is_some()
    }

    fn is_on_read_only(&self) -> bool {
        matches!(
            self.access.reader,
            Role::Reader {
                is_immutable: true,
                ..
            }
        )
    }

    /// Checks that the store can be written.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`]; [`StoreError::DatabaseDamaged`] for a schema that differs from this build's.
    pub(crate) fn check_writable(&self) -> Result<(), StoreError> {
        self.check_mount()?;
        match &*lock(&self.fault) {
            Some(fault) => Err(StoreError::DatabaseDamaged(format!(
                "its schema differs from this build's: {fault}; nothing is written until that is repaired"
            ))),
            None => Ok(()),
        }
    }

    fn check_mount(&self) -> Result<(), StoreError> {
        if self.is_on_read_only() {
            return Err(StoreError::ReadOnly(NOTHING_CHANGES));
        }
        Ok(())
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
        // It is our turn, so no other thread opens one meanwhile.
        drop(slot);
        self.access
            .connect(Role::Writer)
            .inspect_err(|_| self.serve_next(None))
    }

    fn serve_next(&self, db: Option<Connection>) {
        let mut slot = lock(&self.writer);
        slot.db = db;
        slot.serving += 1;
        drop(slot);
        self.writer_free.notify_all();
    }

    fn take_reader(&self) -> Result<Connection, StoreError> {
        let mut readers = lock(&self.readers);
        loop {
            if let Some(db) = readers.idle.pop() {
                return Ok(db);
            }
            if readers.open < readers.most {
                break;
            }
            readers = self
                .reader_free
                .wait(readers)
                .unwrap_or_else(PoisonError::into_inner);
        }
        readers.open += 1;
        drop(readers);
        self.reader_apart().inspect_err(|_| self.reader_gone())
    }

    fn return_reader(&self, db: Connection) {
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

    /// Closes the idle readers.
    pub(crate) fn close_readers(&self) {
        lock(&self.readers).idle.clear();
    }

    /// Whether the write connection is open, which means that this pool wrote something.
    pub(crate) fn has_writer(&self) -> bool {
        lock(&self.writer).db.is_some()
    }

    /// Returns what the write connection, if there is one, and the idle readers did so far.
    #[cfg(feature = "testing")]
    pub(crate) fn work_done(&self) -> Result<WorkDone, StoreError> {
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

/// A connection taken from the pool. It is returned even if the work panics, so that the next writer gets its turn.
pub(crate) struct Lease<'a> {
    pool: &'a Pool,
    role: Role,
    db: Option<Connection>,
}

impl Lease<'_> {
    pub(crate) fn db(&mut self) -> Result<&mut Connection, StoreError> {
        self.db
            .as_mut()
            .ok_or(StoreError::Busy("the connection was returned to the pool"))
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        let Some(mut db) = self.db.take() else {
            return;
        };
        // Only a panic leaves a transaction open.
        if !db.raw().is_autocommit() {
            let _ = db.run(Sql::new("ROLLBACK"), "roll back");
        }
        match self.role {
            // A connection that met damage gives wrong results from then on, and one with too many statements uses too
            // much memory. The next write opens another.
            Role::Writer => self.pool.serve_next(Some(db).filter(|db| !db.is_worn())),
            Role::Reader { .. } => self.pool.return_reader(db),
        }
    }
}

/// Makes SQLite leave the log when it closes, if there is one; otherwise SQLite would leave an empty log.
fn keep_log(db: &mut Connection) -> Result<(), StoreError> {
    if db.has_log() {
        db.raw().keep_log_at_close()?;
    }
    Ok(())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
