//! What a ledger must not say.

use std::fs;

use super::{bytes, database, sql, unlock, vault, version};

#[test]
fn what_a_ledger_must_not_say_is_refused_and_nothing_touched() {
    let first = format!("WHERE version = {}", version(0));
    let last = format!("WHERE version = '{}'", version(1));
    let cases = [
        (
            19,
            format!("UPDATE schema_migrations SET checksum = replace(checksum, 'a', 'b') {first}"),
        ),
        (
            19,
            format!("UPDATE schema_migrations SET checksum = NULL {first}"),
        ),
        (
            19,
            format!("UPDATE schema_migrations SET success = FALSE {first}"),
        ),
        (19, format!("UPDATE schema_migrations SET success = NULL {first}")),
        (19, format!("DELETE FROM schema_migrations {first}")),
        (19, format!("DELETE FROM __diesel_schema_migrations {last}")),
        (19, format!("DELETE FROM schema_migrations {last}")),
        (
            19,
            "INSERT INTO schema_migrations (version, checksum) VALUES (5, 'x')".into(),
        ),
        (
            19,
            "INSERT INTO __diesel_schema_migrations (version) VALUES ('5')".into(),
        ),
        (19, "DROP TABLE schema_migrations".into()),
        (
            18,
            "INSERT INTO schema_migrations (version, checksum) VALUES (20991231000001, 'x')".into(),
        ),
        (
            18,
            "INSERT INTO __diesel_schema_migrations (version) VALUES ('20991231000001')".into(),
        ),
        (
            19,
            "INSERT INTO __diesel_schema_migrations (version) VALUES ('next')".into(),
        ),
    ];
    let (_folder, path) = vault();
    let whole = bytes(&path);
    for (code, change) in cases {
        for (name, bytes) in &whole {
            fs::write(path.join(name), bytes).unwrap();
        }
        sql(&path, &change);
        let before = bytes(&path);
        for _ in 0..2 {
            let error = unlock(&path).unwrap_err();
            assert_eq!(error.exit_code(), code, "{change}: {error}");
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
    assert_eq!(error.exit_code(), 18, "{error}");
    let left = bytes(&path);
    for name in ["privatus.db", "privatus.db-wal", "keyring.json", "keyring.json.1"] {
        assert_eq!(left[name], crashed[name], "{name}");
    }
}
