//! The effects of removing a contact on their groups.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use privatus_domain::{Act, ContactId, GroupId, NewAuditEntry, Role};
use privatus_schema::{DbId, SqlText, group_members};
use serde_json::json;

use super::read::resource;
use crate::db::one_row::not_taken;
use crate::error::StoreError;
use crate::tx::WriteTx;

/// The columns of `group_members` that are needed when a contact is removed.
#[derive(Queryable, Selectable)]
#[diesel(table_name = group_members, check_for_backend(Sqlite))]
struct SeatRow {
    group_id: DbId,
    role: SqlText,
}

/// A group that a contact is a member of.
pub(crate) struct Seat {
    group: GroupId,
    contact: ContactId,
    is_owner: bool,
}

impl WriteTx<'_> {
    /// Returns the groups that a contact is a member of, ordered by id.
    pub(crate) fn groups_of(&mut self, contact: &ContactId) -> Result<Vec<Seat>, StoreError> {
        let rows = self.db.ask("list a member's groups", |db| {
            group_members::table
                .filter(group_members::contact_id.eq(DbId(contact.to_string())))
                .select(SeatRow::as_select())
                .load(db)
        })?;
        let seat = |row: SeatRow| -> Result<Seat, StoreError> {
            Ok(Seat {
                group: row.group_id.0.parse()?,
                contact: contact.clone(),
                is_owner: row.role.0 == Role::Owner.as_str(),
            })
        };
        let seats = rows
            .into_iter()
            .map(|row| seat(row).map_err(StoreError::of_stored));
        let mut seats: Vec<Seat> = seats.collect::<Result<_, _>>()?;
        seats.sort_by(|a, b| a.group.cmp(&b.group));
        Ok(seats)
    }

    /// Gives new keys to groups that lost a contact. If the contact was the owner, a trigger has chosen another.
    pub(crate) fn groups_rekey(&mut self, seats: &[Seat]) -> Result<(), StoreError> {
        for seat in seats {
            self.group_key_rotate(&seat.group)?;
            if !seat.is_owner {
                continue;
            }
            let owner: Option<SqlText> = self.db.ask("find a group's owner", |db| {
                group_members::table
                    .filter(group_members::group_id.eq(DbId(seat.group.to_string())))
                    .filter(group_members::role.eq(SqlText(Role::Owner.as_str())))
                    .select(group_members::contact_id)
                    .get_result(db)
                    .optional()
            })?;
            // The trigger chooses an owner in every group, unless something prevents it.
            let owner = owner.ok_or_else(|| not_taken("hand over a group"))?;
            let details = json!({ "from": seat.contact, "to": owner.0 });
            let entry = NewAuditEntry::done(self.now(), Act::MemberTransfer);
            self.audit(&entry.on(resource(&seat.group)).with(details))?;
        }
        Ok(())
    }
}
