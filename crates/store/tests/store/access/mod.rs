//! Access control: what a session that is bound to a user reaches, and what of it is written down.

mod grants;
mod reach;
mod refused;

use std::cell::Cell;
use std::path::PathBuf;

use privatus_domain::{
    AuditEntry, AuditFilter, Body, ConversationId, MessageId, NewGrant, NewMessage, NewSecurityEvent,
    Permission, Permissions, Resource, ResourceKind, SecurityKind, SenderRef, Severity, Timestamp, UserId,
};
use privatus_store::{Store, StoreError, VaultOptions};

use crate::fixture::{contact, password, secret};

const NOW: i64 = 1_750_000_000_000;

thread_local! {
    /// Milliseconds by which a test lets its clock go on.
    static LATER: Cell<i64> = const { Cell::new(0) };
}

fn clock() -> Timestamp {
    Timestamp::from_unix_ms(NOW + LATER.get()).unwrap()
}

/// A vault with two contacts, each with a message of its own.
struct World {
    folder: tempfile::TempDir,
    store: Store,
    alice: ConversationId,
    bob: ConversationId,
    message: MessageId,
}

fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

fn options() -> VaultOptions {
    VaultOptions {
        clock: Some(clock),
        ..VaultOptions::cheap_for_tests()
    }
}

fn received(id: &MessageId, from: &str) -> NewMessage {
    let sender = SenderRef::Contact(from.parse().unwrap());
    NewMessage::received(id.clone(), sender, Body::text("hello").unwrap(), clock())
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (store, _) = Store::create(&folder.path().join("vault"), &password(), &options()).unwrap();
        let (alice, bob) = (contact(&store, "alice"), contact(&store, "bob"));
        let message: MessageId = "m-alice".parse().unwrap();
        for (chat, id, from) in [
            (&alice, message.clone(), "alice"),
            (&bob, "m-bob".parse().unwrap(), "bob"),
        ] {
            let new = received(&id, from);
            store
                .write("receive", |tx| tx.message_insert(chat, &new))
                .unwrap();
        }
        let event = NewSecurityEvent {
            at: clock(),
            kind: SecurityKind::Tampering,
            severity: Severity::High,
            user: None,
            description: "something to look at".into(),
            raw_data: None,
        };
        store.write("event", |tx| tx.security_event(&event)).unwrap();
        Self {
            folder,
            store,
            alice,
            bob,
            message,
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("vault")
    }

    fn grant(&self, on: &Resource, to: Option<&str>, permissions: &[Permission]) {
        self.grant_until(on, to, permissions, None).unwrap();
    }

    fn grant_until(
        &self,
        on: &Resource,
        to: Option<&str>,
        permissions: &[Permission],
        expires_at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let new = new_grant(on, to, permissions, expires_at);
        self.store.write("access_grant", |tx| tx.access_grant(&new))
    }

    /// Locks the store and opens it again.
    fn reopened(self) -> Self {
        let path = self.path();
        self.store.close().unwrap();
        let store = Store::unlock(&path, &secret(), &options()).unwrap();
        Self { store, ..self }
    }

    /// Entries of an event type, the newest first.
    fn audited(&self, event_type: &str) -> Vec<AuditEntry> {
        audited(&self.store, event_type)
    }
}

fn audited(store: &Store, event_type: &str) -> Vec<AuditEntry> {
    let filter = AuditFilter {
        event_type: Some(event_type.to_owned()),
        ..AuditFilter::default()
    };
    store.read(|tx| tx.audit_entries(&filter, 100)).unwrap()
}

fn new_grant(
    on: &Resource,
    to: Option<&str>,
    permissions: &[Permission],
    expires_at: Option<Timestamp>,
) -> NewGrant {
    NewGrant {
        on: on.clone(),
        to: to.map(user),
        permissions: Permissions::new(permissions.iter().copied()).unwrap(),
        expires_at,
    }
}

fn on_chat(id: &ConversationId) -> Resource {
    Resource::of(ResourceKind::Conversation, id)
}
