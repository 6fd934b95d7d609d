//! The vault's own public key is a setting, and a change of it is told of.

use privatus_domain::{
    Act, JsonText, KnownSetting, NewAuditEntry, NewSecurityEvent, Permission, SecurityKind, SettingKey,
    Severity,
};
use serde_json::json;

use crate::error::StoreError;
use crate::tx::WriteTx;

/// Whether it is the vault's own public key.
pub(super) fn is_identity(scope: &str, key: &SettingKey) -> bool {
    scope.is_empty() && key.as_str() == KnownSetting::IdentityPublicKey.name()
}

impl WriteTx<'_> {
    /// Whether a source has another public key of the vault's own user than the vault, whose key stays. A security event
    /// tells of it.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn own_key_differs(&mut self, value: &JsonText) -> Result<bool, StoreError> {
        let key = KnownSetting::IdentityPublicKey.key();
        // Who may not read it learns nothing of it.
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
                "an import has another public key of the vault's own user than the vault, whose key stays"
                    .into(),
            raw_data: Some(json!({ "resource": key.resource("").to_string() }).into()),
        })?;
        Ok(true)
    }

    /// Whoever compares safety numbers compares the vault's own key too: a change of it is written down, and where there was
    /// one, an event.
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
            // One that does not open was one, and is to be mended.
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
            description: "the vault's own public key was replaced: no safety number told before fits".into(),
            raw_data: Some(json!({ "resource": on.to_string() }).into()),
        })
    }
}
