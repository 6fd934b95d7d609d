//! Opens a vault on a file system that is mounted read-only: for reading only, recording nothing.

use privatus_crypto::{KeyRing, Unlocked};

use crate::db::connection::Connection;
use crate::db::pool::Pool;
use crate::error::StoreError;
use crate::store::Store;
use crate::vault::attempts::Failed;
use crate::vault::generation::is_older;
use crate::vault::healing::{faults_told, faulty};
use crate::vault::looked::look;
use crate::vault::raw_key::raw_key;
use crate::vault::rings::{generation_of, with_salt};
use crate::vault::snapshot_files::{LEAVE_OUT, kept_copies};
use crate::vault::{Closed, VaultOptions};

/// The warning that is then given.
pub(crate) const NOTHING_RECORDED: &str = "the vault is on a file system that is mounted read-only: it is open for reading only, and \
                                nothing is recorded, neither in the audit log nor in any count";

impl Store {
    /// Opens a vault that cannot be written: its files are treated as immutable, and no log is needed.
    pub(super) fn open_to_read(
        closed: Closed,
        (ring, unlocked): (&KeyRing, &Unlocked),
        options: &VaultOptions,
    ) -> Result<Self, StoreError> {
        let Closed {
            files,
            guard,
            mount,
            lock,
            copies,
            is_own_salt,
        } = closed;
        let key = raw_key(unlocked);
        let role = options.reader_role(mount);
        let mut reader = Connection::open(&files.database(), &key, options.vfs.as_deref(), role)
            .map_err(with_salt(is_own_salt))?;
        reader.stop_with(options.stop.as_ref());
        let looked = look(&mut reader, unlocked, options)?;
        let looked = looked.ok_or(StoreError::ReadOnly(
            "its schema is an older build's and would have to be upgraded first",
        ))?;
        let generation = generation_of(ring);
        let mut warnings = vec![NOTHING_RECORDED.to_owned()];
        warnings.extend(Failed::look(&files).map(|failed| failed.warning()));
        let found = faulty(ring, unlocked, &copies);
        warnings.extend(faults_told(&found, "it was left as it is"));
        warnings.extend(files.open_to_others());
        // If they cannot be listed, nothing is known about them.
        let copies = files.snapshots_unnoted(unlocked).unwrap_or_default();
        warnings.extend(kept_copies(&copies, LEAVE_OUT));
        let fault = looked.fault;
        let mut store = Self {
            shared: looked.shared,
            pool: Pool::new(options.access(&files, key, mount), reader, options.readers),
            files,
            warnings,
            upgrade: None,
            _lock: lock.map(|held| held.lock),
            _guard: guard,
        };
        store.catalogue_tell();
        if looked.is_odd {
            let _ = store.own_row_tell();
        }
        if let Some(fault) = fault {
            let text = format!("the schema differs from this build's: {fault}");
            store.warnings.push(text);
            store.pool.refuse(Some(fault));
        }
        // Reported now, and recorded by the next open that can write.
        let (_, highest) = store.doubt_look(unlocked, (generation, looked.generation));
        store.warnings.extend(is_older(generation, highest));
        options.check_stop()?;
        Ok(store)
    }
}
