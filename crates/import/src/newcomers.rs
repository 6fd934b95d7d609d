//! Contacts that an import made, and whether anything came over for them.

use std::collections::HashMap;

use privatus_domain::{ContactId, ConversationId};
use privatus_store::{Inserted, Store, StoreError};

use crate::report::Report;

/// New contacts by their conversation. Whoever was removed from the vault with all messages does not come back as an
/// empty contact.
#[derive(Debug, Default)]
pub(crate) struct Newcomers(HashMap<ConversationId, Newcomer>);

#[derive(Debug)]
struct Newcomer {
    contact: ContactId,
    removed: bool,
    came: bool,
}

impl Newcomers {
    /// A contact was made.
    pub(crate) fn made(&mut self, conversation: &ConversationId, contact: ContactId) {
        let newcomer = Newcomer {
            contact,
            removed: false,
            came: false,
        };
        self.0.entry(conversation.clone()).or_insert(newcomer);
    }

    /// Messages of a conversation were written, or were not.
    pub(crate) fn wrote(&mut self, conversation: &ConversationId, inserted: &Inserted) {
        if let Some(newcomer) = self.0.get_mut(conversation) {
            newcomer.removed |= inserted.removed > 0;
            newcomer.came |= inserted.added > 0 || inserted.known > inserted.removed;
        }
    }

    /// Takes back the contacts of which all messages were removed from this vault.
    pub(crate) fn take_back(self, store: &Store, report: &mut Report) -> Result<(), StoreError> {
        for newcomer in self.0.into_values().filter(|one| one.removed && !one.came) {
            let is_removed = store.write("import_take_back", |tx| {
                // Whoever writes in a group, is in one, or got a message meanwhile stays.
                let bare = tx.contact_is_bare(&newcomer.contact)?;
                if bare {
                    tx.contact_remove(&newcomer.contact)?;
                }
                Ok::<_, StoreError>(bare)
            })?;
            report.contacts_imported = report.contacts_imported.saturating_sub(u64::from(is_removed));
        }
        Ok(())
    }
}
