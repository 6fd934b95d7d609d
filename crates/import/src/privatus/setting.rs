//! A `setting` record of an export: its value is raw text, so that no number is rounded.

use privatus_domain::{JsonText, KnownSetting, PublicKey, Setting as Stored, SettingKey};
use privatus_store::{SettingImport, StoreError, WriteTx};

use super::json_member::json_member;
use super::values::Time;
use crate::authority::{AuthorityItem, AuthorityKind, Fate, json_quoted, quoted};

/// A `setting` record.
pub(super) struct Setting {
    scope: String,
    key: String,
    value: JsonText,
    /// Missing in an export from another program.
    updated_at: Option<Time>,
}

/// The outcome of the right that it grants.
pub(super) fn fate(written: SettingImport) -> Fate {
    match written {
        SettingImport::Written => Fate::Taken,
        SettingImport::Known => Fate::Known,
        SettingImport::Older => Fate::refused("the value in the vault is not older and stays"),
        SettingImport::OtherIdentity => Fate::refused("the vault has another key and keeps it"),
    }
}

impl From<Stored> for Setting {
    fn from(setting: Stored) -> Self {
        Self {
            scope: setting.scope,
            key: setting.key.as_str().into(),
            value: setting.value,
            updated_at: Some(Time(setting.updated_at)),
        }
    }
}

impl Setting {
    /// The record as a line, without the line end.
    pub(super) fn to_line(&self) -> Result<String, serde_json::Error> {
        Ok(format!(
            r#"{{"type":"setting","scope":{},"key":{},"value":{},"updated_at":{}}}"#,
            serde_json::to_string(&self.scope)?,
            serde_json::to_string(&self.key)?,
            self.value,
            serde_json::to_string(&self.updated_at)?
        ))
    }

    /// Reads a line that is valid JSON; `None` if it is not a setting, or is incomplete.
    pub(super) fn from_line(line: &str) -> Option<Self> {
        Some(Self {
            scope: json_member(line, "scope")
                .map_or(Some(String::new()), |text| serde_json::from_str(text).ok())?,
            key: serde_json::from_str(json_member(line, "key")?).ok()?,
            value: JsonText::new(json_member(line, "value")?).ok()?,
            updated_at: json_member(line, "updated_at")
                .map_or(Some(None), |text| serde_json::from_str(text).ok())?,
        })
    }

    /// The right that it grants, with its value: whoever vouches for it must see what it turns on or off.
    pub(super) fn claims(&self) -> AuthorityItem {
        if self.is_own_key() {
            let text = format!("your own public key is {}", json_quoted(self.value.as_str()));
            return AuthorityItem::new(AuthorityKind::OwnKey, text);
        }
        let of = match self.scope.as_str() {
            "" => String::new(),
            scope => format!(" of user {}", quoted(scope)),
        };
        let value = json_quoted(self.value.as_str());
        let text = format!("setting {}{of} is {value}", quoted(&self.key));
        AuthorityItem::new(AuthorityKind::Setting, text)
    }

    /// Returns whether it is the public key of the vault's own user.
    pub(super) fn is_own_key(&self) -> bool {
        self.scope.is_empty() && self.key == KnownSetting::IdentityPublicKey.name()
    }

    /// The public key of the vault's own user, if this is it.
    pub(super) fn own_key(&self) -> Option<PublicKey> {
        let text: String = serde_json::from_str(self.value.as_str()).ok()?;
        PublicKey::kept_base64(&text).ok().filter(|_| self.is_own_key())
    }

    /// Its value.
    pub(super) const fn value(&self) -> &JsonText {
        &self.value
    }

    /// Writes the setting.
    pub(super) fn write(self, tx: &mut WriteTx<'_>) -> Result<(SettingKey, SettingImport), StoreError> {
        let key = SettingKey::kept(self.key)?;
        let at = self.updated_at.map(|at| at.0);
        let written = tx.setting_import(&self.scope, &key, &self.value, at)?;
        Ok((key, written))
    }
}
