//! The texts of a step that is not written yet.

pub(super) const UP: &str = "\
-- What the step changes, and why. Runs once in each vault, in one transaction, foreign keys off.
-- A view that reads a changed table is dropped first and made again at the end; the store puts the months in.
-- A table of which rows go or come is declared in crates/store/src/upgrade/steps.rs (`with_rows`).
-- An index of months is made on messages_template, under a name with messages_template in it: no month gets another.
";

pub(super) const DOWN: &str = "\
-- Undoes up.sql exactly: the schema and every row as they were before. Vaults keep this text, and a build that does not
-- know the step runs it. What cannot be undone says why in crates/store/src/upgrade/steps.rs (`with_no_way_back`).
";

pub(super) const SAMPLE: &str = "\
-- Rows for `cargo xtask migrations verify`, run behind up.sql: a row in each new table; in each new column that may be NULL
-- a value and a NULL; of a table with AUTOINCREMENT the newest row is deleted again. What stood before stays as it was.
-- Not a part of the migration: no vault ever has these rows.
";

pub(super) const PARTITION_UP: &str = "\
-- The same change in one month, whose table stands as {table}: a month has to be what messages_template would make.
-- Its indexes come and go with those of messages_template: no statement here names one.
";

pub(super) const PARTITION_DOWN: &str = "\
-- Undoes partition_up.sql in one month, {table}. Runs after down.sql, and after the indexes that it took from the template
-- are gone from the month.
";

pub(super) const PARTITION_SAMPLE: &str = "\
-- Rows or values in one month, {table}, run behind sample.sql: see there.
";

/// The step's entry in the list.
pub(super) fn entry(folder: &str, name: &str, partition: bool, rust: bool) -> String {
    let description = name.replace('_', " ");
    let partition = if partition { ", partition" } else { "" };
    let code = match rust {
        true => format!(".with_code(super::code::{}::run)", name),
        false => String::new(),
    };
    format!("step!(\"{folder}\", \"{description}\"{partition}){code},\n")
}

/// The step's Rust part.
pub(super) fn code(folder: &str) -> String {
    format!(
        "//! The Rust part of {folder}: runs behind its SQL, in the same transaction.

use privatus_migrate::{{Host, MigrateError}};
use privatus_sqlite::Connection;

/// Reads what is sealed with `host.open`, and seals what takes its place with `host.reseal`.
pub(in crate::migration) fn run(_db: &mut Connection, _host: &mut dyn Host) -> Result<(), MigrateError> {{
    Err(MigrateError::Host(\"{folder} has no Rust part yet\".into()))
}}
"
    )
}

/// The step's test.
pub(super) fn test(folder: &str) -> String {
    format!(
        "//! {folder}: what an older vault keeps, and what it gains. What an export lacks after a way back is said in `LOST`.

use crate::fixtures::vault::Fixture;

#[test]
fn an_older_vault_keeps_what_it_has() {{
    let opened = Fixture::newest().open();
    let upgrade = opened.store.upgrade();
    assert!(
        upgrade.is_some_and(|upgrade| upgrade.steps.iter().any(|step| step == \"{folder}\")),
        \"the newest fixture is older than the step; when it no longer is, name its version: `Fixture::of`\"
    );
    panic!(\"say what the step keeps and what it adds; then this line goes\");
}}
"
    )
}

/// What is to be done then.
pub(super) const NEXT: [&str; 5] = [
    "next: write up.sql and down.sql, the samples, and the step's description in steps.rs",
    "next: `cargo xtask migrations verify` until it passes",
    "next: `cargo xtask codegen` for table! and docs/DATA_MODEL.md",
    "next: write the test, say in steps/mod.rs (`LOST`) which records go with a new table, and run `cargo test --workspace --test vault fixtures::`",
    "at the release: `cargo xtask migrations fixture`; the step never changes from then on",
];
