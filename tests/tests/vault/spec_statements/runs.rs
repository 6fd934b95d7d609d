//! The statements that run in a vault as they are, each with a look at what it did.

use crate::spec_statements::database::Database;
use crate::spec_statements::specification;

/// Prepares the database; the answer looks at it after the statement.
type Check = fn(&mut Database) -> fn(&mut Database);

pub(crate) const RUNS: &[(&str, Check)] = &[
    ("PRAGMA journal_mode = WAL", |db| {
        otherwise(db, "journal_mode", "DELETE", "delete");
        |db| assert_eq!(db.pragma("journal_mode"), "wal")
    }),
    ("PRAGMA synchronous = NORMAL", |db| {
        otherwise(db, "synchronous", "OFF", "0");
        |db| assert_eq!(db.pragma("synchronous"), "1")
    }),
    ("PRAGMA cache_size = -64000", |db| {
        otherwise(db, "cache_size", "-100", "-100");
        |db| assert_eq!(db.pragma("cache_size"), "-64000")
    }),
    ("PRAGMA foreign_keys = ON", |db| {
        otherwise(db, "foreign_keys", "OFF", "0");
        |db| assert_eq!(db.pragma("foreign_keys"), "1")
    }),
    ("PRAGMA encoding = 'UTF-8'", |_| {
        |db| assert_eq!(db.pragma("encoding"), "UTF-8")
    }),
    ("PRAGMA busy_timeout = 30000", |db| {
        otherwise(db, "busy_timeout", "1", "1");
        |db| assert_eq!(db.pragma("busy_timeout"), "30000")
    }),
    ("PRAGMA integrity_check", |_| {
        |db| assert_eq!(db.pragma("integrity_check"), "ok")
    }),
    ("PRAGMA quick_check", |_| {
        |db| assert_eq!(db.pragma("quick_check"), "ok")
    }),
    ("PRAGMA foreign_key_check", foreign_key_check),
    ("PRAGMA optimize", |db| {
        // It analyses the tables that this connection has searched by an index.
        contact(db);
        db.texts("SELECT contact_id FROM contacts WHERE display_name = 'Ann'");
        |db| assert!(analysed(db, "contacts"))
    }),
    ("ANALYZE contacts", |db| {
        contact(db);
        |db| assert!(analysed(db, "contacts"))
    }),
    ("ANALYZE groups", |db| {
        group(db);
        |db| assert!(analysed(db, "groups"))
    }),
    ("ANALYZE", |db| {
        contact(db);
        month_row(db);
        |db| assert!(analysed(db, "contacts") && analysed(db, "messages_202501"))
    }),
    ("REINDEX contacts", |db| {
        behind_its_index(db, "idx_contacts_display_name", contact);
        |db| assert_eq!(db.pragma("integrity_check"), "ok")
    }),
    ("REINDEX groups", |db| {
        behind_its_index(db, "idx_groups_type", group);
        |db| assert_eq!(db.pragma("integrity_check"), "ok")
    }),
    ("VACUUM", |db| {
        db.run("INSERT INTO settings (key, value) VALUES ('k', zeroblob(100000)); DELETE FROM settings;")
            .unwrap();
        assert_ne!(db.pragma("freelist_count"), "0");
        |db| assert_eq!(db.pragma("freelist_count"), "0")
    }),
    (
        "DELETE FROM audit_log WHERE timestamp < date('now', '-1 year')",
        audit_log,
    ),
    (
        "DELETE FROM cache_entries WHERE expires_at < datetime('now')",
        cache_entries,
    ),
];

/// The connection has another value before, so that the statement has something to do.
fn otherwise(db: &mut Database, pragma: &str, value: &str, reads: &str) {
    db.run(&format!("PRAGMA {pragma} = {value}")).unwrap();
    assert_eq!(db.pragma(pragma), reads);
}

fn foreign_key_check(db: &mut Database) -> fn(&mut Database) {
    db.run("PRAGMA foreign_keys = OFF; INSERT INTO backup_contents (backup_id, table_name) VALUES ('none', 't');")
        .unwrap();
    |db| {
        assert_eq!(
            db.text("SELECT \"table\" FROM pragma_foreign_key_check"),
            "backup_contents"
        )
    }
}

fn audit_log(db: &mut Database) -> fn(&mut Database) {
    db.run(
        "INSERT INTO audit_log (event_type, action, timestamp)
         SELECT 'x', a, strftime('%Y-%m-%d %H:%M:%f', 'now', a) FROM
         (SELECT '-366 days' AS a UNION ALL SELECT '-370 days' UNION ALL SELECT '-360 days' UNION ALL SELECT '0 days');",
    )
    .unwrap();
    |db| {
        assert_eq!(
            db.texts("SELECT action FROM audit_log WHERE event_type = 'x' ORDER BY timestamp"),
            ["-360 days", "0 days"]
        )
    }
}

fn cache_entries(db: &mut Database) -> fn(&mut Database) {
    db.run(
        "INSERT INTO cache_entries (cache_key, value, expires_at)
         SELECT a, x'00', strftime('%Y-%m-%d %H:%M:%f', 'now', a) FROM
         (SELECT '-2 seconds' AS a UNION ALL SELECT '-1 days' UNION ALL SELECT '1 hours');
         INSERT INTO cache_entries (cache_key, value) VALUES ('forever', x'00');",
    )
    .unwrap();
    |db| {
        assert_eq!(
            db.texts("SELECT cache_key FROM cache_entries ORDER BY cache_key"),
            ["1 hours", "forever"]
        )
    }
}

fn contact(db: &mut Database) {
    db.run("INSERT INTO contacts (contact_id, display_name, public_key) VALUES ('a', 'Ann', x'')")
        .unwrap();
}

fn group(db: &mut Database) {
    db.run("INSERT INTO groups (group_id, name, group_type) VALUES ('g', 'G', 'private')")
        .unwrap();
}

/// Writes a row while an index is out of the schema, so that the index lacks it afterwards.
fn behind_its_index(db: &mut Database, index: &str, write: fn(&mut Database)) {
    db.undefended();
    db.run(&format!(
        "CREATE TEMP TABLE kept AS SELECT * FROM sqlite_schema WHERE name = '{index}';
         PRAGMA writable_schema = ON;
         DELETE FROM sqlite_schema WHERE name = '{index}';
         PRAGMA writable_schema = RESET;"
    ))
    .unwrap();
    write(db);
    db.run(
        "PRAGMA writable_schema = ON;
         INSERT INTO sqlite_schema SELECT * FROM temp.kept;
         PRAGMA writable_schema = RESET;",
    )
    .unwrap();
    assert_ne!(
        db.texts("SELECT * FROM pragma_integrity_check"),
        ["ok"],
        "{index}"
    );
}

fn month_row(db: &mut Database) {
    db.run(
        "INSERT INTO messages_202501 (row_key, message_id, content, is_outgoing, is_read, timestamp, created_at)
         VALUES (101 << 43, 'x', x'00', 1, 1, 1735689600000, 1735689600000)",
    )
    .unwrap();
}

fn analysed(db: &mut Database, table: &str) -> bool {
    db.text(&format!(
        "SELECT count(*) FROM sqlite_stat1 WHERE tbl = '{table}'"
    )) != "0"
}

#[test]
fn each_runs_and_does_what_it_says() {
    let specification = specification();
    for (name, prepare) in RUNS {
        let mut database = Database::vault();
        let check = prepare(&mut database);
        database
            .run(&specification[*name])
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        check(&mut database);
    }
}

#[test]
fn the_store_takes_the_vault_that_they_ran_in() {
    let specification = specification();
    let mut database = Database::vault();
    let mut ran = 0;
    // What removes entries of the audit log is retention's work: the store would report it.
    for (name, _) in RUNS.iter().filter(|(name, _)| !name.contains("audit_log")) {
        database
            .run(&specification[*name])
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        ran += 1;
    }
    assert_eq!(ran, RUNS.len() - 1);
    database.close_for_the_store();
}
