//! What the end of a contact means for its groups.

use privatus_domain::{Act, ContactId, GroupId, NewAuditEntry, Role};
use serde_json::json;

use super::read::resource;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::WriteTx;

/// A group that a contact is a member of.
pub(crate) struct Seat {
    group: GroupId,
    contact: ContactId,
    is_owner: bool,
}

impl WriteTx<'_> {
    /// The groups a contact is a member of.
    pub(crate) fn groups_of(&mut self, contact: &ContactId) -> Result<Vec<Seat>, StoreError> {
        let id = contact.to_string();
        let sql = Sql::new("SELECT group_id, role FROM group_members WHERE contact_id = ?");
        let rows: Vec<(String, String)> = self.db.rows(sql.bind(id.as_str()), "list a member's groups")?;
        let seat = |(group, role): (String, String)| -> Result<Seat, StoreError> {
            Ok(Seat {
                group: group.parse()?,
                contact: contact.clone(),
                is_owner: role == Role::Owner.as_str(),
            })
        };
        let seats = rows
            .into_iter()
            .map(|row| seat(row).map_err(StoreError::of_stored));
        let mut seats: Vec<Seat> = seats.collect::<Result<_, _>>()?;
        seats.sort_by(|a, b| a.group.cmp(&b.group));
        Ok(seats)
    }

    /// Gives groups that lost a contact new keys. Where it was the owner, a trigger has found another.
    pub(crate) fn groups_rekey(&mut self, seats: &[Seat]) -> Result<(), StoreError> {
        for seat in seats {
            self.group_key_rotate(&seat.group)?;
            if !seat.is_owner {
                continue;
            }
            let id = seat.group.to_string();
            let sql = Sql::new("SELECT contact_id FROM group_members WHERE group_id = ? AND role = 'owner'");
            let owner: Option<String> = self.db.row(sql.bind(id.as_str()), "find a group's owner")?;
            if let Some(owner) = owner {
                let details = json!({ "from": seat.contact, "to": owner });
                let entry = NewAuditEntry::done(self.now(), Act::MemberTransfer);
                self.audit(&entry.on(resource(&seat.group)).with(details))?;
            }
        }
        Ok(())
    }
}
