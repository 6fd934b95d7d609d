//! Anonymous ids: derived from group and contact, never stored as a pair (docs/CRYPTO.md).

use privatus_domain::{AnonymousId, ContactId, GroupId, Id, MemberError, Permission};

use super::read::resource;
use crate::db::statement::Sql;
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

    /// An id that was given elsewhere is nobody's in the group, neither given nor derived.
    pub(super) fn anonymous_id_is_free(
        &mut self,
        group: &GroupId,
        wanted: &AnonymousId,
    ) -> Result<(), StoreError> {
        let id = group.to_string();
        let sql = Sql::new("SELECT contact_id, anonymous_id FROM group_members WHERE group_id = ?");
        let members: Vec<(String, Option<String>)> =
            self.db.rows(sql.bind(id.as_str()), "list a group's ids")?;
        for (contact, given) in members {
            let contact: Result<ContactId, StoreError> = contact.parse().map_err(StoreError::from);
            let contact = contact.map_err(StoreError::of_stored)?;
            let theirs = given.unwrap_or_else(|| self.anonymous_id(group, &contact).to_string());
            if theirs == wanted.to_string() {
                return Err(MemberError::AnonymousTaken(wanted.clone()).into());
            }
        }
        Ok(())
    }

    fn anonymous_id(&self, group: &GroupId, contact: &ContactId) -> AnonymousId {
        let (group, contact) = (group.as_id().canonical(), contact.as_id().canonical());
        let hash = self.shared.id_key.hash16("anonymous id", &[&group, &contact]);
        Id::v8(hash).into()
    }
}
