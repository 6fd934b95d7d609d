//! The checkpoint after the entries that retention removed. It has its own MAC and says where the chain now begins.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use privatus_crypto::AuditKey;
use privatus_schema::{SqlBlob, SqlInt, TimeText, vault_state};

use crate::error::StoreError;
use crate::tx::{ReadTx, WriteTx};

/// Where a log begins.
pub(super) enum Checkpoint {
    /// At its first entry.
    None,
    /// After the removed entry with this number and MAC.
    At(i64, [u8; 32]),
    /// Unknown, because the checkpoint does not hold: the last removed entry if known, and what is wrong.
    Broken(i64, String),
}

/// The checkpoint in the row of `vault_state`: all columns are set, or none.
#[derive(Default, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = vault_state, check_for_backend(Sqlite), treat_none_as_null = true)]
struct CheckpointRow {
    audit_removed: Option<SqlInt>,
    audit_removed_mac: Option<SqlBlob>,
    /// A text, so that a value changed to something other than a time counts as a changed checkpoint.
    audit_removed_at: Option<TimeText>,
    /// The number of the audit key, and the MAC.
    audit_checkpoint: Option<SqlBlob>,
}

/// Computes the MAC of a checkpoint over the last removed entry, its MAC, and the time.
pub(super) fn checkpoint_mac(
    key: &AuditKey,
    (vault, key_number): (&[u8], u32),
    removed: i64,
    removed_mac: &[u8; 32],
    at: &str,
) -> [u8; 32] {
    key.checkpoint_mac(&[
        vault,
        key_number.to_le_bytes().as_slice(),
        removed.to_le_bytes().as_slice(),
        removed_mac.as_slice(),
        at.as_bytes(),
    ])
}

impl ReadTx<'_> {
    /// Returns the number of the last entry that retention removed; 0 if none was removed or the checkpoint does not
    /// hold.
    pub(crate) fn audit_removed_up_to(&mut self) -> Result<i64, StoreError> {
        Ok(match self.audit_checkpoint()? {
            Checkpoint::At(removed, _) => removed,
            Checkpoint::None | Checkpoint::Broken(..) => 0,
        })
    }

    /// Reads the checkpoint and checks its MAC.
    pub(super) fn audit_checkpoint(&mut self) -> Result<Checkpoint, StoreError> {
        let row = self.db.ask("read the audit log's checkpoint", |db| {
            vault_state::table
                .find(SqlInt(1))
                .select(CheckpointRow::as_select())
                .get_result(db)
                .optional()
        });
        let row = match row {
            Err(StoreError::DatabaseDamaged(_)) if !self.db.is_spoiled() => {
                let why = "the checkpoint after the removed entries was changed: one of vault_state.audit_removed, \
                           audit_removed_mac, audit_removed_at and audit_checkpoint is not what a build writes";
                return Ok(Checkpoint::Broken(0, why.into()));
            }
            row => row?.unwrap_or_default(),
        };
        let parts = (
            row.audit_removed,
            row.audit_removed_mac,
            row.audit_removed_at,
            row.audit_checkpoint,
        );
        let (removed, mac, at, checkpoint) = match parts {
            (None, None, None, None) => return Ok(Checkpoint::None),
            (Some(removed), Some(mac), Some(at), Some(checkpoint)) => (removed.0, mac.0, at.0, checkpoint.0),
            (removed, ..) => {
                let why = "the checkpoint after the removed entries is incomplete".into();
                return Ok(Checkpoint::Broken(removed.unwrap_or_default().0, why));
            }
        };
        let changed = Checkpoint::Broken(
            removed,
            format!("the checkpoint after entry {removed} was changed"),
        );
        let (Some((number, stored)), Ok(mac)) = (checkpoint.split_first_chunk::<4>(), mac.try_into()) else {
            return Ok(changed);
        };
        let (number, key) = match self.audit_key(u32::from_le_bytes(*number).into()) {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(changed),
            Err(StoreError::DatabaseDamaged(why)) if !self.db.is_spoiled() => {
                let why = format!("the checkpoint after entry {removed} cannot be proven: {why}");
                return Ok(Checkpoint::Broken(removed, why));
            }
            Err(error) => return Err(error),
        };
        let vault = self.shared.vault_id;
        let expected = checkpoint_mac(&key, (vault.as_bytes().as_slice(), number), removed, &mac, &at);
        Ok(if expected.as_slice() == stored {
            Checkpoint::At(removed, mac)
        } else {
            changed
        })
    }
}

impl WriteTx<'_> {
    /// Removes a checkpoint that does not hold, so that the log begins with its first entry.
    pub(super) fn audit_checkpoint_forget(&mut self) -> Result<(), StoreError> {
        self.db.ask_one("forget the audit log's checkpoint", |db| {
            diesel::update(vault_state::table.find(SqlInt(1)))
                .set(&CheckpointRow::default())
                .execute(db)
        })
    }

    /// Writes a checkpoint; `removed` is the last removed entry, `mac` its MAC.
    pub(super) fn audit_checkpoint_write(
        &mut self,
        removed: i64,
        mac: [u8; 32],
        key: (u32, &AuditKey),
    ) -> Result<(), StoreError> {
        let (number, key) = key;
        let (vault, at) = (self.shared.vault_id, self.now().to_sql());
        let place = (vault.as_bytes().as_slice(), number);
        let checkpoint = checkpoint_mac(key, place, removed, &mac, &at);
        let row = CheckpointRow {
            audit_removed: Some(SqlInt(removed)),
            audit_removed_mac: Some(SqlBlob(mac.to_vec())),
            audit_removed_at: Some(TimeText(at)),
            audit_checkpoint: Some(SqlBlob(
                [number.to_le_bytes().as_slice(), checkpoint.as_slice()].concat(),
            )),
        };
        self.db.ask_one("write the audit log's checkpoint", |db| {
            diesel::update(vault_state::table.find(SqlInt(1)))
                .set(&row)
                .execute(db)
        })
    }
}
