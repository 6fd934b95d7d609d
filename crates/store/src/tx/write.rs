//! A write transaction: changes that are committed together or not at all, and the queued entries written with them.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};

use privatus_crypto::{Context, CryptoError, TableKey};
use privatus_domain::{Id, Partition, SenderRef, Timestamp, Usage};

use super::read::{ReadTx, rollback};
use crate::db::connection::Connection;
use crate::db::statement::Sql;
use crate::error::{Rule, StoreError};
use crate::keys::role::KeyRole;
use crate::partition::catalogue::Catalogue;
use crate::tx::chain_head::ChainHead;
use crate::tx::gathered::Gathered;
use crate::tx::queue::Waiting;
use crate::tx::shared::Shared;

/// A write transaction: everything a read can do, and changes that are committed together or not at all.
pub struct WriteTx<'a> {
    read: ReadTx<'a>,
    pub(crate) schema_changed: bool,
    pub(crate) senders: HashMap<SenderRef, i64>,
    /// For each month and conversation: the row key last wanted, and the one used.
    pub(crate) placed: HashMap<(Partition, i64), (Option<i64>, i64)>,
    pub(crate) audit_head: Option<ChainHead>,
    /// Numbers of the keys that this transaction destroyed.
    pub(crate) gone_keys: Vec<u32>,
    /// Keys that were found lost while others were created, as sentences.
    pub(crate) lost_keys: Vec<String>,
    /// Texts to report to the user after the commit.
    pub(crate) told: Vec<String>,
    /// The queued entries that this transaction writes, until it is committed.
    pub(crate) waited: Option<Waiting>,
    /// The statistics that this transaction writes, until it is committed.
    pub(crate) gathered: Option<Gathered>,
    /// What this transaction does, counted when it is committed.
    pub(crate) usage: Usage,
    /// Whether messages that were removed before are accepted again.
    pub(crate) takes_removed: bool,
    /// Whether an insert failed halfway; if the caller goes on regardless, nothing is committed.
    pub(crate) is_half_done: bool,
    /// Whether rows from before the audit log's chain are being added to it.
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
            lost_keys: Vec::new(),
            told: Vec::new(),
            waited: None,
            gathered: None,
            usage: Usage::default(),
            takes_removed: false,
            is_half_done: false,
            is_settling: false,
            now,
        })
    }

    /// Returns the time of this transaction, which is the same for all its rows.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Returns a new id with the current time (UUIDv7), for a message, contact or group.
    ///
    /// # Errors
    /// [`StoreError::Unexpected`] if the system has no randomness.
    pub fn new_id(&self) -> Result<Id, StoreError> {
        let mut random = [0_u8; 10];
        getrandom::fill(&mut random)
            .map_err(|_| StoreError::Unexpected("the system has no randomness".into()))?;
        Ok(Id::v7(self.now.unix_ms(), random))
    }

    /// Returns an id derived from a source's description of a thing (docs/CRYPTO.md, "Hashed ids"), so that importing
    /// it again finds it.
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

    /// Seals a value that replaces another: its randomness is drawn unbuffered (docs/DESIGN.md, section 4).
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
        let (number, key) = self.key_ensure(KeyRole::Column(table, column))?;
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
            return Err(Rule::HalfDone.into());
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
                ..Catalogue::default()
            });
        }
        Ok(())
    }

    /// Rolls everything back.
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
