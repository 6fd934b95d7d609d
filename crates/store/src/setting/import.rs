//! Settings from an import: the later value wins.

use privatus_domain::{JsonText, KnownSetting, SettingKey, Timestamp, UserError, UserId};

use super::identity::is_identity;
use crate::error::StoreError;
use crate::tx::WriteTx;

/// The result of importing one setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingImport {
    /// The value was written.
    Written,
    /// The vault already had this value.
    Known,
    /// The vault has a different value that is not older, and keeps it.
    Older,
    /// The vault has a different public key of its own, and keeps it.
    OtherIdentity,
}

impl WriteTx<'_> {
    /// Imports a value from a source: the later of two values wins, and a value without a time counts as the earlier.
    /// The vault's own public key is never replaced, because safety numbers are computed from it; a different one is
    /// recorded as a security event.
    ///
    /// # Errors
    /// Those of [`setting_restore`](Self::setting_restore), and [`StoreError::Setting`] for a value that a known
    /// setting does not accept.
    pub fn setting_import(
        &mut self,
        scope: &str,
        key: &SettingKey,
        value: &JsonText,
        updated_at: Option<Timestamp>,
    ) -> Result<SettingImport, StoreError> {
        // The same check as when it is set manually: a value that no build accepts would switch something off or match
        // nothing.
        if let Some(known) = KnownSetting::of(key) {
            known.check(scope, value)?;
        }
        // Names of another application's users stay as they are, except for names that no row may have.
        if let Err(error @ UserError::Length(_)) = UserId::new(scope)
            && !scope.is_empty()
        {
            return Err(error.into());
        }
        match self.setting(scope, key) {
            Ok(known) if known.value == *value => {
                if let Some(at) = updated_at.filter(|at| *at > known.updated_at) {
                    self.setting_restore(scope, key, value, at)?;
                }
                return Ok(SettingImport::Known);
            }
            Ok(_) if is_identity(scope, key) => {
                self.own_key_differs(value)?;
                return Ok(SettingImport::OtherIdentity);
            }
            Ok(known) if updated_at.is_none_or(|at| known.updated_at >= at) => {
                return Ok(SettingImport::Older);
            }
            Ok(_) | Err(StoreError::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
        self.setting_restore(scope, key, value, updated_at.unwrap_or_else(|| self.now()))?;
        Ok(SettingImport::Written)
    }
}
