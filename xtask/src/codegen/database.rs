//! An empty, unencrypted database with all migrations applied.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
// Only linked: it brings the SQLite that the vault uses.
use privatus_sqlite as _;

/// Creates the database at `path` and applies `migrations` in the order of their names. Returns their text too.
///
/// # Errors
/// When there are no migrations, or one does not run; the error names it.
pub(super) fn build(path: &Path, migrations: &Path) -> Result<(SqliteConnection, String)> {
    let path = path
        .to_str()
        .context("the temporary folder's path is not UTF-8")?;
    let mut connection = SqliteConnection::establish(path)?;
    connection.batch_execute("PRAGMA foreign_keys = ON;")?;
    let mut steps: Vec<_> = fs::read_dir(migrations)
        .with_context(|| format!("reading {}", migrations.display()))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    steps.retain(|step| step.is_dir());
    steps.sort();
    if steps.is_empty() {
        bail!("no migrations in {}", migrations.display());
    }
    let mut text = String::new();
    for step in steps {
        let file = step.join("up.sql");
        let sql = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
        connection
            .batch_execute(&sql)
            .with_context(|| format!("running {}", file.display()))?;
        text.push_str(&sql);
    }
    Ok((connection, text))
}
