//! Sealing and opening a message's body, in the row or, when large, in `message_content`.

use std::sync::Arc;

use diesel::dsl::{exists, select};
use diesel::prelude::*;
use privatus_crypto::{Context, TableKey, envelope_key_number};
use privatus_domain::{Body, Id, Partition, StoredBody};
use privatus_schema::{SqlText, message_content};
use zeroize::Zeroizing;

use crate::db::hot;
use crate::db::one_row::not_taken;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::keys::role::KeyRole;
use crate::tx::{ReadTx, WriteTx};

/// Encoded bodies above this size go to `message_content`: two pages, so that reading a page of messages does not read
/// large texts.
pub(crate) const LARGE: usize = 8_192;
const ZSTD_LEVEL: i32 = 3;

impl WriteTx<'_> {
    /// Deletes a message's large content, if it has any.
    pub(crate) fn content_delete(&mut self, message_id: &str, doing: &str) -> Result<(), StoreError> {
        self.db.ask(doing, |db| {
            diesel::delete(message_content::table.find(SqlText(message_id))).execute(db)
        })?;
        Ok(())
    }

    /// Checks that none of these messages has large content left. Most of them never had any, so the row counts of the
    /// deletes say nothing.
    pub(crate) fn contents_are_gone(&mut self, messages: &[String], doing: &str) -> Result<(), StoreError> {
        let ids = messages.iter().map(|id| SqlText(id.as_str()));
        let is_left = self.db.ask(doing, |db| {
            let left = message_content::table.filter(message_content::message_id.eq_any(ids));
            select(exists(left)).get_result::<bool>(db)
        })?;
        if is_left { Err(not_taken(doing)) } else { Ok(()) }
    }

    /// Seals a body under its month's key and appends the row's envelope to `out`; a large body is stored in
    /// `message_content`.
    pub(crate) fn body_seal(
        &mut self,
        id: &Id,
        body: &Body,
        number: u32,
        key: &Arc<TableKey>,
        out: &mut Vec<u8>,
    ) -> Result<(), StoreError> {
        let mut plain = std::mem::take(&mut self.scratch);
        plain.clear();
        body.encode_into(&mut plain);
        let result = self.body_seal_encoded(id, body, number, key, &mut plain, out);
        zeroize::Zeroize::zeroize(&mut plain);
        plain.clear();
        self.scratch = plain;
        result
    }

    fn body_seal_encoded(
        &mut self,
        id: &Id,
        body: &Body,
        number: u32,
        key: &Arc<TableKey>,
        plain: &mut Vec<u8>,
        out: &mut Vec<u8>,
    ) -> Result<(), StoreError> {
        let mut row_id = Vec::with_capacity(17);
        id.canonical_into(&mut row_id);
        if plain.len() > LARGE {
            self.large_insert(id, &row_id, plain, number, key)?;
            let encoded = plain.len();
            zeroize::Zeroize::zeroize(plain);
            plain.clear();
            body.encode_stub_into(encoded, plain);
        }
        let vault = &self.shared.vault_id;
        let context = Context {
            vault,
            table: "messages",
            column: "content",
            row_id: &row_id,
            key_number: number,
        };
        Ok(key.seal_into(&context, plain, out)?)
    }

    fn large_insert(
        &mut self,
        id: &Id,
        row_id: &[u8],
        encoded: &[u8],
        number: u32,
        key: &Arc<TableKey>,
    ) -> Result<(), StoreError> {
        let failed = |_| StoreError::Unexpected("compression failed".into());
        let packed = Zeroizing::new(zstd::bulk::compress(encoded, ZSTD_LEVEL).map_err(failed)?);
        let saves = packed.len() < encoded.len();
        let (bytes, algorithm) = if saves {
            (packed.as_slice(), Some("zstd"))
        } else {
            (encoded, None)
        };
        let vault = &self.shared.vault_id;
        let context = Context {
            vault,
            table: "message_content",
            column: "content",
            row_id,
            key_number: number,
        };
        let mut envelope = Vec::new();
        key.seal_into(&context, bytes, &mut envelope)?;
        let sql = Sql::new(hot::CONTENT_INSERT);
        let size = |bytes: &[u8]| i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        let id = id.to_string();
        let sql = sql
            .bind(id.as_str())
            .bind(envelope.as_slice())
            .bind(algorithm)
            .bind(size(bytes))
            .bind(size(encoded));
        self.db.run_one(sql, "store a large message")
    }
}

impl ReadTx<'_> {
    /// Opens the envelope of a message's row, and its large content if it has any.
    pub(crate) fn body_open(
        &mut self,
        partition: Partition,
        id: &Id,
        envelope: &[u8],
    ) -> Result<Body, StoreError> {
        match self.stored_open(partition, id, envelope)? {
            StoredBody::Whole(body) => Ok(body),
            StoredBody::Elsewhere { encoded, .. } => self.large_open(partition, id, encoded),
        }
    }

    /// Returns the length of a message's large content, as recorded in its own sealed row; `None` if it has none.
    pub(crate) fn body_elsewhere(
        &mut self,
        partition: Partition,
        id: &Id,
        envelope: &[u8],
    ) -> Result<Option<usize>, StoreError> {
        Ok(match self.stored_open(partition, id, envelope)? {
            StoredBody::Whole(_) => None,
            StoredBody::Elsewhere { encoded, .. } => Some(encoded),
        })
    }

    /// Returns what the envelope of a row contains.
    fn stored_open(
        &mut self,
        partition: Partition,
        id: &Id,
        envelope: &[u8],
    ) -> Result<StoredBody, StoreError> {
        let number = envelope_key_number(envelope)?;
        let key = self.key(number, KeyRole::Month(partition))?;
        let mut row_id = [0_u8; 17];
        let long;
        let row_id: &[u8] = match id {
            Id::Uuid(bytes) => {
                let (_, rest) = row_id.split_at_mut(1);
                rest.copy_from_slice(bytes);
                &row_id
            }
            Id::Text(_) => {
                long = id.canonical();
                &long
            }
        };
        let mut plain = std::mem::take(&mut self.scratch);
        plain.clear();
        let vault = &self.shared.vault_id;
        let context = Context {
            vault,
            table: "messages",
            column: "content",
            row_id,
            key_number: number,
        };
        let stored = key
            .open_into(&context, envelope, &mut plain)
            .map_err(StoreError::from)
            .and_then(|()| StoredBody::decode(&plain).map_err(damaged));
        zeroize::Zeroize::zeroize(&mut plain);
        plain.clear();
        self.scratch = plain;
        stored
    }

    fn large_open(&mut self, partition: Partition, id: &Id, encoded: usize) -> Result<Body, StoreError> {
        let row_id = id.canonical();
        let sql = Sql::new(hot::CONTENT_FIND);
        let text = id.to_string();
        let row: Option<(Vec<u8>, Option<String>)> =
            self.db.row(sql.bind(text.as_str()), "read a large message")?;
        let missing = || StoreError::DatabaseDamaged(format!("the content of message {id} is missing"));
        let (envelope, algorithm) = row.ok_or_else(missing)?;
        let packed = self.open_under(
            KeyRole::Month(partition),
            ("message_content", "content"),
            &row_id,
            &envelope,
        )?;
        let plain = match algorithm.as_deref() {
            None => packed,
            // The length recorded in the row's envelope limits what is unpacked.
            Some("zstd") => Zeroizing::new(zstd::bulk::decompress(&packed, encoded).map_err(|_| missing())?),
            Some(_) => {
                return Err(StoreError::DatabaseDamaged(format!(
                    "message_content: the content of message {id} is compressed with an unknown algorithm"
                )));
            }
        };
        if plain.len() != encoded {
            return Err(StoreError::DatabaseDamaged(format!(
                "message_content: the length or the compression of the content of message {id} is not \
                 what was sealed"
            )));
        }
        match StoredBody::decode(&plain).map_err(damaged)? {
            StoredBody::Whole(body) => Ok(body),
            StoredBody::Elsewhere { .. } => Err(missing()),
        }
    }
}

fn damaged(error: privatus_domain::BodyError) -> StoreError {
    StoreError::DatabaseDamaged(error.to_string())
}
