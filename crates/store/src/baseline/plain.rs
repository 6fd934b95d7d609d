//! Rows taken over column by column.

use privatus_sqlite::Row;

use super::cells::{Cells, refused};
use super::error::BaselineError;
use super::messages::Seen;
use super::tables::Plain;
use super::value::take;
use crate::adopt::{RawRows, RawTable, RawValue};

/// A row, and its name in a refusal.
pub(super) struct Record {
    name: String,
    values: Vec<(&'static str, RawValue)>,
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
        plain.table.name()
    )
}

/// Reads a row, and says how many bytes it holds.
pub(super) fn read(plain: &Plain, row: &Row<'_>, seen: &mut Seen) -> Result<(Record, usize), BaselineError> {
    let cells = Cells::new(plain.table.name(), row);
    let mut values = Vec::with_capacity(plain.fields.len());
    for (index, field) in (1..).zip(plain.fields) {
        values.push((field.name, take(&cells, index, field)?));
    }
    if plain.table == RawTable::Contacts {
        seen.unverified += u64::from(unverify_without_key(&mut values));
    }
    let size = values.iter().map(|(_, value)| value.size()).sum();
    let name = cells.name();
    Ok((Record { name, values }, size))
}

/// Without a key there is nothing that was verified, as for every contact of a vault. Whether it was said to be.
fn unverify_without_key(values: &mut [(&'static str, RawValue)]) -> bool {
    match values {
        [
            _,
            _,
            (_, RawValue::ToSeal(key)),
            (_, verified @ RawValue::Integer(1)),
            ..,
        ] if key.is_empty() => {
            *verified = RawValue::Integer(0);
            true
        }
        _ => false,
    }
}

/// Writes the rows of a table.
pub(super) fn write(
    rows: &mut RawRows<'_, '_>,
    plain: &Plain,
    records: Vec<Record>,
) -> Result<(), BaselineError> {
    for record in records {
        if !rows.insert(plain.table, record.values)? {
            let why = "breaks a rule of the vault's table (is it there twice?)";
            return Err(refused(&record.name, "", why));
        }
    }
    Ok(())
}
