//! Settings: sealed JSON values under `(scope, key)`.

use privatus_domain::{
    Act, Effective, JsonText, KnownSetting, NewAuditEntry, NewSecurityEvent, Permission, SecurityKind,
    Setting, SettingKey, Severity, Timestamp, UserId, encode_setting_value, is_own_setting,
};
use serde_json::{Value, json};

use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::{ReadTx, WriteTx};

type Row = (String, String, Vec<u8>, Option<String>);

impl ReadTx<'_> {
    /// All settings, by scope and name; what the session's user may not read is left out.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn settings(&mut self) -> Result<Vec<Setting>, StoreError> {
        let sql = Sql::new("SELECT scope, key, value, updated_at FROM settings ORDER BY scope, key");
        let rows: Vec<Row> = self.db.rows(sql, "list the settings")?;
        self.settings_from(rows)
    }

    /// Those of one scope (empty: the application's), by name.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn settings_of(&mut self, scope: &str) -> Result<Vec<Setting>, StoreError> {
        let sql = Sql::new(
            "SELECT scope, key, value, updated_at FROM settings WHERE scope = ? ORDER BY scope, key",
        );
        let rows: Vec<Row> = self.db.rows(sql.bind(scope), "list the settings")?;
        self.settings_from(rows)
    }

    fn settings_from(&mut self, rows: Vec<Row>) -> Result<Vec<Setting>, StoreError> {
        let mut settings = Vec::with_capacity(rows.len());
        for row in rows {
            let key =
                SettingKey::kept(row.1.as_str()).map_err(|error| StoreError::from(error).of_stored())?;
            if self.setting_is_own(&row.0) || self.may(&key.resource(&row.0), Permission::Read)? {
                settings.push(self.setting_from(row)?);
            }
        }
        Ok(settings)
    }

    /// One setting of a scope (empty: the application's).
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn setting(&mut self, scope: &str, key: &SettingKey) -> Result<Setting, StoreError> {
        self.setting_permit(scope, key, Permission::Read)?;
        let found = self.setting_find(scope, key)?;
        found.ok_or_else(|| StoreError::NotFound(format!("setting {}", key.as_str())))
    }

    /// The value that holds for a user, or for the application: the user's, else the application's, else the default
    /// of a known setting.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when nothing holds.
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
        default.ok_or_else(|| StoreError::NotFound(format!("setting {}", key.as_str())))
    }

    /// A known setting's value, for the code that acts on it: no grant is asked for. What is not of its type, because it
    /// came from elsewhere, counts as not set.
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

    fn setting_find(&mut self, scope: &str, key: &SettingKey) -> Result<Option<Setting>, StoreError> {
        let sql = Sql::new("SELECT scope, key, value, updated_at FROM settings WHERE scope = ? AND key = ?");
        let row = self
            .db
            .row(sql.bind(scope).bind(key.as_str()), "find a setting")?;
        row.map(|row| self.setting_from(row)).transpose()
    }

    fn setting_is_own(&self, scope: &str) -> bool {
        self.user.as_ref().is_some_and(|user| is_own_setting(user, scope))
    }

    fn setting_permit(
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

    fn setting_from(&mut self, row: Row) -> Result<Setting, StoreError> {
        self.setting_decode(row).map_err(StoreError::of_stored)
    }

    fn setting_decode(&mut self, (scope, key, envelope, updated_at): Row) -> Result<Setting, StoreError> {
        let plain = self.open_value("settings", "value", &row_id(&scope, &key), &envelope)?;
        let value = std::str::from_utf8(&plain)
            .ok()
            .and_then(|text| JsonText::new(text).ok())
            .ok_or_else(|| StoreError::DatabaseDamaged(format!("the setting {key} is not JSON")))?;
        let updated_at = updated_at
            .as_deref()
            .map(Timestamp::parse)
            .transpose()?
            .unwrap_or(Timestamp::MIN);
        Ok(Setting {
            scope,
            key: SettingKey::kept(key)?,
            value,
            updated_at,
        })
    }
}

impl WriteTx<'_> {
    /// Sets a value, of the application (`scope` is empty) or of a user.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when it is too large, not of its type, or under a name outside the grammar.
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
        let scope = if privatus_domain::planted!(SettingScopeIgnored) {
            ""
        } else {
            scope
        };
        self.setting_restore(scope, key, value, updated_at)
    }

    /// Takes a value from an export or another application as it stands, also under an older name or of another type.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when it is too large.
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
        let sql = Sql::new(
            "INSERT INTO settings (scope, key, value, updated_at, created_at) VALUES (?, ?, ?, ?, ?) \
             ON CONFLICT (scope, key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
        );
        let sql = sql
            .bind(scope)
            .bind(key.as_str())
            .bind(sealed.as_slice())
            .bind(updated.as_str())
            .bind(now.as_str());
        self.db.run(sql, "set a setting").map(drop)
    }

    /// Takes a value from a source: the later one of two stays, one without a time is the earlier. The vault's own public
    /// key is never replaced: safety numbers are made of it.
    ///
    /// # Errors
    /// As [`setting_restore`](Self::setting_restore).
    pub fn setting_import(
        &mut self,
        scope: &str,
        key: &SettingKey,
        value: &JsonText,
        updated_at: Option<Timestamp>,
    ) -> Result<SettingImport, StoreError> {
        match self.setting(scope, key) {
            Ok(known) if known.value == *value => {
                if let Some(at) = updated_at.filter(|at| *at > known.updated_at) {
                    self.setting_restore(scope, key, value, at)?;
                }
                return Ok(SettingImport::Known);
            }
            Ok(_) if is_identity(scope, key) => return Ok(SettingImport::OtherIdentity),
            Ok(known) if updated_at.is_none_or(|at| known.updated_at >= at) => {
                return Ok(SettingImport::Older);
            }
            Ok(_) | Err(StoreError::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
        self.setting_restore(scope, key, value, updated_at.unwrap_or_else(|| self.now()))?;
        Ok(SettingImport::Written)
    }

    /// Removes a setting.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn setting_unset(&mut self, scope: &str, key: &SettingKey) -> Result<(), StoreError> {
        self.setting_permit(scope, key, Permission::Delete)?;
        self.identity_note(scope, key, None)?;
        let sql = Sql::new("DELETE FROM settings WHERE scope = ? AND key = ?");
        match self
            .db
            .run(sql.bind(scope).bind(key.as_str()), "remove a setting")?
        {
            0 => Err(StoreError::NotFound(format!("setting {}", key.as_str()))),
            _ => Ok(()),
        }
    }

    /// Whoever compares safety numbers compares the vault's own key too: a change of it is written down, and where there was
    /// one, an event.
    fn identity_note(
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

/// Whether it is the vault's own public key.
fn is_identity(scope: &str, key: &SettingKey) -> bool {
    scope.is_empty() && key.as_str() == KnownSetting::IdentityPublicKey.name()
}

/// Canonical bytes of `(scope, key)`: both length-prefixed.
pub(crate) fn row_id(scope: &str, key: &str) -> Vec<u8> {
    fields([scope.as_bytes(), key.as_bytes()])
}

/// Two fields, each with its length before it (docs/CRYPTO.md, "Field encoding").
pub(crate) fn fields(parts: [&[u8]; 2]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(8 + parts.iter().map(|part| part.len()).sum::<usize>());
    for part in parts {
        bytes.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}
