//! `contacts`: lists and changes contacts.

mod change;
mod number;
mod set;
mod show;

use privatus_domain::{ContactId, DisplayName, NewContact, PublicKey};
use privatus_store::StoreError;
use serde_json::json;

use self::change::{change, changed};
use crate::args::{Arguments, Contacts};
use crate::command::done::Done;
use crate::command::removal;
use crate::confirm::confirm;
use crate::failure::Failure;
use crate::vault::open;
use crate::{find, output};

const ALREADY_BLOCKED: Done<'static> = Done {
    result: "is blocked already",
    words: "is already blocked",
};

pub(crate) fn run(arguments: &Arguments, command: &Contacts) -> Result<u8, Failure> {
    match command {
        Contacts::List(which) => show::list(arguments, which),
        Contacts::Search { text } => show::search(arguments, text),
        Contacts::Show { contact } => show::one(arguments, contact),
        Contacts::Add { name, public_key, id } => add(arguments, name, public_key.as_deref(), id.as_deref()),
        Contacts::Set(change) => set::run(arguments, change),
        Contacts::Rename { contact, name } => {
            let name = DisplayName::new(name.as_str()).map_err(StoreError::from)?;
            change(arguments, contact, |store, id| {
                store.write("contact_rename", |tx| tx.contact_rename(id, &name))?;
                Ok("renamed".into())
            })
        }
        Contacts::SafetyNumber { contact, other } => number::show(arguments, contact, other.as_deref()),
        Contacts::Verify {
            contact,
            safety_number,
        } => number::verify(arguments, contact, safety_number.as_deref()),
        Contacts::Block { contact } => change(arguments, contact, |store, id| {
            let done = store.write("contact_block", |tx| tx.contact_block(id))?;
            Ok(unless_unchanged(done, "blocked", ALREADY_BLOCKED))
        }),
        Contacts::Unblock { contact } => change(arguments, contact, |store, id| {
            let done = store.write("contact_unblock", |tx| tx.contact_unblock(id))?;
            Ok(unless_unchanged(done, "unblocked", "is not blocked".into()))
        }),
        Contacts::Remove { contact, yes } => remove(arguments, contact, *yes),
    }
}

/// Returns what was done, or that it was so already.
fn unless_unchanged(is_done: bool, done: &'static str, was: Done<'static>) -> Done<'static> {
    if is_done {
        return done.into();
    }
    crate::unchanged::nothing_changed();
    was
}

fn add(arguments: &Arguments, name: &str, key: Option<&str>, id: Option<&str>) -> Result<u8, Failure> {
    let display_name = DisplayName::new(name).map_err(StoreError::from)?;
    let public_key = key
        .map_or_else(|| Ok(PublicKey::default()), PublicKey::from_base64)
        .map_err(StoreError::from)?;
    let wanted: Option<ContactId> = id.map(str::parse).transpose().map_err(StoreError::from)?;
    let store = open(arguments)?;
    let id = store.write("contact_create", |tx| {
        let id = match wanted {
            None => ContactId::new(tx.new_id()?),
            Some(id) => match tx.contact_by_id(&id) {
                Err(StoreError::NotFound(_)) => id,
                Ok(_) => return Err(Failure::Refused(format!("the contact {id} already exists"))),
                Err(error) => return Err(error.into()),
            },
        };
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
        Ok(id)
    })?;
    crate::vault::close(store);
    if arguments.json {
        output::json(&json!({ "id": id }))?;
    } else {
        output::line(&format!("Added {}", crate::text::one_line(&id.to_string(), 200)))?;
    }
    Ok(0)
}

fn remove(arguments: &Arguments, wanted: &str, yes: bool) -> Result<u8, Failure> {
    let store = open(arguments)?;
    let contact = find::contact(&store, wanted)?;
    if !yes {
        let name = crate::text::one_line(&contact.display_name, 60);
        confirm(
            arguments.json,
            &format!("this permanently removes {name} and your conversation with them"),
        )?;
    }
    store.write("contact_remove", |tx| tx.contact_remove(&contact.id))?;
    let left = removal::finish(store, "removed");
    if let Some(left) = left.filter(|_| arguments.json) {
        output::json(&json!({ "id": contact.id, "result": "removed", "warnings": [left] }))?;
        return Ok(0);
    }
    changed(arguments, &contact, "removed".into())
}
