//! Unlocks a vault: files, key ring, secret, database, in this order. Nothing is written before all of it is known to
//! belong to this vault.

use std::path::Path;

use privatus_crypto::{KeyRing, KeyRingError, Secret, Unlocked};
use privatus_domain::{Act, NewAuditEntry, counted};

use crate::db::connection::{Connection, Role};
use crate::db::pool::Pool;
use crate::error::StoreError;
use crate::store::Store;
use crate::tx::shared::system_time;
use crate::upgrade::{Upgrade, run_pending};
use crate::vault::closed::Closed;
use crate::vault::locks::HeldLock;
use crate::vault::looked::{Looked, look};
use crate::vault::raw_key::raw_key;
use crate::vault::ring_copies::RingCopies;
use crate::vault::rings::{
    generation_of, newest, newest_rings, unlock_each, unlock_newest, valid_rings, with_salt,
};
use crate::vault::snapshot_files::REMOVE;
use crate::vault::stale_transfers::{has_active, pause_stale};
use crate::vault::{Files, Mount, VaultOptions};

/// The keys of a vault, obtained by one run of the KDF ([`Store::unlock_keys`]), so that a client that closes and
/// reopens a vault pays for it only once. Wiped when dropped.
///
/// If the copies of the key ring belong to different vaults, it contains the keys of each that the secret opened: the
/// database has not been examined yet.
pub struct VaultKeys(Vec<Unlocked>);

impl std::fmt::Debug for VaultKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VaultKeys(redacted)")
    }
}

impl Store {
    /// Opens the vault in `path` with its password or recovery code.
    ///
    /// # Errors
    /// Each refusal has its own [`StoreError`], and none of them changes a file (docs/DESIGN.md, section 3).
    pub fn unlock(path: &Path, secret: &Secret, options: &VaultOptions) -> Result<Self, StoreError> {
        let (closed, rings) = Closed::look(path)?;
        let (ring, unlocked) = unlock_newest(&closed.files, rings, secret, options.now())?;
        let mut unlock = NewAuditEntry::done(options.now(), Act::Unlock);
        if matches!(secret, Secret::RecoveryCode(_)) {
            unlock = unlock.with(serde_json::json!({ "secret": "recovery_code" }));
        }
        Self::open_with(closed, (&ring, &unlocked), options, unlock)
    }

    /// Returns whether the vault in `path` is on a file system that is mounted read-only, so that a failed open leaves
    /// no trace.
    #[must_use]
    pub fn records_nothing(path: &Path) -> bool {
        let mount = Files::open(path).and_then(|files| files.mount());
        mount.is_ok_and(Mount::is_read_only)
    }

    /// Returns the keys of the vault in `path`, without opening its database.
    ///
    /// # Errors
    /// Those of [`unlock`](Self::unlock) that concern the files and the key ring.
    pub fn unlock_keys(path: &Path, secret: &Secret) -> Result<VaultKeys, StoreError> {
        let files = Files::open(path)?;
        files.check_present()?;
        unlock_each(&files, newest_rings(&files)?, secret, system_time()).map(VaultKeys)
    }

    /// Opens the vault in `path` with keys that were unlocked before, even if its password was changed since.
    ///
    /// # Errors
    /// Those of [`unlock`](Self::unlock); [`StoreError::WrongSecret`] for the keys of another vault.
    pub fn open(path: &Path, keys: &VaultKeys, options: &VaultOptions) -> Result<Self, StoreError> {
        let (closed, rings) = Closed::look(path)?;
        let (ring, unlocked) = newest(rings, |ring| {
            let known = keys.0.iter().find(|known| known.vault_id() == ring.vault_id());
            ring.reopen(known.ok_or(KeyRingError::WrongSecret)?)
        })?;
        let unlock = NewAuditEntry::done(options.now(), Act::Unlock);
        Self::open_with(closed, (&ring, &unlocked), options, unlock)
    }

    fn open_with(
        closed: Closed,
        (ring, unlocked): (&KeyRing, &Unlocked),
        options: &VaultOptions,
        unlock: NewAuditEntry,
    ) -> Result<Self, StoreError> {
        if closed.mount.is_read_only() {
            return Self::open_to_read(closed, (ring, unlocked), options);
        }
        let Closed {
            files,
            guard,
            mount,
            lock,
            mut copies,
            is_own_salt,
        } = closed;
        let HeldLock { mut lock, at_once } = lock.ok_or(StoreError::Busy("its lock is not held"))?;
        let connect = |unlocked: &Unlocked| {
            let vfs = options.vfs.as_deref();
            let role = options.reader_role(mount);
            let db = Connection::open(&files.database(), &raw_key(unlocked), vfs, role)
                .map_err(with_salt(is_own_salt))?;
            db.stop_with(options.stop.as_ref());
            Ok::<_, StoreError>(db)
        };
        let log = files.wal();
        let warnings = files.open_to_others();
        let mut reader = connect(unlocked)?;
        let looked = look(&mut reader, unlocked, options);
        if looked.is_err() && log.is_some_and(|bytes| bytes > 0) {
            // A refused vault must not change: closing the last connection would merge the log.
            let _ = reader.raw().keep_log_at_close();
        }
        let mut looked = looked?;
        let is_older = looked.is_none();
        let mut upgrade: Option<Upgrade> = None;
        let mut reopened = None;
        if is_older {
            drop(reader);
            (lock, upgrade) = run_pending(&files, lock, unlocked, options)?;
            reopened = ring_now(&files, &mut copies, unlocked)?;
            let unlocked = current(&reopened, unlocked);
            reader = connect(unlocked)?;
            looked = look(&mut reader, unlocked, options)?;
        }
        let mut paused = Ok(0);
        let is_ours = |looked: &Looked| looked.fault.is_none();
        let active = match log.filter(|_| looked.as_ref().is_some_and(is_ours)) {
            Some(_) => has_active(&mut reader),
            None => Ok(false),
        };
        match active {
            Ok(false) => {}
            Ok(true) => {
                drop(reader);
                (lock, paused) = pause_stale(&files, lock, current(&reopened, unlocked), options)?;
                reopened = ring_now(&files, &mut copies, unlocked)?.or(reopened);
                let unlocked = current(&reopened, unlocked);
                reader = connect(unlocked)?;
                looked = look(&mut reader, unlocked, options)?;
            }
            Err(error) => {
                // A connection that met damage returns wrong errors from then on.
                paused = Err(error);
                reader = connect(current(&reopened, unlocked))?;
            }
        }
        let read = reopened.as_ref().map_or(ring, |(ring, _)| ring);
        if looked
            .as_ref()
            .is_some_and(|looked| generation_of(read) < looked.generation)
        {
            // Another process may have written both since, the key ring first: read the key ring again before calling
            // it older.
            reopened = ring_now(&files, &mut copies, current(&reopened, unlocked))?.or(reopened);
        }
        let (ring, unlocked) = reopened
            .as_ref()
            .map_or((ring, unlocked), |(ring, unlocked)| (ring, unlocked));
        let raw_key = raw_key(unlocked);
        let Looked {
            shared,
            is_wal,
            fault,
            generation,
            is_odd,
        } = looked.ok_or(StoreError::Busy("another build has changed its schema"))?;
        if !is_wal && fault.is_none() {
            // Only now that it is known to be this vault's database.
            Connection::open(&files.database(), &raw_key, options.vfs.as_deref(), Role::Writer)?;
        }
        let mut store = Store {
            shared,
            pool: Pool::new(options.access(&files, raw_key, mount), reader, options.readers),
            files,
            warnings,
            upgrade,
            _lock: Some(lock),
            _guard: guard,
        };
        store.shared.ring_now(unlocked);
        store.catalogue_tell();
        let own = is_odd.then(|| store.own_row_tell());
        if let Some(fault) = fault {
            store.refuse_to_write(fault, (ring, unlocked), generation, &copies);
            store.name_kept_copies(unlocked, REMOVE);
            options.check_stop()?;
            return Ok(store);
        }
        own.into_iter().for_each(|own| store.own_row_heal(own));
        if let Ok(count @ 1..) = paused {
            let transfers = counted(
                count as u64,
                "active file transfer was",
                "active file transfers were",
            );
            let text = format!("the vault was not closed properly; {transfers} paused");
            store.warnings.push(text);
        }
        // Cleaning up must not prevent an open: after a bad page or on a full disk, it is left for the next time.
        store.put_off(paused, "interrupted file transfers could not be paused");
        store.note_and_heal((ring, unlocked), generation, unlock, &copies);
        store.sweep();
        // After a schema change the user was told about the copy, so it stays until the next open.
        if at_once && !is_older && store.shared.is_settled {
            store.tidy(unlocked);
        } else {
            store.name_kept_copies(unlocked, REMOVE);
        }
        // If the open was stopped, the warnings do not matter: the caller gets no vault.
        options.check_stop()?;
        Ok(store)
    }
}

/// Returns the keys: the reopened ones, if the key ring was read again.
const fn current<'a>(reopened: &'a Option<(KeyRing, Unlocked)>, first: &'a Unlocked) -> &'a Unlocked {
    match reopened {
        Some((_, unlocked)) => unlocked,
        None => first,
    }
}

/// Reads the key ring again after `vault.lock` was released; `None` if it has not changed. Otherwise `copies` is
/// updated too.
fn ring_now(
    files: &Files,
    copies: &mut RingCopies,
    unlocked: &Unlocked,
) -> Result<Option<(KeyRing, Unlocked)>, StoreError> {
    let now = files.read_key_rings()?;
    if now == *copies {
        return Ok(None);
    }
    let reopened = newest(valid_rings(files, &now)?, |ring| ring.reopen(unlocked))?;
    *copies = now;
    Ok(Some(reopened))
}
