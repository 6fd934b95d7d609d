//! Deletes removal records whose conversation does not exist; only planted records are like that.

use super::pending::NOTHING;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::store::Store;

/// How many empty removals one statement deletes, and how many such statements one sweep runs.
const AT_ONCE: usize = 10_000;
const TURNS: usize = 20;

impl Store {
    /// Deletes, in a limited number of batches, the removals whose conversation does not exist and has no messages;
    /// returns a text that reports them. No build leaves such a removal, because it is deleted with its conversation.
    pub(crate) fn removals_of_nothing(&self) -> Result<Option<String>, StoreError> {
        let (mut taken, mut is_more) = (0, false);
        // The table is read first, so that an open that finds none writes nothing.
        let sql = format!("SELECT 1 FROM pending_removals AS p WHERE {NOTHING} LIMIT 1");
        let first: Option<i64> = self.read(|tx| tx.db.row(Sql::new(&sql), "look for empty removals"))?;
        if first.is_none() {
            return Ok(None);
        }
        for _ in 0..TURNS {
            self.shared.go_on()?;
            let sql = format!(
                "DELETE FROM pending_removals WHERE conversation IN \
                 (SELECT p.conversation FROM pending_removals AS p WHERE {NOTHING} ORDER BY p.conversation LIMIT {AT_ONCE})"
            );
            let gone = self.write("removals_of_nothing", |tx| {
                tx.db.run(Sql::new(&sql), "delete empty removals")
            })?;
            taken += gone;
            is_more = gone == AT_ONCE;
            if !is_more {
                break;
            }
        }
        let more = if is_more {
            "; there may be more, which the next open deletes"
        } else {
            ""
        };
        Ok(Some(format!(
            "removals of conversations that do not exist were deleted: {taken} (they were planted and removed \
             nothing{more})"
        )))
    }
}
