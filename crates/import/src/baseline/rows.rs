//! Rows taken over column by column.

use privatus_domain::{KnownSetting, Role};
use privatus_sqlite::Row;
use privatus_store::{RawRows, RawTable, RawValue};

use super::cells::{Cells, refused};
use super::error::BaselineError;
use super::findings::Findings;
use super::tables::CopiedTable;
use super::value::read_value;

/// A row, and its name in a refusal.
pub(super) struct Record {
    name: String,
    values: Vec<(&'static str, RawValue)>,
}

/// The statement that reads a table in the order in which its rows were written.
pub(super) fn select(table: &CopiedTable) -> String {
    let columns: Vec<String> = table
        .fields
        .iter()
        .map(|field| format!("\"{}\"", field.name))
        .collect();
    format!(
        "SELECT rowid, {} FROM \"{}\" ORDER BY rowid",
        columns.join(", "),
        table.table.name()
    )
}

/// Reads a row, and says how many bytes it holds.
pub(super) fn read(
    table: &CopiedTable,
    row: &Row<'_>,
    findings: &mut Findings,
) -> Result<(Record, usize), BaselineError> {
    let cells = Cells::new(table.table.name(), row);
    let mut values = Vec::with_capacity(table.fields.len());
    for (index, field) in (1..).zip(table.fields) {
        values.push((field.name, read_value(&cells, index, field)?));
    }
    if table.table == RawTable::Contacts {
        findings.unverified += u64::from(unverify_without_key(&mut values));
    }
    rights(table.table, &values, findings);
    let size = values.iter().map(|(_, value)| value.size()).sum();
    let name = cells.name();
    Ok((Record { name, values }, size))
}

/// Counts what gives rights, for whoever adopts the database to look at.
fn rights(table: RawTable, values: &[(&'static str, RawValue)], findings: &mut Findings) {
    let is = |name: &str, text: &str| {
        values.iter().any(|(column, value)| {
            *column == name && matches!(value, RawValue::Text(found) if **found == *text)
        })
    };
    match table {
        RawTable::Contacts => {
            let is_verified = |(column, value): &(&str, RawValue)| {
                *column == "is_verified" && matches!(value, RawValue::Integer(1))
            };
            findings.verified += u64::from(values.iter().any(is_verified));
        }
        RawTable::GroupMembers => {
            let has_role = is("role", Role::Owner.as_str()) || is("role", Role::Admin.as_str());
            findings.roles += u64::from(has_role);
        }
        RawTable::Settings => findings.own_key |= is("key", KnownSetting::IdentityPublicKey.name()),
        _ => {}
    }
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
    table: &CopiedTable,
    records: Vec<Record>,
) -> Result<(), BaselineError> {
    for record in records {
        if !rows.insert(table.table, record.values)? {
            let why = "breaks a rule of the vault's table (is it there twice?)";
            return Err(refused(&record.name, "", why));
        }
    }
    Ok(())
}
