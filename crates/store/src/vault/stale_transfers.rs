//! Pauses transfers that were active when a process crashed, at the next open.

use std::fs::File;

use diesel::prelude::*;
use privatus_crypto::Unlocked;
use privatus_domain::TransferStatus;
use privatus_schema::{SqlText, file_transfers};

use crate::db::connection::{Connection, Role};
use crate::db::hot;
use crate::db::one_row::not_taken;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::upgrade::pending;
use crate::vault::{Files, VaultOptions, check_ours, raw_key};

/// Returns whether a transfer is active.
pub(crate) fn has_active(db: &mut Connection) -> Result<bool, StoreError> {
    let sql = Sql::new(hot::OPEN_ACTIVE_TRANSFERS);
    let found: Option<bool> = db.row(sql, "look for active transfers")?;
    Ok(found.unwrap_or_default())
}

/// Pauses active transfers if no other process has the vault open, as it may be running them. The shared lock is
/// released for this; returns it, taken again, and how many transfers were paused, or why they could not be.
pub(crate) fn pause_stale(
    files: &Files,
    lock: File,
    unlocked: &Unlocked,
    options: &VaultOptions,
) -> Result<(File, Result<usize, StoreError>), StoreError> {
    drop(lock);
    match files.try_lock_exclusive()? {
        Some(alone) => {
            let paused = pause(files, unlocked, options);
            Ok((files.share_lock(alone)?, paused))
        }
        None => Ok((files.lock_shared()?.lock, Ok(0))),
    }
}

fn pause(files: &Files, unlocked: &Unlocked, options: &VaultOptions) -> Result<usize, StoreError> {
    let vfs = options.vfs.as_deref();
    let mut db = Connection::open(&files.database(), &raw_key(unlocked), vfs, Role::Writer)?;
    db.stop_with(options.stop.as_ref());
    check_ours(&mut db, unlocked)?;
    // Another build may have upgraded the schema; what the status means is then up to that build.
    if pending(&mut db)? > 0 {
        return Ok(0);
    }
    // One statement, so one transaction. The progress stays: the transfer resumes from there.
    let paused = db.ask("pause interrupted transfers", |db| {
        let active = file_transfers::status.eq(SqlText(TransferStatus::Active.as_str()));
        let paused = file_transfers::status.eq(SqlText(TransferStatus::Paused.as_str()));
        diesel::update(file_transfers::table.filter(active))
            .set(paused)
            .execute(db)
    })?;
    if has_active(&mut db)? {
        return Err(not_taken("pause interrupted transfers"));
    }
    Ok(paused)
}
