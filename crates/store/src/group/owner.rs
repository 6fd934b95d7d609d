//! Making sure that each group has exactly one owner, for groups from an older schema, an adopted database, or a
//! history that does not name one.

use diesel::dsl::{exists, select};
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use privatus_domain::limits::{GROUP_MEMBERS_DEFAULT, GROUP_MEMBERS_MAX};
use privatus_domain::{Act, ContactId, GroupId, NewAuditEntry, Role};
use privatus_schema::functions::greater;
use privatus_schema::{DbId, LimitLiteral, SqlInt, SqlText, group_members, groups, sql_types};
use serde_json::json;

use super::read::resource;
use crate::db::one_row::not_taken;
use crate::error::StoreError;
use crate::tx::WriteTx;

/// Gives each group without a limit the default one, or more if it has more members. Plain SQL, because the builder has
/// no subquery that is never NULL.
const LIMIT_BY_COUNT: &str = "UPDATE groups SET max_members = max(?, (SELECT count(*) FROM group_members AS m \
                              WHERE m.group_id = groups.group_id)) WHERE max_members IS NULL";

/// The columns of `group_members` that the choice of an owner needs.
#[derive(Queryable, Selectable)]
#[diesel(table_name = group_members, check_for_backend(Sqlite))]
struct SeatRow {
    contact_id: SqlText,
    role: SqlText,
}

impl SeatRow {
    fn is_owner(&self) -> bool {
        self.role.0 == Role::Owner.as_str()
    }
}

impl WriteTx<'_> {
    /// Gives every group a member limit and exactly one owner.
    pub(crate) fn groups_adapt(&mut self) -> Result<(), StoreError> {
        self.db.ask("limit the groups", |db| {
            diesel::sql_query(LIMIT_BY_COUNT)
                .bind::<sql_types::Integer, _>(SqlInt(GROUP_MEMBERS_DEFAULT.into()))
                .execute(db)
        })?;
        let is_left = self.db.ask("limit the groups", |db| {
            let unlimited = groups::table.filter(groups::max_members.is_null());
            select(exists(unlimited)).get_result::<bool>(db)
        })?;
        if is_left {
            return Err(not_taken("limit the groups"));
        }
        let groups: Vec<DbId> = self.db.ask("list the groups", |db| {
            groups::table
                .order(groups::group_id)
                .select(groups::group_id)
                .load(db)
        })?;
        for group in groups {
            let group: Result<GroupId, StoreError> = group.0.parse().map_err(StoreError::from);
            self.group_owner_ensure(&group.map_err(StoreError::of_stored)?)?;
        }
        Ok(())
    }

    /// Makes sure that a group has exactly one owner. Of several owners, the group's creator stays, or else the one who
    /// joined first; the others become admins. If there is none, the creator becomes the owner if they are a member, or
    /// else the vault's own user, who joins. If the own user cannot join, the member who joined first becomes the
    /// owner.
    pub(super) fn group_owner_ensure(&mut self, group: &GroupId) -> Result<(), StoreError> {
        let seats = self.db.ask("list a group's owners", |db| {
            let contact = group_members::contact_id.nullable();
            let is_owner = group_members::role.eq(SqlText(Role::Owner.as_str()));
            group_members::table
                .inner_join(groups::table)
                .filter(group_members::group_id.eq(DbId(group.to_string())))
                .filter(is_owner.or(contact.eq(groups::created_by)))
                .order((
                    contact.is(groups::created_by).desc(),
                    group_members::joined_at,
                    group_members::contact_id,
                ))
                .select(SeatRow::as_select())
                .load(db)
        })?;
        let first = match seats.iter().filter(|seat| seat.is_owner()).count() {
            1 => return Ok(()),
            _ => seats.first(),
        };
        let Some(first) = first else {
            return self.own_joins(group);
        };
        let first = first.contact_id.0.as_str();
        let contact = |id: &str| -> Result<ContactId, StoreError> {
            let id: Result<ContactId, StoreError> = id.parse().map_err(StoreError::from);
            id.map_err(StoreError::of_stored)
        };
        for other in seats.iter().filter(|seat| seat.is_owner()) {
            if other.contact_id.0 != first {
                self.role_set(group, &contact(&other.contact_id.0)?, Role::Admin)?;
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

    /// Makes the vault's own user the owner of a group that has none.
    fn own_joins(&mut self, group: &GroupId) -> Result<(), StoreError> {
        let own = self.own_id();
        if self.member_find(group, &own)?.is_some() {
            self.role_set(group, &own, Role::Owner)?;
            return self.owner_audit(group, &own.to_string());
        }
        let count = self.group_count(group)?;
        let is_banned = self.is_banned(group, &own)?;
        if is_banned && count == 0 {
            // In a group without members, nobody else could lift the ban.
            self.ban_delete(group, &own, "lift a ban")?;
        } else if count >= GROUP_MEMBERS_MAX || is_banned {
            return self.first_owns(group);
        }
        self.db.ask_one("make room for the owner", |db| {
            let room = greater(groups::max_members, SqlInt(i64::from(count) + 1));
            diesel::update(groups::table.find(DbId(group.to_string())))
                .set(groups::max_members.eq(room))
                .execute(db)
        })?;
        let owner = self.own_member(None)?;
        self.member_insert(group, &owner)?;
        let entry = NewAuditEntry::done(self.now(), Act::MemberAdd);
        let details = json!({ "member": own, "role": Role::Owner, "settled": true });
        self.audit(&entry.on(resource(group)).with(details))
    }

    /// Makes the member who joined first the owner.
    fn first_owns(&mut self, group: &GroupId) -> Result<(), StoreError> {
        let id = group.to_string();
        let first: Option<SqlText> = self.db.ask("find an owner", |db| {
            group_members::table
                .filter(group_members::group_id.eq(DbId(id.as_str())))
                .order((group_members::joined_at, group_members::contact_id))
                .select(group_members::contact_id)
                .limit_literal(1)
                .get_result(db)
                .optional()
        })?;
        let Some(SqlText(first)) = first else {
            return Ok(());
        };
        self.db.ask_one("make an owner", |db| {
            diesel::update(group_members::table.find((DbId(id.as_str()), SqlText(first.as_str()))))
                .set(group_members::role.eq(SqlText(Role::Owner.as_str())))
                .execute(db)
        })?;
        self.owner_audit(group, &first)
    }
}
