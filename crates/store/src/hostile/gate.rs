//! Tests of a schema that differs from this build's: the vault can be read but not written, and it can be repaired.

use privatus_domain::{Act, AuditFilter, NewAuditEntry};
use privatus_schema::OBJECTS;

use super::plants::PLANTS;
use super::{is_damage, vault};
use crate::db::connection::{Connection, Role};
use crate::db::schema_texts::text_of;
use crate::db::statement::Sql;
use crate::testing::{Vault, contact, options, secret};
use crate::vault::{Files, raw_key};
use crate::{PageStart, Store, StoreError};

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

/// After a step back and up again, with months in both states and the tables of ANALYZE.
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
            // Not every build of SQLite has all modules.
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
            wrong.push(format!("{plant}: after the repair: {:?}", verified.problems));
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
