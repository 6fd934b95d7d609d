//! Settings: sealed JSON values under `(scope, key)`.

use privatus_domain::setting::encode_value;
use privatus_domain::{JsonText, Setting, SettingKey, Timestamp};

use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::{ReadTx, WriteTx};

type Row = (String, String, Vec<u8>, Option<String>);

impl ReadTx<'_> {
    /// All settings, by scope and name.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn settings(&mut self) -> Result<Vec<Setting>, StoreError> {
        let sql = Sql::new("SELECT scope, key, value, updated_at FROM settings ORDER BY scope, key");
        let rows: Vec<Row> = self.link.rows(sql, "list the settings")?;
        rows.into_iter().map(|row| self.setting_from(row)).collect()
    }

    /// One setting of a scope (empty: the application's).
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn setting(&mut self, scope: &str, key: &SettingKey) -> Result<Setting, StoreError> {
        let sql = Sql::new("SELECT scope, key, value, updated_at FROM settings WHERE scope = ? AND key = ?");
        let row = self
            .link
            .row(sql.bind(scope).bind(key.as_str()), "find a setting")?;
        self.setting_from(row.ok_or_else(|| StoreError::NotFound(format!("setting {}", key.as_str())))?)
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
            key: SettingKey::new(key)?,
            value,
            updated_at,
        })
    }
}

impl WriteTx<'_> {
    /// Sets a value.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when it is too large.
    pub fn setting_set(
        &mut self,
        scope: &str,
        key: &SettingKey,
        value: impl Into<JsonText>,
        updated_at: Timestamp,
    ) -> Result<(), StoreError> {
        let sealed = self.seal_value(
            "settings",
            "value",
            &row_id(scope, key.as_str()),
            &encode_value(&value.into())?,
        )?;
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
        self.link.run(sql, "set a setting").map(drop)
    }

    /// Removes a setting.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn setting_unset(&mut self, scope: &str, key: &SettingKey) -> Result<(), StoreError> {
        let sql = Sql::new("DELETE FROM settings WHERE scope = ? AND key = ?");
        match self
            .link
            .run(sql.bind(scope).bind(key.as_str()), "remove a setting")?
        {
            0 => Err(StoreError::NotFound(format!("setting {}", key.as_str()))),
            _ => Ok(()),
        }
    }
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
