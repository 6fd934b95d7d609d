//! What contacts, groups, conversations and transfers are called: for whoever looks for one by a word. No key is opened for
//! it but those of transfers, whose names are sealed.

mod peers;

use privatus_domain::{Meant, Named, Permission, Resource, ResourceKind, meant};

use crate::error::StoreError;
use crate::tx::ReadTx;

/// The kinds of things that have names.
const NAMED: [ResourceKind; 4] = [
    ResourceKind::Contact,
    ResourceKind::Group,
    ResourceKind::Conversation,
    ResourceKind::Transfer,
];

impl ReadTx<'_> {
    /// The things of a kind that a word may mean ([`meant`] says which it does), or all of them; those that the session may
    /// not read are left out. Contacts come by the indexes of their ids and names. A kind without names has none.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn names(&mut self, kind: ResourceKind, word: Option<&str>) -> Result<Vec<Named>, StoreError> {
        let mut readable = Vec::new();
        for named in self.names_of(kind, word)? {
            if self.may(&Resource::of(kind, &named.id), Permission::Read)? {
                readable.push(named);
            }
        }
        Ok(readable)
    }

    /// The check for a thing that was named by a word. To the session it says nothing of what is there; the audit log has the
    /// id of the thing, and of a word that names none, or several, no more than the kind.
    ///
    /// # Errors
    /// [`StoreError::AccessDenied`]
    pub fn permit_named(
        &mut self,
        kind: ResourceKind,
        word: &str,
        permission: Permission,
    ) -> Result<(), StoreError> {
        let asked = Resource::new(kind, word)?;
        if word == Resource::EVERY || !NAMED.contains(&kind) {
            return self.permit(&asked, permission);
        }
        if self.may(&asked, permission)? {
            return Ok(());
        }
        let all = self.names_of(kind, Some(word))?;
        let known = match meant(&all, word) {
            Meant::One(at) => all.get(at).map(|named| Resource::of(kind, &named.id)),
            Meant::Nothing | Meant::Several(_) => None,
        };
        self.refuse(&asked, known, permission)
    }

    /// The same, whoever asks.
    fn names_of(&mut self, kind: ResourceKind, word: Option<&str>) -> Result<Vec<Named>, StoreError> {
        match kind {
            ResourceKind::Contact => self.contact_names(word),
            ResourceKind::Group => self.group_names(),
            ResourceKind::Conversation => self.conversation_names(word),
            ResourceKind::Transfer => self.transfer_names(),
            _ => Ok(Vec::new()),
        }
    }
}
