//! Settings that an import brings: the later one stays.

use privatus_domain::{JsonText, KnownSetting, SettingKey, Timestamp, UserError, UserId};

use super::identity::is_identity;
use crate::error::StoreError;
use crate::tx::WriteTx;

/// What became of a setting that an import brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingImport {
    /// It is the vault's now.
    Written,
    /// The vault had it.
    Known,
    /// The vault's is another and no older, and stays.
    Older,
    /// The vault has another public key of its own, which stays.
    OtherIdentity,
}

impl WriteTx<'_> {
    /// Takes a value from a source: the later one of two stays, one without a time is the earlier. The vault's own public
    /// key is never replaced: safety numbers are made of it, and another one is a security event.
    ///
    /// # Errors
    /// As [`setting_restore`](Self::setting_restore), and [`StoreError::Setting`] for a value that a setting with a meaning
    /// does not take.
    pub fn setting_import(
        &mut self,
        scope: &str,
        key: &SettingKey,
        value: &JsonText,
        updated_at: Option<Timestamp>,
    ) -> Result<SettingImport, StoreError> {
        // As when it is set by hand: what no build could set turns something off, or compares with nobody.
        if let Some(known) = KnownSetting::of(key) {
            known.check(scope, value)?;
        }
        // Names of other applications' users stay as they are, but for those that no row may have.
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
