//! Whether a database is this vault's, and what its connections share then.

use std::sync::RwLock;

use privatus_crypto::Unlocked;

use crate::db::connection::{APPLICATION_ID, Connection};
use crate::db::hot;
use crate::db::real_tables::{OF_ANY_BUILD, RealTables};
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

/// What the connections share, once the database is known to be ours.
pub(crate) fn share(
    db: &mut Connection,
    unlocked: &Unlocked,
    options: &VaultOptions,
) -> Result<Shared, StoreError> {
    let root = unlocked.master().key_store_key();
    let sql = Sql::new(hot::OPEN_ID_KEY);
    let row: Option<(i64, Vec<u8>, Option<i64>)> = db.row(sql, "find the id key")?;
    let missing = || StoreError::DatabaseDamaged("the id key is missing".into());
    let (number, wrapped, settled) = row.ok_or_else(missing)?;
    let number = u32::try_from(number).map_err(|_| missing())?;
    let vault_id = unlocked.vault_id();
    let id_key = root
        .unwrap(&vault_id, number, "id", "ids", &wrapped)
        .map_err(|_| key_lost(number, &KeyPlace::new("id", "ids"), &wrapped))?
        .into_id_key();
    let id_key = CountedIdKey::new(number, id_key);
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
        cursors: Cursors::default(),
        pending: Pending::default(),
        statistics: Statistics::default(),
        user: None,
        stop: options.stop.clone(),
        is_settled: settled.is_some_and(|version| version >= RULES_VERSION),
        noted: RwLock::new(unlocked.noted().clone()),
        ring: unlocked.generation().into(),
    })
}

/// What a database says that is this vault's.
pub(crate) struct Ours {
    /// The highest generation of the key ring that it was opened under.
    pub(crate) generation: i64,
    /// Which of its names are tables.
    pub(crate) tables: RealTables,
}

/// Looks whether a database is this vault's. Its first statement is the one that tells tables from what stands in their
/// place.
pub(crate) fn check_ours(db: &mut Connection, unlocked: &Unlocked) -> Result<Ours, StoreError> {
    let foreign = || StoreError::DatabaseDamaged("it is not this vault's database".into());
    let tables = RealTables::read(db)?;
    if let Some(object) = tables.schema.without_page() {
        return Err(StoreError::DatabaseDamaged(format!(
            "the schema says of {object} that it begins on a page that the file does not have"
        )));
    }
    tables.check_all_there(db, OF_ANY_BUILD)?;
    if db.raw().pragma_i64("application_id")? != Some(APPLICATION_ID) {
        return Err(foreign());
    }
    let sql = Sql::new(hot::OPEN_VAULT);
    match db.row(sql, "read vault_state, its vault_id and highest_generation")? {
        Some((id, generation)) if Vec::<u8>::as_slice(&id) == unlocked.vault_id().as_bytes() => {
            Ok(Ours { generation, tables })
        }
        _ => Err(foreign()),
    }
}
