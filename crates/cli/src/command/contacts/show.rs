//! `contacts list`, `search` and `show`.

use privatus_domain::{Contact, Timestamp};
use privatus_store::{StoreError, safety_number};
use serde_json::{Value, json};

use crate::args::{Arguments, ContactsList};
use crate::failure::Failure;
use crate::find;
use crate::output;
use crate::table::{self, Column};
use crate::text::{counted, one_line};
use crate::vault::open;

pub(super) fn list(arguments: &Arguments, which: &ContactsList) -> Result<u8, Failure> {
    let store = open(arguments)?;
    let mut contacts = store.read(|tx| {
        let contacts = match &which.search {
            Some(text) => tx.contacts_search(text, usize::MAX)?,
            None => tx.contacts()?,
        };
        let shown = |contact| (tx.contact_is_muted(&contact), contact);
        Ok::<Vec<(bool, Contact)>, StoreError>(contacts.into_iter().map(shown).collect())
    })?;
    crate::vault::close(store);
    contacts.retain(|(_, contact)| {
        (!which.blocked || contact.blocked_at.is_some()) && (!which.online || contact.is_online)
    });
    let nothing = if which.search.is_some() || which.blocked || which.online {
        "No such contacts."
    } else {
        "No contacts yet. `privatus contacts add NAME` adds one."
    };
    print(arguments, &contacts, nothing)
}

pub(super) fn search(arguments: &Arguments, text: &str) -> Result<u8, Failure> {
    let which = ContactsList {
        search: Some(text.to_owned()),
        blocked: false,
        online: false,
    };
    list(arguments, &which)
}

/// Prints contacts, each with whether it is muted.
fn print(arguments: &Arguments, contacts: &[(bool, Contact)], nothing: &str) -> Result<u8, Failure> {
    if arguments.json {
        let contacts: Vec<Value> = contacts
            .iter()
            .map(|(_, contact)| contact_json(contact))
            .collect();
        output::json(&json!({ "contacts": contacts }))?;
        return Ok(0);
    }
    if contacts.is_empty() {
        output::empty(arguments, "contacts", nothing)?;
        return Ok(0);
    }
    let row = |(muted, contact): &(bool, Contact)| {
        let key = match (contact.public_key.is_empty(), contact.is_verified) {
            (true, _) => "none",
            (false, true) => "verified",
            (false, false) => "not verified",
        };
        vec![
            contact.display_name.clone(),
            key.into(),
            states(contact, *muted),
            contact.id.to_string(),
        ]
    };
    let columns = [
        Column::name("name", 28),
        Column::text("key", 12).dropped(2),
        Column::text("state", 22).dropped(1),
        Column::id("id"),
    ];
    table::print(&columns, contacts.iter().map(row).collect())?;
    Ok(0)
}

fn states(contact: &Contact, is_muted: bool) -> String {
    let states = [
        (contact.is_online, "online"),
        (contact.blocked_at.is_some(), "blocked"),
        (is_muted, "muted"),
    ];
    let held: Vec<&str> = states
        .iter()
        .filter(|(holds, _)| *holds)
        .map(|(_, word)| *word)
        .collect();
    held.join(", ")
}

fn contact_json(contact: &Contact) -> Value {
    json!({
        "id": contact.id, "display_name": contact.display_name, "public_key": contact.public_key.to_base64(),
        "is_verified": contact.is_verified, "is_online": contact.is_online, "added_at": contact.added_at,
        "last_seen": contact.last_seen, "profile_picture": contact.profile_picture,
        "blocked_at": contact.blocked_at, "muted_until": contact.muted_until,
    })
}

pub(super) fn one(arguments: &Arguments, wanted: &str) -> Result<u8, Failure> {
    let store = open(arguments)?;
    let contact = find::contact(&store, wanted)?;
    crate::vault::close(store);
    // A key that cannot be verified has no number.
    let number = match contact.public_key.check_verifiable() {
        Ok(()) => Some(safety_number(&contact.public_key, None)?),
        Err(_) => None,
    };
    if arguments.json {
        let mut value = contact_json(&contact);
        if let Some(fields) = value.as_object_mut() {
            let number = number.map(|number| number.to_string());
            fields.insert("key_number".into(), number.into());
        }
        output::json(&value)?;
        return Ok(0);
    }
    let time = |at: Timestamp| at.to_sql();
    let key = contact.public_key.as_bytes().len();
    let verified = if contact.is_verified {
        "verified"
    } else {
        "not verified"
    };
    let lines = [
        ("id", Some(contact.id.to_string())),
        (
            "key",
            Some(if key == 0 {
                "none".into()
            } else {
                format!("{}, {verified}", counted(key as u64, "byte", "bytes"))
            }),
        ),
        ("key number", number.map(|number| number.to_string())),
        ("added", Some(time(contact.added_at))),
        ("last seen", contact.last_seen.map(time)),
        (
            "online",
            Some(if contact.is_online { "yes" } else { "no" }.into()),
        ),
        ("picture", contact.profile_picture),
        ("blocked since", contact.blocked_at.map(time)),
        ("muted until", contact.muted_until.map(until)),
    ];
    output::line(&one_line(&contact.display_name, 100))?;
    for (name, value) in lines {
        if let Some(value) = value {
            output::line(&format!("  {name:<14} {}", one_line(&value, 82)))?;
        }
    }
    Ok(0)
}

fn until(at: Timestamp) -> String {
    if at == Timestamp::MAX {
        "forever".into()
    } else {
        at.to_sql()
    }
}
