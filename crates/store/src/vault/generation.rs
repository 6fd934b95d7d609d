//! The generation of the key ring, as the database knows it.

use privatus_crypto::KeyRing;

use crate::error::StoreError;
use crate::sql::Sql;
use crate::store::Store;
use crate::tx::{ReadTx, WriteTx};

impl Store {
    /// The database knows the highest generation it was opened under: an older key ring is a restored copy.
    pub(super) fn note_generation(&mut self, ring: &KeyRing, highest: i64) -> Result<(), StoreError> {
        let generation = i64::try_from(ring.generation()).unwrap_or(i64::MAX);
        if generation > highest {
            return self.write("generation", |tx| tx.generation_set(generation));
        }
        if generation < highest {
            self.warnings.push(format!(
                "the key ring is older (generation {generation}) than one this vault was opened with ({highest}); it \
                 may be a restored copy, and an old password may open it"
            ));
            return self.write("generation", |tx| {
                let now = tx.now().to_sql();
                let sql = Sql::new(
                    "INSERT INTO security_events (timestamp, event_type, severity, description) \
                     SELECT ?, 'key_ring_rollback', 'critical', 'the key ring is older than the database' \
                     WHERE NOT EXISTS (SELECT 1 FROM security_events \
                     WHERE event_type = 'key_ring_rollback' AND NOT resolved)",
                );
                tx.link
                    .run(sql.bind(now.as_str()), "record a security event")
                    .map(drop)
            });
        }
        Ok(())
    }
}

impl ReadTx<'_> {
    /// The highest generation of the key ring that this database was opened under.
    pub(crate) fn generation(&mut self) -> Result<i64, StoreError> {
        let sql = Sql::new("SELECT highest_generation FROM vault_state WHERE id = 1");
        let highest: Option<i64> = self.link.row(sql, "read the key ring's generation")?;
        Ok(highest.unwrap_or_default())
    }
}

impl WriteTx<'_> {
    /// Notes the key ring's generation; the mark never goes back.
    pub(crate) fn generation_set(&mut self, generation: i64) -> Result<(), StoreError> {
        let sql =
            Sql::new("UPDATE vault_state SET highest_generation = max(highest_generation, ?) WHERE id = 1");
        self.link
            .run(sql.bind(generation), "record the key ring's generation")
            .map(drop)
    }
}
