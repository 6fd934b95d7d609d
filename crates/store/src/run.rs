//! Runs work in a transaction on one connection.

use crate::db::connection::{BUSY_TIMEOUT, Connection};
use crate::error::StoreError;
use crate::tx::key_cache::EVERY_MS;
use crate::tx::shared::Shared;
use crate::tx::{ReadTx, WriteTx};

/// Runs `work` and writes what was queued for the audit log, in one write transaction. An error rolls everything back.
/// Once a minute, the gathered use of keys and statistics are written afterwards.
pub(crate) fn write_on<T, E: From<StoreError>>(
    db: &mut Connection,
    shared: &Shared,
    work: impl FnOnce(&mut WriteTx<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let mut tx = WriteTx::begin(db, shared)?;
    let done = match work(&mut tx) {
        // Nothing of a half-done transaction is committed.
        Ok(value) if tx.is_half_done => Ok(value),
        Ok(value) => tx
            .pending_write()
            .and_then(|()| tx.lost_keys_note())
            .map(|()| value)
            .map_err(E::from),
        Err(error) => Err(error),
    };
    let value = match done {
        Ok(value) => value,
        Err(error) => {
            tx.roll_back();
            return Err(error);
        }
    };
    let (now, told) = (tx.now(), std::mem::take(&mut tx.told));
    tx.commit()?;
    if let Some(tell) = shared.tell {
        told.iter().for_each(|text| tell(text));
    }
    if shared.keys.is_due(now, EVERY_MS) && db.raw().busy_timeout(0).is_ok() {
        // The work is done: counting it does not wait for another process.
        usage_write(db, shared);
        let _ = db.raw().busy_timeout(BUSY_TIMEOUT);
    }
    Ok(value)
}

/// Runs [`write_on`] with `synchronous = FULL`, so that the commit is on disk when this returns. With `NORMAL`, a
/// commit in the write-ahead log may be lost in a power failure.
pub(crate) fn write_durably_on<T, E: From<StoreError>>(
    db: &mut Connection,
    shared: &Shared,
    work: impl FnOnce(&mut WriteTx<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let before = db.synchronous_full()?;
    let done = write_on(db, shared, work);
    // A connection that stays at FULL is only slower.
    if let Err(error) = db.synchronous_back(before) {
        tracing::debug!(%error, "synchronous stays FULL");
    }
    done
}

/// Runs `work` in a read transaction.
pub(crate) fn read_on<T, E: From<StoreError>>(
    db: &mut Connection,
    shared: &Shared,
    work: impl FnOnce(&mut ReadTx<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let mut tx = ReadTx::begin(db, shared, false)?;
    let result = work(&mut tx);
    tx.end();
    result
}

/// Writes the remaining use of keys and statistics when the store is closed.
pub(crate) fn usage_flush(db: &mut Connection, shared: &Shared) {
    if shared.has_uses() {
        usage_write(db, shared);
    }
}

/// Writes the use of keys and the statistics in their own transaction. If that fails, for example because a table has
/// run out of row numbers, the whole transaction fails, and it must not take audit entries or the user's work with it.
/// A vault that cannot be written keeps the older figures; this is not an error.
fn usage_write(db: &mut Connection, shared: &Shared) {
    let written = WriteTx::begin(db, shared).and_then(|mut tx| match tx.usage_write() {
        Ok(()) => tx.commit(),
        Err(error) => {
            tx.roll_back();
            Err(error)
        }
    });
    if let Err(error) = written {
        tracing::debug!(%error, "the use of keys was not written");
    }
}
