//! A vault that is filled to the last column: exported, imported and exported again it is the same, byte by byte.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    missing_docs
)]

use std::path::Path;

use privatus_domain::Timestamp;
use privatus_import::Report;
use privatus_import::privatus::{self, Trust, Vouched};
use privatus_store::{Password, Store, VaultOptions};
use privatus_tests::{Database, PASSWORD, fill};

/// What an export leaves out: it is of this vault alone, or of nothing that stays.
const LEFT_OUT: [&str; 17] = [
    "archives",
    "audit_log",
    "backup_contents",
    "backup_metadata",
    "cache_entries",
    "conversation_months",
    "key_store",
    "message_content",
    "message_locator",
    "partitions",
    "pending_removals",
    "performance_metrics",
    "retention_policies",
    "schema_migrations",
    "security_events",
    "senders",
    "vault_state",
];

#[test]
fn the_document_names_what_an_export_leaves_out() {
    let document = include_str!("../../docs/CRYPTO.md");
    let (_, export) = document.split_once("\n## An export\n").unwrap();
    let (export, _) = export.split_once("\n## ").unwrap();
    let (_, left_out) = export.split_once("An export leaves out").unwrap();
    for table in LEFT_OUT {
        assert!(left_out.contains(&format!("`{table}`")), "{table}");
    }
}

/// Tables that no call of the store writes: later versions do.
const EMPTY: [&str; 5] = [
    "archives",
    "backup_contents",
    "backup_metadata",
    "cache_entries",
    "pending_removals",
];

fn clock() -> Timestamp {
    Timestamp::parse("2025-06-15T12:10:00Z").unwrap()
}

fn options() -> VaultOptions {
    VaultOptions {
        clock: Some(clock),
        ..VaultOptions::cheap_for_tests()
    }
}

fn create(path: &Path) -> Store {
    Store::create(path, &Password::new(PASSWORD).unwrap(), &options())
        .unwrap()
        .0
}

fn filled(path: &Path) -> Store {
    let store = create(path);
    fill(&store).unwrap();
    store
}

fn export(store: &Store) -> String {
    let mut out = Vec::new();
    privatus::export(store, &mut out, &mut |_| true).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn export_import_export_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let first = filled(&folder.path().join("first"));
    let exported = export(&first);
    assert!(first.read_long(|tx| tx.verify(&mut |_| ())).unwrap().is_content());
    let file = folder.path().join("export.jsonl");
    std::fs::write(&file, &exported).unwrap();
    let second = create(&folder.path().join("second"));
    let mut report = Report::default();
    let vouched = Vouched::read(&file, &mut |_| true).unwrap();
    let trust = Trust::Vouched(&vouched);
    privatus::import(&second, &file, trust, &mut report, &mut |_| true).unwrap();
    assert!(!report.partial, "{report:?}");
    let again = export(&second);
    for (one, other) in exported.lines().zip(again.lines()) {
        assert_eq!(one, other);
    }
    assert_eq!(exported.len(), again.len());
    let found = second.read_long(|tx| tx.verify(&mut |_| ())).unwrap();
    assert!(found.is_content(), "{:?}", found.problems);
}

/// Columns that may be NULL and are not both, with the reason.
const ONE_KIND: [(&str, &str, &str); 11] = [
    ("contacts", "folded_name", "the store folds every name"),
    ("conversations", "disappearing_seconds", NO_CALL),
    ("conversations", "is_hidden", "what is hidden is swept at once"),
    ("conversations", "is_pinned", NO_CALL),
    ("conversations", "next_expiry", NO_CALL),
    ("group_members", "is_online", NO_CALL),
    (
        "groups",
        "created_by",
        "only a history does not say who made a group",
    ),
    ("groups", "key_id", "each group has its key"),
    ("messages", "expires_at", NO_CALL),
    ("messages", "updated_at", NO_CALL),
    ("messages", "conversation", "it is computed"),
];
const NO_CALL: &str = "no call of the store sets it";

fn is_month(table: &str) -> bool {
    table.starts_with("messages_")
}

fn is_one_kind(table: &str, column: &str) -> bool {
    ONE_KIND
        .iter()
        .any(|(of, name, _)| (*of, *name) == (table, column))
}

#[test]
fn every_table_has_every_kind_of_value() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    filled(&path).close().unwrap();
    let mut database = Database::open(&path);
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
                  AND name NOT LIKE '\\_\\_%' ESCAPE '\\' AND name <> 'messages_template' ORDER BY name";
    let mut missing = Vec::new();
    let (months, tables): (Vec<String>, Vec<String>) = database
        .texts(tables)
        .into_iter()
        .partition(|table| is_month(table));
    let months = months.iter().map(|table| format!("SELECT * FROM {table}"));
    let months = format!("({})", months.collect::<Vec<_>>().join(" UNION ALL "));
    let mut sources: Vec<(String, &str, String)> = tables
        .iter()
        .map(|table| (table.clone(), table.as_str(), table.clone()))
        .collect();
    sources.push((months, "messages", "messages_template".into()));
    for (source, table, columns_of) in sources {
        let rows = database.count(&format!("SELECT count(*) FROM {source}"));
        if EMPTY.contains(&table) {
            assert_eq!(rows, 0, "{table} has rows: it is no more one that nothing writes");
            continue;
        }
        if rows == 0 {
            missing.push(format!("{table}: no row"));
        }
        if LEFT_OUT.contains(&table) {
            continue;
        }
        // What has a default is never NULL in a row of the store; a truth value is both.
        let columns = |rule: &str| format!("SELECT name FROM pragma_table_info('{columns_of}') WHERE {rule}");
        for (rule, counted) in [
            ("\"notnull\" = 0 AND dflt_value IS NULL", "IS NULL"),
            ("type = 'BOOLEAN'", ""),
        ] {
            for column in database.texts(&columns(rule)) {
                let kinds = database.count(&format!(
                    "SELECT count(DISTINCT {column} {counted}) FROM {source}"
                ));
                if kinds < 2 && !is_one_kind(table, &column) {
                    missing.push(format!("{table}.{column}: only one kind"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}
