//! Adopts rows column by column.

use privatus_domain::{KnownSetting, Permissions, Resource, ResourceKind, Role, UserId};
use privatus_sqlite::Row;
use privatus_store::{RawRows, RawTable, RawValue};

use super::cells::{Cells, refused};
use super::error::BaselineError;
use super::findings::Findings;
use super::tables::CopiedTable;
use super::value::{json, read_value};

/// A row, and its name for errors.
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

/// Reads a row and returns how many bytes it holds.
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
    if table.table == RawTable::Settings {
        own_key(&cells)?;
    }
    if table.table == RawTable::Contacts {
        findings.unverified += u64::from(unverify_without_key(&mut values));
    }
    rights(table.table, &values, findings);
    let size = values.iter().map(|(_, value)| value.size()).sum();
    let name = cells.name();
    Ok((Record { name, values }, size))
}

/// Safety numbers are computed from the own key, so a value that could not be set is refused.
fn own_key(cells: &Cells<'_, '_>) -> Result<(), BaselineError> {
    let own = KnownSetting::IdentityPublicKey;
    if cells.text(1, "key")? != own.name() {
        return Ok(());
    }
    let value = json(cells.utf8(2, "value")?);
    let checked = own.check("", &value);
    checked.map_err(|error| cells.refused("value", &error.to_string()))
}

/// Counts rights, for whoever adopts the database to review.
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
        RawTable::AccessControl => match is_grant(values) {
            true => findings.grants += 1,
            false => findings.unread_grants += 1,
        },
        RawTable::Settings => findings.own_key |= is("key", KnownSetting::IdentityPublicKey.name()),
        _ => {}
    }
}

/// Returns whether this build can read a row of access control; any other row stays and grants nothing.
fn is_grant(values: &[(&'static str, RawValue)]) -> bool {
    let text = |name: &str| {
        let value = values.iter().find(|(column, _)| *column == name);
        value.and_then(|(_, value)| match value {
            RawValue::Text(text) => Some(text.as_str()),
            _ => None,
        })
    };
    let is_user = |name: &str| {
        let user = text(name).filter(|user| !user.is_empty());
        user.is_none_or(|user| UserId::new(user).is_ok())
    };
    let kind = text("resource_type").and_then(|kind| kind.parse::<ResourceKind>().ok());
    let id = text("resource_id").unwrap_or_default();
    kind.is_some_and(|kind| Resource::new(kind, id).is_ok())
        && is_user("user_id")
        && is_user("granted_by")
        && text("permissions").is_some_and(|words| Permissions::from_json(words).is_ok())
}

/// Clears the verified mark of a contact without a key, since every verified contact of a vault has one. Returns
/// whether it was set.
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
            let why = "breaks a rule of the vault's table (is it a duplicate?)";
            return Err(refused(&record.name, "", why));
        }
    }
    Ok(())
}
