//! Tests of writes that must change a row and change none.

use privatus_domain::{DisplayName, GroupKind, NewAuditEntry, NewGroup, NewMember, SettingKey, UserId};

use super::{IGNORED, is_damage, vault};
use crate::StoreError;
use crate::testing::message;
use crate::tx::WriteTx;

type Work = fn(&mut WriteTx<'_>) -> Result<(), StoreError>;

fn setting(tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
    tx.setting_set(
        "",
        &SettingKey::new("theme")?,
        serde_json::json!("dark"),
        tx.now(),
    )
}

fn group(tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
    let (name, now) = (DisplayName::new("Team")?, tx.now());
    tx.group_create(&NewGroup::new("team".parse()?, name, GroupKind::Private, now))?;
    tx.group_members_add(
        &"team".parse()?,
        &[NewMember::new("alice".parse()?, DisplayName::new("Alice")?)],
    )
    .map(drop)
}

fn ungroup(tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
    group(tx)?;
    let own = tx.own_id();
    tx.group_remove(&"team".parse()?, &own)
}

/// The write counts as a change, but is undone right after.
#[test]
fn a_key_that_a_trigger_takes_away_or_puts_back_is_told() {
    let cases: [(&str, Work); 2] = [
        (
            "CREATE TRIGGER takes AFTER INSERT ON key_store BEGIN \
             DELETE FROM key_store WHERE key_number = NEW.key_number; END",
            setting,
        ),
        (
            "CREATE TRIGGER puts AFTER UPDATE OF encrypted_key ON key_store BEGIN \
             UPDATE key_store SET encrypted_key = OLD.encrypted_key WHERE key_number = OLD.key_number; END",
            ungroup,
        ),
    ];
    for (trigger, work) in cases {
        let vault = vault();
        vault.sql(trigger);
        let done = vault.store.write("work", work);
        assert!(is_damage(&done, "the write had no effect"), "{trigger}: {done:?}");
    }
}

/// The store used to say that the message was removed earlier, and dropped it.
#[test]
fn a_message_whose_registration_is_swallowed_is_not_taken_for_a_removed_one() {
    let vault = vault();
    vault.sql("CREATE TRIGGER swallows BEFORE INSERT ON message_locator BEGIN SELECT RAISE(IGNORE); END");
    let batch = [message("two", "2025-06-02T00:00:00Z")];
    let done = vault
        .store
        .write("batch", |tx| tx.messages_insert(&vault.chat, &batch));
    assert!(is_damage(&done, "register a message"), "{done:?}");
}

/// The access is refused either way, but a refusal that is not recorded is a separate problem.
#[test]
fn a_refusal_that_is_kept_out_of_the_log_is_told_as_damage() {
    let vault = vault();
    let session = vault.store.session(UserId::new("ann").unwrap());
    let refused = || session.read(|tx| tx.contact_by_id(&"alice".parse()?));
    for table in ["audit_log", "security_events"] {
        for body in [IGNORED, "SELECT RAISE(ABORT, 'no')"] {
            vault.sql(&format!(
                "CREATE TRIGGER swallow BEFORE INSERT ON {table} BEGIN {body}; END"
            ));
            assert!(is_damage(&refused(), "write a"), "{table}, {body}");
            vault.sql("DROP TRIGGER swallow");
        }
    }
    assert!(matches!(refused(), Err(StoreError::AccessDenied { .. })));
    vault.sql("UPDATE sqlite_sequence SET seq = 9223372036854775807");
    assert!(is_damage(&refused(), "SQLite's counter of audit_log"));
}

/// An export's entry, for example, waits until the vault is closed; if it is swallowed, closing must fail.
#[test]
fn what_waits_for_the_audit_log_and_is_swallowed_is_told_at_the_close() {
    for body in [IGNORED, "SELECT RAISE(ABORT, 'no')"] {
        let vault = vault();
        vault.sql(&format!(
            "CREATE TRIGGER swallow BEFORE INSERT ON audit_log BEGIN {body}; END"
        ));
        let entry = NewAuditEntry::done(vault.store.now(), privatus_domain::Act::HistoryExport);
        vault.store.audit_note(entry);
        let crate::testing::Vault { store, .. } = vault;
        store.close().unwrap_err();
    }
}
