//! The name of a contact in a group, and refusals that have it instead of the id.

use privatus_domain::{ContactId, DisplayName, Group, MemberError};
use privatus_store::{Store, StoreError};

use crate::args::ActingMember;
use crate::failure::Failure;
use crate::text::one_line;

/// Returns the failure of a change in a group. If it is about one contact, its text begins with their name; in an
/// anonymous group, which does not show who its members are, it names nobody but the vault's own user.
/// A refusal of the acting member themselves says so when that is the vault's user.
pub(super) fn by_name(store: &Store, group: &Group, acting: &ActingMember, error: StoreError) -> Failure {
    let StoreError::Member(refusal) = &error else {
        return error.into();
    };
    if matches!(refusal, MemberError::NoMember(_)) && acting.by.is_none() {
        let text = "you are not a member of this group; use --by to act as a member who may do that";
        return Failure::Refused(text.to_owned());
    }
    let text = refusal.to_string();
    let Some((contact, rest)) = refusal
        .contact()
        .and_then(|contact| Some((contact, text.strip_prefix(&contact.to_string())?)))
    else {
        return error.into();
    };
    let own = store.read(|tx| Ok::<_, StoreError>(tx.own_id()));
    if group.is_anonymous && !own.is_ok_and(|own| own == *contact) {
        return Failure::Refused(format!("the contact{rest}"));
    }
    match name_of(store, contact) {
        Ok(name) => Failure::Refused(format!("{}{rest}", one_line(name.as_str(), 60))),
        Err(_) => error.into(),
    }
}

/// Returns the default name of a member in a group.
pub(super) fn name_of(store: &Store, contact: &ContactId) -> Result<DisplayName, StoreError> {
    store.read(|tx| {
        if *contact == tx.own_id() {
            return Ok(DisplayName::new("Me")?);
        }
        let name = tx.contact_by_id(contact)?.display_name;
        Ok(DisplayName::lenient(&name, "Unnamed member"))
    })
}
