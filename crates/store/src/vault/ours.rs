//! Checks whether a database belongs to this vault, and sets up what its connections share.

use std::sync::RwLock;

use privatus_crypto::{IdKey, Unlocked};

use crate::db::connection::{APPLICATION_ID, Connection};
use crate::db::hot;
use crate::db::real_tables::{OF_ANY_BUILD, RealTables};
use crate::db::schema_fault::SchemaFault;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::keys::role::KeyPlace;
use crate::keys::table_key::key_lost;
use crate::partition::catalogue::Catalogue;
use crate::tx::cursors::Cursors;
use crate::tx::gathered::Statistics;
use crate::tx::key_cache::{CountedIdKey, KeyCache};
use crate::tx::queue::Pending;
use crate::tx::shared::Shared;
use crate::upgrade::older_rows::RULES_VERSION;
use crate::vault::VaultOptions;

/// Returns what the connections share, once the database is known to belong to this vault.
pub(crate) fn share(
    db: &mut Connection,
    unlocked: &Unlocked,
    options: &VaultOptions,
) -> Result<Shared, StoreError> {
    let root = unlocked.master().key_store_key();
    let vault_id = unlocked.vault_id();
    let Found {
        number,
        key,
        settled,
        is_odd,
    } = find_id_key(db, unlocked)?;
    let id_key = CountedIdKey::new(number, key);
    let version = Catalogue::current_version(db)?;
    let catalogue = Catalogue::load(db, version)?;
    Ok(Shared {
        vault_id,
        root,
        ledger_key: unlocked.master().ledger_key(),
        id_key,
        keys: KeyCache::default(),
        catalogue: RwLock::new(catalogue.into()),
        clock: options.clock,
        tell: options.tell,
        cursors: Cursors::default(),
        pending: Pending::default(),
        statistics: Statistics::default(),
        user: None,
        stop: options.stop.clone(),
        is_row_odd: is_odd || settled.is_none(),
        is_settled: settled.is_some_and(|version| version >= RULES_VERSION),
        noted: RwLock::new(unlocked.noted().clone()),
        ring: unlocked.generation().into(),
    })
}

/// How many numbers to try for the key for hashing ids, which is among the first keys created.
const FIRST: u32 = 16;

/// The key for hashing ids.
struct Found {
    number: u32,
    key: IdKey,
    /// The schema version whose rules the rows follow, if the vault's own row says so.
    settled: Option<i64>,
    /// Whether its row has wrong values.
    is_odd: bool,
}

fn find_id_key(db: &mut Connection, unlocked: &Unlocked) -> Result<Found, StoreError> {
    let (root, vault) = (unlocked.master().key_store_key(), unlocked.vault_id());
    let sql = Sql::new(hot::OPEN_ID_KEY);
    let row = db.row::<(i64, Vec<u8>, Option<i64>)>(sql, "find the id key");
    let mut why = StoreError::DatabaseDamaged("the id key is missing".into());
    match row {
        Ok(Some((number, wrapped, settled))) => {
            let number = u32::try_from(number).unwrap_or_default();
            match root.unwrap(&vault, number, "id", "ids", &wrapped) {
                Ok(key) => {
                    return Ok(Found {
                        number,
                        key: key.into_id_key(),
                        settled,
                        is_odd: false,
                    });
                }
                Err(_) => why = key_lost(number, &KeyPlace::new("id", "ids"), &wrapped),
            }
        }
        Ok(None) => {}
        Err(error) if db.is_spoiled() || !matches!(error, StoreError::DatabaseDamaged(_)) => {
            return Err(error);
        }
        Err(_) => {}
    }
    // Its row may have been altered; its wrapping proves what it is.
    let sql = Sql::new("SELECT CAST(encrypted_key AS BLOB) FROM key_store WHERE length(encrypted_key) > 0");
    let rows: Vec<Option<Vec<u8>>> = db.rows(sql, "look for the id key")?;
    for wrapped in rows.iter().flatten() {
        for number in 1..=FIRST {
            if let Ok(key) = root.unwrap(&vault, number, "id", "ids", wrapped) {
                let sql = "SELECT iif(typeof(settled_version) = 'integer', settled_version, NULL) FROM vault_state WHERE id = 1";
                let settled: Option<Option<i64>> =
                    db.row(Sql::new(sql), "read vault_state.settled_version")?;
                return Ok(Found {
                    number,
                    key: key.into_id_key(),
                    settled: settled.flatten(),
                    is_odd: true,
                });
            }
        }
    }
    Err(why)
}

/// What a database that belongs to this vault says.
pub(crate) struct Ours {
    /// The highest key ring generation that it was opened with; `None` if its own row does not say so, or names another
    /// vault.
    pub(crate) generation: Option<i64>,
    /// Which of its names are tables.
    pub(crate) tables: RealTables,
}

/// Checks whether a database belongs to this vault. The first statement distinguishes real tables from objects planted
/// in their place.
pub(crate) fn check_ours(db: &mut Connection, unlocked: &Unlocked) -> Result<Ours, StoreError> {
    let tables = RealTables::read(db)?;
    if let Some(object) = tables.schema.without_page() {
        return Err(StoreError::DatabaseDamaged(format!(
            "according to the schema, {object} begins on a page that the file does not have"
        )));
    }
    let strange = tables.schema.strange_so_far();
    check_row(db, unlocked, tables).map_err(|error| named_with(error, strange))
}

/// Adds to an error what is wrong with the schema.
pub(crate) fn named_with(error: StoreError, strange: Option<SchemaFault>) -> StoreError {
    match (error, strange) {
        (StoreError::DatabaseDamaged(why), Some(strange)) => {
            StoreError::DatabaseDamaged(format!("{why}; in its schema, {strange}"))
        }
        (error, _) => error,
    }
}

fn check_row(db: &mut Connection, unlocked: &Unlocked, tables: RealTables) -> Result<Ours, StoreError> {
    let foreign = || StoreError::DatabaseDamaged("it is not this vault's database".into());
    tables.check_all_there(db, OF_ANY_BUILD)?;
    if db.raw().pragma_i64("application_id")? != Some(APPLICATION_ID) {
        return Err(foreign());
    }
    let sql = Sql::new(hot::OPEN_VAULT);
    let row: Result<Option<(Vec<u8>, i64)>, StoreError> =
        db.row(sql, "read vault_state, its vault_id and highest_generation");
    let generation = match row {
        Ok(Some((id, generation))) if id == unlocked.vault_id().as_bytes() => Some(generation),
        Err(error) if db.is_spoiled() || !matches!(error, StoreError::DatabaseDamaged(_)) => {
            return Err(error);
        }
        // A key that only this vault's wrapping key opens proves whose database it is, whatever its own row says.
        _ => match find_id_key(db, unlocked) {
            Ok(_) => None,
            Err(_) => return Err(foreign()),
        },
    };
    Ok(Ours { generation, tables })
}
