//! Raw rows: each is written together with what depends on it, and its values are sealed where the vault seals them.

use privatus_crypto::Context;
use privatus_domain::ConversationKind;
use privatus_sqlite::Value;

use super::table::{RawTable, RawValue, text};
use crate::db::statement::{Bind, Sql};
use crate::error::StoreError;
use crate::keys::role::KeyRole;
use crate::tx::WriteTx;

/// One entry for each value of a row; `None` where the value is not sealed.
type Envelopes = Vec<Option<Vec<u8>>>;

/// A transaction that writes raw rows into a vault that is being created.
pub struct RawRows<'t, 'a> {
    pub(super) tx: &'t mut WriteTx<'a>,
}

impl std::fmt::Debug for RawRows<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RawRows")
    }
}

/// A value in the form in which it is written.
struct Written<'r> {
    value: &'r RawValue,
    envelope: Option<Vec<u8>>,
}

impl<'r> Bind<'r> for &'r Written<'_> {
    fn value(self) -> Value<'r> {
        match (self.value, &self.envelope) {
            (_, Some(envelope)) => Value::Blob(envelope),
            // A value that should have been sealed and was not is never written.
            (RawValue::Null | RawValue::ToSeal(_), None) => Value::Null,
            (RawValue::Integer(value), None) => Value::Integer(*value),
            (RawValue::Real(value), None) => Value::Real(*value),
            (RawValue::Text(text), None) => Value::Text(text),
        }
    }
}

impl<'t, 'a> RawRows<'t, 'a> {
    pub(super) const fn new(tx: &'t mut WriteTx<'a>) -> Self {
        Self { tx }
    }

    /// Writes one row, with a value for each named column; a contact or group gets its conversation. Returns `false` if
    /// the row breaks a constraint of the table; the caller must then abandon the transaction.
    ///
    /// The values are not checked. The caller must check everything that the table's constraints do not: the length of
    /// a name, the format of a time, whether a referenced row exists.
    ///
    /// # Errors
    /// [`StoreError`] of the database; [`StoreError::Rule`] if the vault cannot hold another conversation.
    pub fn insert(
        &mut self,
        table: RawTable,
        row: Vec<(&'static str, RawValue)>,
    ) -> Result<bool, StoreError> {
        let (envelopes, key) = self.seal(table, &row)?;
        let columns: Vec<String> = row.iter().map(|(column, _)| format!("\"{column}\"")).collect();
        let mut sql = Sql::new(format!(
            "INSERT {}INTO \"{}\" ({}) VALUES ({})",
            // The vault's own policies were written when it was created.
            if table == RawTable::RetentionPolicies {
                "OR REPLACE "
            } else {
                ""
            },
            table.name(),
            columns.join(", "),
            vec!["?"; columns.len()].join(", ")
        ));
        let written: Vec<Written<'_>> = row
            .iter()
            .zip(envelopes)
            .map(|((_, value), envelope)| Written { value, envelope })
            .collect();
        for value in &written {
            sql = sql.bind(value);
        }
        if !self.tx.db.run_refusable(sql, "write a raw row")? {
            return Ok(false);
        }
        self.follow(table, &row, key)?;
        Ok(true)
    }

    /// Writes what depends on a row: the conversation of a contact or group, and the number of the key that seals a
    /// group's values.
    fn follow(
        &mut self,
        table: RawTable,
        row: &[(&'static str, RawValue)],
        key: Option<u32>,
    ) -> Result<(), StoreError> {
        let conversation = match table {
            RawTable::Contacts => Some((ConversationKind::Direct, "contact_id")),
            RawTable::Groups => Some((ConversationKind::Group, "group_id")),
            _ => None,
        };
        if let Some((kind, column)) = conversation {
            let id = text(row, column)?;
            self.tx.conversation_ensure(kind, id, id)?;
        }
        match key {
            Some(number) if table.is_of_group() => self.tx.group_key_name(text(row, "group_id")?, number),
            _ => Ok(()),
        }
    }

    /// Returns the envelopes of the values to be sealed, and the number of the key used last.
    fn seal(
        &mut self,
        table: RawTable,
        row: &[(&'static str, RawValue)],
    ) -> Result<(Envelopes, Option<u32>), StoreError> {
        let mut used = None;
        let mut envelopes = Vec::with_capacity(row.len());
        for (column, value) in row {
            let RawValue::ToSeal(plaintext) = value else {
                envelopes.push(None);
                continue;
            };
            let row_id = table.row_id(row)?;
            let (key_number, key) = if table.is_of_group() {
                self.tx.key_ensure(KeyRole::Group(text(row, "group_id")?))?
            } else {
                self.tx.key_ensure(KeyRole::Column(table.name(), column))?
            };
            let context = Context {
                vault: &self.tx.shared.vault_id,
                table: table.name(),
                column,
                row_id: &row_id,
                key_number,
            };
            let mut envelope = Vec::new();
            key.seal_into(&context, plaintext, &mut envelope)?;
            envelopes.push(Some(envelope));
            used = Some(key_number);
        }
        Ok((envelopes, used))
    }
}
