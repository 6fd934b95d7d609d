//! Anonymous ids: derived from group and contact, never stored as a pair (docs/CRYPTO.md).

use privatus_domain::id::Id;
use privatus_domain::{AnonymousId, ContactId, GroupId, Permission};

use super::read::resource;
use crate::error::StoreError;
use crate::tx::ReadTx;

impl ReadTx<'_> {
    /// The id under which the members of an anonymous group know one of them: the one it was given elsewhere, or one that is
    /// the same for ever in this group, and says nothing about any other.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn group_anonymous_id(
        &mut self,
        group: &GroupId,
        contact: &ContactId,
    ) -> Result<AnonymousId, StoreError> {
        self.permit(&resource(group), Permission::Read)?;
        let given = self
            .member_find(group, contact)?
            .and_then(|member| member.anonymous_id);
        Ok(given.unwrap_or_else(|| self.anonymous_id(group, contact)))
    }

    fn anonymous_id(&self, group: &GroupId, contact: &ContactId) -> AnonymousId {
        let (group, contact) = (group.as_id().canonical(), contact.as_id().canonical());
        let hash = self.shared.id_key.hash16("anonymous id", &[&group, &contact]);
        Id::v8(hash).into()
    }
}
