//! Checks that samples contain all kinds of values: NULL and non-NULL, empty, quotes, line breaks, spaces, large
//! numbers.

use privatus_sqlite::{Column, Connection, SqliteError, Value};

use super::bench::Bench;
use super::fault::{Fault, of_step};
use super::rows;
use crate::read::{self, quoted};

type Excuse<'a> = (&'a str, &'a str, &'a str);
/// A column with only one kind of value, `(table, column)`.
pub(super) type OneSided = (String, String);

type IsKind = fn(Column<'_>) -> bool;

/// Kinds that must occur somewhere.
const KINDS: &[(&str, IsKind)] = &[
    ("an empty BLOB", |value| value == Column::Blob(&[])),
    (
        "a BLOB",
        |value| matches!(value, Column::Blob(bytes) if !bytes.is_empty()),
    ),
    ("a text with a quote", |value| has(value, b'\'')),
    ("a text with a line end", |value| has(value, b'\n')),
    (
        "a text beyond ASCII",
        |value| matches!(value, Column::Text(text) if !text.is_ascii()),
    ),
    ("an empty text", |value| value == Column::Text(&[])),
    (
        "a text with spaces at its ends",
        |value| matches!(value, Column::Text([b' ', between @ .., b' ']) if between.trim_ascii() != b""),
    ),
    (
        "a text of upper and lower case",
        |value| matches!(value, Column::Text(text) if is_mixed(text)),
    ),
    (
        "a number with a fraction",
        |value| matches!(value, Column::Real(number) if number.fract() != 0.0),
    ),
    (
        "a number past 32 bits",
        |value| matches!(value, Column::Integer(number) if number.unsigned_abs() > u32::MAX.into()),
    ),
    (
        "a negative number",
        |value| matches!(value, Column::Integer(number) if number < 0),
    ),
];

fn has(value: Column<'_>, byte: u8) -> bool {
    matches!(value, Column::Text(text) if text.contains(&byte))
}

fn is_mixed(text: &[u8]) -> bool {
    text.iter().any(u8::is_ascii_uppercase) && text.iter().any(u8::is_ascii_lowercase)
}

/// Refuses a nullable column without NULL or without a value, and a database that lacks one of the kinds. Returns the
/// columns that needed an exception.
pub(super) fn check(
    bench: &mut Bench<'_>,
    db: &mut Connection,
    step: &str,
    excused: &[Excuse<'_>],
) -> Result<Vec<OneSided>, Fault> {
    let template = bench.world.partitions(db)?.template;
    let mut missing: Vec<String> = Vec::new();
    let mut one_sided = Vec::new();
    let mut seen = vec![false; KINDS.len()];
    for table in read::tables(db)?.into_iter().filter(|table| *table != template) {
        kinds(db, &table, &mut seen)?;
        for column in nullable(db, &table)? {
            let (name, of) = (quoted(&column), quoted(&table));
            let values = read::number(db, &format!("SELECT count({name}) FROM {of}"))?.unwrap_or(0);
            let nulls = read::number(db, &format!("SELECT count(*) - count({name}) FROM {of}"))?.unwrap_or(0);
            if values > 0 && nulls > 0 {
                continue;
            }
            if excused
                .iter()
                .any(|excuse| (excuse.0, excuse.1) == (table.as_str(), column.as_str()))
            {
                one_sided.push((table.clone(), column));
                continue;
            }
            let what = if values == 0 { "no value" } else { "no NULL" };
            missing.push(format!("{table}.{column} has {what}"));
        }
    }
    let kinds = KINDS.iter().zip(&seen).filter(|(_, seen)| !**seen);
    missing.extend(kinds.map(|((kind, _), _)| format!("{kind} occurs nowhere")));
    if missing.is_empty() {
        return Ok(one_sided);
    }
    Err(of_step(step, format!("its sample lacks: {}", missing.join("; "))))
}

/// Refuses an exception that the newest schema does not need.
pub(super) fn end(excused: &[Excuse<'_>], needed: &[OneSided]) -> Result<(), Fault> {
    let idle = excused.iter().find(|excuse| {
        !needed
            .iter()
            .any(|(table, column)| (table.as_str(), column.as_str()) == (excuse.0, excuse.1))
    });
    match idle {
        None => Ok(()),
        Some((table, column, _)) => Err(Fault::Schema(format!(
            "{table}.{column} has an exception for having one kind of value, but has both"
        ))),
    }
}

fn nullable(db: &mut Connection, table: &str) -> Result<Vec<String>, SqliteError> {
    // A rowid is never NULL, even if its column is nullable.
    let sql = "SELECT name FROM pragma_table_xinfo(?) WHERE hidden <> 1 AND \"notnull\" = 0 \
               AND NOT (pk > 0 AND upper(type) = 'INTEGER') ORDER BY cid";
    let names = read::rows(db, sql, &[Value::Text(table)], |row| row.text(0))?;
    Ok(names.into_iter().flatten().collect())
}

fn kinds(db: &mut Connection, table: &str, seen: &mut [bool]) -> Result<(), SqliteError> {
    for column in rows::columns(db, table)? {
        let sql = format!("SELECT {} FROM {}", quoted(&column), quoted(table));
        db.query(&sql, &[], |row| {
            for ((_, is_kind), seen) in KINDS.iter().zip(seen.iter_mut()) {
                *seen |= is_kind(row.column(0));
            }
            Ok::<_, SqliteError>(())
        })?;
    }
    Ok(())
}
