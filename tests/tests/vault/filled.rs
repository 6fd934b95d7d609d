//! A vault that is filled to the last column: exported, imported and exported again it is the same, byte by byte.

use std::collections::BTreeSet;
use std::path::Path;

use privatus_domain::Timestamp;
use privatus_import::Report;
use privatus_import::privatus::{self, Trust, Vouched};
use privatus_store::{Password, Store, VaultOptions};
use privatus_tests::{Database, PASSWORD, fill};

/// What an export leaves out, because it belongs only to this vault or is temporary.
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
    let document = include_str!("../../../docs/CRYPTO.md");
    let (_, export) = document.split_once("\n## An export\n").unwrap();
    let (export, _) = export.split_once("\n## ").unwrap();
    let (_, left_out) = export.split_once("An export leaves out").unwrap();
    for table in LEFT_OUT {
        assert!(left_out.contains(&format!("`{table}`")), "{table}");
    }
}

/// The document's words for a sealed column that has no value, and whether such a value is NULL, empty or a whole
/// envelope.
#[test]
fn the_document_says_how_a_sealed_column_has_no_value() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    filled(&path).close().unwrap();
    let mut database = Database::open(&path);
    let document = include_str!("../../../docs/CRYPTO.md");
    let (_, rows) = document.split_once("| where there is none |\n").unwrap();
    let mut columns = 0;
    for row in rows
        .lines()
        .take_while(|line| line.starts_with("| ") || line.starts_with("|-"))
    {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [name, _, _, _, none] = cells[..] else {
            assert!(row.starts_with("|-"), "{row}");
            continue;
        };
        let (table, column) = name.trim_matches('`').split_once('.').unwrap();
        let mut are = |rule: &str| database.count(&format!("SELECT count(*) FROM {table} WHERE {rule}")) > 0;
        let found = [
            are(&format!("{column} IS NULL")),
            are(&format!("length({column}) = 0")),
            are(&format!("length({column}) = 54")),
        ];
        let wanted = [
            none == "NULL",
            none.starts_with("zero bytes"),
            none == "an envelope of no bytes",
        ];
        // A message without text has an envelope longer than that.
        assert_eq!(found, wanted, "{name}: NULL, zero bytes, an envelope of nothing");
        assert!(
            are(&format!("length({column}) > 54")),
            "{name} has no value at all"
        );
        columns += 1;
    }
    assert_eq!(columns, 10);
    // `message_content.message_id` is text, of a UUID too; in a month a UUID is 16 bytes.
    let texts = "SELECT count(*) FROM message_content WHERE typeof(message_id) <> 'text'";
    assert_eq!(database.count(texts), 0);
}

/// Tables that no call of the store writes, each with what will.
const EMPTY: [(&str, &str); 4] = [
    ("archives", "months are sealed into files by a later version"),
    ("backup_contents", "backups are a later version's"),
    ("backup_metadata", "backups are a later version's"),
    ("cache_entries", "nothing is cached yet"),
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

/// Columns that may be NULL or not, or true or false, and are one of both in all rows, with the reason.
const ONE_KIND: [(&str, &str, &str); 35] = [
    ("audit_log", "ip_address", NO_CALL),
    ("audit_log", "key_number", CHAINED),
    ("audit_log", "mac", CHAINED),
    ("audit_log", "user_agent", NO_CALL),
    ("contacts", "folded_name", "the store folds every name"),
    ("conversations", "disappearing_seconds", NO_CALL),
    ("conversations", "is_pinned", NO_CALL),
    ("conversations", "next_expiry", NO_CALL),
    ("group_members", "is_online", NO_CALL),
    (
        "groups",
        "created_by",
        "only a history does not say who made a group",
    ),
    ("groups", "key_id", "each group has its key"),
    ("message_content", "compressed_size", WHOLE),
    (
        "message_content",
        "compression_algorithm",
        "a text is never so dense that compression saves nothing",
    ),
    ("message_content", "original_size", WHOLE),
    ("messages", "expires_at", NO_CALL),
    ("messages", "updated_at", NO_CALL),
    ("performance_metrics", "category", WHOLE),
    ("performance_metrics", "metadata", WHOLE),
    ("performance_metrics", "metric_value", WHOLE),
    ("performance_metrics", "unit", WHOLE),
    ("retention_policies", "cleanup_enabled", NO_CALL),
    ("retention_policies", "last_cleanup", NO_CALL),
    ("schema_migrations", "checksum", WHOLE),
    ("schema_migrations", "description", WHOLE),
    ("schema_migrations", "down_sql", WHOLE),
    ("schema_migrations", "mac", WHOLE),
    ("schema_migrations", "name", WHOLE),
    ("schema_migrations", "success", "a step that fails leaves no row"),
    ("schema_migrations", "tool_version", WHOLE),
    ("security_events", "description", WHOLE),
    ("security_events", "source_ip", NO_CALL),
    ("vault_state", "audit_checkpoint", ONE_ROW),
    ("vault_state", "audit_removed", ONE_ROW),
    ("vault_state", "audit_removed_at", ONE_ROW),
    ("vault_state", "audit_removed_mac", ONE_ROW),
];
const NO_CALL: &str = "no call of the store sets it";
const WHOLE: &str = "each row is written whole";
const CHAINED: &str = "each entry is in the chain";
const ONE_ROW: &str = "the only row has it";

fn is_month(table: &str) -> bool {
    table.starts_with("messages_")
}

/// What is wrong with a column, by how many of its rows are of the first kind (NULL, or false).
fn complaint(table: &str, column: &str, rows: i64, first: i64, is_nullable: bool) -> Option<String> {
    let of = |(of, name, _): &&(&str, &str, &str)| (*of, *name) == (table, column);
    let reason = ONE_KIND.iter().find(of).map(|(.., why)| *why);
    let is_mixed = 0 < first && first < rows;
    let says = match reason {
        None if is_mixed => return None,
        None => "is of one kind",
        Some(_) if is_mixed => "is of both kinds now",
        // Unset is NULL; what is set is not.
        Some(why) if is_nullable && (why == NO_CALL) != (first == rows) => "is not what its reason says",
        Some(_) => return None,
    };
    Some(format!("{table}.{column} {says}"))
}

#[test]
fn every_table_has_every_kind_of_value() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    filled(&path).close().unwrap();
    let mut database = Database::open(&path);
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
                  AND name NOT LIKE '\\_\\_%' ESCAPE '\\' AND name <> 'messages_template' ORDER BY name";
    let (mut missing, mut unwritten, mut seen) = (Vec::new(), 0, BTreeSet::new());
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
        if let Some((_, why)) = EMPTY.iter().find(|(empty, _)| *empty == table) {
            assert_eq!(rows, 0, "{table} has rows, so that this is true no more: {why}");
            unwritten += 1;
            continue;
        }
        if rows == 0 {
            missing.push(format!("{table}: no row"));
        }
        // What has a default is never NULL in a row of the store; a truth value is both.
        let columns = |rule: &str| format!("SELECT name FROM pragma_table_info('{columns_of}') WHERE {rule}");
        for (rule, first, is_nullable) in [
            ("\"notnull\" = 0 AND dflt_value IS NULL", "IS NULL", true),
            ("type = 'BOOLEAN'", "IS FALSE", false),
        ] {
            for column in database.texts(&columns(rule)) {
                let first = format!("SELECT count(*) FROM {source} WHERE {column} {first}");
                missing.extend(complaint(
                    table,
                    &column,
                    rows,
                    database.count(&first),
                    is_nullable,
                ));
                seen.insert((table.to_owned(), column));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    assert_eq!(unwritten, EMPTY.len(), "a table is named that is none");
    for (table, column, _) in ONE_KIND {
        let named = (table.to_owned(), column.to_owned());
        assert!(
            seen.contains(&named),
            "{table}.{column} is no column that is looked at"
        );
    }
}
