//! Tests of numbers in the database that select a key, a table or a conversation.

use privatus_domain::SettingKey;

use super::{is_damage, vault};
use crate::testing::{Vault, message};
use crate::{PageStart, StoreError};

fn with_setting() -> Vault {
    let vault = vault();
    vault
        .store
        .write("set", |tx| {
            tx.setting_set(
                "",
                &SettingKey::new("theme")?,
                serde_json::json!("dark"),
                tx.now(),
            )
        })
        .unwrap();
    vault
}

fn problems(vault: &Vault, told: &str) {
    let problems = vault.verify().problems;
    assert!(
        problems.iter().any(|line| line.contains(told)),
        "{told}: {problems:?}"
    );
}

const OTHER: &str = "(SELECT key_id FROM key_store WHERE scope = 'settings.value')";

#[test]
fn a_month_seals_under_no_key_but_its_own() {
    for other in [
        OTHER,
        "(SELECT key_id FROM key_store WHERE key_type = 'id')",
        "(SELECT key_id FROM key_store WHERE key_type = 'audit')",
        "(SELECT key_id FROM key_store WHERE scope = 'messages/2025-05')",
    ] {
        let vault = with_setting();
        vault.receive(&[("may", "2025-05-01T00:00:00Z")]);
        vault.sql(&format!(
            "UPDATE partitions SET key_id = {other} WHERE partition = 202506"
        ));
        // The catalogue is read again when the schema version changes.
        vault.sql("CREATE TABLE moved (a); DROP TABLE moved");
        let sent = vault.store.write("send", |tx| {
            tx.message_insert(&vault.chat, &message("two", "2025-06-02T00:00:00Z"))
        });
        assert!(
            is_damage(&sent, "only a key of table messages/2025-06"),
            "{other}: {sent:?}"
        );
        problems(&vault, "month 2025-06: key");
    }
}

/// An envelope that names another key would not open under it; it is refused before that key is tried.
#[test]
fn an_envelope_opens_under_no_key_but_its_places() {
    let number = |scope: &str| {
        format!("(SELECT CAST(unhex(printf('%02x000000', key_number)) AS BLOB) FROM key_store WHERE {scope})")
    };
    let renumbered = |column: &str, scope: &str| {
        format!(
            "CAST(substr({column}, 1, 2) || {} || substr({column}, 7) AS BLOB)",
            number(scope)
        )
    };
    let vault = with_setting();
    for scope in [
        "scope = 'settings.value'",
        "key_type = 'id'",
        "key_type = 'audit'",
    ] {
        let vault = with_setting();
        vault.sql(&format!(
            "UPDATE messages_202506 SET content = {}",
            renumbered("content", scope)
        ));
        let page = vault
            .store
            .read(|tx| tx.messages_page(&vault.chat, &PageStart::Newest, 10));
        assert!(
            is_damage(&page, "only a key of table messages/2025-06"),
            "{scope}: {page:?}"
        );
        problems(&vault, "only a key of table messages/2025-06");
    }
    for scope in [
        "key_type = 'id'",
        "key_type = 'audit'",
        "scope = 'messages/2025-06'",
    ] {
        vault.sql(&format!(
            "UPDATE settings SET value = {}",
            renumbered("value", scope)
        ));
        let read = vault.store.read(|tx| tx.setting("", &SettingKey::new("theme")?));
        assert!(
            is_damage(&read, "only a key of table settings.value"),
            "{scope}: {read:?}"
        );
        problems(&vault, "only a key of table settings.value");
    }
}

#[test]
fn what_the_catalogue_names_is_its_own() {
    for (planted, told) in [
        (
            "UPDATE partitions SET state = 'sealed'",
            "partitions.state of row 202506",
        ),
        (
            "INSERT INTO archives (partition, generation, file_name, content_hash, message_count, file_size, key_id) \
             VALUES (202506, 1, '../../x', x'', 0, 0, '1')",
            "has a name that no build gives",
        ),
        (
            "UPDATE partitions SET key_id = '1'",
            "month 2025-06: key 1 (id ids)",
        ),
        (
            "UPDATE partitions SET table_name = 'contacts'",
            "partitions.table_name of row 202506",
        ),
    ] {
        let vault = vault();
        let mut said = Vec::new();
        let given_up: Result<(), StoreError> = vault.store.write("plant", |tx| {
            tx.db.raw().execute_batch(planted)?;
            said = tx.verify(&mut |_| ())?.problems;
            Err(StoreError::Interrupted)
        });
        assert!(
            matches!(given_up, Err(StoreError::Interrupted)),
            "{planted}: {given_up:?}"
        );
        assert!(said.iter().any(|line| line.contains(told)), "{planted}: {said:?}");
    }
}

/// A number that does not fit into row keys used to lose its upper bits, and to read and remove another conversation's
/// messages.
#[test]
fn a_conversation_has_no_number_whose_keys_are_anothers() {
    let vault = vault();
    vault.sql(
        "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF; \
         INSERT INTO conversations (conversation, conversation_id, kind) \
         SELECT conversation + 2097152, 'twin', 'direct' FROM conversations; \
         INSERT INTO conversation_months SELECT conversation + 2097152, partition FROM conversation_months; \
         PRAGMA foreign_keys = ON; PRAGMA ignore_check_constraints = OFF",
    );
    let page = vault
        .store
        .read(|tx| tx.messages_page(&"twin".parse()?, &PageStart::Newest, 10));
    assert!(matches!(page, Err(StoreError::DatabaseDamaged(_))), "{page:?}");
    vault.sql(
        "UPDATE conversations SET is_hidden = TRUE WHERE conversation_id = 'twin'; \
         INSERT INTO pending_removals (conversation) SELECT conversation FROM conversations WHERE is_hidden",
    );
    assert!(is_damage(&vault.store.removals_sweep(), "impossible number"));
    let kept = vault
        .store
        .read(|tx| tx.messages_page(&vault.chat, &PageStart::Newest, 10))
        .unwrap();
    assert_eq!(kept.messages.len(), 1);
}
