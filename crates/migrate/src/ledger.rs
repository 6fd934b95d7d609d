//! `schema_migrations`: which steps were applied, and the SQL that takes them back, under a MAC because it is
//! executed.

use privatus_crypto::LedgerKey;
use privatus_sqlite::{Column, Connection, Row, SqliteError, Value};

use crate::error::MigrateError;
use crate::read;
use crate::step::{Rows, Step};
use crate::version::Version;

/// diesel's own ledger, as diesel creates it.
pub const DIESEL: &str = "CREATE TABLE IF NOT EXISTS __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, \
                      run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)";

/// The keys for writing and checking a ledger.
#[derive(Debug)]
pub struct Seal<'a> {
    /// The key of its MACs.
    pub key: &'a LedgerKey,
    /// The vault's id, so that a row from another vault's ledger is not accepted.
    pub vault: &'a [u8],
}

/// A row of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The step's number.
    pub version: Version,
    /// When it was applied, as UTC text.
    pub applied_at: Option<String>,
    /// What it does.
    pub description: Option<String>,
    /// The checksum of the texts that were run.
    pub checksum: Option<String>,
    /// Whether it succeeded; NULL means no.
    pub success: bool,
    /// The step's folder.
    pub name: Option<String>,
    /// The version of the tool that applied it.
    pub tool_version: Option<String>,
    /// Why it cannot be taken back.
    pub irreversible: Option<String>,
    /// The SQL that takes it back.
    pub down_sql: Option<String>,
    /// The SQL that takes it back for each month's table.
    pub partition_down_sql: Option<String>,
    /// Row counts that taking it back changes: a JSON object of table and SQL.
    pub down_rows: Option<String>,
    /// Whether the MAC over all of this is valid.
    pub is_authentic: bool,
}

impl Applied {
    /// The step's folder, or its number if the row has none.
    #[must_use]
    pub fn title(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.version.to_string())
    }

    /// What the MAC covers, in this order; NULL and an empty field are different.
    fn fields(&self, vault: &[u8]) -> Vec<Vec<u8>> {
        let text = |text: &Option<String>| match text {
            Some(text) => [b"+", text.as_bytes()].concat(),
            None => b"-".to_vec(),
        };
        vec![
            vault.to_vec(),
            self.version.to_le_bytes().to_vec(),
            text(&self.applied_at),
            text(&self.description),
            text(&self.checksum),
            vec![u8::from(self.success)],
            text(&self.name),
            text(&self.tool_version),
            text(&self.irreversible),
            text(&self.down_sql),
            text(&self.partition_down_sql),
            text(&self.down_rows),
        ]
    }

    fn with_fields<T>(&self, vault: &[u8], work: impl FnOnce(&[&[u8]]) -> T) -> T {
        let fields = self.fields(vault);
        let fields: Vec<&[u8]> = fields.iter().map(Vec::as_slice).collect();
        work(&fields)
    }
}

/// All rows, in step order.
///
/// # Errors
/// SQLite's errors; a missing ledger.
pub fn applied(db: &mut Connection, seal: &Seal<'_>) -> Result<Vec<Applied>, MigrateError> {
    let sql = "SELECT version, applied_at, description, checksum, success, name, tool_version, irreversible, down_sql, \
               partition_down_sql, down_rows, mac FROM schema_migrations ORDER BY version";
    let rows = read::rows(db, sql, &[], |row| {
        let mut applied = read_row(row);
        applied.is_authentic = match row.column(11) {
            Column::Blob(mac) => applied.with_fields(seal.vault, |fields| seal.key.is_mac(fields, mac)),
            _ => false,
        };
        applied
    });
    missing_ledger(db, "schema_migrations", rows)
}

/// SQLite has no separate code for a missing table.
pub(crate) fn missing_ledger<T>(
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

fn read_row(row: &Row<'_>) -> Applied {
    let text = |column| row.text(column);
    Applied {
        version: row.integer(0),
        applied_at: text(1),
        description: text(2),
        checksum: text(3),
        success: row.integer(4) == 1,
        name: text(5),
        tool_version: text(6),
        irreversible: text(7),
        down_sql: text(8),
        partition_down_sql: text(9),
        down_rows: text(10),
        is_authentic: false,
    }
}

/// Refuses a trigger on a ledger: it would run whenever a ledger is written.
pub(crate) fn check_plain(db: &mut Connection) -> Result<(), MigrateError> {
    let ledgers = ["schema_migrations", "__diesel_schema_migrations"];
    // SQLite accepts these type names in any case, up to a NUL, and in any storage class. So everything that is none
    // of the other three is treated as a trigger, and its table is compared as SQLite compares it.
    let sql = "SELECT tbl_name FROM main.sqlite_master WHERE type NOT IN ('table', 'index', 'view')";
    let tables = read::rows(db, sql, &[], |row| row.text(0))?;
    let is_ledger = |table: Option<String>| {
        let table = table.unwrap_or_default();
        let table = table.split('\0').next().unwrap_or_default();
        ledgers.iter().any(|ledger| ledger.eq_ignore_ascii_case(table))
    };
    if tables.into_iter().any(is_ledger) {
        return Err(MigrateError::Ledger {
            step: "ledger".into(),
            how: "has a trigger, which no build creates",
        });
    }
    Ok(())
}

/// Writes a step's rows in both ledgers, in its transaction.
pub(crate) fn note(
    db: &mut Connection,
    seal: &Seal<'_>,
    step: &Step,
    now: &str,
    tool: &str,
) -> Result<(), MigrateError> {
    let row = Applied {
        version: step.version(),
        applied_at: Some(now.into()),
        description: Some(step.description.into()),
        checksum: Some(step.checksum()),
        success: true,
        name: Some(step.name.into()),
        tool_version: Some(tool.into()),
        irreversible: step.irreversible.map(Into::into),
        down_sql: Some(step.down.into()),
        partition_down_sql: step.partition_down.map(Into::into),
        down_rows: down_rows(step.rows_down),
        is_authentic: true,
    };
    let mac = row.with_fields(seal.vault, |fields| seal.key.mac(fields));
    let texts = [
        &row.applied_at,
        &row.description,
        &row.checksum,
        &row.name,
        &row.tool_version,
        &row.irreversible,
        &row.down_sql,
        &row.partition_down_sql,
        &row.down_rows,
    ];
    let mut binds = vec![Value::Integer(row.version)];
    binds.extend(
        texts
            .iter()
            .map(|text| text.as_deref().map_or(Value::Null, Value::Text)),
    );
    binds.push(Value::Blob(&mac));
    let noted = db.run(
        "INSERT INTO schema_migrations (version, applied_at, description, checksum, name, tool_version, irreversible, \
         down_sql, partition_down_sql, down_rows, mac, success) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, TRUE)",
        &binds,
    )?;
    one_row(noted, step.name)?;
    db.run(DIESEL, &[])?;
    let version = row.version.to_string();
    let noted = db.run(
        "INSERT INTO __diesel_schema_migrations (version) VALUES (?)",
        &[Value::Text(&version)],
    )?;
    one_row(noted, step.name)
}

/// Checks that a row was actually written to or removed from a ledger.
fn one_row(changed: usize, step: &str) -> Result<(), MigrateError> {
    if changed == 1 {
        return Ok(());
    }
    Err(MigrateError::Ledger {
        step: step.into(),
        how: "has a row in a ledger that cannot be changed: a trigger or a view prevents it",
    })
}

/// Removes both rows of a step that was taken back, if the ledger still exists.
pub(crate) fn forget(db: &mut Connection, step: &Applied) -> Result<(), MigrateError> {
    if read::has_table(db, "schema_migrations")? {
        let sql = "DELETE FROM schema_migrations WHERE version = ?";
        one_row(db.run(sql, &[Value::Integer(step.version)])?, &step.title())?;
    }
    let text = step.version.to_string();
    let sql = "DELETE FROM __diesel_schema_migrations WHERE version = ?";
    one_row(db.run(sql, &[Value::Text(&text)])?, &step.title())
}

fn down_rows(rows: Rows) -> Option<String> {
    if rows.is_empty() {
        return None;
    }
    let map: serde_json::Map<_, _> = rows
        .iter()
        .map(|(table, sql)| ((*table).to_owned(), (*sql).into()))
        .collect();
    Some(serde_json::Value::Object(map).to_string())
}

/// The row counts that a way back declares, `(table, SQL)`.
pub(crate) fn parse_down_rows(applied: &Applied) -> Result<Vec<(String, String)>, MigrateError> {
    let Some(text) = &applied.down_rows else {
        return Ok(Vec::new());
    };
    let wrong = |_| MigrateError::Ledger {
        step: applied.title(),
        how: "declares row counts in a form that this build cannot read",
    };
    let map: std::collections::BTreeMap<String, String> = serde_json::from_str(text).map_err(wrong)?;
    Ok(map.into_iter().collect())
}
