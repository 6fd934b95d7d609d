//! `contacts safety-number` and `contacts verify`.

use privatus_domain::SafetyNumber;
use privatus_store::{StoreError, safety_number};
use serde_json::json;

use super::change::change;
use crate::args::Arguments;
use crate::failure::Failure;
use crate::notice::note;
use crate::vault::open;
use crate::{find, output};

pub(super) fn show(arguments: &Arguments, wanted: &str, other: Option<&str>) -> Result<u8, Failure> {
    let store = open(arguments)?;
    let contact = find::contact(&store, wanted)?;
    let (with, key) = match other {
        Some(other) => {
            let other = find::contact(&store, other)?;
            (Some(other.id.to_string()), Some(other.public_key))
        }
        None => (None, store.read(|tx| tx.own_public_key())?),
    };
    let number = safety_number(&contact.public_key, key.as_ref())?;
    crate::vault::close(store);
    if arguments.json {
        output::json(&json!({
            "id": contact.id, "other": with, "keys": if key.is_some() { 2 } else { 1 },
            "safety_number": number.to_string(), "is_verified": contact.is_verified,
        }))?;
    } else {
        output::line(&number.to_string())?;
    }
    if key.is_none() {
        note(
            "this is the number of the contact's key alone; for the number of both keys, set your own public key: \
             privatus settings set identity.public_key '\"BASE64\"'",
        );
    }
    Ok(0)
}

pub(super) fn verify(arguments: &Arguments, wanted: &str, digits: Option<&str>) -> Result<u8, Failure> {
    let number = digits
        .map(SafetyNumber::parse)
        .transpose()
        .map_err(StoreError::from)?;
    change(arguments, wanted, |store, id| {
        store.write("contact_verify", |tx| match &number {
            Some(number) => tx.contact_verify_by(id, number),
            None => tx.contact_verify(id),
        })?;
        Ok("verified".into())
    })
}
