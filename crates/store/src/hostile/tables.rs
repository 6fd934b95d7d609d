//! Tests of something else in a table's place, and of objects next to the tables.

use super::{ENDLESS, is_damage, vault};
use crate::db::connection::{Connection, Role};
use crate::db::real_tables::{OF_ANY_BUILD, of_this_build};
use crate::db::statement::Sql;
use crate::testing::{Vault, options};
use crate::vault::{Files, raw_key};
use crate::{Migrator, Password, Secret, Store, StoreError, VaultOptions};

fn secret() -> Secret {
    Secret::Password(Password::new("secret").unwrap())
}

fn clocked() -> VaultOptions {
    options(crate::testing::clock)
}

/// Every table is named here, so that a new one is not forgotten.
#[test]
fn the_names_that_are_looked_at_are_all_there_are() {
    let vault = Vault::new();
    let sql =
        Sql::new("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_stat%'");
    let mut stand: Vec<String> = vault.store.read(|tx| tx.db.rows(sql, "list")).unwrap();
    stand.sort();
    let mut known: Vec<&str> = of_this_build().collect();
    known.sort_unstable();
    assert_eq!(stand, known);
    assert!(OF_ANY_BUILD.iter().all(|name| known.contains(name)));
}

/// Plants objects in a copy of the vault, and opens it.
fn opened_with(plants: &[(String, Vec<String>)], check: impl Fn(&str, Result<Store, StoreError>)) {
    let (_folder, path) = vault().lock();
    let keys = Store::unlock_keys(&path, &secret()).unwrap();
    let database = path.join("privatus.db");
    let whole = std::fs::read(&database).unwrap();
    let (closed, _, unlocked) = crate::vault::unlock_files(&path, &secret(), &clocked()).unwrap();
    drop(closed);
    for (name, planted) in plants {
        std::fs::write(&database, &whole).unwrap();
        let file = Files::open(&path).unwrap().database();
        let mut db = Connection::open(&file, &raw_key(&unlocked), None, Role::Writer).unwrap();
        db.raw().undefended().unwrap();
        db.raw()
            .execute_batch(
                "PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON; PRAGMA writable_schema = ON",
            )
            .unwrap();
        for sql in planted {
            db.raw().execute_batch(sql).unwrap();
        }
        drop(db);
        check(name, Store::open(&path, &keys, &clocked()));
    }
}

#[test]
fn an_endless_view_in_the_place_of_any_table_ends_the_open() {
    let names = of_this_build().chain(["messages_202506"]);
    let plants: Vec<(String, Vec<String>)> = names
        .filter(|name| !name.starts_with("sqlite_"))
        .flat_map(|name| {
            let gone = format!("ALTER TABLE {name} RENAME TO was_{name}");
            let view = |spelt: &str| format!("CREATE VIEW {spelt} AS {ENDLESS}");
            [
                (name.to_owned(), vec![gone.clone(), view(name)]),
                (name.to_owned(), vec![gone, view(&name.to_uppercase())]),
            ]
        })
        .collect();
    opened_with(&plants, |name, opened| {
        assert!(
            is_damage(&opened, &format!("{name} is not a table as it must be")),
            "{name}: {opened:?}"
        );
    });
}

/// Rows of the schema that a comparison of texts would miss: names in other letter cases, of other types, after a NUL.
#[test]
fn a_table_is_known_however_the_schema_is_spelt() {
    let gone = "ALTER TABLE pending_removals RENAME TO was_it";
    let plants: Vec<(String, Vec<String>)> = [
        ("'view'", "'Pending_Removals'"),
        ("'VIEW'", "'pending_removals'"),
        ("CAST('view' AS BLOB)", "CAST('pending_removals' AS BLOB)"),
        ("'view' || char(0) || 'x'", "'pending_removals' || char(0)"),
    ]
    .into_iter()
    .map(|(kind, name)| {
        let plant = format!(
            "INSERT INTO sqlite_master VALUES ({kind}, {name}, {name}, 0, \
             'CREATE VIEW pending_removals AS SELECT 1 AS conversation')"
        );
        (format!("{kind} {name}"), vec![gone.to_owned(), plant])
    })
    .collect();
    opened_with(&plants, |name, opened| {
        assert!(
            is_damage(&opened, "pending_removals is not a table"),
            "{name}: {opened:?}"
        );
    });
}

#[test]
fn the_commands_for_the_schema_look_first_too() {
    let (_folder, path) = {
        let vault = vault();
        vault.sql(&format!(
            "PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON; \
             ALTER TABLE __diesel_schema_migrations RENAME TO was; \
             CREATE VIEW __diesel_schema_migrations AS SELECT i AS version FROM ({ENDLESS})"
        ));
        vault.lock()
    };
    let refused = Migrator::unlock(&path, &secret(), &clocked());
    assert!(
        is_damage(&refused, "__diesel_schema_migrations is not a table"),
        "{refused:?}"
    );
}

#[test]
fn a_check_names_what_was_planted_beside_the_tables() {
    for (planted, told) in [
        (
            "CREATE TRIGGER spy AFTER INSERT ON messages_202506 BEGIN SELECT 1; END",
            "trigger spy is not expected",
        ),
        ("CREATE VIEW shown AS SELECT 1", "view shown is not expected"),
        (
            "CREATE INDEX extra ON contacts (display_name)",
            "index extra is not expected",
        ),
        ("CREATE TABLE kept (a)", "table kept is not expected"),
        ("ALTER TABLE settings ADD COLUMN more", "table settings differs"),
        ("DROP TRIGGER groups_removal", "trigger groups_removal is missing"),
        ("DROP INDEX idx_keys_type", "index idx_keys_type is missing"),
        (
            "CREATE TRIGGER led AFTER INSERT ON __diesel_schema_migrations BEGIN SELECT 1; END",
            "trigger led is not expected",
        ),
    ] {
        let vault = vault();
        vault.sql(planted);
        let problems = vault.verify().problems;
        assert!(
            problems.iter().any(|line| line.contains(told)),
            "{planted}: {problems:?}"
        );
    }
}

/// Only a program that writes the schema's rows can use such names, so a check has to look for them.
#[test]
fn a_check_names_what_hides_behind_a_name_of_sqlites_own() {
    for (planted, told) in [
        (
            "INSERT INTO sqlite_master VALUES ('trigger', 'sqlite_spy', 'contacts', 0, \
             'CREATE TRIGGER sqlite_spy AFTER INSERT ON contacts BEGIN SELECT 1; END')",
            "trigger sqlite_spy is not expected",
        ),
        (
            "INSERT INTO sqlite_master VALUES ('TRIGGER', 'SQLITE_SPY', 'contacts', 0, \
             'CREATE TRIGGER sqlite_spy AFTER INSERT ON contacts BEGIN SELECT 1; END')",
            "TRIGGER SQLITE_SPY is not expected",
        ),
        (
            "INSERT INTO sqlite_master VALUES ('view', 'pragma_foreign_key_check', 'pragma_foreign_key_check', 0, \
             'CREATE VIEW pragma_foreign_key_check AS SELECT 1 WHERE 0')",
            "view pragma_foreign_key_check is not expected",
        ),
    ] {
        let vault = vault();
        vault.sql_undefended(planted);
        let problems = vault.verify().problems;
        assert!(
            problems.iter().any(|line| line.contains(told)),
            "{planted}: {problems:?}"
        );
    }
}

/// A table with the name of SQLite's own check used to hide every dangling reference.
#[test]
fn references_are_checked_whatever_tables_there_are() {
    let vault = vault();
    vault.sql(
        "CREATE TABLE pragma_foreign_key_check (\"table\", parent); PRAGMA foreign_keys = OFF; \
         UPDATE partitions SET key_id = '77'; PRAGMA foreign_keys = ON",
    );
    let problems = vault.verify().problems;
    assert!(
        problems
            .iter()
            .any(|line| line.contains("a row of partitions points at a missing row of key_store")),
        "{problems:?}"
    );
}
