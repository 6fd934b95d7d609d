//! An import: a history from another program, as lines of `time <tab> name <tab> text`.
//!
//!     cargo run -p privatus-store --example import [FILE]
//!
//! `privatus-import` reads the formats of known programs; this is how to write a reader of your own.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout)]
#![allow(clippy::disallowed_methods, reason = "the file that is read is not a vault's")]

use std::collections::HashMap;
use std::error::Error;
use std::io::BufRead;
use std::path::Path;

use privatus_domain::{
    Body, ContactId, ConversationId, DisplayName, MessageId, NewContact, NewMessage, PublicKey, SenderRef,
    Timestamp,
};
use privatus_store::{Inserted, Password, Store, VaultOptions, WriteTx};

/// Lines of one transaction: an import that is stopped keeps the batches before.
const BATCH: usize = 5_000;
const HISTORY: &str = "2024-05-01T09:30:00Z\tAlice\tGood morning!\n\
                       2024-05-01T09:30:12Z\tBob\tIs the report done?\n\
                       2024-05-01T09:31:40Z\tAlice\tDid you sleep well?\n";

fn main() -> Result<(), Box<dyn Error>> {
    let history = match std::env::args_os().nth(1) {
        Some(file) => std::fs::read_to_string(file)?,
        None => HISTORY.to_owned(),
    };
    let folder = tempfile::tempdir()?;
    import_into(&folder.path().join("vault"), &history).map(drop)
}

/// Makes a vault and imports the history twice: the second time adds nothing. Returns what each did.
pub(crate) fn import_into(vault: &Path, history: &str) -> Result<[Inserted; 2], Box<dyn Error>> {
    let password = Password::new("correct horse battery staple")?;
    // The recovery code is dropped here. A client shows it: see `chat.rs`.
    let (store, _code) = Store::create(vault, &password, &VaultOptions::default())?;
    let first = import(&store, history.as_bytes())?;
    println!("{} messages added, {} known", first.added, first.known);
    let second = import(&store, history.as_bytes())?;
    println!("{} messages added, {} known", second.added, second.known);
    store.close()?;
    Ok([first, second])
}

/// Reads lines to the end, a batch in memory at a time.
fn import(store: &Store, lines: impl BufRead) -> Result<Inserted, Box<dyn Error>> {
    let mut lines = lines.lines();
    let (mut chats, mut total) = (HashMap::new(), Inserted::default());
    loop {
        let batch = lines.by_ref().take(BATCH).collect::<Result<Vec<String>, _>>()?;
        if batch.is_empty() {
            return Ok(total);
        }
        total += store.write("import", |tx| import_batch(tx, &batch, &mut chats))?;
    }
}

fn import_batch(
    tx: &mut WriteTx<'_>,
    lines: &[String],
    chats: &mut HashMap<ContactId, ConversationId>,
) -> Result<Inserted, Box<dyn Error>> {
    let mut messages: HashMap<ConversationId, Vec<NewMessage>> = HashMap::new();
    for line in lines {
        let mut fields = line.splitn(3, '\t');
        let (Some(at), Some(name), Some(text)) = (fields.next(), fields.next(), fields.next()) else {
            return Err(format!("a line needs a time, a name and a text: {line:?}").into());
        };
        // Ids that are derived from the source are the same in the next import, so nothing is written twice. The formats
        // of real programs have ids: two equal lines are one message here.
        let contact = ContactId::new(tx.derived_id(&[b"example", b"contact", name.as_bytes()]));
        let id = MessageId::new(tx.derived_id(&[b"example", b"message", line.as_bytes()]));
        let chat = match chats.get(&contact) {
            Some(chat) => chat.clone(),
            None => {
                let chat = tx.contact_create(&NewContact {
                    id: contact.clone(),
                    display_name: DisplayName::new(name)?,
                    public_key: PublicKey::default(),
                    is_verified: false,
                    added_at: tx.now(),
                    last_seen: None,
                })?;
                chats.insert(contact.clone(), chat.clone());
                chat
            }
        };
        let sender = SenderRef::Contact(contact);
        let message = NewMessage::received(id, sender, Body::text(text)?, Timestamp::parse(at)?);
        messages.entry(chat).or_default().push(message);
    }
    let mut total = Inserted::default();
    for (chat, messages) in &messages {
        total += tx.messages_import(chat, messages)?;
    }
    Ok(total)
}
