//! A vault's schema in a plain database: the migrations, and two months made the way the store makes them.

use std::fs;
use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::sql_types::{Nullable, Text};
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
// Only linked: it brings the SQLite that the vault uses.
use privatus_sqlite as _;
use tempfile::TempDir;

/// A database in a file, because WAL needs one.
pub(crate) struct Database {
    connection: SqliteConnection,
    _folder: TempDir,
}

#[derive(QueryableByName)]
struct Value {
    #[diesel(sql_type = Nullable<Text>)]
    value: Option<String>,
}

impl Database {
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let connection =
            SqliteConnection::establish(folder.path().join("plain.db").to_str().unwrap()).unwrap();
        Self {
            connection,
            _folder: folder,
        }
    }

    /// All migrations, two live months and one in the archive.
    pub(crate) fn vault() -> Self {
        let mut database = Self::empty();
        database.run("PRAGMA foreign_keys = ON").unwrap();
        for sql in migrations("up.sql") {
            database.run(&sql).unwrap();
        }
        database
            .run(
                "INSERT INTO key_store (key_id, key_number, key_type, scope, encrypted_key, algorithm)
                  VALUES ('1', 1, 'table', 'messages', x'00', 'none')",
            )
            .unwrap();
        for (month, state) in [("202412", "archived"), ("202501", "live"), ("202502", "live")] {
            let template = database.text("SELECT sql FROM sqlite_schema WHERE name = 'messages_template'");
            let table = format!("messages_{month}");
            database
                .run(&template.replacen("messages_template", &table, 1))
                .unwrap();
            database
                .run(&format!(
                    "INSERT INTO partitions (partition, table_name, state, key_id)
                               VALUES ({month}, '{table}', '{state}', '1')"
                ))
                .unwrap();
        }
        database.months_in_view(
            "SELECT 1 AS archived, * FROM messages_202412 UNION ALL SELECT 0, * FROM messages_202501 \
             UNION ALL SELECT 0, * FROM messages_202502",
        );
        database
    }

    fn months_in_view(&mut self, months: &str) {
        let sql = self.text("SELECT sql FROM sqlite_schema WHERE name = 'message_rows'");
        let over = sql.replacen("SELECT 0 AS archived, * FROM messages_template", months, 1);
        assert_ne!(sql, over, "the view names the template once");
        self.run(&format!("DROP VIEW message_rows; {over};")).unwrap();
    }

    pub(crate) fn run(&mut self, sql: &str) -> Result<(), String> {
        self.connection
            .batch_execute(sql)
            .map_err(|error| error.to_string())
    }

    /// The column `value` of all rows, NULL as `NULL`.
    fn values(&mut self, sql: &str) -> Vec<String> {
        let rows: Vec<Value> = sql_query(sql)
            .load(&mut self.connection)
            .unwrap_or_else(|e| panic!("{sql}: {e}"));
        rows.into_iter()
            .map(|row| row.value.unwrap_or_else(|| "NULL".to_owned()))
            .collect()
    }

    /// The first column of all rows, as text.
    pub(crate) fn texts(&mut self, query: &str) -> Vec<String> {
        self.values(&format!(
            "WITH q(value) AS ({query}) SELECT CAST(value AS TEXT) AS value FROM q"
        ))
    }

    /// The only value of a query, as text.
    pub(crate) fn text(&mut self, query: &str) -> String {
        let values = self.texts(query);
        assert_eq!(values.len(), 1, "{query}");
        values.into_iter().next().unwrap()
    }

    /// What a pragma answers: through its table-valued function, so that any column type reads as text.
    pub(crate) fn pragma(&mut self, name: &str) -> String {
        self.text(&format!("SELECT * FROM pragma_{name}"))
    }
}

/// The text of every `up.sql`, oldest first, or `down.sql`, newest first.
pub(crate) fn migrations(file: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    let mut folders: Vec<_> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.retain(|folder| folder.is_dir());
    folders.sort();
    if file == "down.sql" {
        folders.reverse();
    }
    assert!(folders.len() >= 2, "the migrations are there");
    folders
        .iter()
        .map(|folder| fs::read_to_string(folder.join(file)).unwrap())
        .collect()
}

#[test]
fn down_undoes_up_step_by_step() {
    let mut database = Database::empty();
    let schema = "SELECT sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name, type";
    let mut before = Vec::new();
    for up in migrations("up.sql") {
        before.push(database.texts(schema));
        database.run(&up).unwrap();
    }
    for down in migrations("down.sql") {
        database.run(&down).unwrap();
        assert_eq!(database.texts(schema), before.pop().unwrap(), "after {down}");
    }
}

#[test]
fn every_column_of_a_foreign_key_is_indexed() {
    let unindexed = Database::vault().texts(
        "SELECT m.name || '.' || f.\"from\" FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f
         WHERE m.type = 'table' AND NOT EXISTS (
             SELECT 1 FROM pragma_index_list(m.name) l JOIN pragma_index_info(l.name) i
             WHERE i.seqno = 0 AND i.name = f.\"from\" AND NOT l.partial)
         AND NOT EXISTS (
             SELECT 1 FROM pragma_table_info(m.name) c WHERE c.name = f.\"from\" AND c.pk = 1)",
    );
    assert_eq!(unindexed, Vec::<String>::new());
}
