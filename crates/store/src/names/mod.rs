//! Names of contacts, groups, conversations and transfers, for looking something up by a word. Only the keys of
//! transfers are opened for it, because only their names are sealed.

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
    /// Returns the things of a kind that a word may mean ([`meant`] picks those it does), or all of them. Anything the
    /// session may not read is left out. Contacts are found through the indexes on their ids and names. A kind without
    /// names returns nothing.
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

    /// Checks a permission on something that was named by a word. The error tells the session nothing about what
    /// exists. The audit log records the id, or only the kind if the word matches nothing or several things.
    ///
    /// # Errors
    /// [`StoreError::AccessDenied`] if the user has no grant.
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

    /// Returns the same as [`names`](Self::names), without checking permissions.
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
