//! Large content: each has its message, and the sizes beside it are those of what is sealed.

use diesel::prelude::*;
use privatus_crypto::ENVELOPE_OVERHEAD;
use privatus_domain::MessageId;
use privatus_schema::functions::length;
use privatus_schema::{LimitLiteral as _, SqlInt, SqlText, message_content};

use super::{BATCH, Verification};
use crate::db::at_most::ascends;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::message::row::{Located, Row};
use crate::tx::ReadTx;

/// A row without its content.
#[derive(Queryable)]
struct ContentRow {
    message_id: SqlText,
    length: SqlInt,
    algorithm: Option<SqlText>,
    compressed: Option<SqlInt>,
    original: Option<SqlInt>,
}

impl ContentRow {
    /// Whether the sizes are those of what is sealed: of what was packed before, and of the body as the message's own sealed
    /// record says.
    fn sizes_fit(&self, encoded: usize) -> bool {
        let of = |size: &Option<SqlInt>| size.map(|size| usize::try_from(size.0).ok());
        let sealed = usize::try_from(self.length.0).ok();
        let packed = sealed.and_then(|sealed| sealed.checked_sub(ENVELOPE_OVERHEAD));
        let shorter = match self.algorithm {
            None => packed == Some(encoded),
            Some(_) => packed.is_some_and(|packed| packed < encoded),
        };
        shorter && of(&self.compressed) == Some(packed) && of(&self.original) == Some(Some(encoded))
    }
}

impl ReadTx<'_> {
    pub(super) fn verify_content(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        let mut after = String::new();
        loop {
            let rows: Vec<ContentRow> = self.db.ask("list large content", |db| {
                message_content::table
                    .filter(message_content::message_id.gt(SqlText(after.as_str())))
                    .order(message_content::message_id)
                    .select((
                        message_content::message_id,
                        length(message_content::content),
                        message_content::compression_algorithm,
                        message_content::compressed_size,
                        message_content::original_size,
                    ))
                    .limit_literal(BATCH)
                    .load(db)
            })?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            ascends(&after, &last.message_id.0, "list large content")?;
            after.clone_from(&last.message_id.0);
            for row in rows {
                self.verify_content_row(found, &row)?;
            }
        }
    }

    fn verify_content_row(
        &mut self,
        found: &mut Verification,
        content: &ContentRow,
    ) -> Result<(), StoreError> {
        let id = &content.message_id.0;
        let located = match id.parse::<MessageId>() {
            Ok(id) => self.locate(&id),
            Err(_) => Ok(Located::Absent),
        };
        let message: Option<(_, Row)> = match located {
            Ok(Located::At(month, key)) => {
                let sql = Sql::new(month.by_key.as_str());
                match self.db.row::<Row>(sql.bind(key), "read a message") {
                    Ok(row) => row.filter(|row| !row.is_deleted).map(|row| (month, row)),
                    // Told with its month.
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
                "large content of message {id} has sizes that are not those of what is sealed"
            )),
            Ok(None) => found.problem(format!("large content of message {id} is none of that message")),
            // That it does not open was told with its month.
            Err(StoreError::DatabaseDamaged(_)) if !self.db.is_spoiled() => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}
