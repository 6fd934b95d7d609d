//! Runs migration steps on a vault, with its keys and after a copy.

use privatus_crypto::Unlocked;
use privatus_migrate::{Event, MigrateError, Runner, Seal, Version};
use privatus_sqlite as sqlite;

use super::{Snapshot, VaultHost, snapshot};
use crate::db::connection::{Connection, Role};
use crate::error::StoreError;
use crate::tx::shared::system_time;
use crate::vault::{Files, VaultOptions, check_ours, raw_key};

/// This build's version, as the ledger records it.
const TOOL: &str = env!("CARGO_PKG_VERSION");

/// Opens the connection for steps: their changes must be durable before the copy is removed.
pub(super) fn open(
    files: &Files,
    unlocked: &Unlocked,
    options: &VaultOptions,
) -> Result<Connection, StoreError> {
    let vfs = options.vfs.as_deref();
    let mut db = Connection::open(&files.database(), &raw_key(unlocked), vfs, Role::Writer)?;
    db.stop_with(options.stop.as_ref());
    check_ours(&mut db, unlocked)?;
    db.synchronous_full()?;
    Ok(db)
}

/// Passes to `work` the runner for this vault's steps.
pub(super) fn with_runner<T>(
    unlocked: &Unlocked,
    event: &mut dyn FnMut(Event<'_>),
    work: impl FnOnce(&mut Runner<'_>) -> Result<T, MigrateError>,
) -> Result<T, StoreError> {
    let root = unlocked.master().key_store_key();
    let vault = unlocked.vault_id();
    let ledger_key = unlocked.master().ledger_key();
    let mut runner = Runner {
        host: &mut VaultHost::new(&root, &vault),
        seal: Seal {
            key: &ledger_key,
            vault: vault.as_bytes(),
        },
        now: &system_time().to_sql(),
        tool: TOOL,
        event,
    };
    Ok(work(&mut runner)?)
}

/// Reports an event to the callback in the options, if there is one.
pub(super) fn tell(options: &VaultOptions, event: Event<'_>) {
    if let Some(told) = options.on_migration {
        told(event);
    }
}

/// Runs steps after copying the database, whose schema is `from`. If nothing was committed, the copy is deleted again,
/// because the disk may be full.
pub(super) fn after_copy(
    db: &mut Connection,
    files: &Files,
    unlocked: &Unlocked,
    options: &VaultOptions,
    from: Version,
    work: impl FnOnce(&mut Runner<'_>, &mut sqlite::Connection) -> Result<(), MigrateError>,
) -> Result<Snapshot, StoreError> {
    let mut is_changed = false;
    let mut event = |event: Event<'_>| {
        is_changed |= matches!(event, Event::Committed { .. });
        tell(options, event);
    };
    let taken = snapshot::take(db, files, unlocked, from, &mut event)?;
    match with_runner(unlocked, &mut event, |runner| work(runner, db.raw())) {
        Ok(()) => Ok(taken),
        Err(error) if is_changed => Err(match error {
            StoreError::MigrationFailed(why) => StoreError::MigrationFailed(format!(
                "{why}; the steps before it were kept; a copy of the database from before is {}",
                taken.path.display()
            )),
            StoreError::System { doing, fault } => StoreError::System {
                doing: format!(
                    "{doing} (the steps before it were kept; a copy of the database from before is {})",
                    taken.path.display()
                ),
                fault,
            },
            error => error,
        }),
        Err(error) => {
            files.snapshot_discard(&taken.path);
            Err(error)
        }
    }
}
