//! Tests of what somebody with the database key can plant, and what the store then says. Each is a former bug.

#![allow(clippy::disallowed_methods, reason = "the files of a vault that is closed")]

mod acts;
mod books;
mod catalogue;
mod events;
mod gate;
mod key_rows;
mod keys;
mod leaps;
mod ledger;
mod loops;
mod numbers;
mod plants;
mod rows;
mod swallowed;
mod tables;
mod values;
mod writes;

use crate::StoreError;
use crate::testing::Vault;

/// A query that returns rows without end.
const ENDLESS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";

/// The body of a trigger that swallows the statement that fires it.
const IGNORED: &str = "SELECT RAISE(IGNORE)";

/// Whether the result is an error about damage with these words.
fn is_damage<T: std::fmt::Debug>(result: &Result<T, StoreError>, words: &str) -> bool {
    matches!(result, Err(StoreError::DatabaseDamaged(why)) if why.contains(words))
}

/// Creates a vault with a message from Alice.
fn vault() -> Vault {
    let vault = Vault::new();
    vault.receive(&[("one", "2025-06-01T00:00:00Z")]);
    vault
}

/// Runs SQL with foreign keys and column checks turned off.
fn planted(vault: &Vault, fault: &str) {
    vault.sql(&format!(
        "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; {fault}; \
         PRAGMA ignore_check_constraints = OFF; PRAGMA foreign_keys = ON"
    ));
}

/// Sets a NOT NULL column to NULL, and leaves the schema as it was.
fn nulled(vault: &Vault, table: &str, column: &str, which: &str) {
    let text = crate::db::schema_texts::text_of(table).unwrap().sql;
    let as_text = |text: &str| {
        let quoted = text.replace('\'', "''");
        vault.sql_undefended(&format!(
            "UPDATE sqlite_master SET sql = '{quoted}' WHERE name = '{table}'"
        ));
    };
    as_text(&text.replace("NOT NULL", ""));
    planted(
        vault,
        &format!("UPDATE {table} SET {column} = NULL WHERE {which}"),
    );
    as_text(text);
}
