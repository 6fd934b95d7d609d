//! Compares a database's steps with those that a build knows. Checked at every open; changes nothing.

use privatus_sqlite::{Column, Connection, Value};

use crate::error::MigrateError;
use crate::ledger::missing_ledger;
use crate::read;
use crate::step::Step;
use crate::steps::Steps;
use crate::version::Version;

/// The state of a database at an open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Every step is applied, and no unknown one.
    Current,
    /// This many of the last steps are not applied yet.
    Pending(usize),
    /// A newer build has applied steps.
    Newer(Newer),
}

/// The newest step of a newer build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newer {
    /// Its number.
    pub version: Version,
    /// Its folder, if the ledger names it.
    pub name: Option<String>,
    /// The version of the tool that applied it.
    pub tool_version: Option<String>,
}

/// The part of a row that an open needs.
struct Brief {
    version: Version,
    checksum: Option<String>,
    success: bool,
}

/// Compares the applied steps with those that the build knows.
///
/// # Errors
/// [`MigrateError::Ledger`] if the two ledgers disagree, a step failed, was skipped, has another checksum, or is
/// unknown to this build although a newer one is known; SQLite's errors.
pub fn state(db: &mut Connection, steps: &Steps) -> Result<State, MigrateError> {
    let rows = brief(db)?;
    let diesel = diesel_versions(db)?;
    let newest = steps.newest();
    // Check for a newer step first: it may be the cause of other differences.
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
    // Either nothing was ever applied, or somebody emptied the ledger: the first step's tables show which.
    if rows.is_empty() && diesel.is_empty() && read::has_table(db, "contacts")? {
        return Err(MigrateError::Ledger {
            step: "ledger".into(),
            how: "is empty, although the tables of its steps exist: somebody emptied it",
        });
    }
    for row in &rows {
        if steps.find(row.version).is_none() {
            return differs(title(row.version), "was applied, but this build does not know it");
        }
        if !row.success {
            return differs(title(row.version), "did not succeed");
        }
        if !diesel.contains(&row.version) {
            return differs(title(row.version), "is in the vault's ledger but not in diesel's");
        }
    }
    if let Some(version) = diesel
        .iter()
        .find(|version| !rows.iter().any(|row| row.version == **version))
    {
        return differs(title(*version), "is in diesel's ledger but not in the vault's");
    }
    for ((step, known), row) in steps.with_checksums().zip(&rows) {
        if step.version() != row.version {
            return differs(
                step.name.to_owned(),
                "was never applied, although a later one was",
            );
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

/// The steps that are not applied, if the state counts them.
#[must_use]
pub fn pending(steps: &Steps, count: usize) -> &'static [Step] {
    let all = steps.all();
    all.get(all.len().saturating_sub(count)..).unwrap_or_default()
}

fn brief(db: &mut Connection) -> Result<Vec<Brief>, MigrateError> {
    let sql = "SELECT version, checksum, success FROM schema_migrations ORDER BY version";
    let rows = read::rows(db, sql, &[], |row| Brief {
        version: row.integer(0),
        checksum: row.text(1),
        success: row.integer(2) == 1,
    });
    missing_ledger(db, "schema_migrations", rows)
}

fn diesel_versions(db: &mut Connection) -> Result<Vec<Version>, MigrateError> {
    let sql = "SELECT version FROM __diesel_schema_migrations";
    let rows = read::rows(db, sql, &[], |row| match row.column(0) {
        Column::Text(digits) => std::str::from_utf8(digits)
            .ok()
            .and_then(|digits| digits.parse().ok()),
        Column::Integer(number) => Some(number),
        _ => None,
    });
    let rows: Vec<Option<Version>> = missing_ledger(db, "__diesel_schema_migrations", rows)?;
    rows.into_iter()
        .collect::<Option<_>>()
        .ok_or_else(|| MigrateError::Ledger {
            step: "ledger of diesel".into(),
            how: "contains a version that is not a number",
        })
}

fn newer(db: &mut Connection, version: Version) -> Result<Newer, MigrateError> {
    let sql = "SELECT name, tool_version FROM schema_migrations WHERE version = ?";
    // An even newer ledger may have other columns, so only the number is read.
    let found = read::rows(db, sql, &[Value::Integer(version)], |row| {
        (row.text(0), row.text(1))
    });
    let (name, tool_version) = found.unwrap_or_default().into_iter().next().unwrap_or_default();
    Ok(Newer {
        version,
        name,
        tool_version,
    })
}
