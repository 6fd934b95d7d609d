//! Runs pending steps when a vault is opened: with exclusive access, after copying the database.

use std::fs::File;

use privatus_crypto::Unlocked;
use privatus_migrate::{Step, state};

use super::STEPS;
use super::change::{after_copy, open, tell, with_runner};
use super::error::known;
use super::outcome::Upgrade;
use crate::db::connection::Connection;
use crate::db::real_tables::{RealTables, of_this_build};
use crate::error::StoreError;
use crate::upgrade::older_rows::adapt;
use crate::vault::doubt::Doubt;
use crate::vault::locks::wait;
use crate::vault::rings::reopen_newest;
use crate::vault::{Files, VaultOptions, share};

/// Creates the schema in an empty database.
pub(crate) fn create(
    db: &mut Connection,
    unlocked: &Unlocked,
    options: &VaultOptions,
) -> Result<(), StoreError> {
    let mut event = |event: privatus_migrate::Event<'_>| tell(options, event);
    with_runner(unlocked, &mut event, |runner| runner.up(db.raw(), STEPS.all()))
}

/// Returns how many steps are pending.
///
/// # Errors
/// The refusals in docs/DESIGN.md, section 9; nothing is changed.
pub(crate) fn pending(db: &mut Connection) -> Result<usize, StoreError> {
    known(state(db.raw(), &STEPS)?)
}

/// Runs the pending steps of a vault. Its shared lock is released for this. Returns the lock, shared again, and what
/// was done; `None` if another process did it first.
pub(crate) fn run_pending(
    files: &Files,
    lock: File,
    unlocked: &Unlocked,
    options: &VaultOptions,
) -> Result<(File, Option<Upgrade>), StoreError> {
    drop(lock);
    let ran = wait(|| {
        if let Some(lock) = files.try_lock_exclusive()? {
            let upgrade = upgrade(files, unlocked, options)?;
            return Ok(Some((files.share_lock(lock)?, upgrade)));
        }
        // Another process holds the lock: it is either running the steps, so wait for it, or has the vault open.
        let lock = files.lock_shared()?.lock;
        let is_done = pending(&mut open(files, unlocked, options)?)? == 0;
        Ok(is_done.then_some((lock, None)))
    })?;
    let (ran, _) = ran.ok_or(StoreError::Busy(
        "its schema must be upgraded, which needs exclusive access",
    ))?;
    Ok(ran)
}

/// Runs the pending steps, with the exclusive lock held.
pub(super) fn upgrade(
    files: &Files,
    unlocked: &Unlocked,
    options: &VaultOptions,
) -> Result<Option<Upgrade>, StoreError> {
    let mut db = open(files, unlocked, options)?;
    let steps = privatus_migrate::pending(&STEPS, pending(&mut db)?);
    RealTables::read(&mut db)?.check(&mut db, of_this_build())?;
    let Some(last) = steps.last() else {
        return Ok(None);
    };
    let applied = STEPS.all().len() - steps.len();
    let before = applied.checked_sub(1).and_then(|at| STEPS.all().get(at));
    let from = before.map_or(0, Step::version);
    // Read the key ring again now that no other process has the vault: a step back may have been noted in the meantime.
    let (_, unlocked) = &reopen_newest(files, unlocked)?;
    let doubt = Doubt::of_schema(unlocked.noted(), from);
    let snapshot = after_copy(&mut db, files, unlocked, options, from, |runner, db| {
        runner.up(db, steps)
    })?;
    let upgrade = Upgrade {
        from,
        to: last.version(),
        steps: steps.iter().map(|step| step.name.to_owned()).collect(),
        snapshot,
    };
    // No other process ever sees a log without its chain. If this fails, the open does it again and reports it.
    if let Ok(shared) = share(&mut db, unlocked, options) {
        let _ = adapt(&mut db, &shared, &upgrade, doubt.as_ref());
    }
    Ok(Some(upgrade))
}
