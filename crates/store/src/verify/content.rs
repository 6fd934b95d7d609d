//! Checks large content: each belongs to a message, and its recorded sizes match the sealed data.

use privatus_crypto::ENVELOPE_OVERHEAD;
use privatus_domain::MessageId;

use super::{BATCH, Verification};
use crate::db::at_most::ascends;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::message::row::{Located, Row};
use crate::tx::ReadTx;

/// Rows without their content, as they are; a size that is not an integer becomes NULL.
const ROWS: &str = "SELECT rowid, CAST(message_id AS BLOB), coalesce(length(content), 0), compression_algorithm IS NOT NULL, \
                    iif(typeof(compressed_size) = 'integer', compressed_size, NULL), \
                    iif(typeof(original_size) = 'integer', original_size, NULL) \
                    FROM message_content WHERE rowid > ? ORDER BY rowid LIMIT ?";

/// A row without its content.
struct ContentRow {
    message_id: String,
    length: i64,
    is_packed: bool,
    compressed: Option<i64>,
    original: Option<i64>,
}

impl ContentRow {
    /// Returns whether the recorded sizes match the sealed data: the compressed size, and the size of the body that the
    /// message's own sealed row records.
    fn sizes_fit(&self, encoded: usize) -> bool {
        let of = |size: Option<i64>| size.map(|size| usize::try_from(size).ok());
        let sealed = usize::try_from(self.length).ok();
        let packed = sealed.and_then(|sealed| sealed.checked_sub(ENVELOPE_OVERHEAD));
        let shorter = match self.is_packed {
            false => packed == Some(encoded),
            true => packed.is_some_and(|packed| packed < encoded),
        };
        shorter && of(self.compressed) == Some(packed) && of(self.original) == Some(Some(encoded))
    }
}

impl ReadTx<'_> {
    pub(super) fn verify_content(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        let (doing, mut after) = ("list large content", i64::MIN);
        loop {
            type Values = (i64, Option<Vec<u8>>, i64, bool, Option<i64>, Option<i64>);
            let rows: Vec<Values> = self
                .db
                .rows(Sql::new(ROWS).bind(after).bind(i64::from(BATCH)), doing)?;
            let Some((last, ..)) = rows.last() else {
                return Ok(());
            };
            ascends(&after, last, doing)?;
            after = *last;
            for (_, id, length, is_packed, compressed, original) in rows {
                let row = ContentRow {
                    message_id: String::from_utf8_lossy(&id.unwrap_or_default()).into_owned(),
                    length,
                    is_packed,
                    compressed,
                    original,
                };
                self.verify_content_row(found, &row)?;
            }
        }
    }

    fn verify_content_row(
        &mut self,
        found: &mut Verification,
        content: &ContentRow,
    ) -> Result<(), StoreError> {
        let id = &content.message_id;
        let located = match id.parse::<MessageId>() {
            Ok(id) => self.locate(&id),
            Err(_) => Ok(Located::Absent),
        };
        let message: Option<(_, Row)> = match located {
            Ok(Located::At(month, key)) => {
                let sql = Sql::new(month.by_key.as_str());
                match self.db.row::<Row>(sql.bind(key), "read a message") {
                    Ok(row) => row.filter(|row| !row.is_deleted).map(|row| (month, row)),
                    // Reported with its month.
                    Err(StoreError::DatabaseDamaged(_)) if !self.db.is_spoiled() => return Ok(()),
                    Err(error) => return Err(error),
                }
            }
            Ok(_) | Err(StoreError::DatabaseDamaged(_)) => None,
            Err(error) => return Err(error),
        };
        let Some((month, row)) = message else {
            found.problem(format!("large content of message {id} has no message"));
            return Ok(());
        };
        match self.body_elsewhere(month.partition, &row.id, &row.content) {
            Ok(Some(encoded)) if content.sizes_fit(encoded) => {}
            Ok(Some(_)) => found.problem(format!(
                "large content of message {id} has sizes that do not match the sealed data"
            )),
            Ok(None) => found.problem(format!(
                "large content of message {id} does not belong to that message"
            )),
            // Reported with its month, as it cannot be opened.
            Err(StoreError::DatabaseDamaged(_)) if !self.db.is_spoiled() => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}
