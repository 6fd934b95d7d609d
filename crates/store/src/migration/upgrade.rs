//! Pending steps at an open: alone with the vault, after a copy of the database.

use std::fs::File;
use std::time::{Duration, Instant};

use privatus_crypto::Unlocked;
use privatus_migrate::{Event, Runner, Seal, Version, state};

use super::error::known;
use super::{STEPS, Snapshot, VaultHost, snapshot};
use crate::connection::{Link, Role};
use crate::error::StoreError;
use crate::store::{Store, system_time};
use crate::vault::{Files, VaultOptions, check_ours, raw_key};

/// This build, as the ledger notes it.
pub(super) const TOOL: &str = env!("CARGO_PKG_VERSION");
/// How long to wait for other processes to close the vault, or to run the same steps.
const WAIT: Duration = Duration::from_secs(10);
/// Between two looks at the lock.
const PAUSE: Duration = Duration::from_millis(25);

/// What an open changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upgrade {
    /// The schema before.
    pub from: Version,
    /// The schema now.
    pub to: Version,
    /// The steps' folders, in order.
    pub steps: Vec<String>,
    /// The copy of the database as it was; the next open that goes well removes it.
    pub snapshot: Snapshot,
}

impl Store {
    /// What opening changed of the schema, if the vault was an older build's.
    #[must_use]
    pub const fn upgrade(&self) -> Option<&Upgrade> {
        self.upgrade.as_ref()
    }
}

/// Makes the schema in an empty database.
pub(crate) fn create(link: &mut Link, unlocked: &Unlocked, options: &VaultOptions) -> Result<(), StoreError> {
    let root = unlocked.master().key_store_key();
    let vault = unlocked.vault_id();
    let ledger_key = unlocked.master().ledger_key();
    Runner {
        host: &mut VaultHost::new(&root, &vault),
        seal: Seal {
            key: &ledger_key,
            vault: vault.as_bytes(),
        },
        now: &system_time().to_sql(),
        tool: TOOL,
        event: &mut |event| {
            if let Some(told) = options.on_migration {
                told(event);
            }
        },
    }
    .up(link.raw(), STEPS.all())?;
    Ok(())
}

/// How many steps are pending.
///
/// # Errors
/// The refusals of DESIGN section 9; nothing is touched.
pub(crate) fn pending(link: &mut Link) -> Result<usize, StoreError> {
    known(state(link.raw(), &STEPS)?)
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
    let until = Instant::now() + WAIT;
    loop {
        if let Some(lock) = files.try_lock_exclusive()? {
            let upgrade = upgrade(files, unlocked, options)?;
            return Ok((files.share_lock(lock)?, upgrade));
        }
        // Held by one who runs them, or by those who have not closed.
        if let Ok(lock) = files.lock_shared()
            && pending(&mut open(files, unlocked, options)?)? == 0
        {
            return Ok((lock, None));
        }
        if Instant::now() >= until {
            return Err(StoreError::Busy(
                "its schema needs an upgrade, which is done alone",
            ));
        }
        pause();
    }
}

#[allow(clippy::disallowed_methods, reason = "a file lock has no wait that ends")]
fn pause() {
    std::thread::sleep(PAUSE);
}

/// The connection of steps: what they change is durable before the copy goes.
pub(super) fn open(files: &Files, unlocked: &Unlocked, options: &VaultOptions) -> Result<Link, StoreError> {
    let vfs = options.vfs.as_deref();
    let mut link = Link::open(&files.database(), &raw_key(unlocked), vfs, Role::Writer)?;
    check_ours(&mut link, unlocked)?;
    link.raw().execute_batch("PRAGMA synchronous = FULL")?;
    Ok(link)
}

/// Runs what is pending, under the exclusive lock.
pub(super) fn upgrade(
    files: &Files,
    unlocked: &Unlocked,
    options: &VaultOptions,
) -> Result<Option<Upgrade>, StoreError> {
    let mut link = open(files, unlocked, options)?;
    let steps = privatus_migrate::pending(&STEPS, pending(&mut link)?);
    let Some(last) = steps.last() else {
        return Ok(None);
    };
    let mut committed = 0_usize;
    let told = options.on_migration;
    let mut event = |event: Event<'_>| {
        if matches!(event, Event::Committed { .. }) {
            committed += 1;
        }
        if let Some(told) = told {
            told(event);
        }
    };
    let taken = snapshot::take(&mut link, files, &mut event)?;
    snapshot::check(&taken, &raw_key(unlocked), &mut link)?;
    let root = unlocked.master().key_store_key();
    let vault = unlocked.vault_id();
    let ledger_key = unlocked.master().ledger_key();
    let ran = Runner {
        host: &mut VaultHost::new(&root, &vault),
        seal: Seal {
            key: &ledger_key,
            vault: vault.as_bytes(),
        },
        now: &system_time().to_sql(),
        tool: TOOL,
        event: &mut event,
    }
    .up(link.raw(), steps);
    if let Err(error) = ran {
        if committed == 0 {
            // Nothing changed, and a disk may be full.
            files.snapshot_discard();
        }
        return Err(error.into());
    }
    let before = STEPS.all().len() - steps.len();
    let from = before.checked_sub(1).and_then(|at| STEPS.all().get(at));
    Ok(Some(Upgrade {
        from: from.map_or(0, privatus_migrate::Step::version),
        to: last.version(),
        steps: steps.iter().map(|step| step.name.to_owned()).collect(),
        snapshot: taken,
    }))
}
