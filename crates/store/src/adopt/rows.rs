//! Raw rows, each written with what hangs on it and sealed where the vault's table seals.

use privatus_crypto::Context;
use privatus_domain::ConversationKind;
use privatus_sqlite::Value;

use super::table::{RawTable, RawValue, text};
use crate::db::statement::{Bind, Sql};
use crate::error::StoreError;
use crate::keys::role::KeyRole;
use crate::tx::WriteTx;

/// One for each value of a row that is sealed.
type Envelopes = Vec<Option<Vec<u8>>>;

/// A transaction of a vault that is being made.
pub struct RawRows<'t, 'a> {
    pub(super) tx: &'t mut WriteTx<'a>,
}

impl std::fmt::Debug for RawRows<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RawRows")
    }
}

/// A value as it is written.
struct Written<'r> {
    value: &'r RawValue,
    envelope: Option<Vec<u8>>,
}

impl<'r> Bind<'r> for &'r Written<'_> {
    fn value(self) -> Value<'r> {
        match (self.value, &self.envelope) {
            (_, Some(envelope)) => Value::Blob(envelope),
            // What was to be sealed and was not is never written.
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

    /// Writes one row, a value for each column named; a contact or group gets its conversation. `false` where it breaks a
    /// rule of the table; the transaction is then to be given up.
    ///
    /// The values are not looked at. What the table's own rules do not ask, the caller has to: a name's length, a time's
    /// form, that what is named is there.
    ///
    /// # Errors
    /// [`StoreError`] of the database; [`StoreError::Rule`] for one conversation more than a vault holds.
    pub fn insert(
        &mut self,
        table: RawTable,
        row: Vec<(&'static str, RawValue)>,
    ) -> Result<bool, StoreError> {
        let (envelopes, key) = self.seal(table, &row)?;
        let columns: Vec<String> = row.iter().map(|(column, _)| format!("\"{column}\"")).collect();
        let mut sql = Sql::new(format!(
            "INSERT {}INTO \"{}\" ({}) VALUES ({})",
            // The vault's own policies were written when it was made.
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

    /// What hangs on a row: a contact's and a group's conversation, and the key that a group's values are sealed with.
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

    /// The envelopes of a row's values, where they are to be sealed, and the number of the key used last.
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
