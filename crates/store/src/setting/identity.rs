//! The vault's own public key is a setting; a change of it is logged.

use privatus_domain::{
    Act, JsonText, KnownSetting, NewAuditEntry, NewSecurityEvent, Permission, SecurityKind, SettingKey,
    Severity,
};
use serde_json::json;

use crate::error::StoreError;
use crate::tx::WriteTx;

/// Returns whether the setting is the vault's own public key.
pub(super) fn is_identity(scope: &str, key: &SettingKey) -> bool {
    scope.is_empty() && key.as_str() == KnownSetting::IdentityPublicKey.name()
}

impl WriteTx<'_> {
    /// Returns whether a source's public key for the vault's own user differs from the vault's. The vault keeps its key
    /// and records a security event.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn own_key_differs(&mut self, value: &JsonText) -> Result<bool, StoreError> {
        let key = KnownSetting::IdentityPublicKey.key();
        // A user who may not read the key learns nothing about it.
        if !self.may(&key.resource(""), Permission::Read)? {
            return Ok(false);
        }
        match self.setting("", &key) {
            Ok(known) if known.value != *value => {}
            Ok(_) | Err(StoreError::NotFound(_)) => return Ok(false),
            Err(error) => return Err(error),
        }
        self.security_event(&NewSecurityEvent {
            at: self.now(),
            kind: SecurityKind::PublicKeyDiffers,
            severity: Severity::High,
            user: None,
            description:
                "an import has a different public key for the vault's own user; the vault keeps its own"
                    .into(),
            raw_data: Some(json!({ "resource": key.resource("").to_string() }).into()),
        })?;
        Ok(true)
    }

    /// Safety numbers include the vault's own key: a change of it goes to the audit log, and replacing an existing key
    /// is also a security event.
    pub(super) fn identity_note(
        &mut self,
        scope: &str,
        key: &SettingKey,
        value: Option<&JsonText>,
    ) -> Result<(), StoreError> {
        if !is_identity(scope, key) {
            return Ok(());
        }
        let had_key = match self.setting_find(scope, key) {
            Ok(before) if before.as_ref().map(|before| &before.value) == value => return Ok(()),
            Ok(before) => before.is_some(),
            // A key that cannot be opened existed, and is being repaired.
            Err(StoreError::DatabaseDamaged(_)) => true,
            Err(error) => return Err(error),
        };
        let on = key.resource(scope);
        let details = json!({ "had_key": had_key, "has_key": value.is_some() });
        let entry = NewAuditEntry::done(self.now(), Act::IdentityKey);
        self.audit(&entry.on(on.clone()).with(details))?;
        if !had_key {
            return Ok(());
        }
        self.security_event(&NewSecurityEvent {
            at: self.now(),
            kind: SecurityKind::PublicKeyReplaced,
            severity: Severity::High,
            user: None,
            description:
                "the vault's own public key was replaced: all safety numbers compared before are invalid"
                    .into(),
            raw_data: Some(json!({ "resource": on.to_string() }).into()),
        })
    }
}
