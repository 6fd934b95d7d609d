//! Things named on the command line: by id, by an unambiguous beginning of one, or by title or display name.
//!
//! An exact id is looked up and nothing else is read. Otherwise an exact name wins over the beginning of an id.

use privatus_domain::{
    Contact, Conversation, ConversationId, Group, Permission, Resource, ResourceKind, Transfer, TransferPeer,
};
use privatus_store::{ReadTx, Store, StoreError};

mod member;

pub(crate) use self::member::{member, newcomer, party};

/// The one conversation that is meant: by its own id, its title, or the id of its contact or group.
pub(crate) fn chat(store: &Store, wanted: &str) -> Result<Conversation, StoreError> {
    store.read(|tx| {
        if sees(tx, ResourceKind::Conversation, wanted)?
            && let Some(found) = exact(wanted, |id: ConversationId| tx.conversation_by_id(&id))?
        {
            return Ok(found);
        }
        let found = one(tx.conversations(usize::MAX)?, wanted, "chat", |chat| {
            let id = chat.id.to_string();
            let peer = chat.peer.as_ref().map_or_else(|| id.clone(), ToString::to_string);
            ([id, peer], chat.title.clone())
        });
        unless_hidden(tx, ResourceKind::Conversation, wanted, found)
    })
}

/// The one contact that is meant.
pub(crate) fn contact(store: &Store, wanted: &str) -> Result<Contact, StoreError> {
    store.read(|tx: &mut ReadTx<'_>| {
        if sees(tx, ResourceKind::Contact, wanted)?
            && let Some(found) = exact(wanted, |id| tx.contact_by_id(&id))?
        {
            return Ok(found);
        }
        let found = one(tx.contacts()?, wanted, "contact", |contact| {
            let id = contact.id.to_string();
            ([id.clone(), id], contact.display_name.clone())
        });
        unless_hidden(tx, ResourceKind::Contact, wanted, found)
    })
}

/// The one group that is meant.
pub(crate) fn group(store: &Store, wanted: &str) -> Result<Group, StoreError> {
    store.read(|tx| {
        if sees(tx, ResourceKind::Group, wanted)?
            && let Some(found) = exact(wanted, |id| tx.group_by_id(&id))?
        {
            return Ok(found);
        }
        let found = one(tx.groups()?, wanted, "group", |group| {
            let id = group.id.to_string();
            ([id.clone(), id], group.name.clone())
        });
        unless_hidden(tx, ResourceKind::Group, wanted, found)
    })
}

/// The contact that is meant, or else the group.
pub(crate) fn peer(store: &Store, wanted: &str, is_group: bool) -> Result<TransferPeer, StoreError> {
    let group = || Ok(TransferPeer::Group(group(store, wanted)?.id));
    if is_group {
        return group();
    }
    match contact(store, wanted) {
        Ok(contact) => Ok(TransferPeer::Contact(contact.id)),
        // Where there is neither, the contact's error speaks.
        Err(StoreError::NotFound(why)) => group().map_err(|error| match error {
            StoreError::NotFound(_) => StoreError::NotFound(why),
            other => other,
        }),
        Err(error) => Err(error),
    }
}

/// The one transfer that is meant: by its id, or its file's name.
pub(crate) fn transfer(store: &Store, wanted: &str) -> Result<Transfer, StoreError> {
    store.read(|tx: &mut ReadTx<'_>| {
        if sees(tx, ResourceKind::Transfer, wanted)?
            && let Some(found) = exact(wanted, |id| tx.transfer_by_id(&id))?
        {
            return Ok(found);
        }
        let mut all: Vec<Transfer> = Vec::new();
        loop {
            let page = tx.transfers_by_id(all.last().map(|last| &last.id))?;
            if page.is_empty() {
                break;
            }
            all.extend(page);
        }
        let found = one(all, wanted, "transfer", |transfer| {
            let id = transfer.id.to_string();
            ([id.clone(), id], transfer.file_name.clone())
        });
        unless_hidden(tx, ResourceKind::Transfer, wanted, found)
    })
}

/// The resource that is meant: a contact, group, conversation or transfer by name or the beginning of its id too.
pub(crate) fn resource(store: &Store, named: Resource) -> Result<Resource, StoreError> {
    if named.id() == Resource::EVERY {
        return Ok(named);
    }
    let id = match named.kind {
        ResourceKind::Contact => contact(store, named.id())?.id.to_string(),
        ResourceKind::Group => group(store, named.id())?.id.to_string(),
        ResourceKind::Conversation => chat(store, named.id())?.id.to_string(),
        ResourceKind::Transfer => transfer(store, named.id())?.id.to_string(),
        _ => return Ok(named),
    };
    // A thing of another program may have this id; a grant on it would be one on all of its kind.
    Resource::check_new(&id)?;
    Ok(Resource::of(named.kind, id))
}

/// The same where there is such a thing, else as it is written: a grant and an entry of the log outlive what they are on.
pub(crate) fn resource_or_word(store: &Store, named: Resource) -> Result<Resource, StoreError> {
    match resource(store, named.clone()) {
        Err(StoreError::NotFound(_)) => Ok(named),
        found => found,
    }
}

/// Whether a word, taken as an id, may be looked up by the session's user: what is only meant as a name is no refusal.
fn sees(tx: &mut ReadTx<'_>, kind: ResourceKind, wanted: &str) -> Result<bool, StoreError> {
    Resource::new(kind, wanted).map_or(Ok(true), |on| tx.may(&on, Permission::Read))
}

/// What a user cannot see is refused to it, whether it is there or not.
fn unless_hidden<T>(
    tx: &mut ReadTx<'_>,
    kind: ResourceKind,
    wanted: &str,
    found: Result<T, StoreError>,
) -> Result<T, StoreError> {
    if let (Err(StoreError::NotFound(_)), Ok(on)) = (&found, Resource::new(kind, wanted)) {
        tx.permit(&on, Permission::Read)?;
    }
    found
}

/// What has exactly this id; a word that can be no id names nothing.
fn exact<T, I: std::str::FromStr>(
    wanted: &str,
    find: impl FnOnce(I) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let Ok(id) = wanted.parse() else {
        return Ok(None);
    };
    match find(id) {
        Ok(found) => Ok(Some(found)),
        Err(StoreError::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Ids that name a thing, and its title.
type Named = ([String; 2], String);

fn one<T>(all: Vec<T>, wanted: &str, what: &str, named: impl Fn(&T) -> Named) -> Result<T, StoreError> {
    let names: Vec<Named> = all.iter().map(named).collect();
    let matching = |test: &dyn Fn(&Named) -> bool| -> Vec<usize> {
        let matches = names.iter().enumerate().filter(|(_, name)| test(name));
        matches.map(|(at, _)| at).collect()
    };
    let mut found = matching(&|(ids, _)| ids.iter().any(|id| id == wanted));
    if found.is_empty() {
        found = matching(&|(_, title)| title == wanted);
    }
    if found.is_empty() && !wanted.is_empty() {
        found = matching(&|(ids, _)| ids.iter().any(|id| id.starts_with(wanted)));
    }
    let shown = crate::text::one_line(wanted, 60);
    match found.as_slice() {
        [only] => {
            let only = *only;
            all.into_iter()
                .nth(only)
                .ok_or_else(|| StoreError::NotFound(format!("{what} “{shown}”")))
        }
        [] => {
            let list = match what {
                "chat" => "privatus chats".to_owned(),
                "member" => "privatus groups members GROUP".to_owned(),
                other => format!("privatus {other}s list"),
            };
            Err(StoreError::NotFound(format!(
                "{what} “{shown}”; `{list}` lists them"
            )))
        }
        several => {
            let ids: Vec<&str> = several
                .iter()
                .take(5)
                .filter_map(|at| Some(names.get(*at)?.0[0].as_str()))
                .collect();
            let more = if several.len() > 5 { ", …" } else { "" };
            Err(StoreError::Refused(format!(
                "“{shown}” may be {} {what}s; name one by its id: {}{more}",
                several.len(),
                ids.join(", ")
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn find(wanted: &str) -> Result<usize, u8> {
        let all = vec![
            (0, "aa11", "p1", "Alice"),
            (1, "aa22", "p2", "Bob"),
            (2, "bb33", "p3", "Bob"),
            (3, "cc44", "p4", "aa11"),
            (4, "dd55", "p5", "dd"),
            (5, "dd66", "p6", "Eve"),
        ];
        one(all, wanted, "chat", |item| {
            ([item.1.into(), item.2.into()], item.3.into())
        })
        .map(|item| item.0)
        .map_err(|error| error.exit_code())
    }

    #[test]
    fn ids_names_and_beginnings() {
        assert_eq!(find("aa11"), Ok(0), "an id wins over a title");
        assert_eq!(find("p2"), Ok(1), "the contact's or group's id");
        assert_eq!(find("Alice"), Ok(0));
        assert_eq!(find("bb"), Ok(2));
        assert_eq!(find("dd"), Ok(4), "a title wins over a beginning");
        assert_eq!(find("Bob"), Err(23));
        assert_eq!(find("aa"), Err(23));
        assert_eq!(find(""), Err(24));
        assert_eq!(find("nobody"), Err(24));
    }
}
