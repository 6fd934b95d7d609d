//! `cargo xtask codegen`: what is written from the migrations, and the check that it still agrees with them.

mod catalogue;
mod columns;
mod database;
mod diagram;
mod generator;
mod markers;

use std::fs;

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;

const TABLES: &str = "crates/schema/src/tables.rs";
const DATA_MODEL: &str = "docs/DATA_MODEL.md";

/// Writes the generated files, or with `check` compares them.
///
/// # Errors
/// When a migration does not run, diesel's generator cannot be had, or (with `check`) a file differs.
pub(crate) fn run(workspace: &Workspace, check: bool) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("schema.db");
    let mut connection = database::build(&path, &workspace.path("migrations"))?;
    let catalogue = catalogue::read(&mut connection)?;
    drop(connection);

    let tables = generator::tables(workspace, &path)?;
    let page =
        fs::read_to_string(workspace.path(DATA_MODEL)).with_context(|| format!("reading {DATA_MODEL}"))?;
    let page = markers::replace(&page, "diagram", &diagram::render(&catalogue))?;
    let page = markers::replace(&page, "columns", &columns::render(&catalogue))?;

    let mut differing = Vec::new();
    for (file, text) in [(TABLES, tables), (DATA_MODEL, page)] {
        let path = workspace.path(file);
        if fs::read_to_string(&path).is_ok_and(|old| old.replace("\r\n", "\n") == text) {
            continue;
        }
        if check {
            differing.push(file);
        } else {
            fs::write(&path, text).with_context(|| format!("writing {file}"))?;
            println!("codegen: wrote {file}");
        }
    }
    if !differing.is_empty() {
        bail!(
            "{} differ from the migrations: run `cargo xtask codegen`",
            differing.join(" and ")
        );
    }
    println!("codegen: {TABLES} and {DATA_MODEL} agree with migrations/");
    Ok(())
}
