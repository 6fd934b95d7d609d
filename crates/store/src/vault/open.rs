//! Unlocking: files, key ring, secret, database, in that order, and nothing written before all of it is ours.

use std::path::Path;
use std::sync::RwLock;

use diesel::sql_types::{BigInt, Binary};
use privatus_crypto::{KdfCost, KeyRing, KeyRingError, Secret, Unlocked};
use privatus_domain::Timestamp;
use privatus_sqlite::{OpenMode, RawKey};

use crate::catalogue::Catalogue;
use crate::connection::{APPLICATION_ID, Link, Role};
use crate::error::StoreError;
use crate::keys::KeyCache;
use crate::migrate;
use crate::sql::Sql;
use crate::store::{Opened, Shared, Store};
use crate::vault::{Files, OpenGuard};

/// How a vault is created and opened.
#[derive(Debug, Clone)]
pub struct VaultOptions {
    /// Cost of the password's KDF at creation and password change; `None` calibrates to about half a second.
    pub kdf: Option<KdfCost>,
    /// Connections that read; at least 1.
    pub readers: usize,
    /// Name of a registered SQLite VFS; tests inject faults by it.
    pub vfs: Option<String>,
    /// Stands in for the system's clock.
    pub clock: Option<fn() -> Timestamp>,
}

impl Default for VaultOptions {
    fn default() -> Self {
        Self {
            kdf: None,
            readers: 2,
            vfs: None,
            clock: None,
        }
    }
}

impl VaultOptions {
    /// For tests alone: the cheapest KDF cost that an open accepts.
    #[must_use]
    pub fn cheap_for_tests() -> Self {
        Self {
            kdf: Some(KdfCost::minimum()),
            ..Self::default()
        }
    }
}

impl Store {
    /// Opens the vault in `path` with its password or recovery code.
    ///
    /// # Errors
    /// Each refusal of DESIGN section 3 has its own [`StoreError`]; none changes a file.
    pub fn unlock(path: &Path, secret: &Secret, options: &VaultOptions) -> Result<Self, StoreError> {
        let files = Files::new(path);
        files.check_present()?;
        let guard = OpenGuard::claim(path)?;
        let rings = valid_rings(&files)?;
        files.check_database()?;
        let lock = files.lock_shared()?;
        let (ring, unlocked) = unlock_newest(rings, secret)?;
        let raw_key = raw_key(&unlocked);
        let mut writer = Link::open(
            &files.database(),
            OpenMode::ReadWrite,
            &raw_key,
            options.vfs.as_deref(),
            Role::Writer,
        )?;
        check_ours(&mut writer, &unlocked)?;
        migrate::check_current(&mut writer)?;
        let mut warnings = Vec::new();
        note_generation(&mut writer, &ring, &mut warnings)?;
        repair_copies(&files, &ring)?;
        let shared = share(&mut writer, &unlocked, options)?;
        let store = Self::assemble(
            Opened {
                shared,
                files,
                raw_key,
                writer,
                warnings,
                lock,
                guard,
            },
            options,
        )?;
        store.removals_sweep()?;
        Ok(store)
    }
}

/// SQLCipher's raw key of an unlocked vault.
pub(crate) fn raw_key(unlocked: &Unlocked) -> RawKey {
    RawKey::new(
        unlocked.database_key().dangerously_expose_bytes(),
        unlocked.cipher_salt(),
    )
}

/// What the connections share, once the database is known to be ours.
pub(crate) fn share(
    link: &mut Link,
    unlocked: &Unlocked,
    options: &VaultOptions,
) -> Result<Shared, StoreError> {
    let root = unlocked.master().key_store_key();
    let sql = Sql::<(BigInt, Binary)>::new(
        "SELECT key_number, encrypted_key FROM key_store WHERE key_type = 'id' AND scope = 'ids'",
    );
    let row: Option<(i64, Vec<u8>)> = link.row(sql, "find the id key")?;
    let missing = || StoreError::DatabaseDamaged("the id key is missing".into());
    let (number, wrapped) = row.ok_or_else(missing)?;
    let number = u32::try_from(number).map_err(|_| missing())?;
    let vault_id = unlocked.vault_id();
    let id_key = root
        .unwrap(&vault_id, number, "id", "ids", &wrapped)?
        .into_id_key();
    let version = Catalogue::current_version(link)?;
    let catalogue = Catalogue::load(link, version)?;
    Ok(Shared {
        vault_id,
        root,
        id_key,
        keys: KeyCache::default(),
        catalogue: RwLock::new(catalogue.into()),
        clock: options.clock,
    })
}

/// The copies that parse, the higher generation first.
fn valid_rings(files: &Files) -> Result<Vec<KeyRing>, StoreError> {
    let mut rings: Vec<KeyRing> = Vec::new();
    let mut first_error = None;
    for bytes in files.read_key_rings()? {
        match KeyRing::parse(&bytes) {
            Ok(ring) if rings.iter().any(|known| known.to_bytes() == ring.to_bytes()) => {}
            Ok(ring) => rings.push(ring),
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    if rings.is_empty() {
        return Err(first_error.unwrap_or(KeyRingError::NotAKeyRing).into());
    }
    rings.sort_by_key(|ring| std::cmp::Reverse(ring.generation()));
    Ok(rings)
}

/// The valid copy of the higher generation.
pub(crate) fn newest_ring(files: &Files) -> Result<KeyRing, StoreError> {
    valid_rings(files)?
        .into_iter()
        .next()
        .ok_or_else(|| KeyRingError::NotAKeyRing.into())
}

/// Opens the newest copy. A generation is authentic only once its MAC was checked: a copy found to be altered gives way
/// to the other, a wrong secret does not.
fn unlock_newest(rings: Vec<KeyRing>, secret: &Secret) -> Result<(KeyRing, Unlocked), StoreError> {
    let mut first_error = None;
    for ring in rings {
        match ring.unlock(secret) {
            Ok(unlocked) => return Ok((ring, unlocked)),
            Err(error @ KeyRingError::Tampered(_)) => first_error = first_error.or(Some(error)),
            Err(error) => return Err(first_error.unwrap_or(error).into()),
        }
    }
    Err(first_error.unwrap_or(KeyRingError::NotAKeyRing).into())
}

fn check_ours(link: &mut Link, unlocked: &Unlocked) -> Result<(), StoreError> {
    let foreign = || StoreError::DatabaseDamaged("it is not this vault's database".into());
    if link.raw().pragma_i64("application_id")? != Some(APPLICATION_ID) {
        return Err(foreign());
    }
    let id: Option<Vec<u8>> = link.row(
        Sql::<Binary>::new("SELECT vault_id FROM vault_state WHERE id = 1"),
        "read the vault's id",
    )?;
    if id.as_deref() != Some(unlocked.vault_id().as_bytes().as_slice()) {
        return Err(foreign());
    }
    Ok(())
}

/// The database knows the highest generation it was opened under: an older key ring is a restored copy.
fn note_generation(link: &mut Link, ring: &KeyRing, warnings: &mut Vec<String>) -> Result<(), StoreError> {
    let sql = Sql::<BigInt>::new("SELECT highest_generation FROM vault_state WHERE id = 1");
    let highest: Option<i64> = link.row(sql, "read the key ring's generation")?;
    let generation = i64::try_from(ring.generation()).unwrap_or(i64::MAX);
    let highest = highest.unwrap_or_default();
    if generation < highest {
        warnings.push(format!(
            "the key ring is older (generation {generation}) than one this vault was opened with ({highest}); it may be \
             a restored copy, and an old password may open it"
        ));
        let now = crate::store::system_time().to_sql();
        let sql = Sql::new(
            "INSERT INTO security_events (timestamp, event_type, severity, description) \
             SELECT ?, 'key_ring_rollback', 'critical', 'the key ring is older than the database' \
             WHERE NOT EXISTS (SELECT 1 FROM security_events WHERE event_type = 'key_ring_rollback' AND NOT resolved)",
        );
        link.run(sql.bind(now.as_str()), "record a security event")?;
    } else if generation > highest {
        let sql = Sql::new("UPDATE vault_state SET highest_generation = ? WHERE id = 1");
        link.run(sql.bind(generation), "record the key ring's generation")?;
    }
    Ok(())
}

/// Makes both copies equal to the one that opened the vault. A folder that cannot be written keeps its one copy.
fn repair_copies(files: &Files, ring: &KeyRing) -> Result<(), StoreError> {
    let bytes = ring.to_bytes();
    let copies = files.read_key_rings()?;
    if copies.len() == 2 && copies.iter().all(|copy| *copy == bytes) {
        return Ok(());
    }
    let _lock = files.lock_key_ring()?;
    // Another process may have changed the password meanwhile: only what was just found faulty or older is replaced.
    if files.read_key_rings()? == copies {
        files.write_key_rings(&bytes)?;
    }
    Ok(())
}
