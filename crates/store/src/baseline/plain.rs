//! Rows taken over column by column, sealed where the vault's table seals.

use std::sync::Arc;

use privatus_crypto::{Context, TableKey};
use privatus_domain::{ConversationKind, Id};
use privatus_sqlite::Row;
use zeroize::Zeroizing;

use super::cells::{Cells, refused};
use super::messages::Seen;
use super::tables::{Plain, RowId};
use super::value::{Taken, take};
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::setting;
use crate::tx::WriteTx;

/// A row, and its name in a refusal.
pub(super) struct Record {
    name: String,
    values: Vec<Taken>,
}

/// The statement that reads a table in the order in which its rows were written.
pub(super) fn select(plain: &Plain) -> String {
    let columns: Vec<String> = plain
        .fields
        .iter()
        .map(|field| format!("\"{}\"", field.name))
        .collect();
    format!(
        "SELECT rowid, {} FROM \"{}\" ORDER BY rowid",
        columns.join(", "),
        plain.table
    )
}

/// Reads a row, and says how many bytes it holds.
pub(super) fn read(plain: &Plain, row: &Row<'_>, seen: &mut Seen) -> Result<(Record, usize), StoreError> {
    let cells = Cells::new(plain.table, row);
    let fields = (1..).zip(plain.fields);
    let values: Result<Vec<Taken>, StoreError> =
        fields.map(|(index, field)| take(&cells, index, field)).collect();
    let mut values = values?;
    if plain.table == "contacts" {
        seen.unverified += u64::from(unverify_without_key(&mut values));
    }
    let size = values.iter().map(Taken::size).sum();
    let name = cells.name();
    Ok((Record { name, values }, size))
}

/// Without a key there is nothing that was verified, as for every contact of a vault. Whether it was said to be.
fn unverify_without_key(values: &mut [Taken]) -> bool {
    match values {
        [_, _, Taken::Open(key), verified @ Taken::Integer(1), ..] if key.is_empty() => {
            *verified = Taken::Integer(0);
            true
        }
        _ => false,
    }
}

impl WriteTx<'_> {
    /// Writes the rows of a table.
    pub(super) fn plain_take(&mut self, plain: &Plain, records: Vec<Record>) -> Result<(), StoreError> {
        let columns: Vec<String> = plain
            .fields
            .iter()
            .map(|field| format!("\"{}\"", field.name))
            .collect();
        let insert = format!(
            "INSERT {}INTO \"{}\" ({}) VALUES ({})",
            // The vault's own policies were written when it was made; the source's stand in their place.
            if plain.table == "retention_policies" {
                "OR REPLACE "
            } else {
                ""
            },
            plain.table,
            columns.join(", "),
            vec!["?"; columns.len()].join(", ")
        );
        for mut record in records {
            let sealed_by = self.record_seal(plain, &mut record)?;
            let mut sql = Sql::new(insert.as_str());
            for value in &record.values {
                sql = sql.bind(value);
            }
            self.db.run(sql, "take a row over").map_err(|error| match error {
                StoreError::Refused(_) => refused(
                    &record.name,
                    "",
                    "breaks a rule of the vault's table (is it there twice?)",
                ),
                other => other,
            })?;
            self.record_follow(plain, &record, sealed_by)?;
        }
        Ok(())
    }

    /// What hangs on a row: a contact's and a group's conversation, and the key that a group's values are sealed with.
    fn record_follow(&mut self, plain: &Plain, record: &Record, key: Option<u32>) -> Result<(), StoreError> {
        let Some(Taken::Text(id)) = record.values.first() else {
            return Ok(());
        };
        match plain.table {
            "contacts" => self
                .conversation_ensure(ConversationKind::Direct, id, id)
                .map(drop)?,
            "groups" => self
                .conversation_ensure(ConversationKind::Group, id, id)
                .map(drop)?,
            _ => {}
        }
        if let (true, Some(number)) = (is_of_group(plain), key) {
            let number = number.to_string();
            let sql = Sql::new("UPDATE groups SET key_id = ? WHERE group_id = ?");
            self.db
                .run(sql.bind(number.as_str()).bind(id.as_str()), "note a group's key")?;
        }
        Ok(())
    }

    /// Seals the open values of a row; gives the number of the key used last.
    fn record_seal(&mut self, plain: &Plain, record: &mut Record) -> Result<Option<u32>, StoreError> {
        if !record.values.iter().any(|value| matches!(value, Taken::Open(_))) {
            return Ok(None);
        }
        let row_id = row_id(plain, &record.values)?;
        let mut used = None;
        let group = match record.values.first() {
            Some(Taken::Text(id)) if is_of_group(plain) => Some(id.clone()),
            _ => None,
        };
        for (field, value) in plain.fields.iter().zip(&mut record.values) {
            let Taken::Open(plaintext) = value else { continue };
            let plaintext: Zeroizing<Vec<u8>> = std::mem::take(plaintext);
            let (number, key): (u32, Arc<TableKey>) = match &group {
                Some(group) => self.key_ensure("group", group)?,
                None => self.key_ensure("table", &format!("{}.{}", plain.table, field.name))?,
            };
            let context = Context {
                vault: &self.shared.vault_id,
                table: plain.table,
                column: field.name,
                row_id: &row_id,
                key_number: number,
            };
            let mut envelope = Vec::new();
            key.seal_into(&context, &plaintext, &mut envelope)?;
            *value = Taken::Sealed(envelope);
            used = Some(number);
        }
        Ok(used)
    }
}

/// Whether the table's values are sealed with the group's key.
fn is_of_group(plain: &Plain) -> bool {
    matches!(plain.table, "groups" | "group_members")
}

/// The canonical bytes of a row's key (docs/CRYPTO.md, "Row id").
fn row_id(plain: &Plain, values: &[Taken]) -> Result<Vec<u8>, StoreError> {
    let id = |value: &Taken| match value {
        Taken::Text(text) => Ok(text.parse::<Id>()?.canonical()),
        _ => Err(StoreError::Unexpected("a row to be sealed has no id".into())),
    };
    match (plain.row_id, values) {
        (RowId::Id, [first, ..]) => id(first),
        (RowId::TwoIds, [first, second, ..]) => Ok(setting::fields([&id(first)?, &id(second)?])),
        (RowId::Number, [Taken::Integer(number), ..]) => Ok(number.to_le_bytes().to_vec()),
        (RowId::Setting, [Taken::Text(key), ..]) => Ok(setting::row_id("", key)),
        _ => Err(StoreError::Unexpected("a row to be sealed has no key".into())),
    }
}
