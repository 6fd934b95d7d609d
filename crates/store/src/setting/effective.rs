//! The value in effect: the user's, else the application's, else the default of a known setting.

use privatus_domain::{Effective, KnownSetting, Permission, SettingKey, UserId};
use serde_json::Value;

use crate::error::{Missing, StoreError};
use crate::tx::ReadTx;

impl ReadTx<'_> {
    /// Returns the value in effect for a user or for the application: the user's, else the application's, else the
    /// default of a known setting.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no value.
    pub fn setting_effective(
        &mut self,
        user: Option<&UserId>,
        key: &SettingKey,
    ) -> Result<Effective, StoreError> {
        let scopes = [user.map(UserId::as_str), Some("")];
        for scope in scopes.into_iter().flatten() {
            self.setting_permit(scope, key, Permission::Read)?;
            if let Some(setting) = self.setting_find(scope, key)? {
                return Ok(Effective::Set(setting));
            }
        }
        let default = KnownSetting::of(key).and_then(KnownSetting::default_value);
        let default = default.map(Effective::Default);
        default.ok_or_else(|| Missing::Setting(key.clone()).into())
    }

    /// Returns a known setting's value for the code that uses it; permissions are not checked. A value of the wrong
    /// type, which came from elsewhere, counts as not set.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn setting_known(
        &mut self,
        user: Option<&UserId>,
        known: KnownSetting,
    ) -> Result<Option<Value>, StoreError> {
        let key = known.key();
        let user = user.filter(|_| known.is_per_user()).map(UserId::as_str);
        for scope in [user, Some("")].into_iter().flatten() {
            let found = self.setting_find(scope, &key)?;
            if let Some(setting) = found.filter(|setting| known.check(scope, &setting.value).is_ok()) {
                return Ok(Some(setting.value.to_value()));
            }
        }
        Ok(known.default_value().map(|value| value.to_value()))
    }
}
