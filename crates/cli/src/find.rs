//! Things named on the command line: by id, by an unambiguous beginning of one, or by title.

use privatus_domain::{Contact, Conversation};
use privatus_store::StoreError;

/// The one conversation that is meant.
pub(crate) fn chat(chats: &[Conversation], wanted: &str) -> Result<Conversation, StoreError> {
    let named = |chat: &Conversation| (chat.id.to_string(), chat.title.clone());
    one(chats, wanted, "chat", named).cloned()
}

/// The one contact that is meant.
pub(crate) fn contact(contacts: &[Contact], wanted: &str) -> Result<Contact, StoreError> {
    let named = |contact: &Contact| (contact.id.to_string(), contact.display_name.clone());
    one(contacts, wanted, "contact", named).cloned()
}

fn one<'a, T>(
    all: &'a [T],
    wanted: &str,
    what: &str,
    named: impl Fn(&T) -> (String, String),
) -> Result<&'a T, StoreError> {
    if let Some(exact) = all.iter().find(|item| named(item).0 == wanted) {
        return Ok(exact);
    }
    let titled: Vec<&T> = all.iter().filter(|item| named(item).1 == wanted).collect();
    let begins = || {
        all.iter()
            .filter(|item| !wanted.is_empty() && named(item).0.starts_with(wanted))
            .collect()
    };
    let found: Vec<&T> = if titled.is_empty() { begins() } else { titled };
    match found.as_slice() {
        [only] => Ok(only),
        [] => Err(StoreError::NotFound(format!(
            "{what} “{wanted}”; `privatus {what}s` lists them"
        ))),
        several => {
            let ids: Vec<String> = several.iter().take(5).map(|item| named(item).0).collect();
            let text = format!(
                "“{wanted}” may be {} {what}s; name one by its id: {}",
                several.len(),
                ids.join(", ")
            );
            Err(StoreError::Refused(text))
        }
    }
}
