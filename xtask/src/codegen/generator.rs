//! diesel's own generator: `diesel print-schema`, at the version that the workspace pins.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::tool::Tool;
use crate::workspace::Workspace;

pub(crate) const DIESEL: Tool = Tool {
    package: "diesel_cli",
    program: "diesel",
    version: &["--version"],
    // SQLite is built from source: the system needs to have nothing but a C compiler.
    options: &["--no-default-features", "--features", "sqlite-bundled"],
};

const HEAD: &str = "//! The tables after all migrations. Written by `cargo xtask codegen`; do not edit.\n\n";

/// Where each `table!` imports the types of its columns from.
const SQL_TYPES: &str = "crate::sql_types::*";

/// Returns the text of `crates/schema/src/tables.rs` for the database at `path`.
///
/// # Errors
/// When the generator cannot be installed or does not understand the schema.
pub(super) fn tables(workspace: &Workspace, path: &Path) -> Result<String> {
    let diesel = DIESEL.install(workspace)?;
    let printed = process::output(
        Command::new(diesel)
            .args(["print-schema", "--sqlite-integer-primary-key-is-bigint"])
            // Our own types under the names of diesel's: crates/schema/README.md says why.
            .args(["--import-types", SQL_TYPES, "--database-url"])
            .arg(path)
            // Neither a `.env` file nor the caller's settings may change the output.
            .env_remove("DATABASE_URL")
            .env_remove("DIESEL_CONFIG_FILE")
            .current_dir(path.parent().context("the database is in a folder")?),
    )?;
    let tables = printed.matches("diesel::table! {").count();
    if tables == 0 {
        bail!("diesel print-schema printed no table");
    }
    if tables != printed.matches(&format!("use {SQL_TYPES};")).count() {
        bail!("diesel print-schema printed a table with diesel's own types");
    }
    Ok(format!("{HEAD}{printed}"))
}
