//! One owner for each group: groups of an older schema, of an adopted database, and of a history that names none.

use privatus_domain::limits::{GROUP_MEMBERS_DEFAULT, GROUP_MEMBERS_MAX};
use privatus_domain::{Act, ContactId, GroupId, NewAuditEntry, Role};
use serde_json::json;

use super::read::resource;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::WriteTx;

/// A member as the rule looks at it, who joined first before the others.
type Seat = (String, String);

impl WriteTx<'_> {
    /// Brings every group under the rules.
    pub(crate) fn groups_adapt(&mut self) -> Result<(), StoreError> {
        let sql = Sql::new(
            "UPDATE groups SET max_members = max(?, (SELECT count(*) FROM group_members AS m \
             WHERE m.group_id = groups.group_id)) WHERE max_members IS NULL",
        );
        let sql = sql.bind(i64::from(GROUP_MEMBERS_DEFAULT));
        self.db.run(sql, "limit the groups")?;
        let sql = Sql::new("SELECT group_id FROM groups ORDER BY group_id");
        let groups: Vec<String> = self.db.rows(sql, "list the groups")?;
        for group in groups {
            let group: Result<GroupId, StoreError> = group.parse().map_err(StoreError::from);
            self.group_owner_ensure(&group.map_err(StoreError::of_stored)?)?;
        }
        Ok(())
    }

    /// Leaves a group with exactly one owner. Of several the group's creator stays, else who joined first, and the others
    /// become admins. Without one it is the creator where that is a member, else the vault's own user, who joins, and
    /// without room for it who joined first.
    pub(super) fn group_owner_ensure(&mut self, group: &GroupId) -> Result<(), StoreError> {
        let id = group.to_string();
        let sql = Sql::new(
            "SELECT m.contact_id, m.role FROM group_members AS m JOIN groups AS g ON g.group_id = m.group_id \
             WHERE m.group_id = ? AND (m.role = 'owner' OR m.contact_id = g.created_by) \
             ORDER BY m.contact_id IS g.created_by DESC, m.joined_at, m.contact_id",
        );
        let seats: Vec<Seat> = self.db.rows(sql.bind(id.as_str()), "list a group's owners")?;
        let owners = seats.iter().filter(|(_, role)| role == Role::Owner.as_str());
        let first = match owners.count() {
            1 => return Ok(()),
            _ => seats.first(),
        };
        let Some((first, _)) = first else {
            return self.own_joins(group);
        };
        let contact = |id: &str| -> Result<ContactId, StoreError> {
            let id: Result<ContactId, StoreError> = id.parse().map_err(StoreError::from);
            id.map_err(StoreError::of_stored)
        };
        for (other, role) in &seats {
            if role == Role::Owner.as_str() && other != first {
                self.role_set(group, &contact(other)?, Role::Admin)?;
            }
        }
        self.role_set(group, &contact(first)?, Role::Owner)?;
        self.owner_audit(group, first)
    }

    fn owner_audit(&mut self, group: &GroupId, owner: &str) -> Result<(), StoreError> {
        let entry = NewAuditEntry::done(self.now(), Act::MemberTransfer);
        let details = json!({ "to": owner, "settled": true });
        self.audit(&entry.on(resource(group)).with(details))
    }

    /// The vault's own user becomes the owner of a group that has none.
    fn own_joins(&mut self, group: &GroupId) -> Result<(), StoreError> {
        let own = self.own_id();
        if self.member_find(group, &own)?.is_some() {
            self.role_set(group, &own, Role::Owner)?;
            return self.owner_audit(group, &own.to_string());
        }
        let (id, count) = (group.to_string(), self.group_count(group)?);
        let is_banned = self.is_banned(group, &own)?;
        if is_banned && count == 0 {
            // A group without anybody would have nobody to lift it.
            let own = own.to_string();
            let sql = Sql::new("DELETE FROM group_bans WHERE group_id = ? AND contact_id = ?");
            self.db
                .run(sql.bind(id.as_str()).bind(own.as_str()), "lift a ban")?;
        } else if count >= GROUP_MEMBERS_MAX || is_banned {
            let sql = Sql::new(
                "UPDATE group_members SET role = 'owner' WHERE group_id = ?1 AND contact_id = \
                 (SELECT contact_id FROM group_members WHERE group_id = ?1 ORDER BY joined_at, contact_id LIMIT 1) \
                 RETURNING contact_id",
            );
            let first: Option<String> = self.db.row(sql.bind(id.as_str()), "find an owner")?;
            return first.map_or(Ok(()), |first| self.owner_audit(group, &first));
        }
        let sql = Sql::new("UPDATE groups SET max_members = max(max_members, ?) WHERE group_id = ?");
        let sql = sql.bind(i64::from(count) + 1).bind(id.as_str());
        self.db.run(sql, "make room for the owner")?;
        let owner = self.own_member(None)?;
        self.member_insert(group, &owner)?;
        let entry = NewAuditEntry::done(self.now(), Act::MemberAdd);
        let details = json!({ "member": own, "role": Role::Owner, "settled": true });
        self.audit(&entry.on(resource(group)).with(details))
    }
}
