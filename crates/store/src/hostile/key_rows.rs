//! Tests of rows of `key_store` that were planted, renumbered, altered or removed: each is named, and settling repairs
//! them.

use privatus_domain::{Act, SecurityFilter, SettingKey};

use super::vault as with_message;
use crate::StoreError;
use crate::db::statement::Sql;
use crate::testing::{Vault, message, secret, unlock};

pub(super) fn vault() -> Vault {
    let vault = with_message();
    vault
        .store
        .write("set", |tx| {
            let key = SettingKey::new("theme")?;
            tx.setting_set("", &key, serde_json::json!("dark"), tx.now())
        })
        .unwrap();
    vault
}

/// Runs SQL with the schema's own checks turned off, as an attacker would.
pub(super) fn plant(vault: &Vault, sql: &str) {
    vault.sql(&format!(
        "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF; {sql}; PRAGMA foreign_keys = ON; \
         PRAGMA ignore_check_constraints = OFF"
    ));
}

/// Returns SQL that copies a row under another number.
fn planted(number: &str, wrapped: &str) -> String {
    format!(
        "INSERT INTO key_store (key_id, key_number, key_type, scope, encrypted_key, algorithm) \
         SELECT CAST({number} AS TEXT) || 'p', {number}, 'table', 'planted', {wrapped}, algorithm FROM key_store LIMIT 1"
    )
}

/// A vault opened again, as for settling.
pub(super) struct Opened {
    _folder: tempfile::TempDir,
    pub(super) store: crate::Store,
    pub(super) chat: privatus_domain::ConversationId,
}

pub(super) fn opened(vault: Vault) -> Opened {
    let chat = vault.chat.clone();
    let folder = vault.abandon();
    let store = unlock(&folder.path().join("vault")).unwrap();
    Opened {
        _folder: folder,
        store,
        chat,
    }
}

impl Opened {
    pub(super) fn problems(&self) -> Vec<String> {
        self.store
            .read_long(|tx| tx.verify(&mut |_| ()))
            .unwrap()
            .problems
    }

    /// Settles and returns what was reported. Afterwards nothing is left to settle, and keys can be created.
    pub(super) fn settle(&self, fault: &str) -> String {
        let loss = self.store.audit_accept_loss(&secret(), None);
        let loss = loss.unwrap_or_else(|error| panic!("{fault}: {error}"));
        let loss = loss.unwrap_or_else(|| panic!("{fault}: nothing to settle"));
        let again = self.store.audit_accept_loss(&secret(), None).unwrap();
        assert_eq!(again, None, "{fault}");
        for month in ["2025-06-03T00:00:00Z", "2025-04-03T00:00:00Z"] {
            let sent = self
                .store
                .write("send", |tx| tx.message_insert(&self.chat, &message(month, month)));
            assert!(sent.is_ok(), "{fault}: {sent:?}");
        }
        [loss.keys, loss.marks].concat().join("\n")
    }
}

/// These faults lose nothing that was sealed.
#[test]
fn rows_that_were_planted_or_altered_are_named_and_put_right() {
    let wrapped = "encrypted_key";
    for (fault, named) in [
        (planted("4294967295", wrapped), "key 4294967295 (table planted) is not a key"),
        (planted("4294967295", "x''"), "key 4294967295 (table planted) is not a key"),
        (planted("77", wrapped), "key 77 (table planted) is not a key"),
        (planted("77", "x''"), "key 77 (table planted) is not a key"),
        (planted("4000000000", "x'00'"), "key 4000000000 (table planted) is not a key"),
        (planted("0", "x''"), "of key_store (table planted) is not a key"),
        (planted("-1", wrapped), "of key_store (table planted) is not a key"),
        (planted("'abc'", "x''"), "of key_store (table planted) is not a key"),
        (planted("x'00'", "x''"), "of key_store (table planted) is not a key"),
        (planted("9223372036854775807", "x''"), "of key_store (table planted) is not a key"),
        (
            format!(
                "{}; UPDATE vault_state SET next_key_number = 78",
                planted("77", "x''")
            ),
            "key 77 (table planted) is not a key",
        ),
        (
            "UPDATE key_store SET key_number = 77 WHERE scope = 'settings.value'".into(),
            "(table settings.value)",
        ),
        (
            "UPDATE key_store SET key_number = 4294967295, key_id = '4294967295' WHERE scope = 'contacts.public_key'".into(),
            "(table contacts.public_key)",
        ),
        (
            "UPDATE key_store SET key_number = 'abc' WHERE scope = 'messages/2025-06'".into(),
            "(table messages/2025-06)",
        ),
        (
            "UPDATE key_store SET key_type = 'group' WHERE scope = 'messages/2025-06'".into(),
            "(table messages/2025-06)",
        ),
        (
            "UPDATE key_store SET key_type = 'abc' WHERE scope = 'settings.value'".into(),
            "(table settings.value)",
        ),
        (
            "UPDATE key_store SET key_type = x'ff' WHERE key_type = 'audit'".into(),
            "(audit audit_log)",
        ),
        (
            "UPDATE key_store SET scope = 'abc' WHERE scope = 'audit_log.details'".into(),
            "(table audit_log.details)",
        ),
        (
            "UPDATE key_store SET scope = x'ff', key_type = 'id' WHERE scope = 'contacts.public_key'".into(),
            "(table contacts.public_key)",
        ),
        (
            "UPDATE key_store SET scope = 'x' WHERE key_type = 'id'".into(),
            "(id ids)",
        ),
        (
            "UPDATE key_store SET key_type = 'x' WHERE key_type = 'id'".into(),
            "(id ids)",
        ),
        (
            "UPDATE key_store SET key_number = 99 WHERE key_type = 'id'".into(),
            "(id ids)",
        ),
        (
            "UPDATE key_store SET key_id = 'abc' WHERE scope = 'settings.value'".into(),
            "key_store.key_id",
        ),
        ("UPDATE key_store SET algorithm = 'abc'".into(), "key_store.algorithm"),
        (
            "UPDATE key_store SET created_at = 'abc' WHERE scope = 'settings.value'".into(),
            "key_store.created_at",
        ),
        (
            "UPDATE key_store SET expires_at = x'ff' WHERE scope = 'settings.value'".into(),
            "key_store.expires_at",
        ),
        (
            "UPDATE key_store SET last_used = 5 WHERE scope = 'settings.value'".into(),
            "key_store.last_used",
        ),
        (
            "UPDATE key_store SET usage_count = 'abc' WHERE scope = 'settings.value'".into(),
            "key_store.usage_count",
        ),
        (
            "UPDATE partitions SET key_id = '2'".into(),
            "month 2025-06 names key 2",
        ),
    ] {
        let vault = vault();
        plant(&vault, &fault);
        let vault = opened(vault);
        let told = vault.problems().join("\n");
        assert!(told.contains(named), "{fault}: {told}");
        let said = vault.settle(&fault);
        assert!(said.contains(named), "{fault}: {said}");
        assert_eq!(vault.problems(), Vec::<String>::new(), "{fault}");
    }
}

/// A key that nothing proves any more is given up: what it sealed stays lost, and this is reported.
#[test]
fn keys_that_are_lost_are_given_up_and_others_made() {
    for scope in [
        "settings.value",
        "contacts.public_key",
        "messages/2025-06",
        "audit_log",
        "audit_log.details",
    ] {
        for fault in [
            "UPDATE key_store SET encrypted_key = x''",
            "UPDATE key_store SET encrypted_key = zeroblob(72)",
            "UPDATE key_store SET encrypted_key = 'abc'",
            "UPDATE key_store SET key_number = 77, encrypted_key = x'00'",
            "DELETE FROM key_store",
        ] {
            let fault = format!("{fault} WHERE scope = '{scope}'");
            let vault = vault();
            plant(&vault, &fault);
            let vault = opened(vault);
            let told = vault.problems().join("\n");
            assert!(told.contains("key"), "{fault}: {told}");
            vault.settle(&fault);
            let left = vault.problems();
            let is_plain =
                |line: &String| line.contains("was destroyed") || line.contains("named where only a key of");
            assert!(left.iter().all(is_plain), "{fault}: {left:#?}");
            let is_of_the_log = scope.starts_with("audit");
            assert!(!is_of_the_log || left.is_empty(), "{fault}: {left:#?}");
        }
    }
}

/// Continuing under a new key is reported, and recorded once.
#[test]
fn a_key_that_is_made_where_one_was_is_told_of() {
    for (fault, scope) in [
        ("SET encrypted_key = x''", "audit_log"),
        ("SET encrypted_key = x''", "messages/2025-05"),
        ("SET encrypted_key = x''", "settings.value"),
        (
            "SET scope = 'abc', encrypted_key = zeroblob(72)",
            "settings.value",
        ),
        ("SET key_type = 'abc'", "audit_log.details"),
    ] {
        let vault = vault();
        plant(
            &vault,
            &format!("UPDATE key_store {fault} WHERE scope = '{scope}'"),
        );
        if scope.starts_with("messages") {
            // There is no such key yet, so the row of a destroyed one is planted.
            plant(
                &vault,
                "INSERT INTO key_store (key_id, key_number, key_type, scope, encrypted_key, algorithm) \
                 SELECT CAST(next_key_number AS TEXT), next_key_number, 'table', 'messages/2025-05', x'', \
                 (SELECT algorithm FROM key_store LIMIT 1) FROM vault_state; \
                 UPDATE vault_state SET next_key_number = next_key_number + 1",
            );
        }
        let vault = opened(vault);
        for name in ["one", "two"] {
            let set = vault.store.write("act", |tx| {
                let key = SettingKey::new(name)?;
                tx.setting_set("", &key, serde_json::json!("x"), tx.now())?;
                tx.message_insert(&vault.chat, &message(name, "2025-05-02T00:00:00Z"))?;
                tx.audit(
                    &privatus_domain::NewAuditEntry::done(tx.now(), Act::Unlock).with(serde_json::json!({})),
                )
            });
            assert!(set.is_ok(), "{scope}: {set:?}");
        }
        let events = vault
            .store
            .read(|tx| tx.security_events(&SecurityFilter::default(), 50))
            .unwrap();
        let told: Vec<_> = events
            .iter()
            .filter(|event| {
                let text = event.description.as_deref().unwrap_or_default();
                text.contains("keys of the vault were lost or altered")
            })
            .collect();
        assert_eq!(told.len(), 1, "{scope}: {events:#?}");
        let sql = "SELECT count(*) FROM audit_log WHERE event_type = ? AND action = ?";
        let act = Act::KeyLost;
        let lost: Option<i64> = vault
            .store
            .read(|tx| {
                let sql = Sql::new(sql).bind(act.event_type()).bind(act.action());
                tx.db.row(sql, "count")
            })
            .unwrap();
        assert_eq!(lost, Some(1), "{scope}");
    }
}

/// A taken or invalid number is reported with the column that has it.
#[test]
fn a_number_of_the_next_key_that_cannot_be_names_its_column() {
    for next in [
        "'abc'",
        "x'ff'",
        "-1",
        "0",
        "1",
        "9223372036854775807",
        "4294967296",
    ] {
        let vault = vault();
        plant(
            &vault,
            &format!("UPDATE vault_state SET next_key_number = {next}"),
        );
        let sent = vault.store.write("send", |tx| {
            tx.message_insert(&vault.chat, &message("x", "2024-01-01T00:00:00Z"))
        });
        assert!(
            matches!(&sent, Err(StoreError::DatabaseDamaged(why))
                if why.contains("vault_state.next_key_number") && why.contains("settle the audit log")),
            "{next}: {sent:?}"
        );
    }
}

/// With any column of the vault's own row altered, the vault opens, the column is named, and settling repairs it.
#[test]
fn each_column_of_the_vaults_own_row_is_named_and_put_right() {
    let columns = [
        "vault_id",
        "highest_generation",
        "next_key_number",
        "created_at",
        "audit_removed",
        "audit_removed_mac",
        "audit_removed_at",
        "audit_checkpoint",
        "settled_version",
    ];
    for column in columns {
        for value in ["'abc'", "x'ff'", "9000000000000000000", "-1"] {
            let fault = format!("UPDATE vault_state SET {column} = {value}");
            let vault = vault();
            plant(&vault, &fault);
            let vault = opened(vault);
            // Opening repairs the columns whose value it knows, and says so.
            let mut told = vault.store.warnings().join("\n");
            let problems = vault.problems();
            told += &problems.join("\n");
            let is_healed = problems.is_empty();
            let is_named = told.contains(column)
                || (column.starts_with("audit_") && told.contains("checkpoint"))
                || (column == "next_key_number" && told.contains("next key"))
                || (column == "highest_generation" && told.contains("generation"))
                || is_healed;
            assert!(is_named, "{fault}: {told}");
            let text_of = matches!(value, "'abc'" | "x'ff'");
            if text_of && matches!(column, "vault_id" | "highest_generation" | "settled_version") {
                assert!(
                    vault.store.warnings().join("\n").contains(column),
                    "{fault}: {:?}",
                    vault.store.warnings()
                );
            }
            if !is_healed {
                vault.settle(&fault);
            }
            assert_eq!(vault.problems(), Vec::<String>::new(), "{fault}");
        }
    }
}

#[test]
fn a_vault_without_its_own_row_is_told_and_goes_on() {
    for fault in [
        "DELETE FROM vault_state",
        "UPDATE vault_state SET id = 2",
        "INSERT INTO vault_state SELECT 2, vault_id, highest_generation, next_key_number, created_at, NULL, NULL, NULL, \
         NULL, settled_version FROM vault_state",
    ] {
        let vault = vault();
        plant(&vault, fault);
        let vault = opened(vault);
        let told = vault.store.warnings().join("\n") + &vault.problems().join("\n");
        let named = [
            "vault_state does not have the vault's own row",
            "vault_state has rows other than",
        ];
        assert!(named.iter().any(|named| told.contains(named)), "{fault}: {told}");
        if vault.store.audit_accept_loss(&secret(), None).unwrap().is_some() {
            assert_eq!(vault.store.audit_accept_loss(&secret(), None).unwrap(), None);
        }
        assert_eq!(vault.problems(), Vec::<String>::new(), "{fault}");
    }
}
