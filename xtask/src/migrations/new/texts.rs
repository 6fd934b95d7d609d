//! The texts of a new step's files.

pub(super) const UP: &str = "\
-- What the step changes, and why. Runs once in each vault, in one transaction, foreign keys off.
-- A view that reads a changed table is dropped first and created again at the end; the store adds the months to it.
-- A table that loses or gains rows is declared in crates/store/src/upgrade/steps.rs (`with_rows`).
-- An index of months is created on messages_template, with messages_template in its name: months get no other index.
";

pub(super) const DOWN: &str = "\
-- Undoes up.sql exactly: the schema and every row are as before. Vaults store this text, and a build that does not know
-- the step runs it. If a step cannot be undone, say why in crates/store/src/upgrade/steps.rs (`with_no_way_back`).
";

pub(super) const SAMPLE: &str = "\
-- Rows for `cargo xtask migrations verify`, which runs this after up.sql: a row in each new table; a value and a NULL in
-- each new nullable column; the newest row of a table with AUTOINCREMENT is deleted again. Existing rows stay unchanged.
-- Not part of the migration: no vault ever has these rows.
";

pub(super) const PARTITION_UP: &str = "\
-- Makes the change in one month's table, {table}: the month must have the columns of messages_template.
-- Its indexes follow those of messages_template: no statement here names an index.
";

pub(super) const PARTITION_DOWN: &str = "\
-- Undoes partition_up.sql in one month's table, {table}. Runs after down.sql, and after the indexes that come from the
-- template are dropped from the month.
";

pub(super) const PARTITION_SAMPLE: &str = "\
-- Rows or values in one month's table, {table}, run after sample.sql, which has the rules.
";

/// Returns the step's entry in the list.
pub(super) fn entry(folder: &str, name: &str, partition: bool, rust: bool) -> String {
    let description = name.replace('_', " ");
    let partition = if partition { ", partition" } else { "" };
    let code = match rust {
        true => format!(".with_code(super::code::{}::run)", name),
        false => String::new(),
    };
    format!("step!(\"{folder}\", \"{description}\"{partition}){code},\n")
}

/// Returns the file with the step's Rust part.
pub(super) fn code(folder: &str) -> String {
    format!(
        "//! The Rust part of {folder}: runs after its SQL, in the same transaction.

use privatus_migrate::{{Host, MigrateError}};
use privatus_sqlite::Connection;

/// Reads sealed values with `host.open`, and seals the new values with `host.reseal`.
pub(in crate::migration) fn run(_db: &mut Connection, _host: &mut dyn Host) -> Result<(), MigrateError> {{
    Err(MigrateError::Host(\"{folder} has no Rust part yet\".into()))
}}
"
    )
}

/// Returns the file with the step's test.
pub(super) fn test(folder: &str) -> String {
    format!(
        "//! {folder}: what an older vault keeps, and what it gains. `LOST` lists what an export lacks after a step back.

use crate::fixtures::vault::Fixture;

#[test]
fn an_older_vault_keeps_what_it_has() {{
    let opened = Fixture::newest().open();
    let upgrade = opened.store.upgrade();
    assert!(
        upgrade.is_some_and(|upgrade| upgrade.steps.iter().any(|step| step == \"{folder}\")),
        \"the newest fixture is older than the step; when it no longer is, name its version: `Fixture::of`\"
    );
    panic!(\"assert what the step keeps and what it adds, and remove this line\");
}}
"
    )
}

/// What to do next.
pub(super) const NEXT: [&str; 5] = [
    "next: write up.sql and down.sql, the samples, and the step's description in steps.rs",
    "next: `cargo xtask migrations verify` until it passes",
    "next: `cargo xtask codegen` for table! and docs/DATA_MODEL.md",
    "next: write the test, list in steps/mod.rs (`LOST`) the records that a step back removes, and run `cargo test --workspace --test vault fixtures::`",
    "at the release: `cargo xtask migrations fixture`; the step must never change afterwards",
];
