//! Remembers the ends of recent pages: the cursor of the next page is nearly always the end of a page just read.
//!
//! The register knows every message, but it is ordered by id, so each lookup reads pages far from the conversation's
//! rows. Paging through years of one conversation would read more of the register than of the conversation.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use privatus_domain::{Id, MessageId, Partition};

/// How many ends are remembered: enough for several chats being scrolled at the same time.
const KEPT: usize = 32;

/// Ids of recent ends with their month and row key, newest last. An entry is only a guess: the caller checks the row
/// there.
#[derive(Debug, Default)]
pub(crate) struct Cursors(Mutex<VecDeque<(Id, Partition, i64)>>);

impl Cursors {
    /// Remembers one end of a page.
    pub(crate) fn note(&self, id: &Id, partition: Partition, row_key: i64) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.iter().position(|(known, ..)| known == id);
        if let Some(at) = known.or((kept.len() == KEPT).then_some(0)) {
            kept.remove(at);
        }
        kept.push_back((id.clone(), partition, row_key));
    }

    /// Returns where a message was when it was the end of a page.
    pub(crate) fn find(&self, id: &MessageId) -> Option<(Partition, i64)> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().rev().find(|(known, ..)| known == id.as_id());
        found.map(|(_, partition, row_key)| (*partition, *row_key))
    }
}

#[cfg(test)]
mod tests {
    use privatus_domain::MessageId;

    use super::*;
    use crate::testing::Vault;
    use crate::{PageStart, StoreError};

    #[test]
    fn an_end_that_was_removed_or_moved_is_not_believed() {
        let vault = Vault::new();
        let times = [
            "2025-06-01T00:00:00Z",
            "2025-06-01T00:00:01Z",
            "2025-06-01T00:00:02Z",
        ];
        vault.receive(&[("a", times[0]), ("b", times[1]), ("c", times[2])]);
        let page = |start: &PageStart| vault.store.read(|tx| tx.messages_page(&vault.chat, start, 1));
        let newest = page(&PageStart::Newest).unwrap();
        let cursor = newest.messages.first().unwrap().id.clone();
        assert!(vault.store.shared.cursors.find(&cursor).is_some());
        let before = PageStart::Before(cursor);
        assert_eq!(
            page(&before).unwrap().messages.first().unwrap().id.to_string(),
            "b"
        );
        // The row under the remembered key becomes another message's row, then disappears.
        vault.sql("UPDATE messages_202506 SET message_id = 'x' WHERE message_id = 'c'");
        vault.sql("UPDATE message_locator SET partition = NULL, row_key = NULL WHERE locator = 3");
        assert!(matches!(page(&before), Err(StoreError::NotFound(_))));
        vault.sql("DELETE FROM messages_202506 WHERE message_id = 'x'");
        assert!(matches!(page(&before), Err(StoreError::NotFound(_))));
    }

    #[test]
    fn only_the_newest_ends_are_kept() {
        let cursors = Cursors::default();
        let id = |at: usize| MessageId::new(Id::Text(format!("m{at}").into()));
        for at in 0..=KEPT {
            cursors.note(id(at).as_id(), Partition::EARLY, -1);
            cursors.note(id(at).as_id(), Partition::LATE, i64::try_from(at).unwrap());
        }
        assert_eq!(cursors.find(&id(0)), None);
        assert_eq!(cursors.find(&id(KEPT)), Some((Partition::LATE, 32)));
    }
}
