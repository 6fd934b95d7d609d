//! A marker in every text and BLOB column of every table, sealed or not, without the store's rules: none of them
//! can be read in a file of the vault, in the log, or in a temporary file, while it is open and after it was closed.

use std::fs;
use std::path::Path;
use std::process::Command;

use diesel::RunQueryDsl;
use diesel::sql_types::Text;
use privatus_crypto::{KeyRing, Password, Secret};
use privatus_sqlite::{Connection, OpenMode, OpenOptions, RawKey};
use privatus_tests::{PASSWORD, init, ok, telegram};

#[derive(diesel::QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
}

fn marker(column: &Column) -> String {
    format!("marker-axolotl {}.{}", column.table_name, column.name)
}

/// Every file of the vault, read by another process: reading it here would drop this process's locks on it.
#[track_caller]
fn nothing_readable(vault: &Path, needs_log: bool) {
    let mut log = 0;
    for entry in fs::read_dir(vault).unwrap() {
        let path = entry.unwrap().path();
        let bytes = Command::new("cat").arg(&path).output().unwrap().stdout;
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.ends_with("-wal") {
            log = bytes.len();
        }
        for marker in [
            &b"marker-axolotl"[..],
            b"Quokka",
            b"quokka",
            b"SQLite format 3",
            b"CREATE TABLE",
        ] {
            let found = bytes.windows(marker.len()).any(|at| at == marker);
            assert!(!found, "{} stands in {name}", String::from_utf8_lossy(marker));
        }
    }
    assert!(
        !needs_log || log > 100_000,
        "the log holds what was written: {log}"
    );
}

/// Files that this process has open: all of them the vault's, the system's or the test's own pipes.
#[cfg(target_os = "linux")]
fn no_temporary_file(vault: &Path) {
    let vault = vault.canonicalize().unwrap();
    for entry in fs::read_dir("/proc/self/fd").unwrap() {
        let Ok(open) = fs::read_link(entry.unwrap().path()) else {
            continue;
        };
        let shown = open.to_string_lossy();
        let temporary =
            shown.contains("etilqs") || (shown.ends_with(" (deleted)") && !open.starts_with(&vault));
        assert!(!temporary, "{shown} is open");
    }
}

#[test]
fn every_column() {
    let dir = tempfile::tempdir().unwrap();
    let (vault, source) = (dir.path().join("vault"), dir.path().join("source.json"));
    init(&vault);
    ok(&vault, &["contacts", "add", "Quokka"]);
    ok(&vault, &["settings", "set", "quokka", "Quokka", "--text"]);
    fs::write(
        &source,
        telegram("Quokka", &["Quokka ".repeat(3_000), "Quokka".into()]),
    )
    .unwrap();
    ok(&vault, &["import", "telegram", source.to_str().unwrap()]);
    nothing_readable(&vault, false);

    let ring = KeyRing::parse(&fs::read(vault.join("keyring.json")).unwrap()).unwrap();
    let opened = ring
        .unlock(&Secret::Password(Password::new(PASSWORD).unwrap()))
        .unwrap();
    let key = RawKey::new(
        opened.database_key().dangerously_expose_bytes(),
        opened.cipher_salt(),
    );
    let options = OpenOptions::new(OpenMode::ReadWrite).with_key(&key);
    let mut database = Connection::open(&vault.join("privatus.db"), &options).unwrap();
    database
        .execute_batch(
            "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF; PRAGMA wal_autocheckpoint = 0",
        )
        .unwrap();
    let columns: Vec<Column> = diesel::sql_query(
        "SELECT t.name AS table_name, c.name AS name, c.type AS kind FROM sqlite_schema t \
         JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid",
    )
    .load(database.diesel())
    .unwrap();
    let mut marked = 0;
    for table in columns.chunk_by(|a, b| a.table_name == b.table_name) {
        let names: Vec<String> = table
            .iter()
            .map(|column| format!("\"{}\"", column.name))
            .collect();
        let values: Vec<String> = table
            .iter()
            .map(|column| match column.kind.to_ascii_uppercase() {
                kind if kind.contains("BLOB") => format!("CAST('{}' AS BLOB)", marker(column)),
                kind if kind.contains("TEXT") || kind.contains("CHAR") || kind.contains("TIME") => {
                    format!("'{}'", marker(column))
                }
                _ => "900001".into(),
            })
            .collect();
        marked += values.iter().filter(|value| value.contains("marker")).count();
        let table = &table.first().unwrap().table_name;
        let insert = format!(
            "INSERT INTO \"{table}\" ({}) VALUES ({})",
            names.join(", "),
            values.join(", ")
        );
        let written = database.execute_batch(&insert);
        assert!(written.is_ok(), "{table}: {written:?}");
    }
    assert!(marked > 100, "{marked} columns of text");
    // A sort over everything, larger than any cache: where would it spill? This connection has the build's own default;
    // the store's set `temp_store` and read it back besides.
    let sort = "CREATE TEMP TABLE spill AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20000) \
                SELECT 'marker-axolotl ' || hex(randomblob(500)) AS a FROM n ORDER BY a";
    database.execute_batch(sort).unwrap();
    #[cfg(target_os = "linux")]
    no_temporary_file(&vault);
    nothing_readable(&vault, true);
    drop(database);
    nothing_readable(&vault, false);
    assert!(
        !vault.join("privatus.db-wal").exists(),
        "closed: the log is merged"
    );
}
