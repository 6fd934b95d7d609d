//! Finds messages by the beginning of their id, through the register.

use diesel::prelude::*;
use privatus_domain::{ConversationId, Id, MessageId, Partition, Permission};
use privatus_schema::{LimitLiteral as _, SqlBlob, SqlInt, message_locator};

use crate::error::StoreError;
use crate::partition::row_key;
use crate::tx::ReadTx;

/// A shorter beginning matches nothing.
const LEAST: usize = 4;

/// Rows of the register read per query.
const PAGE: u32 = 100;

/// A row of the register that points to a message.
#[derive(Queryable)]
struct LocatorRow {
    id: SqlBlob<[u8; 16]>,
    partition: Option<SqlInt>,
    row_key: Option<SqlInt>,
}

impl ReadTx<'_> {
    /// Returns up to `limit` messages of a conversation whose id starts with `beginning`, in the order of their ids.
    /// The beginning must have at least four characters. The register stores ids in UUID form as they are and hashes
    /// all others, so a message with another program's text id is only found by its full id.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown conversation; [`StoreError::AccessDenied`] if the user has no grant.
    pub fn messages_beginning(
        &mut self,
        conversation: &ConversationId,
        beginning: &str,
        limit: usize,
    ) -> Result<Vec<MessageId>, StoreError> {
        self.permit_conversation(conversation, Permission::Read)?;
        let number = self.conversation_ref(conversation)?.number;
        let mut found = Vec::new();
        let Some((mut low, high)) = range(beginning) else {
            return Ok(found);
        };
        let (first, last) = row_key::range(number);
        loop {
            let page: Vec<LocatorRow> = self.db.ask("find messages by their ids", |db| {
                message_locator::table
                    .filter(message_locator::message_id.ge(SqlBlob(low.as_slice())))
                    .filter(message_locator::message_id.le(SqlBlob(high.as_slice())))
                    .filter(message_locator::row_key.between(SqlInt(first), SqlInt(last)))
                    .order(message_locator::message_id)
                    .select((
                        message_locator::message_id,
                        message_locator::partition,
                        message_locator::row_key,
                    ))
                    .limit_literal(PAGE)
                    .load(db)
            })?;
            let is_last = page.len() < PAGE as usize;
            for row in page {
                let (SqlBlob(key), Some(partition), Some(row_key)) = (row.id, row.partition, row.row_key)
                else {
                    continue;
                };
                low = u128::from_be_bytes(key).saturating_add(1).to_be_bytes();
                let partition = i32::try_from(partition.0).ok().and_then(Partition::from_number);
                let id = Id::Uuid(key);
                // The hash of a text id may start with the same digits.
                if let Some(partition) = partition
                    && self
                        .message_id_at(partition, row_key.0)?
                        .as_ref()
                        .map(MessageId::as_id)
                        == Some(&id)
                {
                    found.push(MessageId::new(id));
                    if found.len() >= limit {
                        return Ok(found);
                    }
                }
            }
            if is_last || low > high {
                return Ok(found);
            }
        }
    }
}

/// Returns the smallest and the largest UUID with this beginning; `None` if no UUID starts like this or the beginning
/// is too short.
fn range(beginning: &str) -> Option<([u8; 16], [u8; 16])> {
    const HYPHENS: [usize; 4] = [8, 13, 18, 23];
    if !(LEAST..=36).contains(&beginning.len()) {
        return None;
    }
    let (mut low, mut digits) = (0_u128, 0_u32);
    for (at, c) in beginning.char_indices() {
        match (HYPHENS.contains(&at), c) {
            (true, '-') => {}
            (false, '0'..='9' | 'a'..='f') => {
                low = low << 4 | u128::from(c.to_digit(16)?);
                digits += 1;
            }
            _ => return None,
        }
    }
    let open = 128 - 4 * digits;
    let low = low.checked_shl(open)?;
    let rest = u128::MAX.checked_shr(128 - open).unwrap_or(0);
    Some((low.to_be_bytes(), (low | rest).to_be_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_are_ranges() {
        let uuid = |text: &str| match text.parse() {
            Ok(Id::Uuid(bytes)) => bytes,
            other => panic!("{text}: {other:?}"),
        };
        for (beginning, low, high) in [
            (
                "0190",
                "01900000-0000-0000-0000-000000000000",
                "0190ffff-ffff-ffff-ffff-ffffffffffff",
            ),
            (
                "01901",
                "01901000-0000-0000-0000-000000000000",
                "01901fff-ffff-ffff-ffff-ffffffffffff",
            ),
            (
                "ffff",
                "ffff0000-0000-0000-0000-000000000000",
                "ffffffff-ffff-ffff-ffff-ffffffffffff",
            ),
            (
                "0190163d-",
                "0190163d-0000-0000-0000-000000000000",
                "0190163d-ffff-ffff-ffff-ffffffffffff",
            ),
            (
                "0190163d-8694-739b-aea5-966c26f8ad91",
                "0190163d-8694-739b-aea5-966c26f8ad91",
                "0190163d-8694-739b-aea5-966c26f8ad91",
            ),
        ] {
            assert_eq!(range(beginning), Some((uuid(low), uuid(high))), "{beginning}");
        }
        for wrong in [
            "",
            "019",
            "0190163D",
            "0190163d8",
            "01-0",
            "message",
            "ééé",
            "0190 163d",
        ] {
            assert_eq!(range(wrong), None, "{wrong}");
        }
        assert_eq!(range(&"0".repeat(37)), None);
    }
}
