//! The vault's own public key is a setting, and a change of it is told of.

use privatus_domain::{
    Act, JsonText, KnownSetting, NewAuditEntry, NewSecurityEvent, SecurityKind, SettingKey, Severity,
};
use serde_json::json;

use crate::error::StoreError;
use crate::tx::WriteTx;

/// Whether it is the vault's own public key.
pub(super) fn is_identity(scope: &str, key: &SettingKey) -> bool {
    scope.is_empty() && key.as_str() == KnownSetting::IdentityPublicKey.name()
}

impl WriteTx<'_> {
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
