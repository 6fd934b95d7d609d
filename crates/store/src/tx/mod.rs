//! Transactions: a read sees one snapshot and cannot write; a write holds the one write connection.

pub(crate) mod chain_head;
pub(crate) mod cursors;
pub(crate) mod gathered;
pub(crate) mod key_cache;
pub(crate) mod queue;
pub(crate) mod shared;

use std::collections::{BTreeMap, HashMap};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use privatus_crypto::{Context, CryptoError, TableKey};
use privatus_domain::id::Id;
use privatus_domain::{ContactId, Grant, MessageId, Partition, SenderRef, Timestamp, Usage, UserId};

use crate::db::connection::Connection;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::partition::catalogue::{Catalogue, PartitionTable};
use crate::tx::chain_head::ChainHead;
use crate::tx::gathered::Gathered;
use crate::tx::key_cache::KeptKey;
use crate::tx::queue::Waiting;
use crate::tx::shared::Shared;

/// A read transaction: one snapshot of the vault.
pub struct ReadTx<'a> {
    pub(crate) db: &'a mut Connection,
    pub(crate) shared: &'a Shared,
    pub(crate) partitions: Arc<BTreeMap<Partition, Arc<PartitionTable>>>,
    pub(crate) new_keys: HashMap<u32, KeptKey>,
    /// The key used last: rows that come together are mostly of one month.
    pub(crate) last_key: Option<(u32, KeptKey)>,
    pub(crate) is_writer: bool,
    /// Whom the session acts for; `None` is the vault's own user.
    pub(crate) user: Option<UserId>,
    /// What is granted to the user, read once.
    pub(crate) grants: Option<Vec<Grant>>,
    pub(crate) scratch: Vec<u8>,
}

impl std::fmt::Debug for ReadTx<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReadTx")
    }
}

/// A write transaction: everything a read can, and changes that are kept together or not at all.
pub struct WriteTx<'a> {
    read: ReadTx<'a>,
    pub(crate) schema_changed: bool,
    pub(crate) senders: HashMap<SenderRef, i64>,
    /// Of each conversation and month: the key wanted last, and the one given.
    pub(crate) placed: HashMap<(Partition, i64), (Option<i64>, i64)>,
    pub(crate) audit_head: Option<ChainHead>,
    /// Numbers of the keys that this transaction destroyed.
    pub(crate) gone_keys: Vec<u32>,
    /// Whether the store is closed behind it: the use of keys goes with it.
    pub(crate) is_last: bool,
    /// What waited for this transaction, until it is committed.
    pub(crate) waited: Option<Waiting>,
    /// What it wrote of the statistics, until it is committed.
    pub(crate) gathered: Option<Gathered>,
    /// What it does itself, counted when it is committed.
    pub(crate) usage: Usage,
    /// An insert failed half-way: whoever goes on all the same has nothing of the transaction kept.
    pub(crate) is_half_done: bool,
    /// Rows from before the audit log's chain are being taken into it.
    pub(crate) is_settling: bool,
    now: Timestamp,
}

impl std::fmt::Debug for WriteTx<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WriteTx")
    }
}

impl<'a> Deref for WriteTx<'a> {
    type Target = ReadTx<'a>;

    fn deref(&self) -> &ReadTx<'a> {
        &self.read
    }
}

impl<'a> DerefMut for WriteTx<'a> {
    fn deref_mut(&mut self) -> &mut ReadTx<'a> {
        &mut self.read
    }
}

impl<'a> ReadTx<'a> {
    /// Begins on a connection: the snapshot, then the catalogue, read again when the schema moved.
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
        let loaded = Catalogue::load(db, version)?;
        let months = Arc::clone(&loaded.partitions);
        shared.publish_catalogue(loaded);
        Ok(months)
    }

    /// The id under which the vault's own user is a member of groups: the vault's.
    #[must_use]
    pub fn own_id(&self) -> ContactId {
        ContactId::new(Id::Uuid(*self.shared.vault_id.as_bytes()))
    }

    /// Ends a read.
    pub(crate) fn end(self) {
        rollback(self.db);
    }

    /// The 16 bytes under which the register knows a message id.
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

    /// Opens one sealed value of a cold table.
    pub(crate) fn open_value(
        &mut self,
        table: &str,
        column: &str,
        row_id: &[u8],
        envelope: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        let number = privatus_crypto::envelope_key_number(envelope)?;
        let key = self.key(number)?;
        let context = Context {
            vault: &self.shared.vault_id,
            table,
            column,
            row_id,
            key_number: number,
        };
        let mut plain = Vec::new();
        key.open_into(&context, envelope, &mut plain)?;
        Ok(plain)
    }
}

impl<'a> WriteTx<'a> {
    pub(crate) fn begin(db: &'a mut Connection, shared: &'a Shared) -> Result<Self, StoreError> {
        let now = shared.now();
        Ok(Self {
            read: ReadTx::begin(db, shared, true)?,
            schema_changed: false,
            senders: HashMap::new(),
            placed: HashMap::new(),
            audit_head: None,
            gone_keys: Vec::new(),
            is_last: false,
            waited: None,
            gathered: None,
            usage: Usage::default(),
            is_half_done: false,
            is_settling: false,
            now,
        })
    }

    /// Time of this transaction: every row of it carries the same.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// A new id of the present time (UUIDv7), for a message, contact or group.
    ///
    /// # Errors
    /// [`StoreError::Unexpected`] when the system has no randomness.
    pub fn new_id(&self) -> Result<Id, StoreError> {
        let mut random = [0_u8; 10];
        getrandom::fill(&mut random)
            .map_err(|_| StoreError::Unexpected("the system has no randomness".into()))?;
        Ok(Id::v7(self.now.unix_ms(), random))
    }

    /// An id derived from what a source says of a thing (FORMATS: keyed hash into UUIDv8), so that a second import
    /// finds it again.
    #[must_use]
    pub fn derived_id(&self, fields: &[&[u8]]) -> Id {
        Id::v8(self.shared.id_key.hash16("import id", fields))
    }

    /// Seals one value of a cold table under the key of its column.
    pub(crate) fn seal_value(
        &mut self,
        table: &str,
        column: &str,
        row_id: &[u8],
        plaintext: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        self.seal_by(table, column, row_id, |key, context, envelope| {
            key.seal_into(context, plaintext, envelope)
        })
    }

    /// The same for a value that takes another's place: its randomness is drawn unbuffered (DESIGN section 4).
    pub(crate) fn reseal_value(
        &mut self,
        table: &str,
        column: &str,
        row_id: &[u8],
        plaintext: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        self.seal_by(table, column, row_id, |key, context, envelope| {
            key.reseal_into(context, plaintext, envelope)
        })
    }

    fn seal_by(
        &mut self,
        table: &str,
        column: &str,
        row_id: &[u8],
        seal: impl FnOnce(&TableKey, &Context<'_>, &mut Vec<u8>) -> Result<(), CryptoError>,
    ) -> Result<Vec<u8>, StoreError> {
        let (number, key) = self.key_ensure("table", &format!("{table}.{column}"))?;
        let context = Context {
            vault: &self.shared.vault_id,
            table,
            column,
            row_id,
            key_number: number,
        };
        let mut envelope = Vec::new();
        seal(&key, &context, &mut envelope)?;
        Ok(envelope)
    }

    /// Commits; only then do other transactions see the new keys and months.
    pub(crate) fn commit(mut self) -> Result<(), StoreError> {
        if self.is_half_done {
            self.roll_back();
            return Err(StoreError::Refused(
                "a message was refused half-way through a transaction, of which nothing is kept".into(),
            ));
        }
        let (shared, waited, gathered) = (self.shared, self.waited.take(), self.gathered.take());
        let committed = self.commit_now();
        if committed.is_err() {
            if let Some(waited) = waited {
                shared.pending.put_back(waited);
            }
            if let Some(gathered) = gathered {
                shared.statistics.put_back(&gathered);
            }
        }
        committed
    }

    fn commit_now(self) -> Result<(), StoreError> {
        let (now, usage, gone_keys) = (self.now, self.usage, self.gone_keys);
        let ReadTx {
            db,
            shared,
            partitions,
            new_keys,
            ..
        } = self.read;
        let version = match self.schema_changed.then(|| Catalogue::current_version(db)) {
            Some(Ok(version)) => Some(version),
            None => None,
            Some(Err(error)) => {
                rollback(db);
                return Err(error);
            }
        };
        if let Err(error) = db.run(Sql::new("COMMIT"), "commit") {
            rollback(db);
            return Err(error);
        }
        shared.keys.publish(new_keys);
        if usage != Usage::default() {
            shared.statistics.used(now, &usage);
        }
        shared.keys.forget(&gone_keys);
        if let Some(schema_version) = version {
            shared.publish_catalogue(Catalogue {
                schema_version,
                partitions,
            });
        }
        Ok(())
    }

    /// Gives everything up.
    pub(crate) fn roll_back(mut self) {
        let (shared, waited, gathered) = (self.read.shared, self.waited.take(), self.gathered.take());
        rollback(self.read.db);
        if let Some(waited) = waited {
            shared.pending.put_back(waited);
        }
        if let Some(gathered) = gathered {
            shared.statistics.put_back(&gathered);
        }
    }
}

fn rollback(db: &mut Connection) {
    // A failed COMMIT may have rolled back already; there is nothing to lose either way.
    if !db.raw().is_autocommit() {
        let _ = db.run(Sql::new("ROLLBACK"), "roll back");
    }
}
