//! Where a database stands among the steps that a build knows. Asked at every open; touches nothing.

use privatus_sqlite::{Column, Connection, SqliteError, Value};

use crate::error::MigrateError;
use crate::read;
use crate::step::{Step, Version};
use crate::steps::Steps;

/// What an open finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Every step is applied, and none that is not known.
    Current,
    /// The last steps are not applied yet: this many.
    Pending(usize),
    /// A newer build was here.
    Newer(Newer),
}

/// The newest step of a newer build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newer {
    /// Its number.
    pub version: Version,
    /// Its folder, where the ledger names it.
    pub name: Option<String>,
    /// The version of the tool that applied it.
    pub tool_version: Option<String>,
}

/// What the look at an open needs of a row.
struct Brief {
    version: Version,
    checksum: Option<String>,
    success: bool,
}

/// Compares what was applied with what the build knows.
///
/// # Errors
/// [`MigrateError::Ledger`] when the two ledgers disagree, a step failed, was left out, has another checksum, or is none of
/// this build's though a newer one is; SQLite's.
pub fn state(db: &mut Connection, steps: &Steps) -> Result<State, MigrateError> {
    let rows = brief(db)?;
    let diesel = diesel_versions(db)?;
    let newest = steps.newest();
    // A newer step comes before all else: what differs may be its doing.
    let noted = rows.iter().map(|row| row.version).chain(diesel.iter().copied());
    if let Some(version) = noted.filter(|version| *version > newest).max() {
        return newer(db, version).map(State::Newer);
    }
    let differs = |step: String, how| Err(MigrateError::Ledger { step, how });
    let title = |version| {
        steps
            .find(version)
            .map_or(version.to_string(), |step| step.name.to_owned())
    };
    for row in &rows {
        if steps.find(row.version).is_none() {
            return differs(title(row.version), "was applied, and this build does not know it");
        }
        if !row.success {
            return differs(title(row.version), "did not succeed");
        }
        if !diesel.contains(&row.version) {
            return differs(title(row.version), "is in the vault's ledger and not in diesel's");
        }
    }
    if let Some(version) = diesel
        .iter()
        .find(|version| !rows.iter().any(|row| row.version == **version))
    {
        return differs(title(*version), "is in diesel's ledger and not in the vault's");
    }
    for ((step, known), row) in steps.with_checksums().zip(&rows) {
        if step.version() != row.version {
            return differs(step.name.to_owned(), "was never applied, and a later one was");
        }
        if row.checksum.as_deref() != Some(known) {
            return differs(step.name.to_owned(), "has another checksum");
        }
    }
    match steps.all().len().saturating_sub(rows.len()) {
        0 => Ok(State::Current),
        pending => Ok(State::Pending(pending)),
    }
}

/// The steps that are not applied, when the state says how many.
#[must_use]
pub fn pending(steps: &Steps, count: usize) -> &'static [Step] {
    let all = steps.all();
    all.get(all.len().saturating_sub(count)..).unwrap_or_default()
}

fn brief(db: &mut Connection) -> Result<Vec<Brief>, MigrateError> {
    let sql = "SELECT version, checksum, success FROM schema_migrations ORDER BY version";
    let rows = read::rows(db, sql, &[], |row| Brief {
        version: read::integer(row, 0),
        checksum: read::text(row, 1),
        success: read::integer(row, 2) == 1,
    });
    missing_ledger(db, "schema_migrations", rows)
}

fn diesel_versions(db: &mut Connection) -> Result<Vec<Version>, MigrateError> {
    let sql = "SELECT version FROM __diesel_schema_migrations";
    // What is no number is no step of ours: higher than any.
    let rows = read::rows(db, sql, &[], |row| match row.column(0) {
        Column::Text(digits) => std::str::from_utf8(digits)
            .ok()
            .and_then(|digits| digits.parse().ok())
            .unwrap_or(Version::MAX),
        Column::Integer(number) => number,
        _ => Version::MAX,
    });
    missing_ledger(db, "__diesel_schema_migrations", rows)
}

/// SQLite has no code of its own for a table that is not there.
fn missing_ledger<T>(
    db: &mut Connection,
    table: &str,
    rows: Result<Vec<T>, SqliteError>,
) -> Result<Vec<T>, MigrateError> {
    match rows {
        Err(_) if !read::has_table(db, table)? => Err(MigrateError::Ledger {
            step: format!("ledger {table}"),
            how: "is missing",
        }),
        rows => Ok(rows?),
    }
}

fn newer(db: &mut Connection, version: Version) -> Result<Newer, MigrateError> {
    let sql = "SELECT name, tool_version FROM schema_migrations WHERE version = ?";
    // An even newer ledger may have other columns: the number alone will do.
    let found = read::rows(db, sql, &[Value::Integer(version)], |row| {
        (read::text(row, 0), read::text(row, 1))
    });
    let (name, tool_version) = found.unwrap_or_default().into_iter().next().unwrap_or_default();
    Ok(Newer {
        version,
        name,
        tool_version,
    })
}
