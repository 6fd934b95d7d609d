//! A chat client: creates a vault or unlocks it, sends, receives a batch, pages back and marks as read.
//!
//!     cargo run -p privatus-store --example chat [VAULT]
//!
//! Run it twice with the same folder, and the second run finds what the first one wrote.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::{Path, PathBuf};

use privatus_domain::{Body, ContactId, DisplayName, NewContact, NewMessage, PublicKey, SenderRef};
use privatus_store::{PageStart, Password, Secret, Store, StoreError, VaultOptions};

fn main() -> Result<(), Box<dyn Error>> {
    match std::env::args_os().nth(1) {
        Some(path) => chat(&PathBuf::from(path)).map(drop),
        None => chat(&tempfile::tempdir()?.path().join("vault")).map(drop),
    }
}

/// Talks to Alice; returns how many messages the conversation has.
pub(crate) fn chat(path: &Path) -> Result<usize, Box<dyn Error>> {
    let store = open(path)?;

    // A contact has a conversation. One that the vault knows already stays as it is.
    let alice: ContactId = "alice".parse()?;
    let chat = store.write("contact", |tx| -> Result<_, StoreError> {
        tx.contact_create(&NewContact {
            id: alice.clone(),
            display_name: DisplayName::new("Alice")?,
            public_key: PublicKey::default(),
            is_verified: false,
            added_at: tx.now(),
            last_seen: None,
        })
    })?;

    // Send: one message, one transaction. The vault gives out ids, ordered by time.
    store.write("send", |tx| -> Result<_, StoreError> {
        let message = NewMessage::sent(tx.new_id()?.into(), Body::text("Are you there?")?, tx.now());
        tx.message_insert(&chat, &message)
    })?;

    // Receive what a server kept meanwhile, of any number of conversations: one transaction for the whole batch. A
    // message whose id the vault knows is passed over, so a batch can be delivered twice.
    let received = store.write("receive", |tx| -> Result<_, StoreError> {
        let mut batch = Vec::new();
        for nth in 1..=120 {
            let sender = SenderRef::Contact(alice.clone());
            let body = Body::text(format!("Yes, for the {nth}th time"))?;
            let message = NewMessage::received(tx.new_id()?.into(), sender, body, tx.now());
            batch.push((chat.clone(), message));
        }
        tx.messages_receive(&batch)
    })?;
    println!("received {} messages", received.added);

    // The chat list; then the conversation, from its newest message to its oldest, 50 at a time.
    for listed in store.read(|tx| tx.conversations(20))? {
        println!(
            "{}: {} messages, {} unread",
            listed.title, listed.messages, listed.unread
        );
    }
    let (mut start, mut read) = (PageStart::Newest, 0);
    loop {
        let page = store.read(|tx| tx.messages_page(&chat, &start, 50))?;
        read += page.messages.len();
        match page.messages.last() {
            Some(oldest) if page.has_older => start = PageStart::Before(oldest.id.clone()),
            _ => break,
        }
    }

    let marked = store.write("mark_read", |tx| tx.conversation_mark_read(&chat, None))?;
    println!("read {read} messages, {marked} of them new");
    store.close()?;
    Ok(read)
}

/// Unlocks the vault, or creates it where there is none. A client asks a person for the password.
fn open(path: &Path) -> Result<Store, StoreError> {
    let (password, options) = (
        Password::new("correct horse battery staple")?,
        VaultOptions::default(),
    );
    if path.exists() {
        return Store::unlock(path, &Secret::Password(password), &options);
    }
    // The vault appears only after the recovery code is where the person wants it.
    Store::create_keeping(path, &password, &options, |code| {
        println!("write this down: {}", code.reveal().as_str());
        Ok(())
    })
}
