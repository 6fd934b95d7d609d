//! Reading groups, members and bans.

use diesel::dsl::{count, exists};
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use privatus_domain::{
    Ban, ContactId, Group, GroupId, GroupSettings, JsonText, Member, MemberPermissions, Permission, Resource,
    ResourceKind, Timestamp,
};
use privatus_schema::{DbId, Flag, SqlBlob, SqlInt, SqlText, SqlTime, group_bans, group_members, groups};

use crate::db::decode::stored_time;
use crate::error::{Missing, StoreError};
use crate::keys::role::KeyRole;
use crate::setting::fields;
use crate::tx::ReadTx;

/// A row of `groups`.
#[derive(Queryable, Selectable)]
#[diesel(table_name = groups, check_for_backend(Sqlite))]
struct GroupRow {
    group_id: DbId,
    name: SqlText,
    description: Option<SqlText>,
    group_type: SqlText,
    max_members: Option<SqlInt>,
    is_anonymous: Option<Flag>,
    /// Sealed.
    settings: Option<SqlBlob>,
    /// Any text: another application may have written it.
    created_by: Option<SqlText>,
    created_at: Option<SqlTime>,
}

/// A row of `group_members`.
#[derive(Queryable, Selectable)]
#[diesel(table_name = group_members, check_for_backend(Sqlite))]
struct MemberRow {
    contact_id: DbId,
    display_name: SqlText,
    role: SqlText,
    joined_at: Option<SqlTime>,
    /// Sealed.
    permissions: Option<SqlBlob>,
    anonymous_id: Option<SqlText>,
}

/// A row of `group_bans`.
#[derive(Queryable, Selectable)]
#[diesel(table_name = group_bans, check_for_backend(Sqlite))]
struct BanRow {
    contact_id: DbId,
    banned_by: DbId,
    banned_at: SqlTime,
}

/// Returns a group as a resource, for access control and the audit log.
pub(super) fn resource(id: &GroupId) -> Resource {
    Resource::of(ResourceKind::Group, id)
}

/// Returns the row id of a member's sealed permissions (docs/CRYPTO.md).
pub(super) fn member_row_id(group: &GroupId, contact: &ContactId) -> Vec<u8> {
    fields([&group.as_id().canonical(), &contact.as_id().canonical()])
}

/// Returns the primary key of a member's row, or of a ban's row.
pub(super) fn member_key(group: &GroupId, contact: &ContactId) -> (DbId, DbId) {
    (DbId(group.to_string()), DbId(contact.to_string()))
}

pub(super) fn no_group(id: &GroupId) -> StoreError {
    Missing::Group(id.clone()).into()
}

impl ReadTx<'_> {
    /// Returns all groups that the session may read, ordered by id.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn groups(&mut self) -> Result<Vec<Group>, StoreError> {
        let rows: Vec<(GroupRow, i64)> = self.db.ask("list the groups", |db| {
            groups::table
                .left_join(group_members::table)
                .group_by(groups::group_id)
                .order(groups::group_id)
                .select((GroupRow::as_select(), count(group_members::contact_id.nullable())))
                .load(db)
        })?;
        let mut groups = Vec::with_capacity(rows.len());
        for (row, members) in rows {
            let group = self.group_from(row, members)?;
            if self.may(&resource(&group.id), Permission::Read)? {
                groups.push(group);
            }
        }
        Ok(groups)
    }

    /// Returns the groups that a contact can see: those they are a member of, and those whose type lists them to
    /// everyone.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn groups_seen_by(&mut self, contact: &ContactId) -> Result<Vec<Group>, StoreError> {
        let mut groups = self.groups()?;
        let own: Vec<SqlText> = self.db.ask("list a member's groups", |db| {
            group_members::table
                .filter(group_members::contact_id.eq(DbId(contact.to_string())))
                .select(group_members::group_id)
                .load(db)
        })?;
        groups.retain(|group| group.kind.rules().is_listed || own.contains(&SqlText(group.id.to_string())));
        Ok(groups)
    }

    /// Returns a group by its id.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn group_by_id(&mut self, id: &GroupId) -> Result<Group, StoreError> {
        self.permit(&resource(id), Permission::Read)?;
        self.group_find(id)
    }

    /// Returns a group by its id without checking permissions.
    pub(super) fn group_find(&mut self, id: &GroupId) -> Result<Group, StoreError> {
        let row: Option<(GroupRow, i64)> = self.db.ask("find a group", |db| {
            groups::table
                .left_join(group_members::table)
                .filter(groups::group_id.eq(DbId(id.to_string())))
                .group_by(groups::group_id)
                .select((GroupRow::as_select(), count(group_members::contact_id.nullable())))
                .get_result(db)
                .optional()
        })?;
        let (row, members) = row.ok_or_else(|| no_group(id))?;
        self.group_from(row, members)
    }

    fn group_from(&mut self, row: GroupRow, members: i64) -> Result<Group, StoreError> {
        let id = row.group_id.0.clone();
        self.group_decode(row, members)
            .map_err(|error| error.of_row(&format!("group {id}")))
    }

    fn group_decode(&mut self, row: GroupRow, members: i64) -> Result<Group, StoreError> {
        let id: GroupId = row.group_id.0.parse()?;
        let settings = match row.settings {
            None => GroupSettings::default(),
            Some(SqlBlob(envelope)) => {
                let row_id = id.as_id().canonical();
                GroupSettings::stored(self.json_open(&id, ("groups", "settings"), &row_id, &envelope)?)
            }
        };
        let created_at = stored_time(row.created_at)?;
        let limit = row.max_members.and_then(|limit| u32::try_from(limit.0).ok());
        Ok(Group {
            id,
            name: row.name.0,
            description: row.description.map(|text| text.0).filter(|text| !text.is_empty()),
            kind: row.group_type.0.parse()?,
            limit: limit.unwrap_or_default(),
            member_count: u32::try_from(members).unwrap_or(u32::MAX),
            is_anonymous: row.is_anonymous.unwrap_or_default().0,
            settings,
            created_by: row.created_by.and_then(|id| id.0.parse().ok()),
            created_at: created_at.unwrap_or(Timestamp::MIN),
        })
    }

    /// Returns the members of a group: the vault's own user first, then the others ordered by id.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn group_members(&mut self, group: &GroupId) -> Result<Vec<Member>, StoreError> {
        self.permit(&resource(group), Permission::Read)?;
        self.group_exists(group)?;
        let own = DbId(self.own_id().to_string());
        let rows = self.db.ask("list a group's members", |db| {
            group_members::table
                .filter(group_members::group_id.eq(DbId(group.to_string())))
                .order((group_members::contact_id.ne(own), group_members::contact_id))
                .select(MemberRow::as_select())
                .load(db)
        })?;
        rows.into_iter().map(|row| self.member_from(group, row)).collect()
    }

    /// Returns one member of a group.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn group_member(&mut self, group: &GroupId, contact: &ContactId) -> Result<Member, StoreError> {
        self.permit(&resource(group), Permission::Read)?;
        self.member_named(group, contact)
    }

    /// Returns one member of a group without checking permissions: changing a member does not need the permission to
    /// read.
    pub(super) fn member_named(
        &mut self,
        group: &GroupId,
        contact: &ContactId,
    ) -> Result<Member, StoreError> {
        self.group_exists(group)?;
        let found = self.member_find(group, contact)?;
        found.ok_or_else(|| {
            let (group, contact) = (group.clone(), contact.clone());
            Missing::Member { group, contact }.into()
        })
    }

    pub(super) fn member_find(
        &mut self,
        group: &GroupId,
        contact: &ContactId,
    ) -> Result<Option<Member>, StoreError> {
        let row = self.db.ask("find a member", |db| {
            group_members::table
                .find(member_key(group, contact))
                .select(MemberRow::as_select())
                .get_result(db)
                .optional()
        })?;
        row.map(|row| self.member_from(group, row)).transpose()
    }

    fn member_from(&mut self, group: &GroupId, row: MemberRow) -> Result<Member, StoreError> {
        let id = row.contact_id.0.clone();
        self.member_decode(group, row)
            .map_err(|error| error.of_row(&format!("member {id} of group {group}")))
    }

    fn member_decode(&mut self, group: &GroupId, row: MemberRow) -> Result<Member, StoreError> {
        let contact: ContactId = row.contact_id.0.parse()?;
        let permissions = match row.permissions {
            None => MemberPermissions::default(),
            Some(SqlBlob(envelope)) => {
                let row_id = member_row_id(group, &contact);
                let text = self.json_open(group, ("group_members", "permissions"), &row_id, &envelope)?;
                MemberPermissions::stored(text)
            }
        };
        let joined_at = stored_time(row.joined_at)?;
        Ok(Member {
            is_own: contact == self.own_id(),
            contact,
            display_name: row.display_name.0,
            role: row.role.0.parse()?,
            joined_at: joined_at.unwrap_or(Timestamp::MIN),
            permissions,
            anonymous_id: row.anonymous_id.and_then(|id| id.0.parse().ok()),
        })
    }

    fn json_open(
        &mut self,
        group: &GroupId,
        (table, column): (&str, &str),
        row_id: &[u8],
        envelope: &[u8],
    ) -> Result<JsonText, StoreError> {
        let group = group.to_string();
        let plain = self.open_under(KeyRole::Group(&group), (table, column), row_id, envelope)?;
        let text = std::str::from_utf8(&plain).ok();
        text.and_then(|text| JsonText::new(text).ok())
            .ok_or_else(|| StoreError::DatabaseDamaged(format!("a value of {table}.{column} is not JSON")))
    }

    /// Returns the bans of a group: the vault's own user first, then the others ordered by id.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn group_bans(&mut self, group: &GroupId) -> Result<Vec<Ban>, StoreError> {
        self.permit(&resource(group), Permission::Read)?;
        self.group_exists(group)?;
        let own = DbId(self.own_id().to_string());
        let rows = self.db.ask("list a group's bans", |db| {
            group_bans::table
                .filter(group_bans::group_id.eq(DbId(group.to_string())))
                .order((group_bans::contact_id.ne(own), group_bans::contact_id))
                .select(BanRow::as_select())
                .load(db)
        })?;
        let ban = |row: BanRow| {
            Ok::<_, StoreError>(Ban {
                contact: row.contact_id.0.parse()?,
                banned_by: row.banned_by.0.parse()?,
                banned_at: Timestamp::parse(&row.banned_at.0)?,
            })
        };
        rows.into_iter()
            .map(|row| {
                let id = row.contact_id.0.clone();
                ban(row).map_err(|error| error.of_row(&format!("the ban of {id} from group {group}")))
            })
            .collect()
    }

    /// Returns how many members a group has.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn group_member_count(&mut self, group: &GroupId) -> Result<u64, StoreError> {
        self.permit(&resource(group), Permission::Read)?;
        Ok(u64::try_from(self.members_counted(group)?).unwrap_or_default())
    }

    pub(super) fn members_counted(&mut self, group: &GroupId) -> Result<i64, StoreError> {
        self.db.ask("count members", |db| {
            group_members::table
                .filter(group_members::group_id.eq(DbId(group.to_string())))
                .count()
                .get_result(db)
        })
    }

    pub(super) fn group_exists(&mut self, id: &GroupId) -> Result<(), StoreError> {
        let is_there: bool = self.db.ask("find a group", |db| {
            diesel::select(exists(groups::table.find(DbId(id.to_string())))).get_result(db)
        })?;
        if is_there { Ok(()) } else { Err(no_group(id)) }
    }
}
