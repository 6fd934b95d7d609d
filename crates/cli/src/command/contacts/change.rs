//! A change of one contact, and its result.

use privatus_domain::{Contact, ContactId};
use privatus_store::{Store, StoreError};
use serde_json::json;

use crate::args::Arguments;
use crate::command::done::Done;
use crate::failure::Failure;
use crate::vault::open;
use crate::{find, output};

/// Finds a contact, changes it, and prints what was done.
pub(super) fn change(
    arguments: &Arguments,
    wanted: &str,
    act: impl FnOnce(&Store, &ContactId) -> Result<Done<'static>, StoreError>,
) -> Result<u8, Failure> {
    let store = open(arguments)?;
    let contact = find::contact(&store, wanted)?;
    let what = act(&store, &contact.id)?;
    crate::vault::close(store);
    changed(arguments, &contact, what)
}

/// Prints what was done to a contact.
pub(super) fn changed(arguments: &Arguments, contact: &Contact, what: Done<'_>) -> Result<u8, Failure> {
    if arguments.json {
        output::json(&json!({ "id": contact.id, "result": what.result }))?;
    } else {
        output::line(&format!(
            "{} {}",
            crate::text::one_line(&contact.display_name, 60),
            what.words
        ))?;
    }
    Ok(0)
}
