//! Anonymous ids: derived from group and contact, never stored as a pair (docs/CRYPTO.md).

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use privatus_domain::{AnonymousId, ContactId, GroupId, Id, MemberError, Permission};
use privatus_schema::{DbId, SqlText, group_members};

use super::read::resource;
use crate::error::StoreError;
use crate::tx::ReadTx;

/// The columns of `group_members` that are needed to compare anonymous ids.
#[derive(Queryable, Selectable)]
#[diesel(table_name = group_members, check_for_backend(Sqlite))]
struct MemberIdsRow {
    contact_id: DbId,
    /// The id assigned elsewhere; `None` if it is derived.
    anonymous_id: Option<SqlText>,
}

impl ReadTx<'_> {
    /// Returns the id under which a member is known in an anonymous group: the one assigned elsewhere, or a derived
    /// one. A derived id never changes in this group and reveals nothing about other groups.
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

    /// Checks that no member of the group has this anonymous id, assigned or derived.
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
