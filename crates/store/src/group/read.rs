//! Reading groups, members and bans.

use privatus_domain::{
    Ban, ContactId, Group, GroupId, GroupSettings, JsonText, Member, MemberPermissions, Permission, Resource,
    ResourceKind, Timestamp,
};

use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::setting::fields;
use crate::tx::ReadTx;

type Row = (
    String,
    String,
    Option<String>,
    String,
    Option<i64>,
    (Option<bool>, Option<Vec<u8>>, Option<String>, Option<String>, i64),
);
const COLUMNS: &str = "group_id, name, description, group_type, max_members, is_anonymous, settings, created_by, \
                       created_at, (SELECT count(*) FROM group_members AS m WHERE m.group_id = groups.group_id)";

type MemberRow = (
    String,
    String,
    String,
    Option<String>,
    Option<Vec<u8>>,
    Option<String>,
);
const MEMBER_COLUMNS: &str = "contact_id, display_name, role, joined_at, permissions, anonymous_id";

/// A group, as access control knows it.
pub(super) fn resource(id: &GroupId) -> Resource {
    Resource::of(ResourceKind::Group, id)
}

/// The row id of a member's sealed permissions (docs/CRYPTO.md).
pub(super) fn member_row_id(group: &GroupId, contact: &ContactId) -> Vec<u8> {
    fields([&group.as_id().canonical(), &contact.as_id().canonical()])
}

pub(super) fn no_group(id: &GroupId) -> StoreError {
    StoreError::NotFound(format!("group {id}"))
}

impl ReadTx<'_> {
    /// All groups that the session may read, in the order of their ids.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn groups(&mut self) -> Result<Vec<Group>, StoreError> {
        let sql = Sql::new(format!("SELECT {COLUMNS} FROM groups ORDER BY group_id"));
        let rows: Vec<Row> = self.db.rows(sql, "list the groups")?;
        let mut groups = Vec::with_capacity(rows.len());
        for row in rows {
            let group = self.group_decode(row).map_err(StoreError::of_stored)?;
            if self.may(&resource(&group.id), Permission::Read)? {
                groups.push(group);
            }
        }
        Ok(groups)
    }

    /// The groups that somebody sees: those it is a member of, and those whose type lists them to everyone.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn groups_seen_by(&mut self, contact: &ContactId) -> Result<Vec<Group>, StoreError> {
        let mut groups = self.groups()?;
        let id = contact.to_string();
        let sql = Sql::new("SELECT group_id FROM group_members WHERE contact_id = ?");
        let own: Vec<String> = self.db.rows(sql.bind(id.as_str()), "list a member's groups")?;
        groups.retain(|group| group.kind.rules().is_listed || own.contains(&group.id.to_string()));
        Ok(groups)
    }

    /// A group by its id.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn group_by_id(&mut self, id: &GroupId) -> Result<Group, StoreError> {
        self.permit(&resource(id), Permission::Read)?;
        self.group_find(id)
    }

    /// The same for whoever has asked already.
    pub(super) fn group_find(&mut self, id: &GroupId) -> Result<Group, StoreError> {
        let text = id.to_string();
        let sql = Sql::new(format!("SELECT {COLUMNS} FROM groups WHERE group_id = ?"));
        let row = self.db.row(sql.bind(text.as_str()), "find a group")?;
        self.group_decode(row.ok_or_else(|| no_group(id))?)
            .map_err(StoreError::of_stored)
    }

    fn group_decode(&mut self, row: Row) -> Result<Group, StoreError> {
        let (id, name, description, kind, limit, rest) = row;
        let (is_anonymous, settings, created_by, created_at, count) = rest;
        let id: GroupId = id.parse()?;
        let settings = match settings {
            None => GroupSettings::default(),
            Some(envelope) => {
                let row_id = id.as_id().canonical();
                GroupSettings::stored(self.json_open("groups", "settings", &row_id, &envelope)?)
            }
        };
        let created_at = created_at.as_deref().map(Timestamp::parse).transpose()?;
        Ok(Group {
            id,
            name,
            description: description.filter(|text| !text.is_empty()),
            kind: kind.parse()?,
            limit: limit
                .and_then(|limit| u32::try_from(limit).ok())
                .unwrap_or_default(),
            member_count: u32::try_from(count).unwrap_or(u32::MAX),
            is_anonymous: is_anonymous.unwrap_or_default(),
            settings,
            // Another application may have written anything here.
            created_by: created_by.and_then(|id| id.parse().ok()),
            created_at: created_at.unwrap_or(Timestamp::MIN),
        })
    }

    /// Members of a group: the vault's own user, then the others in the order of their ids.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn group_members(&mut self, group: &GroupId) -> Result<Vec<Member>, StoreError> {
        self.permit(&resource(group), Permission::Read)?;
        let (id, own) = (group.to_string(), self.own_id().to_string());
        self.group_exists(group)?;
        let sql = Sql::new(format!(
            "SELECT {MEMBER_COLUMNS} FROM group_members WHERE group_id = ? ORDER BY contact_id <> ?, contact_id"
        ));
        let sql = sql.bind(id.as_str()).bind(own.as_str());
        let rows: Vec<MemberRow> = self.db.rows(sql, "list a group's members")?;
        rows.into_iter()
            .map(|row| self.member_decode(group, row).map_err(StoreError::of_stored))
            .collect()
    }

    /// One member of a group.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn group_member(&mut self, group: &GroupId, contact: &ContactId) -> Result<Member, StoreError> {
        self.permit(&resource(group), Permission::Read)?;
        self.member_named(group, contact)
    }

    /// The same for whoever changes it: that takes no right to read.
    pub(super) fn member_named(
        &mut self,
        group: &GroupId,
        contact: &ContactId,
    ) -> Result<Member, StoreError> {
        self.group_exists(group)?;
        let found = self.member_find(group, contact)?;
        found.ok_or_else(|| StoreError::NotFound(format!("member {contact} of group {group}")))
    }

    pub(super) fn member_find(
        &mut self,
        group: &GroupId,
        contact: &ContactId,
    ) -> Result<Option<Member>, StoreError> {
        let (id, contact) = (group.to_string(), contact.to_string());
        let sql = Sql::new(format!(
            "SELECT {MEMBER_COLUMNS} FROM group_members WHERE group_id = ? AND contact_id = ?"
        ));
        let sql = sql.bind(id.as_str()).bind(contact.as_str());
        let row: Option<MemberRow> = self.db.row(sql, "find a member")?;
        row.map(|row| self.member_decode(group, row).map_err(StoreError::of_stored))
            .transpose()
    }

    fn member_decode(&mut self, group: &GroupId, row: MemberRow) -> Result<Member, StoreError> {
        let (contact, display_name, role, joined_at, permissions, anonymous_id) = row;
        let contact: ContactId = contact.parse()?;
        let permissions = match permissions {
            None => MemberPermissions::default(),
            Some(envelope) => {
                let row_id = member_row_id(group, &contact);
                let text = self.json_open("group_members", "permissions", &row_id, &envelope)?;
                MemberPermissions::stored(text)
            }
        };
        let joined_at = joined_at.as_deref().map(Timestamp::parse).transpose()?;
        Ok(Member {
            is_own: contact == self.own_id(),
            contact,
            display_name,
            role: role.parse()?,
            joined_at: joined_at.unwrap_or(Timestamp::MIN),
            permissions,
            anonymous_id: anonymous_id.and_then(|id| id.parse().ok()),
        })
    }

    fn json_open(
        &mut self,
        table: &str,
        column: &str,
        row_id: &[u8],
        envelope: &[u8],
    ) -> Result<JsonText, StoreError> {
        let plain = self.open_value(table, column, row_id, envelope)?;
        let text = std::str::from_utf8(&plain).ok();
        text.and_then(|text| JsonText::new(text).ok())
            .ok_or_else(|| StoreError::DatabaseDamaged(format!("a value of {table}.{column} is not JSON")))
    }

    /// Who may not come back to a group, in the order of their ids.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn group_bans(&mut self, group: &GroupId) -> Result<Vec<Ban>, StoreError> {
        self.permit(&resource(group), Permission::Read)?;
        self.group_exists(group)?;
        let (id, own) = (group.to_string(), self.own_id().to_string());
        let sql = Sql::new(
            "SELECT contact_id, banned_by, banned_at FROM group_bans WHERE group_id = ? \
             ORDER BY contact_id <> ?, contact_id",
        );
        let sql = sql.bind(id.as_str()).bind(own.as_str());
        let rows: Vec<(String, String, String)> = self.db.rows(sql, "list a group's bans")?;
        let ban = |(contact, by, at): (String, String, String)| {
            Ok::<_, StoreError>(Ban {
                contact: contact.parse()?,
                banned_by: by.parse()?,
                banned_at: Timestamp::parse(&at)?,
            })
        };
        rows.into_iter()
            .map(|row| ban(row).map_err(StoreError::of_stored))
            .collect()
    }

    /// Members of a group, counted.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn group_member_count(&mut self, group: &GroupId) -> Result<u64, StoreError> {
        self.permit(&resource(group), Permission::Read)?;
        let id = group.to_string();
        let sql = Sql::new("SELECT count(*) FROM group_members WHERE group_id = ?");
        let count: Option<i64> = self.db.row(sql.bind(id.as_str()), "count members")?;
        Ok(u64::try_from(count.unwrap_or_default()).unwrap_or_default())
    }

    pub(super) fn group_exists(&mut self, id: &GroupId) -> Result<(), StoreError> {
        let text = id.to_string();
        let sql = Sql::new("SELECT 1 FROM groups WHERE group_id = ?");
        let found: Option<i32> = self.db.row(sql.bind(text.as_str()), "find a group")?;
        found.map(drop).ok_or_else(|| no_group(id))
    }
}
