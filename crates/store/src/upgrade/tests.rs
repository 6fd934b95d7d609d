//! Runs steps that this build does not have on a vault: one with Rust code, and some that do what they must not.

use privatus_crypto::LedgerKey;
use privatus_domain::SettingKey;
use privatus_migrate::{Applied, Host, MigrateError, Runner, Schema, Seal, Step, applied};
use privatus_sqlite::{Column, Connection, Value};

use super::VaultHost;
use crate::testing::Vault;
use crate::{Store, StoreError};

/// Replaces the text of each setting inside its own envelope.
fn reseal_settings(db: &mut Connection, host: &mut dyn Host) -> Result<(), MigrateError> {
    let mut rows = Vec::new();
    db.query("SELECT key, value FROM settings WHERE scope = ''", &[], |row| {
        if let (Column::Text(key), Column::Blob(value)) = (row.column(0), row.column(1)) {
            rows.push((String::from_utf8(key.to_vec()).unwrap(), value.to_vec()));
        }
        Ok::<_, MigrateError>(())
    })?;
    for (key, envelope) in rows {
        let row_id = crate::setting::row_id("", &key);
        let plain = host.open(db, "settings", "value", &row_id, &envelope)?;
        let new = String::from_utf8(plain.to_vec()).unwrap().replace("old", "new");
        let sealed = host.reseal(db, "settings", "value", &row_id, &envelope, new.as_bytes())?;
        db.run(
            "UPDATE settings SET value = ? WHERE scope = '' AND key = ?",
            &[Value::Blob(&sealed), Value::Text(&key)],
        )?;
    }
    Ok(())
}

fn fails(_: &mut Connection, _: &mut dyn Host) -> Result<(), MigrateError> {
    Err(MigrateError::Host("planted".into()))
}

/// Ignores an error that rolled back the transaction.
fn gives_up(db: &mut Connection, _: &mut dyn Host) -> Result<(), MigrateError> {
    let _ = db.execute_batch("INSERT OR ROLLBACK INTO conversation_months VALUES (NULL, NULL)");
    Ok(())
}

const UP: &str =
    "ALTER TABLE contacts ADD COLUMN note BLOB; CREATE TABLE notes (note INTEGER NOT NULL PRIMARY KEY);
                  UPDATE contacts SET note = x'01';";
const DOWN: &str = "DROP TABLE notes; ALTER TABLE contacts DROP COLUMN note;";
const NAME: &str = "2099-01-01-000001_notes";

/// Runs `work` with a runner for the vault and returns its result.
fn with_runner<T>(
    store: &Store,
    key: &LedgerKey,
    work: impl FnOnce(&mut Runner<'_>, &mut Connection) -> Result<T, MigrateError>,
) -> Result<T, StoreError> {
    let shared = &store.shared;
    store.with_writer(|db| {
        let mut runner = Runner {
            host: &mut VaultHost::new(&shared.root, &shared.vault_id),
            seal: Seal {
                key,
                vault: shared.vault_id.as_bytes(),
            },
            now: "2099-01-01 00:00:00.000",
            tool: "9.9.9",
            event: &mut |_| (),
        };
        Ok(work(&mut runner, db.raw())?)
    })
}

fn schema(store: &Store) -> Schema {
    store.with_writer(|db| Ok(Schema::read(db.raw())?)).unwrap()
}

fn vault() -> Vault {
    let vault = Vault::new();
    vault.receive(&[("a", "2025-05-01T00:00:00Z"), ("b", "2025-06-01T00:00:00Z")]);
    let name = SettingKey::new("theme").unwrap();
    vault
        .store
        .write("set", |tx| {
            tx.setting_set("", &name, serde_json::json!("old and dark"), tx.now())
        })
        .unwrap();
    vault
}

fn theme(store: &Store) -> String {
    let name = SettingKey::new("theme").unwrap();
    store
        .read(|tx| tx.setting("", &name))
        .unwrap()
        .value
        .as_str()
        .to_owned()
}

#[test]
fn a_rust_part_reads_and_seals_in_the_transaction_of_its_step() {
    let (vault, key) = (vault(), LedgerKey::generate().unwrap());
    let before = schema(&vault.store);
    let step = Step::new(NAME, "notes", UP, DOWN).with_code(reseal_settings);
    with_runner(&vault.store, &key, |run, db| run.up(db, &[step])).unwrap();
    assert_eq!(theme(&vault.store), "\"new and dark\"");
    // The step does not belong to this build.
    let problems = vault.verify().problems;
    let is_of_schema =
        |problem: &&String| problem.starts_with("the schema differs from this build's: table ");
    assert_eq!(problems.iter().filter(is_of_schema).count(), 2, "{problems:?}");
    let is_of_ledger = |problem: &&String| problem.starts_with("the row of migration ");
    assert_eq!(problems.iter().filter(is_of_ledger).count(), 1, "{problems:?}");
    // The MAC was made with the test's own key.
    let is_of_mac = |problem: &&String| problem.ends_with("its row was altered (MAC)");
    assert_eq!(problems.iter().filter(is_of_mac).count(), 1, "{problems:?}");
    assert_eq!(problems.len(), 4, "{problems:?}");

    // An older build does not have the code; the SQL in the vault is enough to go back.
    let back: Vec<Applied> = with_runner(&vault.store, &key, |run, db| {
        let back = applied(db, &run.seal)?;
        Ok(back.into_iter().filter(|row| row.title() == NAME).collect())
    })
    .unwrap();
    assert_eq!(back.len(), 1);
    let losses = with_runner(&vault.store, &key, |run, db| run.losses(db, &back)).unwrap();
    let lost: Vec<String> = losses
        .iter()
        .map(|loss| {
            format!(
                "{}.{} {}",
                loss.table,
                loss.column.as_deref().unwrap_or("*"),
                loss.values
            )
        })
        .collect();
    assert_eq!(lost, ["contacts.note 1"]);
    with_runner(&vault.store, &key, |run, db| run.back(db, &back)).unwrap();
    assert_eq!(schema(&vault.store).differences(&before), Vec::<String>::new());
    let path = vault.lock();
    assert!(crate::testing::unlock(&path.1).is_ok());
}

#[test]
fn a_step_that_fails_anywhere_leaves_nothing() {
    let (vault, key) = (vault(), LedgerKey::generate().unwrap());
    let before = schema(&vault.store);
    let missing = Step::new(
        NAME,
        "",
        "CREATE TABLE more (a TEXT); INSERT INTO no_such_table VALUES (1);",
        "",
    );
    let ends = Step::new(
        NAME,
        "",
        "CREATE TABLE more (a TEXT); ; /* x */ commit; CREATE TABLE most (a TEXT);",
        "",
    );
    let drops = Step::new(NAME, "", "DELETE FROM message_locator;", "");
    let forgets = Step::new(
        NAME,
        "",
        "DROP VIEW messages; DROP VIEW messages_archive; DROP VIEW message_rows;",
        "",
    );
    let code = Step::new(NAME, "", UP, DOWN).with_code(fails);
    let gives_up = Step::new(NAME, "", UP, DOWN).with_code(gives_up);
    let other_vault = Step::new(NAME, "", "UPDATE vault_state SET vault_id = zeroblob(16);", "");
    let pragma = Step::new(
        NAME,
        "",
        "CREATE TABLE more (a TEXT);\u{feff} PRAGMA rekey = 'x';",
        "",
    );
    let no_month = Step::new(
        NAME,
        "",
        "ALTER TABLE messages_template ADD COLUMN t AS (row_key + u);",
        "",
    );
    let forgets_months = Step::new(
        NAME,
        "",
        "DROP VIEW messages; DROP VIEW messages_archive; \
         ALTER TABLE messages_template ADD COLUMN note TEXT DEFAULT 'a  b';",
        "",
    );
    for (step, says) in [
        (
            missing,
            "statement 2, `INSERT INTO no_such_table VALUES ( 1 …`, no such table: no_such_table",
        ),
        (ends, "contains COMMIT"),
        (drops, "rows of message_locator after the step: 0, expected: 2"),
        (forgets, "message_rows is missing"),
        (code, "planted"),
        (gives_up, "ends the transaction"),
        (other_vault, "the vault's identity"),
        (pragma, "contains PRAGMA"),
        (no_month, "statement 1, `ALTER TABLE"),
        (
            forgets_months,
            "messages_202505 differs from a new month of messages_template",
        ),
    ] {
        let error = with_runner(&vault.store, &key, |run, db| run.up(db, &[step])).unwrap_err();
        assert!(matches!(error, StoreError::MigrationFailed(_)), "{error}");
        assert!(error.to_string().contains(says), "{error}");
        assert_eq!(
            schema(&vault.store).differences(&before),
            Vec::<String>::new(),
            "{says}"
        );
        assert_eq!(theme(&vault.store), "\"old and dark\"");
    }
    assert_eq!(vault.verify().problems, Vec::<String>::new());
}

#[test]
fn a_month_gets_the_templates_indexes_and_keeps_no_other() {
    let (vault, key) = (vault(), LedgerKey::generate().unwrap());
    vault.receive(&[("old", "1990-05-01T00:00:00Z")]);
    let names = |store: &Store| {
        let schema = schema(store);
        let of_months = |(name, _): (&str, &str)| {
            ["messages_2", "messages_early"]
                .iter()
                .any(|month| name.starts_with(&format!("index idx_{month}")))
                .then(|| name.to_owned())
        };
        schema.objects().filter_map(of_months).collect::<Vec<_>>()
    };
    assert_eq!(names(&vault.store), ["index idx_messages_early_order"]);
    // Recreating a month drops its indexes: the step's own index comes from the template only, and the stray one from
    // nowhere.
    let up = "CREATE INDEX idx_messages_template_expiry ON messages_template (expires_at);";
    let month = "CREATE INDEX idx_{table}_stray ON {table} (sender); DROP INDEX IF EXISTS idx_{table}_order;";
    let down = "DROP INDEX idx_messages_template_expiry;";
    let step = Step::new(NAME, "", up, down).with_partition(month, "SELECT 1 FROM {table};");
    with_runner(&vault.store, &key, |run, db| run.up(db, &[step])).unwrap();
    let with_expiry = [
        "index idx_messages_202505_expiry",
        "index idx_messages_202506_expiry",
        "index idx_messages_early_expiry",
        "index idx_messages_early_order",
    ];
    assert_eq!(names(&vault.store), with_expiry);
    vault.receive(&[("new", "2025-04-01T00:00:00Z")]);
    assert!(names(&vault.store).contains(&"index idx_messages_202504_expiry".to_owned()));
    let back = with_runner(&vault.store, &key, |run, db| {
        let back = applied(db, &run.seal)?;
        Ok(back
            .into_iter()
            .filter(|row| row.title() == NAME)
            .collect::<Vec<_>>())
    })
    .unwrap();
    with_runner(&vault.store, &key, |run, db| run.back(db, &back)).unwrap();
    assert_eq!(names(&vault.store), ["index idx_messages_early_order"]);
}

#[test]
fn what_was_broken_before_keeps_nobody_from_a_step() {
    let (vault, key) = (vault(), LedgerKey::generate().unwrap());
    vault.sql(
        "PRAGMA foreign_keys = OFF; CREATE TABLE plug (a REFERENCES contacts (display_name)); \
         INSERT INTO conversation_months VALUES (77, 202505); PRAGMA foreign_keys = ON; \
         CREATE TRIGGER own AFTER INSERT ON messages_202505 BEGIN SELECT 1; END",
    );
    let step = Step::new(NAME, "", UP, DOWN);
    with_runner(&vault.store, &key, |run, db| run.up(db, &[step])).unwrap();
    let more = "INSERT INTO conversation_months VALUES (78, 202505);";
    let rows: &[(&str, &str)] = &[(
        "conversation_months",
        "SELECT count(*) + 1 FROM conversation_months",
    )];
    let step = Step::new("2099-01-01-000002_x", "", more, "").with_rows(rows, &[]);
    let error = with_runner(&vault.store, &key, |run, db| run.up(db, &[step])).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("leaves rows of conversation_months without their conversations: 1"),
        "{error}"
    );
}

#[test]
fn a_trigger_on_the_ledger_stops_a_way_back() {
    let (vault, key) = (vault(), LedgerKey::generate().unwrap());
    with_runner(&vault.store, &key, |run, db| {
        run.up(db, &[Step::new(NAME, "", UP, DOWN)])
    })
    .unwrap();
    vault.sql("CREATE TRIGGER own AFTER DELETE ON schema_migrations BEGIN DELETE FROM contacts; END");
    let error = with_runner(&vault.store, &key, |run, db| {
        let back = applied(db, &run.seal)?;
        let back: Vec<Applied> = back.into_iter().filter(|row| row.title() == NAME).collect();
        run.back(db, &back)
    })
    .unwrap_err();
    assert!(matches!(error, StoreError::SchemaDiffers(_)), "{error}");
}

#[test]
fn a_sealed_month_is_not_left_behind() {
    let (vault, key) = (vault(), LedgerKey::generate().unwrap());
    vault.sql("UPDATE partitions SET state = 'sealed' WHERE partition = 202505");
    with_runner(&vault.store, &key, |run, db| {
        run.up(db, &[Step::new(NAME, "", UP, DOWN)])
    })
    .unwrap();
    let step =
        Step::new("2099-01-01-000002_x", "", "SELECT 1;", "").with_partition("SELECT 1 FROM {table};", "");
    let error = with_runner(&vault.store, &key, |run, db| run.up(db, &[step])).unwrap_err();
    assert!(error.to_string().contains("month 202505 is sealed"), "{error}");
}
