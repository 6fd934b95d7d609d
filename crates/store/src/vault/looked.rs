//! What an open reads from the database before anything is written.

use privatus_crypto::Unlocked;

use crate::db::connection::Connection;
use crate::db::real_tables::of_this_build;
use crate::db::schema_fault::SchemaFault;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::partition::catalogue::Catalogue;
use crate::tx::shared::Shared;
use crate::upgrade::pending;
use crate::vault::VaultOptions;
use crate::vault::ours::{Ours, check_ours, named_with, share};

/// What the database says before anything is written.
pub(super) struct Looked {
    pub(super) shared: Shared,
    pub(super) is_wal: bool,
    /// How its schema differs from this build's.
    pub(super) fault: Option<SchemaFault>,
    /// The highest key ring generation that it was opened with.
    pub(super) generation: i64,
    /// Whether its own row, or the row of the key for hashing ids, was altered.
    pub(super) is_odd: bool,
}

/// Checks, in one snapshot, that the database belongs to this vault; `None` if its schema is older than this build's.
pub(super) fn look(
    db: &mut Connection,
    unlocked: &Unlocked,
    options: &VaultOptions,
) -> Result<Option<Looked>, StoreError> {
    db.run(Sql::new("BEGIN"), "begin a transaction")?;
    let Ours { generation, tables } = check_ours(db, unlocked)?;
    // If the mark cannot be read, no key ring counts as older.
    let is_odd = generation.is_none();
    let generation = generation.unwrap_or_else(|| i64::try_from(unlocked.generation()).unwrap_or(i64::MAX));
    let looked = match pending(db)? {
        0 => {
            tables.check_all_there(db, of_this_build())?;
            let strange = tables.schema.strange_so_far();
            let shared = share(db, unlocked, options).map_err(|error| named_with(error, strange))?;
            let mut catalogue = shared.catalogue();
            let months = catalogue.partitions.values().map(|month| month.table.as_str());
            tables.check(db, months)?;
            let version = catalogue.schema_version;
            if !catalogue
                .partitions
                .values()
                .all(|month| tables.has(&month.table))
            {
                shared.publish_catalogue(Catalogue::load_as_found(db, version)?);
                catalogue = shared.catalogue();
            }
            let months = catalogue.partitions.values().map(|month| month.table.as_str());
            tables.check_all_there(db, months)?;
            let months = catalogue.tables();
            let fault = tables.schema.fault(months.iter().map(String::as_str));
            if fault.is_none() {
                db.refuse_broken_schema()?;
            }
            Some(Looked {
                is_wal: db.is_wal()?,
                fault,
                is_odd: is_odd || shared.is_row_odd,
                shared,
                generation,
            })
        }
        _ if is_odd => {
            return Err(StoreError::DatabaseDamaged(
                "the vault_id or the highest_generation in vault_state has a value that no build writes, and the schema is \
                 older, so only a backup can repair it"
                    .into(),
            ));
        }
        _ => {
            db.refuse_broken_schema()?;
            tables.check(db, of_this_build())?;
            None
        }
    };
    db.run(Sql::new("ROLLBACK"), "end a transaction")?;
    Ok(looked)
}
