//! Tests of the chain: every alteration is named, and a long log is checked in batches.

mod accepted;
mod long;
mod settled;
mod tampered;
mod unread;

use privatus_domain::{Act, AuditHead, NewAuditEntry, Resource, ResourceKind, Timestamp};
use serde_json::json;

use crate::audit::AuditCheck;
use crate::testing::{Vault, at};

fn write(vault: &Vault, name: &str, at: Timestamp) {
    let entry = NewAuditEntry::done(at, Act::ContactAdd).on(Resource::of(ResourceKind::Contact, name));
    let entry = entry.with(json!({ "name": name }));
    vault.store.write("entry", |tx| tx.audit(&entry)).unwrap();
}

/// Creates a vault with ten audit entries, including its creation; two of them have no details.
fn vault() -> Vault {
    let vault = Vault::new();
    let bare = NewAuditEntry::done(at("2025-06-01T00:00:00Z"), Act::Unlock);
    while head(&vault).log_id < 4 {
        vault.store.write("entry", |tx| tx.audit(&bare)).unwrap();
    }
    let last = head(&vault).log_id;
    for number in last + 1..=10 {
        write(&vault, &format!("contact {number}"), at("2025-06-01T00:00:00Z"));
    }
    assert_eq!(check(&vault, None).broken, None);
    assert_eq!(head(&vault).log_id, 10);
    vault
}

fn check(vault: &Vault, anchor: Option<&AuditHead>) -> AuditCheck {
    vault
        .store
        .read(|tx| tx.audit_verify(anchor, &mut |_| true))
        .unwrap()
}

fn head(vault: &Vault) -> AuditHead {
    vault.store.read(|tx| tx.audit_head()).unwrap()
}

/// Returns a statement that alters the log without the schema's rules, as an attacker would.
fn unruled(alter: &str) -> String {
    format!("PRAGMA ignore_check_constraints = ON; {alter}; PRAGMA ignore_check_constraints = OFF")
}
