//! Contacts and groups that lost their conversation. Each is created with one and has it until it is removed, so a
//! missing or hidden conversation means that something other than the store changed the database.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use privatus_domain::{Permission, Resource, ResourceKind};
use privatus_schema::{DbId, Flag, contacts, conversations, groups};

use crate::error::StoreError;
use crate::tx::ReadTx;

impl ReadTx<'_> {
    /// Returns each contact and group without a conversation in the chat list. Those that the session's user may not
    /// read are left out.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn conversations_lost(&mut self) -> Result<Vec<Resource>, StoreError> {
        let lost: (Vec<DbId>, Vec<DbId>) = self.db.ask("look for lost conversations", |db| {
            let shown = || conversations::table.filter(conversations::is_hidden.eq(Flag(false)));
            let of_contact = shown().filter(conversations::contact_id.eq(contacts::contact_id.nullable()));
            let of_group = shown().filter(conversations::group_id.eq(groups::group_id.nullable()));
            let of_contacts = contacts::table
                .filter(not(exists(of_contact)))
                .order(contacts::contact_id)
                .select(contacts::contact_id)
                .load(db)?;
            let of_groups = groups::table
                .filter(not(exists(of_group)))
                .order(groups::group_id)
                .select(groups::group_id)
                .load(db)?;
            Ok((of_contacts, of_groups))
        })?;
        let (of_contacts, of_groups) = lost;
        let contacts = of_contacts.into_iter().map(|id| (ResourceKind::Contact, id));
        let groups = of_groups.into_iter().map(|id| (ResourceKind::Group, id));
        let mut lost = Vec::new();
        for (kind, id) in contacts.chain(groups) {
            let on = Resource::of(kind, &id.0);
            if self.may(&on, Permission::Read)? {
                lost.push(on);
            }
        }
        Ok(lost)
    }
}
