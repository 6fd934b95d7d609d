//! Anonymous ids: derived from group and contact, never stored as a pair (docs/CRYPTO.md).

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use privatus_domain::{AnonymousId, ContactId, GroupId, Id, MemberError, Permission};
use privatus_schema::{DbId, SqlText, group_members};

use super::read::resource;
use crate::error::StoreError;
use crate::tx::ReadTx;

/// A row of `group_members`, for the ids of its group.
#[derive(Queryable, Selectable)]
#[diesel(table_name = group_members, check_for_backend(Sqlite))]
struct MemberIdsRow {
    contact_id: DbId,
    /// Given elsewhere; none where it is derived.
    anonymous_id: Option<SqlText>,
}

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
        let members = self.db.ask("list a group's ids", |db| {
            group_members::table
                .filter(group_members::group_id.eq(DbId(group.to_string())))
                .select(MemberIdsRow::as_select())
                .load(db)
        })?;
        for member in members {
            let contact: Result<ContactId, StoreError> =
                member.contact_id.0.parse().map_err(StoreError::from);
            let contact = contact.map_err(StoreError::of_stored)?;
            let given = member.anonymous_id.map(|id| id.0);
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
