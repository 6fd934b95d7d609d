//! Tests of raw rows from inside: what is sealed, under which key, for which row; and what a table refuses as a row.

use privatus_crypto::Password;
use privatus_domain::ContactId;
use privatus_domain::Id;
use zeroize::Zeroizing;

use super::{RawMessage, RawTable, RawValue, UnfinishedVault};
use crate::db::statement::Sql;
use crate::keys::role::KeyRole;
use crate::setting::fields;
use crate::testing::{at, clock, message, options};
use crate::{Store, StoreError};

type Row = Vec<(&'static str, RawValue)>;

fn text(text: &str) -> RawValue {
    RawValue::Text(text.into())
}

fn to_seal(plaintext: &[u8]) -> RawValue {
    RawValue::ToSeal(Zeroizing::new(plaintext.to_vec()))
}

fn filled(
    fill: impl FnOnce(&mut UnfinishedVault<'_>) -> Result<(), StoreError>,
) -> (tempfile::TempDir, Result<Store, StoreError>) {
    let folder = tempfile::tempdir().unwrap();
    let password = Password::new("secret").unwrap();
    let path = folder.path().join("vault");
    let made = Store::create_filled(&path, &password, &options(clock), fill, |_| Ok(()));
    (folder, made)
}

fn contact(id: &str) -> Row {
    vec![
        ("contact_id", text(id)),
        ("display_name", text("A")),
        ("public_key", to_seal(&[0, 255])),
    ]
}

fn transfer(id: &str, hash: &[u8]) -> Row {
    vec![
        ("transfer_id", text(id)),
        ("file_name", to_seal("naïve.txt".as_bytes())),
        ("file_size", RawValue::Integer(1)),
        ("file_hash", to_seal(hash)),
        ("direction", text("inbound")),
        ("status", text("active")),
    ]
}

/// A row of every table with sealed values.
fn sealing() -> Vec<(RawTable, Row)> {
    let group = vec![
        ("group_id", text("g")),
        ("name", text("G")),
        ("group_type", text("secret")),
        ("max_members", RawValue::Integer(100)),
        ("settings", to_seal(b"{\"b\":1.50}")),
    ];
    let member = vec![
        ("group_id", text("g")),
        ("contact_id", text("a")),
        ("display_name", text("A")),
        ("role", text("owner")),
        ("permissions", to_seal(b"[]")),
    ];
    let entry = vec![
        ("log_id", RawValue::Integer(-5)),
        ("event_type", text("e")),
        ("action", text("a")),
        ("details", to_seal(b"[]")),
    ];
    let event = vec![
        ("event_id", RawValue::Integer(300)),
        ("event_type", text("e")),
        ("severity", text("low")),
        ("timestamp", text("2024-01-01 00:00:00.000")),
        ("raw_data", to_seal(b"7")),
    ];
    vec![
        (RawTable::Contacts, contact("a")),
        (RawTable::Groups, group),
        (RawTable::GroupMembers, member),
        (
            RawTable::Settings,
            vec![("key", text("k")), ("value", to_seal(b"\"words\""))],
        ),
        (RawTable::AuditLog, entry),
        (RawTable::SecurityEvents, event),
        (RawTable::FileTransfers, transfer("t", &[0xab, 1])),
        (RawTable::FileTransfers, transfer("u", b"sha1:zz")),
    ]
}

/// Returns what a key is for, and the plaintext of a sealed value.
fn opened(store: &Store, (table, column): (&str, &str), filter: &str, row_id: &[u8]) -> (String, Vec<u8>) {
    let sql = format!("SELECT {column} FROM {table} WHERE {filter}");
    store
        .read(|tx| {
            let envelope: Vec<u8> = tx.db.row(Sql::new(sql), "read")?.unwrap();
            let number = privatus_crypto::envelope_key_number(&envelope)?;
            let scope = Sql::new("SELECT key_type || ' ' || scope FROM key_store WHERE key_number = ?");
            let scope: Option<String> = tx.db.row(scope.bind(i64::from(number)), "read")?;
            let scope = scope.unwrap();
            let role = match scope.strip_prefix("group ") {
                Some(group) => KeyRole::Group(group),
                None => KeyRole::Column(table, column),
            };
            let plaintext = tx.open_under(role, (table, column), row_id, &envelope)?;
            Ok::<_, StoreError>((scope, plaintext.to_vec()))
        })
        .unwrap()
}

#[test]
fn each_sealed_value_is_in_its_place_under_its_key() {
    let (_folder, store) = filled(|vault| {
        vault.write(|rows| {
            for (table, row) in sealing() {
                assert!(rows.insert(table, row)?, "{table:?}");
            }
            Ok(())
        })
    });
    let store = store.unwrap();
    let id = |text: &str| text.parse::<Id>().unwrap().canonical();
    for (place, row_id, key, plain) in [
        (
            ("contacts", "public_key"),
            id("a"),
            "table contacts.public_key",
            &[0, 255][..],
        ),
        (("groups", "settings"), id("g"), "group g", b"{\"b\":1.50}"),
        (
            ("group_members", "permissions"),
            fields([&id("g"), &id("a")]),
            "group g",
            b"[]",
        ),
        (
            ("settings", "value"),
            fields([b"", b"k"]),
            "table settings.value",
            b"\"words\"",
        ),
        (
            ("audit_log", "details"),
            (-5_i64).to_le_bytes().to_vec(),
            "table audit_log.details",
            b"[]",
        ),
        (
            ("security_events", "raw_data"),
            300_i64.to_le_bytes().to_vec(),
            "table security_events.raw_data",
            b"7",
        ),
        (
            ("file_transfers", "file_name"),
            id("t"),
            "table file_transfers.file_name",
            "naïve.txt".as_bytes(),
        ),
        (
            ("file_transfers", "file_hash"),
            id("t"),
            "table file_transfers.file_hash",
            &[0xab, 1],
        ),
    ] {
        let filter = if place.0 == "file_transfers" {
            "transfer_id = 't'"
        } else {
            "TRUE"
        };
        let found = opened(&store, place, filter, &row_id);
        assert_eq!(found, (key.to_owned(), plain.to_vec()), "{place:?}");
    }
    let verified = store.read_long(|tx| tx.verify(&mut |_| ())).unwrap();
    assert!(verified.is_content(), "{:?}", verified.problems);

    // And verify finds a value that was moved to another row.
    let swap = "UPDATE file_transfers SET file_hash = (SELECT file_hash FROM file_transfers WHERE transfer_id = 'u') \
                WHERE transfer_id = 't'";
    store.with_writer(|db| Ok(db.raw().execute_batch(swap)?)).unwrap();
    let verified = store.read_long(|tx| tx.verify(&mut |_| ())).unwrap();
    assert_eq!(verified.problem_count, 1);
    let first = verified.problems.first().unwrap();
    assert!(first.starts_with("file_transfers.file_hash of row 1"), "{first}");
}

#[test]
fn what_breaks_a_rule_is_no_row_and_what_names_none_is_a_fault() {
    for (table, row, wanted) in [
        (RawTable::Contacts, contact("a"), Some(false)),
        (RawTable::Contacts, contact("b"), Some(true)),
        (
            RawTable::BackupContents,
            vec![("backup_id", text("b"))],
            Some(false),
        ),
        // A column of the row's key is missing, and a value must be sealed.
        (RawTable::Contacts, vec![("public_key", to_seal(b""))], None),
        // This table has no sealed values.
        (
            RawTable::AccessControl,
            vec![("user_id", text("")), ("permissions", to_seal(b""))],
            None,
        ),
    ] {
        let name = format!("{table:?} {}", row.len());
        let (_folder, _) = filled(|vault| {
            vault.write(|rows| {
                assert!(rows.insert(RawTable::Contacts, contact("a"))?);
                let written = rows.insert(table, row);
                assert_eq!(written.as_ref().ok(), wanted.as_ref(), "{name}: {written:?}");
                Ok(())
            })
        });
    }
}

/// An imported history keeps its rows' times, a second message with the same id is counted as known, and nothing counts
/// as use of the vault today.
#[test]
fn messages_keep_the_times_of_their_rows() {
    let alice: ContactId = "alice".parse().unwrap();
    let raw = |id, arrived: Option<&str>| RawMessage {
        message: message(id, "2024-05-01T10:00:00Z"),
        arrived_at: arrived.map(at),
        updated_at: Some(at("2024-05-03T10:00:00Z")),
    };
    let (_folder, store) = filled(|vault| {
        vault.write(|rows| {
            assert!(rows.insert(RawTable::Contacts, contact("alice"))?);
            let messages = [
                raw("m1", Some("2024-05-02T10:00:00Z")),
                raw("m2", None),
                raw("m1", None),
            ];
            let inserted = rows.messages_insert(&alice, messages.iter())?;
            assert_eq!((inserted.added, inserted.known), (2, 1));
            Ok(())
        })
    });
    let store = store.unwrap();
    let times: Vec<(String, String)> = store
        .read(|tx| {
            tx.db.rows(
                Sql::new("SELECT created_at, updated_at FROM messages ORDER BY message_id"),
                "read",
            )
        })
        .unwrap();
    let changed = "2024-05-03 10:00:00.000".to_owned();
    assert_eq!(
        times,
        [
            ("2024-05-02 10:00:00.000".to_owned(), changed.clone()),
            (clock().to_sql(), changed)
        ]
    );
    let today = store.read(|tx| tx.statistics()).unwrap();
    assert_eq!(today, [], "a history is nobody's use");
}

#[test]
fn a_fill_that_fails_leaves_nothing() {
    let (folder, made) = filled(|vault| {
        vault.write(|rows| rows.insert(RawTable::Contacts, contact("a")))?;
        Err(StoreError::Interrupted)
    });
    assert!(matches!(made, Err(StoreError::Interrupted)), "{made:?}");
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}
