//! `contacts`: list, add, rename, verify, remove.

use privatus_domain::{Contact, ContactId, DisplayName, NewContact, PublicKey};
use privatus_store::{Store, StoreError};
use serde_json::{Value, json};

use super::{open, warn};
use crate::args::{Arguments, Contacts};
use crate::failure::Failure;
use crate::output::Column;
use crate::{find, output};

pub(crate) fn run(arguments: &Arguments, command: &Contacts) -> Result<u8, Failure> {
    match command {
        Contacts::List => list(arguments),
        Contacts::Add { name, public_key } => add(arguments, name, public_key.as_deref()),
        Contacts::Rename { contact, name } => {
            let name = DisplayName::new(name.as_str()).map_err(StoreError::from)?;
            change(arguments, contact, "renamed", |store, id| {
                store.write("contact_rename", |tx| tx.contact_rename(id, &name))
            })
        }
        Contacts::Verify { contact } => change(arguments, contact, "verified", |store, id| {
            store.write("contact_verify", |tx| tx.contact_verify(id))
        }),
        Contacts::Remove { contact } => remove(arguments, contact),
    }
}

fn list(arguments: &Arguments) -> Result<u8, Failure> {
    let store = open(arguments)?;
    let contacts = store.read(|tx| tx.contacts())?;
    store.lock()?;
    if arguments.json {
        let contacts: Vec<Value> = contacts.iter().map(contact_json).collect();
        output::json(&json!({ "contacts": contacts }))?;
        return Ok(0);
    }
    let row = |contact: &Contact| {
        let key = if contact.public_key.is_empty() {
            "none"
        } else {
            "yes"
        };
        let verified = if contact.is_verified { "yes" } else { "no" };
        vec![
            contact.display_name.clone(),
            key.into(),
            verified.into(),
            contact.id.to_string(),
        ]
    };
    if contacts.is_empty() {
        output::line("No contacts yet. `privatus contacts add NAME` adds one.")?;
        return Ok(0);
    }
    let columns = [
        Column::Text("name", 40),
        Column::Text("key", 4),
        Column::Text("verified", 8),
        Column::Text("id", 36),
    ];
    output::table(&columns, contacts.iter().map(row).collect())?;
    Ok(0)
}

fn contact_json(contact: &Contact) -> Value {
    json!({
        "id": contact.id, "display_name": contact.display_name, "public_key": contact.public_key.to_base64(),
        "is_verified": contact.is_verified, "added_at": contact.added_at, "last_seen": contact.last_seen,
    })
}

fn add(arguments: &Arguments, name: &str, key: Option<&str>) -> Result<u8, Failure> {
    let display_name = DisplayName::new(name).map_err(StoreError::from)?;
    let public_key = key
        .map_or_else(|| Ok(PublicKey::default()), PublicKey::from_base64)
        .map_err(StoreError::from)?;
    let store = open(arguments)?;
    let id = store.write("contact_create", |tx| {
        let id = ContactId::new(tx.new_id()?);
        let added_at = tx.now();
        let new = NewContact {
            id: id.clone(),
            display_name,
            public_key,
            is_verified: false,
            added_at,
            last_seen: None,
        };
        tx.contact_create(&new)?;
        Ok::<_, StoreError>(id)
    })?;
    store.lock()?;
    if arguments.json {
        output::json(&json!({ "id": id }))?;
    } else {
        output::line(&format!("Added {id}"))?;
    }
    Ok(0)
}

fn change(
    arguments: &Arguments,
    wanted: &str,
    what: &str,
    act: impl FnOnce(&Store, &ContactId) -> Result<(), StoreError>,
) -> Result<u8, Failure> {
    let store = open(arguments)?;
    let contact = find::contact(&store, wanted)?;
    act(&store, &contact.id)?;
    store.lock()?;
    changed(arguments, &contact, what)
}

fn remove(arguments: &Arguments, wanted: &str) -> Result<u8, Failure> {
    let store = open(arguments)?;
    let contact = find::contact(&store, wanted)?;
    store.write("contact_remove", |tx| tx.contact_remove(&contact.id))?;
    // It is removed now: what cannot be deleted yet, the next command that opens the vault deletes.
    let swept = store.removals_sweep();
    let locked = store.lock();
    match swept {
        Ok(_) => locked?,
        Err(StoreError::DiskFull) => warn("removed; its messages will be deleted when there is space"),
        Err(error) => warn(&format!("removed; its messages are not deleted yet: {error}")),
    }
    changed(arguments, &contact, "removed")
}

fn changed(arguments: &Arguments, contact: &Contact, what: &str) -> Result<u8, Failure> {
    if arguments.json {
        output::json(&json!({ "id": contact.id, "result": what }))?;
    } else {
        output::line(&format!(
            "{} {what}",
            crate::text::one_line(&contact.display_name, 60)
        ))?;
    }
    Ok(0)
}
