//! What a ledger must not say.

use std::fs;

use privatus_store::{StoreError, TooNew};

use super::{bytes, database, sql, unlock, vault, version};

/// Whether an error is the one that a fault has to give.
type Expected = fn(&StoreError) -> bool;

fn differs(error: &StoreError) -> bool {
    matches!(error, StoreError::SchemaDiffers(_))
}

fn newer(error: &StoreError) -> bool {
    matches!(error, StoreError::SchemaNewer(TooNew::Schema { .. }))
}

#[test]
fn what_a_ledger_must_not_say_is_refused_and_nothing_touched() {
    let first = format!("WHERE version = {}", version(0));
    let last = format!("WHERE version = '{}'", version(1));
    let cases: [(Expected, String); 13] = [
        (
            differs,
            format!("UPDATE schema_migrations SET checksum = replace(checksum, 'a', 'b') {first}"),
        ),
        (
            differs,
            format!("UPDATE schema_migrations SET checksum = NULL {first}"),
        ),
        (
            differs,
            format!("UPDATE schema_migrations SET success = FALSE {first}"),
        ),
        (
            differs,
            format!("UPDATE schema_migrations SET success = NULL {first}"),
        ),
        (differs, format!("DELETE FROM schema_migrations {first}")),
        (differs, format!("DELETE FROM __diesel_schema_migrations {last}")),
        (differs, format!("DELETE FROM schema_migrations {last}")),
        (
            differs,
            "INSERT INTO schema_migrations (version, checksum) VALUES (5, 'x')".into(),
        ),
        (
            differs,
            "INSERT INTO __diesel_schema_migrations (version) VALUES ('5')".into(),
        ),
        (differs, "DROP TABLE schema_migrations".into()),
        (
            newer,
            "INSERT INTO schema_migrations (version, checksum) VALUES (20991231000001, 'x')".into(),
        ),
        (
            newer,
            "INSERT INTO __diesel_schema_migrations (version) VALUES ('20991231000001')".into(),
        ),
        (
            differs,
            "INSERT INTO __diesel_schema_migrations (version) VALUES ('next')".into(),
        ),
    ];
    let (_folder, path) = vault();
    let whole = bytes(&path);
    for (is_as_told, change) in cases {
        for (name, bytes) in &whole {
            fs::write(path.join(name), bytes).unwrap();
        }
        sql(&path, &change);
        let before = bytes(&path);
        for _ in 0..2 {
            let error = unlock(&path).unwrap_err();
            assert!(is_as_told(&error), "{change}: {error}");
            assert_eq!(bytes(&path), before, "{change}");
        }
    }
}

#[test]
fn a_newer_vault_with_a_log_keeps_its_log() {
    let (_folder, path) = vault();
    let mut db = database(&path);
    db.execute_batch("INSERT INTO schema_migrations (version, checksum) VALUES (20991231000001, 'x')")
        .unwrap();
    // As a crash leaves it: the row is in the log alone.
    let crashed = bytes(&path);
    drop(db);
    for (name, bytes) in &crashed {
        fs::write(path.join(name), bytes).unwrap();
    }
    fs::remove_file(path.join("privatus.db-shm")).unwrap();
    assert!(!crashed["privatus.db-wal"].is_empty());
    let error = unlock(&path).unwrap_err();
    assert!(newer(&error), "{error}");
    let left = bytes(&path);
    for name in ["privatus.db", "privatus.db-wal", "keyring.json", "keyring.json.1"] {
        assert_eq!(left[name], crashed[name], "{name}");
    }
}
