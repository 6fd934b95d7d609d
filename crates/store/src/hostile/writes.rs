//! A write that must change a row and changes none.

use privatus_domain::{
    DisplayName, GroupKind, NewAuditEntry, NewGrant, NewGroup, NewMember, Permission, Permissions, Resource,
    ResourceKind, SettingKey, UserId,
};

use super::{IGNORED, is_damage, vault};
use crate::StoreError;
use crate::testing::message;
use crate::tx::WriteTx;

type Work = fn(&mut WriteTx<'_>) -> Result<(), StoreError>;

fn contact(tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
    let state = privatus_domain::NewContact {
        id: "carol".parse()?,
        display_name: DisplayName::new("Carol")?,
        public_key: privatus_domain::PublicKey::kept(b"key".to_vec())?,
        is_verified: false,
        added_at: tx.now(),
        last_seen: None,
    };
    tx.contact_create(&state).map(drop)
}

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

fn leave(tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
    group(tx)?;
    let own = tx.own_id();
    tx.group_member_remove(&"team".parse()?, &"alice".parse()?, &own)
}

fn send(tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
    tx.message_insert(&"alice".parse()?, &message("two", "2025-06-02T00:00:00Z"))
        .map(drop)
}

fn read(tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
    tx.conversation_mark_read(&"alice".parse()?, None).map(drop)
}

fn new_month(tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
    tx.message_insert(&"alice".parse()?, &message("three", "2024-01-02T00:00:00Z"))
        .map(drop)
}

fn grant(tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
    tx.access_grant(&NewGrant {
        on: Resource::every(ResourceKind::Contact),
        to: Some(UserId::new("ann")?),
        permissions: Permissions::new([Permission::Read])?,
        expires_at: None,
    })
}

fn audit(tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
    tx.audit(&NewAuditEntry::done(tx.now(), privatus_domain::Act::Unlock))
}

fn generation(tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
    tx.generation_set(9)
}

#[test]
fn a_trigger_that_swallows_a_write_is_told_and_nothing_is_kept() {
    let cases: [(&str, Work); 17] = [
        ("INSERT ON audit_log", audit),
        ("INSERT ON audit_log", contact),
        ("INSERT ON key_store", setting),
        ("UPDATE ON vault_state", generation),
        ("UPDATE ON vault_state", setting),
        ("UPDATE ON key_store", ungroup),
        ("UPDATE ON groups", group),
        ("INSERT ON settings", setting),
        ("INSERT ON contacts", contact),
        ("INSERT ON group_members", group),
        ("DELETE ON group_members", leave),
        ("INSERT ON access_control", grant),
        ("INSERT ON message_locator", send),
        ("INSERT ON messages_202506", send),
        ("UPDATE ON conversations", send),
        ("UPDATE ON conversations", read),
        ("INSERT ON partitions", new_month),
    ];
    for (when, work) in cases {
        let vault = vault();
        vault.sql(&format!(
            "CREATE TRIGGER swallows BEFORE {when} BEGIN {IGNORED}; END"
        ));
        let before = vault.store.read(|tx| tx.conversations(10)).unwrap();
        let done = vault.store.write("work", work);
        assert!(
            is_damage(&done, "did not take") || is_damage(&done, "an impossible number"),
            "{when}: {done:?}"
        );
        assert_eq!(
            vault.store.read(|tx| tx.conversations(10)).unwrap(),
            before,
            "{when}"
        );
    }
}

/// The write is counted, and gone behind it.
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
        assert!(is_damage(&done, "did not take"), "{trigger}: {done:?}");
    }
}

/// It said that the message was removed before, and dropped it.
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

/// An export, say, waits for the close with its entry: one that is swallowed is no success.
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
