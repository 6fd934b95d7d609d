//! The member who acts in a group, and the result of a change.

use privatus_domain::{ContactId, Group};
use privatus_store::Store;
use serde_json::json;

use crate::args::{ActingMember, Arguments};
use crate::failure::Failure;
use crate::text::one_line;
use crate::{find, output};

/// Returns who acts: the vault's own user, unless `--by` names another member.
pub(super) fn actor(store: &Store, group: &Group, by: &ActingMember) -> Result<ContactId, Failure> {
    match &by.by {
        Some(wanted) => find::party(store, &group.id, wanted),
        None => store.read(|tx| Ok(tx.own_id())),
    }
}

/// Prints what was done to a group.
pub(super) fn done(arguments: &Arguments, group: &Group, what: &str) -> Result<u8, Failure> {
    if arguments.json {
        output::json(&json!({ "id": group.id, "result": what }))?;
    } else {
        output::line(&format!("{} {what}", one_line(&group.name, 60)))?;
    }
    Ok(0)
}
