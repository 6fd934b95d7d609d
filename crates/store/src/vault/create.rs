//! Creates a vault: built completely in a folder next to its place, then renamed.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use diesel::prelude::*;
use privatus_crypto::{KdfCost, KeyRing, Noted, Password, RecoveryCode, TableKey, Unlocked};
use privatus_domain::{Act, NewAuditEntry, Resource, ResourceKind};
use privatus_schema::{SqlBlob, SqlInt, SqlTime, vault_state};
use privatus_sqlite::CheckpointMode;

use crate::db::connection::{APPLICATION_ID, Connection, Role};
use crate::db::failed::asked;
use crate::db::pool::Pool;
use crate::error::StoreError;
use crate::keys::table_key::key_keep;
use crate::run::{read_on, usage_flush, write_on};
use crate::store::Store;
use crate::tx::shared::{Shared, system_time};
use crate::upgrade;
use crate::vault::VaultOptions;
use crate::vault::building::{Building, begun_beside};
use crate::vault::ours::share;
use crate::vault::place::check_vacant;
use crate::vault::raw_key::raw_key;
use crate::vault::ring_note::note_of;
use crate::vault::rings::generation_of;
use crate::vault::{Files, Mount, OpenGuard};

/// How long it should take to derive the key from the password on this machine (docs/DESIGN.md, section 4).
pub(crate) const KDF_TARGET: std::time::Duration = std::time::Duration::from_millis(500);

impl Store {
    /// Checks whether a vault can be created in `path`, before the user is asked for a password.
    ///
    /// # Errors
    /// [`StoreError::VaultExists`], [`StoreError::NotAVault`] or [`StoreError::Rule`].
    pub fn check_vacant(path: &Path) -> Result<(), StoreError> {
        check_vacant(path).map(drop)
    }

    /// Returns the folders next to `path` in which a vault for it was begun but never moved to its place: left by a
    /// killed process, or in use by another one. Their secrets do not open `path`.
    #[must_use]
    pub fn begun_beside(path: &Path) -> Vec<PathBuf> {
        begun_beside(path)
    }

    /// Creates a vault in `path`, which does not exist or is an empty folder, and opens it.
    ///
    /// The recovery code is meant to be shown to the user once; it is not stored. The vault exists before the caller
    /// has the code: to create a vault for a person, use [`create_keeping`](Self::create_keeping).
    ///
    /// # Errors
    /// [`StoreError::VaultExists`] and the other refusals (docs/DESIGN.md, section 3); nothing is left behind.
    pub fn create(
        path: &Path,
        password: &Password,
        options: &VaultOptions,
    ) -> Result<(Self, RecoveryCode), StoreError> {
        Self::create_with(
            path,
            password,
            options,
            Act::VaultCreate,
            |_, _| Ok(()),
            |_| Ok(()),
        )
    }

    /// Creates a vault like [`create`](Self::create), but first passes the recovery code to `keep`, which stores it
    /// safely: a vault whose code nobody has never appears. If `keep` fails, nothing is left behind. If creating the
    /// vault fails after that, the code opens nothing.
    ///
    /// Those of [`create`](Self::create) and of `keep`. [`StoreError::Made`] if the vault is in its place but could not
    /// be opened at once: the code passed to `keep` opens it. [`StoreError::VaultExists`] always means that this vault
    /// did not get its place, so the code passed to `keep` opens nothing.
    pub fn create_keeping<E: From<StoreError>>(
        path: &Path,
        password: &Password,
        options: &VaultOptions,
        keep: impl FnOnce(&RecoveryCode) -> Result<(), E>,
    ) -> Result<Self, E> {
        Self::create_with(path, password, options, Act::VaultCreate, |_, _| Ok(()), keep)
            .map(|(store, _)| store)
    }

    /// Creates a vault whose database is filled by `fill` before it appears; if that fails, nothing is left behind.
    pub(crate) fn create_with<E: From<StoreError>>(
        path: &Path,
        password: &Password,
        options: &VaultOptions,
        act: Act,
        fill: impl FnOnce(&mut Connection, &Shared) -> Result<(), E>,
        keep: impl FnOnce(&RecoveryCode) -> Result<(), E>,
    ) -> Result<(Self, RecoveryCode), E> {
        let is_there = check_vacant(path)?;
        let recovery = RecoveryCode::generate().map_err(StoreError::from)?;
        let cost = options.kdf.unwrap_or_else(|| KdfCost::calibrate(KDF_TARGET));
        let (ring, unlocked) =
            KeyRing::create(password, &recovery, cost, &system_time().to_sql()).map_err(StoreError::from)?;
        let mut unique = [0; 8];
        getrandom::fill(&mut unique)
            .map_err(|_| StoreError::Unexpected("the system has no randomness".into()))?;
        let mut building = Building::begin(path, is_there, unique)
            .map_err(|error| StoreError::io(&error, "create the vault's folder"))?;
        let filled = |db: &mut Connection, shared: &Shared| {
            fill(db, shared)?;
            write_on(db, shared, |tx| {
                tx.older_rows_adapt(true)?;
                let vault = Resource::of(ResourceKind::Vault, tx.own_id());
                tx.audit(&NewAuditEntry::done(tx.now(), act).on(vault))
            })?;
            Ok(())
        };
        let mut noted = Noted::Nothing;
        let mut unsynced = None;
        let built = build(&building.files(), &ring, &unlocked, options, filled).and_then(|ring| {
            noted = ring.noted();
            keep(&recovery)?;
            let published = building.publish().map_err(|error| match error.kind() {
                // Another process created a vault first.
                ErrorKind::AlreadyExists | ErrorKind::DirectoryNotEmpty => {
                    StoreError::VaultExists(path.to_owned(), "created in the meantime")
                }
                _ => StoreError::io(&error, "move the vault to its place"),
            });
            unsynced = published?;
            Ok(())
        });
        if let Err(error) = built {
            building.discard();
            return Err(error);
        }
        let opened = Self::open_made(path, &unlocked, options, noted);
        let mut store = opened.map_err(|why| StoreError::Made {
            vault: path.to_owned(),
            why: Box::new(why),
        })?;
        store.warnings.extend(unsynced.into_iter().map(unsynced_told));
        Ok((store, recovery))
    }

    /// Opens a vault that was just moved to its place.
    fn open_made(
        path: &Path,
        unlocked: &Unlocked,
        options: &VaultOptions,
        noted: Noted,
    ) -> Result<Self, StoreError> {
        let files = Files::open(path)?;
        let guard = OpenGuard::claim(&files)?;
        let lock = files.lock_shared()?.lock;
        let raw_key = raw_key(unlocked);
        let mut reader = Connection::open(
            &files.database(),
            &raw_key,
            options.vfs.as_deref(),
            options.reader_role(Mount::Writable),
        )?;
        let shared = share(&mut reader, unlocked, options)?;
        shared.note_now(noted);
        Ok(Self {
            shared,
            pool: Pool::new(
                options.access(&files, raw_key, Mount::Writable),
                reader,
                options.readers,
            ),
            files,
            warnings: Vec::new(),
            upgrade: None,
            _lock: Some(lock),
            _guard: guard,
        })
    }
}

/// Returns the warning about a vault that is in its place, but not durably.
fn unsynced_told(error: std::io::Error) -> String {
    format!(
        "the vault was created, but its folder's name could not be made durable: {error}; a power failure may remove it"
    )
}

fn build<E: From<StoreError>>(
    files: &Files,
    ring: &KeyRing,
    unlocked: &Unlocked,
    options: &VaultOptions,
    more: impl FnOnce(&mut Connection, &Shared) -> Result<(), E>,
) -> Result<KeyRing, E> {
    files.create_database()?;
    let asked = |error: StoreError| asked(files.folder(), error, "create the vault's database");
    let vfs = options.vfs.as_deref();
    let mut db = Connection::open(&files.database(), &raw_key(unlocked), vfs, Role::Writer)?;
    db.stop_with(options.stop.as_ref());
    db.raw()
        .execute_batch(&format!("PRAGMA application_id = {APPLICATION_ID}"))
        .map_err(StoreError::from)
        .map_err(asked)?;
    db.synchronous_full()?;
    upgrade::create(&mut db, unlocked, options).map_err(asked)?;
    fill(&mut db, ring, unlocked)?;
    let shared = share(&mut db, unlocked, options)?;
    more(&mut db, &shared)?;
    usage_flush(&mut db, &shared);
    // The key ring has not been published yet: no copy of it exists without the note.
    let ring = first_noted(&mut db, &shared, ring, unlocked)?;
    db.raw()
        .wal_checkpoint(CheckpointMode::Truncate)
        .map_err(StoreError::from)
        .map_err(asked)?;
    drop(db);
    if let Some(error) = files.write_key_rings(&ring.to_bytes())? {
        // The vault is not published yet, and a new vault needs both copies.
        return Err(error.into());
    }
    files
        .sync_folder()
        .map_err(|error| StoreError::io(&error, "make the vault durable"))?;
    Ok(ring)
}

/// Returns the key ring with its note on the audit log of the new database.
fn first_noted(
    db: &mut Connection,
    shared: &Shared,
    ring: &KeyRing,
    unlocked: &Unlocked,
) -> Result<KeyRing, StoreError> {
    let head = read_on(db, shared, |tx| tx.audit_newest())?;
    let schema = upgrade::newest();
    let mut note = note_of(&Noted::Nothing, schema, schema);
    (note.log_id, note.mac) = (head.log_id, head.mac);
    Ok(ring.with_first_note(unlocked, note, &system_time().to_sql())?)
}

/// The one row of `vault_state`.
#[derive(Insertable)]
#[diesel(table_name = vault_state)]
struct VaultRow<'a> {
    id: SqlInt,
    vault_id: SqlBlob<&'a [u8]>,
    highest_generation: SqlInt,
    next_key_number: SqlInt,
    created_at: SqlTime<&'a str>,
}

/// Writes the vault's own row and the key for hashing ids.
fn fill(db: &mut Connection, ring: &KeyRing, unlocked: &Unlocked) -> Result<(), StoreError> {
    const ID_KEY: u32 = 1;
    let vault = unlocked.vault_id();
    let now = system_time().to_sql();
    let row = VaultRow {
        id: SqlInt(1),
        vault_id: SqlBlob(vault.as_bytes()),
        highest_generation: SqlInt(generation_of(ring)),
        next_key_number: SqlInt(i64::from(ID_KEY) + 1),
        created_at: SqlTime(&now),
    };
    db.ask_one("fill the vault's row", |db| {
        diesel::insert_into(vault_state::table).values(&row).execute(db)
    })?;
    let key = TableKey::generate()?;
    let root = unlocked.master().key_store_key();
    key_keep(db, &root, &vault, ID_KEY, ("id", "ids"), &key, &now)
}
