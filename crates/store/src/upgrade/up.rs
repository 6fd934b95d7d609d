//! Pending steps at an open: alone with the vault, after a copy of the database.

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

/// Makes the schema in an empty database.
pub(crate) fn create(
    db: &mut Connection,
    unlocked: &Unlocked,
    options: &VaultOptions,
) -> Result<(), StoreError> {
    let mut event = |event: privatus_migrate::Event<'_>| tell(options, event);
    with_runner(unlocked, &mut event, |runner| runner.up(db.raw(), STEPS.all()))
}

/// How many steps are pending.
///
/// # Errors
/// The refusals (docs/DESIGN.md, section 9); nothing is touched.
pub(crate) fn pending(db: &mut Connection) -> Result<usize, StoreError> {
    known(state(db.raw(), &STEPS)?)
}

/// Runs the pending steps of a vault whose shared lock is given up for it. Gives the lock, shared again, and what was
/// done; nothing when another process was faster.
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
        // Held by one who runs them, who is waited for, or by those who have not closed.
        let lock = files.lock_shared()?.lock;
        let is_done = pending(&mut open(files, unlocked, options)?)? == 0;
        Ok(is_done.then_some((lock, None)))
    })?;
    let (ran, _) = ran.ok_or(StoreError::Busy(
        "its schema needs an upgrade, which is done alone: close what has it open",
    ))?;
    Ok(ran)
}

/// Runs what is pending, under the exclusive lock.
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
    // Read again now that nobody else has the vault: a step back may have been noted meanwhile.
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
    // Nobody else sees a log without its chain. What fails here the open does again, and tells.
    if let Ok(shared) = share(&mut db, unlocked, options) {
        let _ = adapt(&mut db, &shared, &upgrade, doubt.as_ref());
    }
    Ok(Some(upgrade))
}
