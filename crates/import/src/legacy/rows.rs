//! Reads pages of rows in rowid order, with bounded memory.

use diesel::deserialize::{self, QueryableByName};
use diesel::row::NamedRow;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use diesel::sqlite::Sqlite;
use diesel::{RunQueryDsl, SqliteConnection, sql_query};

use super::cell::{Cell, Column};
use super::fernet::token_limit;
use super::problem::Table;

/// The longest text of a message, in bytes of UTF-8.
pub const MAX_TEXT_BYTES: usize = 1_048_576;

/// Maximum rows per page.
pub(crate) const PAGE_ROWS: usize = 512;
/// Maximum bytes per page, unless the first row alone is larger.
pub(crate) const PAGE_BYTES: u64 = 4 << 20;

const NAME: usize = 1 << 20;
/// No larger key is accepted (`privatus_domain::limits`); a contact with one is left out, and reading continues.
const KEY: usize = privatus_domain::limits::PUBLIC_KEY_BYTES;
const SMALL: usize = 1 << 10;
const ID: usize = 1 << 16;
const SEALED: usize = token_limit(MAX_TEXT_BYTES);

const fn column(name: &'static str, limit: usize) -> Column {
    Column { name, limit }
}

/// Maximum rows that [`sealed_sizes`] returns.
pub(crate) const SIZES: usize = 4096;

/// The columns of a table; the first is its primary key.
pub(crate) const fn columns(table: Table) -> &'static [Column] {
    match table {
        Table::Contacts => {
            const {
                &[
                    column("contact_id", ID),
                    column("display_name", NAME),
                    column("public_key", KEY),
                    column("is_verified", SMALL),
                    column("is_online", SMALL),
                    column("added_at", SMALL),
                    column("last_seen", SMALL),
                ]
            }
        }
        Table::Settings => {
            const {
                &[
                    column("key", ID),
                    column("value", SEALED),
                    column("updated_at", SMALL),
                ]
            }
        }
        Table::Messages => {
            const {
                &[
                    column("message_id", ID),
                    column("contact_id", ID),
                    column("content", SEALED),
                    column("is_outgoing", SMALL),
                    column("is_encrypted", SMALL),
                    column("timestamp", SMALL),
                ]
            }
        }
    }
}

/// The sealed column of a table.
pub(crate) fn sealed_column(table: Table) -> Option<&'static str> {
    match table {
        Table::Contacts => None,
        Table::Settings => Some("value"),
        Table::Messages => Some("content"),
    }
}

/// A row as stored.
pub(crate) struct RawRow {
    pub(crate) row: i64,
    pub(crate) cells: Vec<Cell>,
}

/// A row's place and size.
#[derive(QueryableByName)]
pub(crate) struct RowSize {
    #[diesel(sql_type = BigInt)]
    pub(crate) number: i64,
    #[diesel(sql_type = BigInt)]
    pub(crate) size: i64,
}

/// A row's sealed value.
#[derive(QueryableByName)]
pub(crate) struct SealedRow {
    #[diesel(sql_type = BigInt)]
    pub(crate) number: i64,
    #[diesel(sql_type = Binary)]
    pub(crate) token: Vec<u8>,
}

impl QueryableByName<Sqlite> for RawRow {
    fn build<'a>(row: &impl NamedRow<'a, Sqlite>) -> deserialize::Result<Self> {
        let mut cells = Vec::new();
        let width = NamedRow::get::<BigInt, i64>(row, "width")?;
        for at in 0..width {
            let kind = NamedRow::get::<Text, String>(row, &format!("t{at}"))?;
            cells.push(Cell::new(
                &kind,
                NamedRow::get::<Nullable<Binary>, _>(row, &format!("c{at}"))?,
            ));
        }
        Ok(Self {
            row: NamedRow::get::<BigInt, i64>(row, "row")?,
            cells,
        })
    }
}

type Result<T> = std::result::Result<T, diesel::result::Error>;

/// The next rows from rowid `from` on, at most `most`; empty at the end.
pub(crate) fn page(
    connection: &mut SqliteConnection,
    table: Table,
    from: i64,
    most: usize,
) -> Result<Vec<RawRow>> {
    let (name, columns) = (table.name(), columns(table));
    // octet_length() reads only the record's header, so measuring a row does not load it.
    let sizes: Vec<String> = columns
        .iter()
        .map(|column| format!("min(ifnull(octet_length({}), 0), {})", column.name, column.limit))
        .collect();
    let ahead = sql_query(format!(
        "SELECT rowid AS number, {} AS size FROM {name} NOT INDEXED WHERE rowid >= ? ORDER BY rowid LIMIT {most}",
        sizes.join(" + ")
    ))
    .bind::<BigInt, _>(from)
    .load::<RowSize>(connection)?;
    // A LIMIT rather than the last rowid: SQLite then never looks at the row after it, which may be damaged.
    let fitting = that_fit(&ahead);
    if fitting == 0 {
        return Ok(Vec::new());
    }
    let mut fields = String::new();
    for (at, Column { name, limit }) in columns.iter().enumerate() {
        fields.push_str(&format!(
            ", typeof({name}) AS t{at}, CASE WHEN octet_length({name}) <= {limit} THEN CAST({name} AS BLOB) END AS c{at}"
        ));
    }
    sql_query(format!(
        "SELECT rowid AS row, {} AS width{fields} FROM {name} NOT INDEXED WHERE rowid >= ? ORDER BY rowid LIMIT {fitting}",
        columns.len()
    ))
    .bind::<BigInt, _>(from)
    .load(connection)
}

/// How many of the rows fit into a page's bytes.
fn that_fit(ahead: &[RowSize]) -> usize {
    let mut total = 0_u64;
    let fit = ahead.iter().take_while(|next| {
        total = total.saturating_add(u64::try_from(next.size).unwrap_or(0));
        total <= PAGE_BYTES
    });
    fit.count().max(ahead.len().min(1))
}

/// Positions and sizes of the rows, from rowid `from` on, whose sealed value can be a token.
pub(crate) fn sealed_sizes(
    connection: &mut SqliteConnection,
    table: Table,
    column: &str,
    from: i64,
    most: usize,
) -> Result<Vec<RowSize>> {
    sql_query(format!(
        "SELECT rowid AS number, octet_length({column}) AS size FROM {} NOT INDEXED WHERE rowid >= ? \
         AND typeof({column}) IN ('blob', 'text') AND octet_length({column}) <= {SEALED} ORDER BY rowid LIMIT {most}",
        table.name()
    ))
    .bind::<BigInt, _>(from)
    .load(connection)
}

/// The sealed values of some rows; the caller limits the total bytes.
pub(crate) fn sealed(
    connection: &mut SqliteConnection,
    table: Table,
    column: &str,
    rows: &[i64],
) -> Result<Vec<SealedRow>> {
    let rows: Vec<String> = rows.iter().map(i64::to_string).collect();
    sql_query(format!(
        "SELECT rowid AS number, CAST({column} AS BLOB) AS token FROM {} NOT INDEXED WHERE rowid IN ({})",
        table.name(),
        rows.join(", ")
    ))
    .load(connection)
}
