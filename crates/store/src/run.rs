//! Running work in a transaction on one connection.

use crate::db::connection::Connection;
use crate::error::StoreError;
use crate::tx::key_cache::EVERY_MS;
use crate::tx::shared::Shared;
use crate::tx::{ReadTx, WriteTx};

/// Runs `work` in a write transaction, with what waits for one. An error rolls everything back.
pub(crate) fn write_on<T, E: From<StoreError>>(
    db: &mut Connection,
    shared: &Shared,
    work: impl FnOnce(&mut WriteTx<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let mut tx = WriteTx::begin(db, shared)?;
    let done = match work(&mut tx) {
        Ok(value) => write_what_waits(&mut tx).map(|()| value).map_err(E::from),
        Err(error) => Err(error),
    };
    match done {
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

/// What waits for the audit log, and once a minute what was gathered of keys and statistics.
fn write_what_waits(tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
    if tx.is_half_done {
        // Nothing of it is kept.
        return Ok(());
    }
    tx.pending_write()?;
    if tx.is_last || tx.shared.keys.is_due(tx.now(), EVERY_MS) {
        tx.usage_write()?;
    }
    Ok(())
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

/// Writes what is left when the store is closed, in a transaction of its own. A vault that cannot be written keeps the
/// older figures: closing it is no error for that.
pub(crate) fn usage_flush(db: &mut Connection, shared: &Shared) {
    if shared.has_uses()
        && let Err(error) = write_on(db, shared, |tx| tx.usage_write())
    {
        tracing::debug!(%error, "the use of keys was not written");
    }
}
