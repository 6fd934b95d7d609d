//! AUTOINCREMENT numbers are assigned once: a rebuilt table could assign those of removed rows again.

use privatus_sqlite::Connection;

use super::fault::{Fault, of_step};
use super::rows::sequences;
use crate::read::{self, quoted};
use crate::tokens::normalised;

/// Refuses a table whose last number is still in use by a row, since it would not show whether a step preserves the
/// number.
pub(super) fn check(db: &mut Connection, step: &str) -> Result<(), Fault> {
    let given = sequences(db)?;
    let mut plain = Vec::new();
    for table in read::tables(db)? {
        let text = normalised(&read::text_of(db, &table)?.unwrap_or_default());
        if !text.split(' ').any(|word| word == "autoincrement") {
            continue;
        }
        let highest = read::number(db, &format!("SELECT max(rowid) FROM {}", quoted(&table)))?;
        if given.get(&table).copied() <= highest {
            plain.push(table);
        }
    }
    if plain.is_empty() {
        return Ok(());
    }
    let what = format!(
        "its sample leaves the row with the highest number in {}; add a row and delete it, to check that its number \
         is not reused",
        plain.join(", ")
    );
    Err(of_step(step, what))
}
