//! Lists and finds the settings that the session's user may read.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use privatus_domain::{JsonText, Permission, Setting, SettingKey, Timestamp, is_own_setting};
use privatus_schema::{SqlBlob, SqlText, SqlTime, settings};

use super::row_id;
use crate::db::decode::stored_time;
use crate::error::{Missing, StoreError};
use crate::tx::ReadTx;

/// A row of `settings`.
#[derive(Queryable, Selectable)]
#[diesel(table_name = settings, check_for_backend(Sqlite))]
struct SettingRow {
    scope: SqlText,
    key: SqlText,
    /// Sealed.
    value: SqlBlob,
    updated_at: Option<SqlTime>,
}

impl ReadTx<'_> {
    /// Returns all settings, by scope and name; those that the session's user may not read are left out.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn settings(&mut self) -> Result<Vec<Setting>, StoreError> {
        let rows = self.db.ask("list the settings", |db| {
            settings::table
                .order((settings::scope, settings::key))
                .select(SettingRow::as_select())
                .load(db)
        })?;
        self.settings_from(rows)
    }

    /// Returns the settings of one scope (empty for the application's), by name.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn settings_of(&mut self, scope: &str) -> Result<Vec<Setting>, StoreError> {
        let rows = self.db.ask("list the settings", |db| {
            settings::table
                .filter(settings::scope.eq(SqlText(scope)))
                .order(settings::key)
                .select(SettingRow::as_select())
                .load(db)
        })?;
        self.settings_from(rows)
    }

    fn settings_from(&mut self, rows: Vec<SettingRow>) -> Result<Vec<Setting>, StoreError> {
        let mut settings = Vec::with_capacity(rows.len());
        for row in rows {
            let key =
                SettingKey::kept(row.key.0.as_str()).map_err(|error| StoreError::from(error).of_stored())?;
            let scope = row.scope.0.as_str();
            if self.setting_is_own(scope) || self.may(&key.resource(scope), Permission::Read)? {
                settings.push(self.setting_from(row)?);
            }
        }
        Ok(settings)
    }

    /// Returns one setting of a scope (empty for the application's).
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if it has no value.
    pub fn setting(&mut self, scope: &str, key: &SettingKey) -> Result<Setting, StoreError> {
        self.setting_permit(scope, key, Permission::Read)?;
        let found = self.setting_find(scope, key)?;
        found.ok_or_else(|| Missing::Setting(key.clone()).into())
    }

    pub(super) fn setting_find(
        &mut self,
        scope: &str,
        key: &SettingKey,
    ) -> Result<Option<Setting>, StoreError> {
        let row = self.db.ask("find a setting", |db| {
            settings::table
                .find((SqlText(scope), SqlText(key.as_str())))
                .select(SettingRow::as_select())
                .get_result(db)
                .optional()
        })?;
        row.map(|row| self.setting_from(row)).transpose()
    }

    fn setting_is_own(&self, scope: &str) -> bool {
        self.user.as_ref().is_some_and(|user| is_own_setting(user, scope))
    }

    pub(super) fn setting_permit(
        &mut self,
        scope: &str,
        key: &SettingKey,
        permission: Permission,
    ) -> Result<(), StoreError> {
        if self.setting_is_own(scope) {
            return Ok(());
        }
        self.permit(&key.resource(scope), permission)
    }

    fn setting_from(&mut self, row: SettingRow) -> Result<Setting, StoreError> {
        let (scope, key) = (row.scope.0.clone(), row.key.0.clone());
        let of = if scope.is_empty() {
            String::new()
        } else {
            format!(" of {scope}")
        };
        self.setting_decode(row)
            .map_err(|error| error.of_row(&format!("setting {key}{of}")))
    }

    fn setting_decode(&mut self, row: SettingRow) -> Result<Setting, StoreError> {
        let (scope, key) = (row.scope.0, row.key.0);
        let plain = self.open_value("settings", "value", &row_id(&scope, &key), &row.value.0)?;
        let value = std::str::from_utf8(&plain)
            .ok()
            .and_then(|text| JsonText::new(text).ok())
            .ok_or_else(|| StoreError::DatabaseDamaged(format!("the setting {key} is not JSON")))?;
        let updated_at = stored_time(row.updated_at)?.unwrap_or(Timestamp::MIN);
        Ok(Setting {
            scope,
            key: SettingKey::kept(key)?,
            value,
            updated_at,
        })
    }
}
