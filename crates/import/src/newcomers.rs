//! Contacts and groups that an import created, and whether any messages were imported for them.

use std::collections::HashMap;

use privatus_domain::{ContactId, ConversationId, GroupId};
use privatus_store::{Inserted, PageStart, Store, StoreError, WriteTx};

use crate::report::Report;

/// New contacts and groups by conversation. A chat whose messages were all removed from the vault must not come back
/// empty.
#[derive(Debug, Default)]
pub(crate) struct Newcomers(HashMap<ConversationId, Newcomer>);

/// What an import created for a chat.
#[derive(Debug)]
pub(crate) enum Made {
    Contact(ContactId),
    Group(GroupId),
}

#[derive(Debug)]
struct Newcomer {
    made: Made,
    removed: bool,
    came: bool,
}

impl From<ContactId> for Made {
    fn from(contact: ContactId) -> Self {
        Self::Contact(contact)
    }
}

impl From<GroupId> for Made {
    fn from(group: GroupId) -> Self {
        Self::Group(group)
    }
}

impl Newcomers {
    /// Records that a contact or a group was created.
    pub(crate) fn made(&mut self, conversation: &ConversationId, made: impl Into<Made>) {
        let newcomer = Newcomer {
            made: made.into(),
            removed: false,
            came: false,
        };
        self.0.entry(conversation.clone()).or_insert(newcomer);
    }

    /// Records whether messages of a conversation were written.
    pub(crate) fn wrote(&mut self, conversation: &ConversationId, inserted: &Inserted) {
        if let Some(newcomer) = self.0.get_mut(conversation) {
            newcomer.removed |= inserted.removed > 0;
            newcomer.came |= inserted.added > 0 || inserted.known > inserted.removed;
        }
    }

    /// Removes the contacts and groups all of whose messages were removed from this vault.
    pub(crate) fn take_back(self, store: &Store, report: &mut Report) -> Result<(), StoreError> {
        for (conversation, newcomer) in self.0.into_iter().filter(|(_, one)| one.removed && !one.came) {
            let is_removed = store.write("import_take_back", |tx| match &newcomer.made {
                Made::Contact(contact) => take_back_contact(tx, contact),
                Made::Group(group) => take_back_group(tx, group, &conversation),
            })?;
            let count = match newcomer.made {
                Made::Contact(_) => &mut report.contacts_imported,
                Made::Group(_) => &mut report.groups_imported,
            };
            *count = count.saturating_sub(u64::from(is_removed));
        }
        Ok(())
    }
}

/// A contact stays if they write in a group, are in one, or received a message meanwhile.
fn take_back_contact(tx: &mut WriteTx<'_>, contact: &ContactId) -> Result<bool, StoreError> {
    let is_bare = tx.contact_is_bare(contact)?;
    if is_bare {
        tx.contact_remove(contact)?;
    }
    Ok(is_bare)
}

/// A group stays if it meanwhile got a message, or a member other than the vault's user.
fn take_back_group(
    tx: &mut WriteTx<'_>,
    group: &GroupId,
    conversation: &ConversationId,
) -> Result<bool, StoreError> {
    let page = tx.messages_page(conversation, &PageStart::Newest, 1)?;
    let is_bare = page.messages.is_empty() && tx.group_member_count(group)? <= 1;
    if is_bare {
        let own = tx.own_id();
        tx.group_remove(group, &own)?;
    }
    Ok(is_bare)
}
