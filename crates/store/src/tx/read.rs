//! A read transaction: one snapshot, the partitions it sees, and the keys it opened.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use privatus_crypto::Context;
use privatus_domain::{ContactId, Grant, Id, MessageId, Partition, UserId};
use zeroize::Zeroizing;

use crate::db::connection::Connection;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::keys::role::KeyRole;
use crate::partition::catalogue::Catalogue;
use crate::partition::table::PartitionTable;
use crate::tx::key_cache::KeptKey;
use crate::tx::shared::Shared;

/// A read transaction: one snapshot of the vault.
pub struct ReadTx<'a> {
    pub(crate) db: &'a mut Connection,
    pub(crate) shared: &'a Shared,
    pub(crate) partitions: Arc<BTreeMap<Partition, Arc<PartitionTable>>>,
    pub(crate) new_keys: HashMap<u32, KeptKey>,
    /// The key used last: rows read together are mostly from the same month.
    pub(crate) last_key: Option<(u32, KeptKey)>,
    pub(crate) is_writer: bool,
    /// The user the session acts for; `None` is the vault's own user.
    pub(crate) user: Option<UserId>,
    /// The user's grants, read once.
    pub(crate) grants: Option<Vec<Grant>>,
    pub(crate) scratch: Vec<u8>,
}

impl std::fmt::Debug for ReadTx<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReadTx")
    }
}

impl<'a> ReadTx<'a> {
    /// Begins a transaction on a connection: the snapshot, then the catalogue, which is read again if the schema
    /// changed.
    pub(crate) fn begin(
        db: &'a mut Connection,
        shared: &'a Shared,
        is_writer: bool,
    ) -> Result<Self, StoreError> {
        let begin = if is_writer { "BEGIN IMMEDIATE" } else { "BEGIN" };
        db.run(Sql::new(begin), "begin a transaction")?;
        match Self::current_partitions(db, shared) {
            Ok(months) => Ok(Self {
                db,
                shared,
                partitions: months,
                new_keys: HashMap::new(),
                last_key: None,
                is_writer,
                user: shared.user.clone(),
                grants: None,
                scratch: Vec::new(),
            }),
            Err(error) => {
                rollback(db);
                Err(error)
            }
        }
    }

    fn current_partitions(
        db: &mut Connection,
        shared: &Shared,
    ) -> Result<Arc<BTreeMap<Partition, Arc<PartitionTable>>>, StoreError> {
        let version = Catalogue::current_version(db)?;
        let known = shared.catalogue();
        if known.schema_version == version {
            return Ok(Arc::clone(&known.partitions));
        }
        let loaded = Catalogue::load_again(db, version)?;
        let months = Arc::clone(&loaded.partitions);
        shared.publish_catalogue(loaded);
        Ok(months)
    }

    /// Returns the id under which the vault's own user is a member of groups, which is the vault's id.
    #[must_use]
    pub fn own_id(&self) -> ContactId {
        ContactId::new(Id::Uuid(*self.shared.vault_id.as_bytes()))
    }

    /// Ends the read.
    pub(crate) fn end(self) {
        rollback(self.db);
    }

    /// Returns the 16 bytes that the register stores for a message id.
    pub(crate) fn lookup_key(&self, id: &MessageId) -> [u8; 16] {
        match id.as_id() {
            Id::Uuid(bytes) => *bytes,
            Id::Text(text) => {
                let hash = self.shared.id_key.hash16("message id", &[text.as_bytes()]);
                match Id::v8(hash) {
                    Id::Uuid(bytes) => bytes,
                    Id::Text(_) => hash,
                }
            }
        }
    }

    /// Opens one sealed value of a cold table; the result is wiped when dropped.
    pub(crate) fn open_value(
        &mut self,
        table: &str,
        column: &str,
        row_id: &[u8],
        envelope: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        self.open_under(KeyRole::Column(table, column), (table, column), row_id, envelope)
    }

    /// Opens one sealed value of a column whose rows do not all use the same key.
    pub(crate) fn open_under(
        &mut self,
        role: KeyRole<'_>,
        (table, column): (&str, &str),
        row_id: &[u8],
        envelope: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let number = privatus_crypto::envelope_key_number(envelope)?;
        let key = self.key(number, role)?;
        let context = Context {
            vault: &self.shared.vault_id,
            table,
            column,
            row_id,
            key_number: number,
        };
        let mut plain = Zeroizing::new(Vec::new());
        key.open_into(&context, envelope, &mut plain)?;
        Ok(plain)
    }
}

/// Rolls back the open transaction, if there is one.
pub(super) fn rollback(db: &mut Connection) {
    // A failed COMMIT may already have rolled back; nothing is lost either way.
    if !db.raw().is_autocommit() {
        let _ = db.run(Sql::new("ROLLBACK"), "roll back");
    }
}
