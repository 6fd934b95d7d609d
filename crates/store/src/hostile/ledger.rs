//! Tests of triggers on the ledgers of migrations, which contain SQL that is run later.

use super::{IGNORED, vault};
use crate::STEPS;
use crate::db::connection::{Connection, Role};
use crate::testing::options;
use crate::vault::{Files, raw_key, unlock_files};
use crate::{Migrator, Password, Secret, Store, StoreError};

fn secret() -> Secret {
    Secret::Password(Password::new("secret").unwrap())
}

fn migrator(path: &std::path::Path) -> Migrator {
    Migrator::unlock(path, &secret(), &options(crate::testing::clock)).unwrap()
}

#[test]
fn a_trigger_on_a_ledger_is_seen_in_whatever_case_it_is_written() {
    for table in [
        "schema_migrations",
        "SCHEMA_MIGRATIONS",
        "\"Schema_Migrations\"",
        "[__DIESEL_schema_migrations]",
    ] {
        let vault = vault();
        vault.sql(&format!(
            "CREATE TRIGGER led AFTER DELETE ON {table} BEGIN SELECT 1; END"
        ));
        let (_folder, path) = vault.lock();
        let plan = migrator(&path).plan_down(STEPS.all()[0].version());
        assert!(
            matches!(&plan, Err(StoreError::SchemaDiffers(why)) if why.contains("has a trigger")),
            "{table}: {plan:?}"
        );
    }
}

/// A type and a table with a NUL, after which SQLite does not read on.
#[test]
fn a_trigger_on_a_ledger_is_seen_whatever_stands_behind_its_name() {
    let vault = vault();
    vault.sql_undefended(
        "INSERT INTO sqlite_master VALUES ('trigger' || char(0), 'led', 'schema_migrations' || char(0) || 'x', 0, \
         'CREATE TRIGGER led AFTER DELETE ON schema_migrations BEGIN SELECT 1; END')",
    );
    let (_folder, path) = vault.lock();
    let plan = migrator(&path).plan_down(STEPS.all()[0].version());
    assert!(
        matches!(&plan, Err(StoreError::SchemaDiffers(why)) if why.contains("has a trigger")),
        "{plan:?}"
    );
}

#[test]
fn a_row_of_a_ledger_that_is_swallowed_ends_the_upgrade() {
    for table in ["schema_migrations", "__diesel_schema_migrations"] {
        let (_folder, path) = vault().lock();
        let mut older = migrator(&path);
        let plan = older.plan_down(STEPS.all()[0].version()).unwrap();
        older.down(&plan).unwrap();
        drop(older);
        let options = options(crate::testing::clock);
        let (closed, _, unlocked) = unlock_files(&path, &secret(), &options).unwrap();
        drop(closed);
        let database = Files::open(&path).unwrap().database();
        let mut db = Connection::open(&database, &raw_key(&unlocked), None, Role::Writer).unwrap();
        db.raw()
            .execute_batch(&format!(
                "CREATE TRIGGER led BEFORE INSERT ON {table} BEGIN {IGNORED}; END"
            ))
            .unwrap();
        drop(db);
        let opened = Store::unlock(&path, &secret(), &options);
        assert!(
            matches!(&opened, Err(StoreError::SchemaDiffers(why)) if why.contains("cannot be changed")),
            "{table}: {opened:?}"
        );
    }
}

/// The full check includes the ledger's MACs, as `migrate verify` does.
#[test]
fn an_altered_row_of_the_ledger_is_told_by_the_check_of_everything() {
    let vault = vault();
    for set in [
        "mac = zeroblob(32)",
        "mac = NULL",
        "applied_at = '2020-01-01 00:00:00.000'",
        "down_rows = '{}'",
        "tool_version = '9'",
        "success = FALSE",
    ] {
        let problems = vault.verify_with(&format!("UPDATE schema_migrations SET {set}"));
        assert!(
            problems
                .iter()
                .any(|line| line.ends_with("its row was altered (MAC)")),
            "{set}: {problems:?}"
        );
    }
    assert_eq!(vault.verify().problems, Vec::<String>::new());
}

/// No migration is run again on the tables that it created.
#[test]
fn a_ledger_that_was_emptied_is_told_as_that() {
    let vault = vault();
    vault.sql("DELETE FROM schema_migrations; DELETE FROM __diesel_schema_migrations");
    let folder = vault.abandon();
    let path = folder.path().join("vault");
    let opened = crate::testing::unlock(&path);
    assert!(
        matches!(&opened, Err(StoreError::SchemaDiffers(why)) if why.contains("somebody emptied it")),
        "{opened:?}"
    );
}
