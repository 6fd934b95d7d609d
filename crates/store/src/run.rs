//! Running work in a transaction on one connection.

use crate::db::connection::{BUSY_TIMEOUT, Connection};
use crate::error::StoreError;
use crate::tx::key_cache::EVERY_MS;
use crate::tx::shared::Shared;
use crate::tx::{ReadTx, WriteTx};

/// Runs `work` in a write transaction, with what waits for one. An error rolls everything back. Once a minute what was
/// gathered of keys and statistics is written behind it.
pub(crate) fn write_on<T, E: From<StoreError>>(
    db: &mut Connection,
    shared: &Shared,
    work: impl FnOnce(&mut WriteTx<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let mut tx = WriteTx::begin(db, shared)?;
    let done = match work(&mut tx) {
        // Of what is half done nothing is kept.
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
        // What is done is done: it waits for no other process to count it.
        usage_write(db, shared);
        let _ = db.raw().busy_timeout(BUSY_TIMEOUT);
    }
    Ok(value)
}

/// The same, and the disk has it when this returns (`synchronous = FULL`). A commit of a write-ahead log that is only
/// `NORMAL` may be lost with the power.
pub(crate) fn write_durably_on<T, E: From<StoreError>>(
    db: &mut Connection,
    shared: &Shared,
    work: impl FnOnce(&mut WriteTx<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let before = db.synchronous_full()?;
    let done = write_on(db, shared, work);
    // One that cannot be set back is only slower.
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

/// Writes what is left when the store is closed.
pub(crate) fn usage_flush(db: &mut Connection, shared: &Shared) {
    if shared.has_uses() {
        usage_write(db, shared);
    }
}

/// Writes the use of keys and the statistics in a transaction of their own: what keeps them from being written, a full
/// table's number for one, ends the whole of its transaction, and is to take no audit entry and no act along. A vault that
/// cannot be written keeps the older figures: nothing fails for that.
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
