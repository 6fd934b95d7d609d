//! Sets and removes settings.

use diesel::dsl::{exists, select};
use diesel::prelude::*;
use privatus_domain::{
    JsonText, KnownSetting, Permission, SettingKey, Timestamp, UserId, encode_setting_value,
};
use privatus_schema::{SqlText, settings};

use super::row_id;
use crate::db::hot;
use crate::db::statement::Sql;
use crate::error::{Missing, StoreError};
use crate::tx::WriteTx;

impl WriteTx<'_> {
    /// Sets a value, of the application (empty `scope`) or of a user.
    ///
    /// # Errors
    /// [`StoreError::Setting`] if the value is too large or not of the setting's type, or if the name is not valid.
    pub fn setting_set(
        &mut self,
        scope: &str,
        key: &SettingKey,
        value: impl Into<JsonText>,
        updated_at: Timestamp,
    ) -> Result<(), StoreError> {
        let value = value.into();
        SettingKey::new(key.as_str())?;
        if !scope.is_empty() {
            UserId::new(scope)?;
        }
        if let Some(known) = KnownSetting::of(key) {
            known.check(scope, &value)?;
        }
        self.setting_restore(scope, key, value, updated_at)
    }

    /// Stores a value from an export or another application as it is, even under an older name or with another type.
    ///
    /// # Errors
    /// [`StoreError::Setting`] if it is too large.
    pub fn setting_restore(
        &mut self,
        scope: &str,
        key: &SettingKey,
        value: impl Into<JsonText>,
        updated_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.setting_permit(scope, key, Permission::Write)?;
        let value = value.into();
        let encoded = encode_setting_value(&value)?;
        self.identity_note(scope, key, Some(&value))?;
        let sealed = self.reseal_value("settings", "value", &row_id(scope, key.as_str()), &encoded)?;
        let (updated, now) = (updated_at.to_sql(), self.now().to_sql());
        let sql = Sql::new(hot::SETTING_WRITE)
            .bind(scope)
            .bind(key.as_str())
            .bind(sealed.as_slice())
            .bind(updated.as_str())
            .bind(now.as_str());
        self.db.run_one(sql, "set a setting")
    }

    /// Removes a setting.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if the setting has no value.
    pub fn setting_unset(&mut self, scope: &str, key: &SettingKey) -> Result<(), StoreError> {
        self.setting_permit(scope, key, Permission::Delete)?;
        self.identity_note(scope, key, None)?;
        let row = settings::table.find((SqlText(scope), SqlText(key.as_str())));
        let doing = "remove a setting";
        let removed = self.db.ask(doing, |db| diesel::delete(row).execute(db))?;
        if self
            .db
            .took(removed, doing, |db| select(exists(row)).get_result(db))?
        {
            return Ok(());
        }
        Err(Missing::Setting(key.clone()).into())
    }
}
