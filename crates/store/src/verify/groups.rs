//! Checks every group against the rules for its members.

use std::collections::{BTreeMap, BTreeSet};

use diesel::dsl::{count_star, exists, not};
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use privatus_domain::{KeyKind, Role};
use privatus_schema::{SqlBlob, SqlInt, SqlText, contacts, group_bans, group_members, groups, key_store};

use super::Verification;
use crate::error::StoreError;
use crate::tx::ReadTx;

/// A group and its limit.
#[derive(Queryable, Selectable)]
#[diesel(table_name = groups, check_for_backend(Sqlite))]
struct LimitRow {
    group_id: SqlText,
    max_members: Option<SqlInt>,
}

impl ReadTx<'_> {
    /// Checks for exactly one owner, no more members than the limit, no banned or unknown members, and a live key.
    pub(super) fn verify_groups(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        let seats = self.seats_counted()?;
        let groups = self.db.ask("check the groups", |db| {
            groups::table
                .order(groups::group_id)
                .select(LimitRow::as_select())
                .load(db)
        })?;
        let count = |group: &LimitRow, role: Option<Role>| -> i64 {
            let seats = seats.get(&group.group_id.0).into_iter().flatten();
            let wanted = seats.filter(|(held, _)| role.is_none_or(|role| *held == role.as_str()));
            wanted.map(|(_, count)| *count).sum()
        };
        for group in &groups {
            if group.max_members.is_some_and(|most| count(group, None) > most.0) {
                found.problem(format!(
                    "group {} has more members than its limit",
                    group.group_id.0
                ));
            }
        }
        for group in &groups {
            if count(group, Some(Role::Owner)) != 1 {
                found.problem(format!(
                    "group {} does not have exactly one owner",
                    group.group_id.0
                ));
            }
        }
        for (groups, what) in [
            (self.groups_with_banned()?, "has a member who is banned from it"),
            (self.groups_without_key()?, "does not name a live key of its own"),
            (self.groups_with_strangers()?, "has a member who is not a contact"),
        ] {
            for group in groups {
                found.problem(format!("group {group} {what}"));
            }
        }
        Ok(())
    }

    /// Counts the members of each group by role.
    fn seats_counted(&mut self) -> Result<BTreeMap<String, BTreeMap<String, i64>>, StoreError> {
        let counted: Vec<(SqlText, SqlText, i64)> = self.db.ask("check the groups", |db| {
            group_members::table
                .group_by((group_members::group_id, group_members::role))
                .select((group_members::group_id, group_members::role, count_star()))
                .load(db)
        })?;
        let mut seats: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
        for (group, role, count) in counted {
            seats.entry(group.0).or_default().insert(role.0, count);
        }
        Ok(seats)
    }

    fn groups_with_banned(&mut self) -> Result<BTreeSet<String>, StoreError> {
        let is_banned = group_bans::table.filter(
            group_bans::group_id
                .eq(group_members::group_id)
                .and(group_bans::contact_id.eq(group_members::contact_id)),
        );
        let groups: Vec<SqlText> = self.db.ask("check the groups", |db| {
            group_members::table
                .filter(exists(is_banned))
                .select(group_members::group_id)
                .load(db)
        })?;
        Ok(groups.into_iter().map(|group| group.0).collect())
    }

    fn groups_without_key(&mut self) -> Result<BTreeSet<String>, StoreError> {
        let living = key_store::table.filter(
            key_store::key_id
                .nullable()
                .eq(groups::key_id)
                .and(key_store::key_type.eq(SqlText(KeyKind::Group.as_str())))
                .and(key_store::scope.eq(groups::group_id))
                .and(key_store::encrypted_key.ne(SqlBlob([].as_slice()))),
        );
        let groups: Vec<SqlText> = self.db.ask("check the groups", |db| {
            groups::table
                .filter(groups::key_id.is_not_null().and(not(exists(living))))
                .select(groups::group_id)
                .load(db)
        })?;
        Ok(groups.into_iter().map(|group| group.0).collect())
    }

    /// Returns the groups with unknown members. The vault's own user is a member without being a contact.
    fn groups_with_strangers(&mut self) -> Result<BTreeSet<String>, StoreError> {
        let own = self.own_id().to_string();
        let known = contacts::table.filter(contacts::contact_id.eq(group_members::contact_id));
        let groups: Vec<SqlText> = self.db.ask("check the members", |db| {
            group_members::table
                .filter(
                    group_members::contact_id
                        .ne(SqlText(own.as_str()))
                        .and(not(exists(known))),
                )
                .select(group_members::group_id)
                .load(db)
        })?;
        Ok(groups.into_iter().map(|group| group.0).collect())
    }
}
