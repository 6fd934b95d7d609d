//! Grants: creating, revoking, listing and checking them.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use privatus_domain::{
    AccessError, Act, Grant, GrantFilter, NewAuditEntry, NewGrant, Permission, Permissions, Resource,
    Timestamp, UserId, access_allowed, access_allowed_until,
};
use privatus_schema::{SqlText, SqlTime, access_control};
use serde_json::{Value, json};

use crate::db::decode::stored_time;
use crate::db::hot;
use crate::db::statement::Sql;
use crate::error::{Missing, StoreError};
use crate::tx::{ReadTx, WriteTx};

/// A row of `access_control`.
#[derive(Queryable, Selectable)]
#[diesel(table_name = access_control, check_for_backend(Sqlite))]
struct GrantRow {
    resource_type: SqlText,
    resource_id: SqlText,
    /// Empty means everyone.
    user_id: SqlText,
    permissions: SqlText,
    granted_by: Option<SqlText>,
    granted_at: Option<SqlTime>,
    expires_at: Option<SqlTime>,
}

/// What an import did with a grant from an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantRestored {
    /// The grant was written.
    Written,
    /// The vault already had a grant that allows the same for the same time.
    Known,
    /// The user has a different grant on the resource, which was left unchanged.
    Other,
}

/// A row of `access_control` as a check reads it.
pub(crate) struct GrantRead {
    /// A description by which a person can find the row.
    pub(crate) name: String,
    pub(crate) given_at: Option<String>,
    /// What the row has that no build writes.
    pub(crate) strange: Option<&'static str>,
}

impl ReadTx<'_> {
    /// Returns the grants that pass the filter, expired ones too, ordered by resource and user.
    ///
    /// A row that this build cannot read as a grant (another application's) stays in the table, allows nothing, and is
    /// not listed. A session bound to a user sees the grants to that user and to everyone, and those on resources where
    /// the user has [`Permission::Admin`].
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn access_list(&mut self, filter: &GrantFilter) -> Result<Vec<Grant>, StoreError> {
        let rows = self.grant_rows("list the grants")?;
        let mut grants = Vec::new();
        for grant in rows.into_iter().filter_map(|row| grant(row).ok()) {
            if filter.passes(&grant) && self.sees(&grant)? {
                grants.push(grant);
            }
        }
        Ok(grants)
    }

    /// Returns all rows, ordered by resource and user.
    fn grant_rows(&mut self, doing: &str) -> Result<Vec<GrantRow>, StoreError> {
        self.db.ask(doing, |db| {
            access_control::table
                .order((
                    access_control::resource_type,
                    access_control::resource_id,
                    access_control::user_id,
                ))
                .select(GrantRow::as_select())
                .load(db)
        })
    }

    fn sees(&mut self, grant: &Grant) -> Result<bool, StoreError> {
        match (&self.user, &grant.to) {
            (None, _) | (Some(_), None) => Ok(true),
            (Some(user), Some(to)) if user == to => Ok(true),
            (Some(_), Some(_)) => self.may(&grant.on, Permission::Admin),
        }
    }

    /// Whether the grants allow a user an action on a resource now.
    ///
    /// # Errors
    /// [`StoreError::AccessDenied`] when a session asks about another user without [`Permission::Admin`] on the
    /// resource.
    pub fn access_check(
        &mut self,
        user: &UserId,
        on: &Resource,
        permission: Permission,
    ) -> Result<bool, StoreError> {
        if self.user.as_ref() != Some(user) {
            self.permit(on, Permission::Admin)?;
        }
        let grants = self.grants_of(user)?;
        Ok(access_allowed(&grants, user, on, permission, self.shared.now()))
    }

    /// Returns the grants to a user and to everyone.
    pub(crate) fn grants_of(&mut self, user: &UserId) -> Result<Vec<Grant>, StoreError> {
        let rows = self.db.ask("read a user's grants", |db| {
            let of_user = access_control::user_id.eq(SqlText(user.as_str()));
            access_control::table
                .filter(access_control::user_id.eq(SqlText(EVERYONE)).or(of_user))
                .select(GrantRow::as_select())
                .load(db)
        })?;
        Ok(rows.into_iter().filter_map(|row| grant(row).ok()).collect())
    }

    /// Reads every row, readable as a grant or not.
    pub(crate) fn grants_read(&mut self) -> Result<Vec<GrantRead>, StoreError> {
        let rows = self.grant_rows("check the grants")?;
        let read = |row: GrantRow| {
            let name: String = format!(
                "on {}:{} to {:?}",
                row.resource_type.0, row.resource_id.0, row.user_id.0
            );
            let given_at = row.granted_at.as_ref().map(|at| at.0.clone());
            let strange = match grant(row) {
                Err(_) => Some("is not a grant that a build writes, and allows nothing"),
                // A known permission in other letters counts as unknown.
                Ok(grant) if has_unknown(&grant) => {
                    Some("names a permission that this build does not know and that allows nothing")
                }
                Ok(_) if given_at.is_none() => Some("does not say when it was granted"),
                Ok(grant) if grant.expires_at.is_some_and(|end| end <= grant.granted_at) => {
                    Some("expired before it was granted")
                }
                Ok(_) => None,
            };
            GrantRead {
                name: name.chars().take(120).collect(),
                given_at,
                strange,
            }
        };
        Ok(rows.into_iter().map(read).collect())
    }

    fn grant_row(&mut self, on: &Resource, to: Option<&UserId>) -> Result<Option<GrantRow>, StoreError> {
        self.db.ask("find a grant", |db| {
            access_control::table
                .find(key(on, to))
                .select(GrantRow::as_select())
                .get_result(db)
                .optional()
        })
    }
}

impl WriteTx<'_> {
    /// Creates a grant, or replaces the one that the user has on the resource. The resource need not exist: if
    /// something gets this id later, the grant applies to it.
    ///
    /// # Errors
    /// [`StoreError::Access`] when its expiry is not in the future, or is later than that of the grant that allows it;
    /// [`StoreError::AccessDenied`] in a session without [`Permission::Admin`] on the resource.
    pub fn access_grant(&mut self, new: &NewGrant) -> Result<(), StoreError> {
        self.permit(&new.on, Permission::Admin)?;
        new.check(self.now())?;
        self.check_outlasts_none(&new.on, new.expires_at)?;
        let before = self.grant_row(&new.on, new.to.as_ref())?;
        let grant = Grant {
            on: new.on.clone(),
            to: new.to.clone(),
            permissions: new.permissions.clone(),
            granted_by: self.user.clone(),
            granted_at: self.now(),
            expires_at: new.expires_at,
        };
        self.grant_write(&grant)?;
        let details = json!({ "grant": said(&grant), "before": before.as_ref().map(said_row) });
        self.grant_audit(Act::AccessGrant, &grant.on, &details)
    }

    /// Writes a grant from an export unchanged. A grant that the user already has on the resource stays. In a bound
    /// session, the grant is recorded as granted by the session's user, now.
    ///
    /// # Errors
    /// [`StoreError::Access`] when no build would create this grant, or when it would outlive the grant that allows the
    /// session's user to create it; [`StoreError::AccessDenied`] in a session without [`Permission::Admin`] on the
    /// resource.
    pub fn access_restore(&mut self, grant: &Grant) -> Result<GrantRestored, StoreError> {
        self.permit(&grant.on, Permission::Admin)?;
        grant.check()?;
        if let Some(row) = self.grant_row(&grant.on, grant.to.as_ref())? {
            let is_same = self::grant(row).is_ok_and(|there| {
                there.permissions == grant.permissions && there.expires_at == grant.expires_at
            });
            return Ok(match is_same {
                true => GrantRestored::Known,
                false => GrantRestored::Other,
            });
        }
        let mut grant = grant.clone();
        if self.user.is_some() {
            self.check_outlasts_none(&grant.on, grant.expires_at)?;
            grant.granted_by.clone_from(&self.user);
            grant.granted_at = self.now();
        }
        let grant = &grant;
        self.grant_write(grant)?;
        let details = json!({ "grant": said(grant), "before": null, "imported": true });
        self.grant_audit(Act::AccessGrant, &grant.on, &details)?;
        Ok(GrantRestored::Written)
    }

    /// Revokes the grant of a user on a resource, or of everyone for `None`. Other grants that apply to the user stay:
    /// those on all resources of the kind, or to everyone.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such grant; [`StoreError::AccessDenied`] in a session without
    /// [`Permission::Admin`] on the resource.
    pub fn access_revoke(&mut self, on: &Resource, to: Option<&UserId>) -> Result<(), StoreError> {
        self.permit(on, Permission::Admin)?;
        let before = self.grant_row(on, to)?.ok_or_else(|| {
            let (on, to) = (on.clone(), to.cloned());
            Missing::Grant { on, to }
        })?;
        self.db.ask_one("revoke a grant", |db| {
            diesel::delete(access_control::table.find(key(on, to))).execute(db)
        })?;
        self.grants = None;
        self.grant_audit(Act::AccessRevoke, on, &json!({ "before": said_row(&before) }))
    }

    /// A grant cannot outlive the grant that allows it.
    fn check_outlasts_none(&self, on: &Resource, expires_at: Option<Timestamp>) -> Result<(), StoreError> {
        let (Some(user), Some(grants)) = (&self.user, &self.grants) else {
            return Ok(());
        };
        let own = access_allowed_until(grants, user, on, Permission::Admin, self.now()).unwrap_or(self.now());
        if own < expires_at.unwrap_or(Timestamp::MAX) {
            return Err(AccessError::OutlastsGiver(own).into());
        }
        Ok(())
    }

    fn grant_write(&mut self, grant: &Grant) -> Result<(), StoreError> {
        let permissions = grant.permissions.to_json().to_string();
        let (at, end) = (grant.granted_at.to_sql(), grant.expires_at.map(Timestamp::to_sql));
        let sql = Sql::new(hot::GRANT_WRITE)
            .bind(grant.on.kind.as_str())
            .bind(grant.on.id())
            .bind(name(grant.to.as_ref()))
            .bind(permissions.as_str())
            .bind(grant.granted_by.as_ref().map(UserId::as_str))
            .bind(at.as_str())
            .bind(end.as_deref());
        self.grants = None;
        self.db.run_one(sql, "write a grant")
    }

    fn grant_audit(&mut self, act: Act, on: &Resource, details: &Value) -> Result<(), StoreError> {
        let entry = NewAuditEntry::done(self.now(), act);
        self.audit(&entry.on(on.clone()).with(details))
    }
}

/// The `user_id` of a grant to everyone.
const EVERYONE: &str = "";

fn name(to: Option<&UserId>) -> &str {
    to.map_or(EVERYONE, UserId::as_str)
}

/// Returns the primary key of a grant's row.
fn key<'a>(
    on: &'a Resource,
    to: Option<&'a UserId>,
) -> (SqlText<&'a str>, SqlText<&'a str>, SqlText<&'a str>) {
    (SqlText(on.kind.as_str()), SqlText(on.id()), SqlText(name(to)))
}

fn said(grant: &Grant) -> Value {
    let end = grant.expires_at.map(Timestamp::to_sql);
    json!({ "user": grant.to, "permissions": grant.permissions.to_json(), "expires_at": end })
}

fn said_row(row: &GrantRow) -> Value {
    let permissions = row.permissions.0.as_str();
    let words = serde_json::from_str(permissions).unwrap_or_else(|_| Value::from(permissions));
    let to = Some(&row.user_id.0).filter(|to| !to.is_empty());
    json!({ "user": to, "permissions": words, "expires_at": row.expires_at.as_ref().map(|end| &end.0) })
}

fn grant(row: GrantRow) -> Result<Grant, StoreError> {
    let user = |name: Option<&str>| name.filter(|name| !name.is_empty()).map(UserId::new).transpose();
    Ok(Grant {
        on: Resource::new(row.resource_type.0.parse()?, &row.resource_id.0)?,
        to: user(Some(&row.user_id.0))?,
        permissions: Permissions::from_json(&row.permissions.0)?,
        granted_by: user(row.granted_by.as_ref().map(|by| by.0.as_str()))?,
        granted_at: stored_time(row.granted_at)?.unwrap_or(Timestamp::MIN),
        expires_at: stored_time(row.expires_at)?,
    })
}

fn has_unknown(grant: &Grant) -> bool {
    let words = grant.permissions.to_json();
    let words = words.as_array().into_iter().flatten();
    words
        .filter_map(Value::as_str)
        .any(|word| word.parse::<Permission>().is_err())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Vault;

    /// An adopted database can contain such rows.
    #[test]
    fn rows_of_another_application_stand_and_allow_nothing() {
        let vault = Vault::new();
        vault.sql(
            "INSERT INTO access_control (resource_type, resource_id, user_id, permissions, expires_at) VALUES \
             ('chat', 'alice', 'ann', '[\"admin\"]', NULL), ('contact', '*', 'ann', '{\"read\":true}', NULL), \
             ('vault', '*', 'ann', '[\"everything\"]', NULL), \
             ('contact', 'alice', 'ann', '[\"admin\"]', '2025-99-99 00:00:00.000'), ('group', '', '', '[\"read\"]', NULL)",
        );
        let listed = vault
            .store
            .read(|tx| tx.access_list(&GrantFilter::default()))
            .unwrap();
        let listed: Vec<_> = listed.iter().map(|grant| grant.permissions.to_json()).collect();
        assert_eq!(
            listed,
            [json!(["everything"])],
            "the one of a known form is kept as it is"
        );
        for kind in privatus_domain::ResourceKind::ALL {
            for permission in Permission::ALL {
                let on = Resource::of(kind, "alice");
                let ann = UserId::new("ann").unwrap();
                assert!(
                    !vault
                        .store
                        .read(|tx| tx.access_check(&ann, &on, permission))
                        .unwrap()
                );
            }
        }
        let sql = Sql::new("SELECT count(*) FROM access_control");
        let count: Option<i64> = vault.store.read(|tx| tx.db.row(sql, "count")).unwrap();
        assert_eq!(count, Some(5));
    }
}
