//! A schema that is not what this build makes: it is read, nothing is written, and there is a way back.

use privatus_domain::{Act, AuditFilter, NewAuditEntry};
use privatus_schema::OBJECTS;

use super::{is_damage, vault};
use crate::db::connection::{Connection, Role};
use crate::db::schema_rows::text_of;
use crate::db::statement::Sql;
use crate::testing::{Vault, contact, options, secret};
use crate::vault::{Files, raw_key};
use crate::{PageStart, Store, StoreError};

/// What is planted, what the open says of it, and whether it can be put right without a backup.
const PLANTS: [(&str, &str, bool); 35] = [
    (
        "CREATE TRIGGER fails BEFORE INSERT ON audit_log BEGIN INSERT INTO nosuch VALUES (1); END",
        "trigger fails is not one that this build makes",
        true,
    ),
    (
        "CREATE TRIGGER fails BEFORE INSERT ON audit_log BEGIN SELECT json('{'); END",
        "trigger fails is not one",
        true,
    ),
    (
        "CREATE TRIGGER spy AFTER INSERT ON messages_202506 BEGIN SELECT 1; END",
        "trigger spy is not one",
        true,
    ),
    (
        "CREATE TRIGGER \"a\u{1b}]0;\"\"b\" AFTER INSERT ON contacts BEGIN SELECT 1; END",
        "trigger a\\u{1b}]0;\\\"b is not one",
        true,
    ),
    (
        "CREATE INDEX fails ON audit_log (json(error_message))",
        "index fails is not one",
        true,
    ),
    (
        "CREATE UNIQUE INDEX one ON audit_log (event_type) WHERE log_id > 1000",
        "index one is not one",
        true,
    ),
    ("CREATE VIEW shown AS SELECT 1", "view shown is not one", true),
    (
        "CREATE TABLE kept (a REFERENCES contacts (contact_id))",
        "table kept is not one",
        true,
    ),
    ("CREATE VIRTUAL TABLE words USING fts5 (a)", "words", true),
    (
        "CREATE TABLE messages_kept (a)",
        "table messages_kept is not one",
        false,
    ),
    (
        "ALTER TABLE audit_log ADD COLUMN more AS (json(error_message)) VIRTUAL",
        "table audit_log is not as this build makes it",
        false,
    ),
    (
        "ALTER TABLE contacts ADD COLUMN more AS (json('{')) VIRTUAL",
        "table contacts is not as this build makes it",
        false,
    ),
    (
        "ALTER TABLE messages_202506 ADD COLUMN more",
        "table messages_202506 is not as this build makes it",
        false,
    ),
    (
        "ALTER TABLE settings ADD COLUMN more",
        "table settings is not as",
        false,
    ),
    (
        "DELETE FROM partitions WHERE partition = 202506",
        "table messages_202506 is not one",
        false,
    ),
    (
        "DROP TRIGGER groups_removal",
        "trigger groups_removal is missing",
        true,
    ),
    (
        "DROP TRIGGER groups_removal; CREATE TRIGGER groups_removal BEFORE DELETE ON groups BEGIN SELECT 1; END",
        "trigger groups_removal is not as this build makes it",
        true,
    ),
    ("DROP INDEX idx_keys_type", "index idx_keys_type is missing", true),
    (
        "DROP INDEX idx_messages_late_order",
        "index idx_messages_late_order is missing",
        true,
    ),
    (
        "DROP INDEX idx_messages_late_order; CREATE INDEX idx_messages_late_order ON messages_late (timestamp)",
        "index idx_messages_late_order is not as this build makes it",
        true,
    ),
    ("DROP VIEW messages", "view messages is missing", true),
    (
        "DROP VIEW messages; CREATE VIEW messages AS SELECT 1",
        "view messages is not as this build makes it",
        true,
    ),
    ("DROP VIEW message_rows", "view message_rows is missing", true),
    (
        "INSERT INTO sqlite_master VALUES ('trigger', 'sqlite_stat9', 'contacts', 0, \
         'CREATE TRIGGER sqlite_stat9 AFTER INSERT ON contacts BEGIN SELECT 1; END')",
        "trigger sqlite_stat9 is not one",
        true,
    ),
    (
        "INSERT INTO sqlite_master VALUES (CAST('trigger' AS BLOB), 'odd', 'contacts', 0, \
         'CREATE TRIGGER odd AFTER INSERT ON contacts BEGIN SELECT 1; END')",
        "trigger (no text) odd is not one",
        true,
    ),
    // SQLite itself refuses what follows, or would give back the pages of another.
    (
        "INSERT INTO sqlite_master VALUES ('blah', 'x', 'x', 0, 'CREATE TABLE x (a)')",
        "blah x is not one",
        true,
    ),
    (
        "INSERT INTO sqlite_master VALUES ('table', 'kept', 'kept', 77777, 'CREATE TABLE kept (a)')",
        "table kept is not one",
        true,
    ),
    (
        "INSERT INTO sqlite_master VALUES ('table', 'kept', 'kept', 0, 'CREATE TABL kept (a)')",
        "table kept is not one",
        true,
    ),
    (
        "INSERT INTO sqlite_master VALUES ('index', 'sqlite_autoindex_contacts_9', 'contacts', 5, NULL)",
        "index sqlite_autoindex_contacts_9 is not one",
        true,
    ),
    (
        "DELETE FROM sqlite_master WHERE name = 'sqlite_autoindex_settings_1'",
        "index sqlite_autoindex_settings_1 is missing",
        false,
    ),
    (
        "UPDATE sqlite_master SET name = upper(name) WHERE name = 'groups_removal'",
        "trigger GROUPS_REMOVAL is not one",
        true,
    ),
    (
        "UPDATE sqlite_master SET name = 'zzz' WHERE name = 'groups_removal'",
        "trigger groups_removal is missing",
        true,
    ),
    (
        "INSERT INTO sqlite_master SELECT * FROM sqlite_master WHERE name = 'settings'",
        "table settings is not one",
        false,
    ),
    (
        "INSERT INTO sqlite_master SELECT 'table', 'kept', 'kept', rootpage, 'CREATE TABLE kept (a)' FROM sqlite_master \
         WHERE name = 'contacts'",
        "table kept is not one",
        true,
    ),
    (
        "INSERT INTO sqlite_master SELECT 'index', 'more', 'contacts', rootpage, 'CREATE INDEX more ON contacts (status)' \
         FROM sqlite_master WHERE name = 'messages_202506'",
        "index more is not one",
        true,
    ),
];

fn filled() -> Vault {
    let vault = vault();
    vault.receive(&[("late", "2025-08-20T00:00:00Z")]);
    vault
}

#[test]
fn the_list_is_what_a_new_vault_has() {
    let vault = Vault::new();
    let sql = Sql::new("SELECT name, sql FROM sqlite_master ORDER BY name");
    let stand: Vec<(String, Option<String>)> = vault.store.read(|tx| tx.db.rows(sql, "list")).unwrap();
    assert_eq!(stand.len(), OBJECTS.len());
    for (name, sql) in stand {
        assert_eq!(
            text_of(&name).map(|object| object.sql),
            Some(sql.as_deref().unwrap_or_default()),
            "{name}"
        );
    }
}

/// Behind a step back and up again, with months in both states and what ANALYZE leaves.
#[test]
fn a_schema_of_this_build_is_written_however_it_came_about() {
    let vault = filled();
    vault
        .store
        .write("archive", |tx| {
            tx.partition_archive(privatus_domain::Partition::from_number(202_506).unwrap())
        })
        .unwrap();
    vault.sql("ANALYZE");
    let (_folder, path) = vault.lock();
    let open = || Store::unlock(&path, &secret(), &options(crate::testing::clock)).unwrap();
    let store = open();
    assert_eq!(store.warnings(), Vec::<String>::new());
    store.close().unwrap();
    let first = crate::STEPS.all()[0].version();
    let mut back = crate::Migrator::unlock(&path, &secret(), &options(crate::testing::clock)).unwrap();
    let plan = back.plan_down(first).unwrap();
    back.down(&plan).unwrap();
    drop(back);
    open().close().unwrap();
    let store = open();
    assert!(store.schema_fault().is_none(), "{:?}", store.schema_fault());
    contact(&store, "bob");
}

#[test]
fn what_is_planted_stops_every_write_and_no_read_and_is_put_right() {
    let (_folder, path) = filled().lock();
    let keys = Store::unlock_keys(&path, &secret()).unwrap();
    let clocked = options(crate::testing::clock);
    let database = path.join("privatus.db");
    let whole = std::fs::read(&database).unwrap();
    let (closed, _, unlocked) = crate::vault::unlock_files(&path, &secret(), &clocked).unwrap();
    drop(closed);
    let mut wrong = Vec::new();
    for (plant, told, is_mended) in PLANTS {
        std::fs::write(&database, &whole).unwrap();
        let file = Files::open(&path).unwrap().database();
        let mut db = Connection::open(&file, &raw_key(&unlocked), None, Role::Writer).unwrap();
        db.raw().undefended().unwrap();
        let setup = "PRAGMA foreign_keys = OFF; PRAGMA writable_schema = ON";
        db.raw().execute_batch(setup).unwrap();
        if let Err(error) = db.raw().execute_batch(plant) {
            // Not every build of SQLite has every module.
            assert!(plant.contains("VIRTUAL TABLE"), "{plant}: {error}");
            continue;
        }
        drop(db);
        let planted = std::fs::read(&database).unwrap();
        let store = Store::open(&path, &keys, &clocked).unwrap_or_else(|error| panic!("{plant}: {error}"));
        let said = store.warnings().join("\n");
        if !said.contains(told) {
            wrong.push(format!("{plant}: {said}"));
        }
        let fault = store.schema_fault().unwrap();
        let written = store.write("write", |tx| tx.contact_mute(&"alice".parse()?, None));
        if !is_damage(&written, told) {
            wrong.push(format!("{plant}: a write: {written:?}"));
        }
        let page = store.read(|tx| tx.messages_page(&"alice".parse()?, &PageStart::Newest, 10));
        if let Err(error) = page {
            wrong.push(format!("{plant}: a read: {error}"));
        }
        match store.read_long(|tx| tx.verify(&mut |_| ())) {
            Ok(verified) if !verified.problems.is_empty() => {}
            other => wrong.push(format!("{plant}: a check: {other:?}")),
        }
        store.audit_note(NewAuditEntry::done(store.now(), Act::HistoryExport));
        store.close().unwrap();
        assert!(
            std::fs::read(&database).unwrap() == planted,
            "{plant}: it was written"
        );

        let store = Store::open(&path, &keys, &clocked).unwrap();
        if fault.can_be_repaired() != is_mended {
            wrong.push(format!("{plant}: {fault}"));
            continue;
        }
        let repaired = store.schema_repair(&secret(), &fault);
        if !is_mended {
            if !is_damage(&repaired, "only a backup") {
                wrong.push(format!("{plant}: a repair: {repaired:?}"));
            }
            continue;
        }
        match repaired {
            Ok(true) => {}
            other => {
                wrong.push(format!("{plant}: {other:?}"));
                continue;
            }
        }
        contact(&store, "bob");
        store.close().unwrap();
        let store = Store::open(&path, &keys, &clocked).unwrap();
        assert!(store.schema_fault().is_none(), "{plant}");
        let verified = store.read_long(|tx| tx.verify(&mut |_| ())).unwrap();
        if !verified.problems.is_empty() {
            wrong.push(format!("{plant}: behind the repair: {:?}", verified.problems));
        }
        let acts = store
            .read(|tx| tx.audit_entries(&AuditFilter::default(), 20))
            .unwrap();
        assert!(
            format!("{acts:?}").contains("schema_repair"),
            "{plant}: the log does not say so"
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_table_that_is_missing_is_named() {
    for table in ["settings", "vault_state", "key_store"] {
        let vault = filled();
        vault.sql(&format!("PRAGMA foreign_keys = OFF; DROP TABLE {table}"));
        let folder = vault.abandon();
        let path = folder.path().join("vault");
        let opened = Store::unlock(&path, &secret(), &options(crate::testing::clock));
        assert!(
            is_damage(&opened, &format!("table {table} is missing")),
            "{table}: {opened:?}"
        );
    }
}

#[test]
fn what_begins_on_a_page_that_is_not_there_is_named() {
    for object in [
        "table settings",
        "table messages_202506",
        "index idx_keys_type",
        "index sqlite_autoindex_contacts_1",
    ] {
        let vault = filled();
        let (_, name) = object.split_once(' ').unwrap();
        let text = format!("UPDATE sqlite_master SET rootpage = 77777 WHERE name = '{name}'");
        vault.sql_undefended(&text);
        let folder = vault.abandon();
        let path = folder.path().join("vault");
        let opened = Store::unlock(&path, &secret(), &options(crate::testing::clock));
        assert!(is_damage(&opened, object), "{object}: {opened:?}");
    }
}

#[test]
fn a_repair_wants_the_secret_and_what_was_asked_about() {
    let vault = filled();
    vault.sql("CREATE VIEW shown AS SELECT 1");
    let (_folder, path) = vault.lock();
    let store = Store::unlock(&path, &secret(), &options(crate::testing::clock)).unwrap();
    let fault = store.schema_fault().unwrap();
    let other = crate::Secret::Password(crate::Password::new("other").unwrap());
    assert!(matches!(
        store.schema_repair(&other, &fault),
        Err(StoreError::WrongSecret)
    ));
    assert!(store.is_read_only());
    assert!(store.schema_repair(&secret(), &fault).unwrap());
    assert!(!store.is_read_only());
    assert!(!store.schema_repair(&secret(), &fault).unwrap());
}
