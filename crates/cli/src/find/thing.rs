//! The one chat, contact, group, transfer or resource that is meant.

use privatus_domain::{
    Contact, Conversation, ConversationId, Group, Permission, Resource, ResourceKind, Transfer, TransferPeer,
};
use privatus_store::{ReadTx, Store, StoreError};

use super::named::{exact, one};
use crate::failure::Failure;

/// The one conversation that is meant: by its own id, its title, or the id of its contact or group.
pub(crate) fn chat(store: &Store, wanted: &str) -> Result<Conversation, Failure> {
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
        if found.as_ref().is_err_and(Failure::is_not_found) {
            unless_lost(tx, wanted)?;
        }
        unless_hidden(tx, ResourceKind::Conversation, wanted, found)
    })
}

/// A contact or group of this name whose conversation was taken away is none that is not there.
fn unless_lost(tx: &mut ReadTx<'_>, wanted: &str) -> Result<(), Failure> {
    for lost in tx.conversations_lost()? {
        let name = match lost.kind {
            ResourceKind::Group => exact(lost.id(), |id| tx.group_by_id(&id))?.map(|group| group.name),
            _ => exact(lost.id(), |id| tx.contact_by_id(&id))?.map(|contact| contact.display_name),
        };
        if lost.id() == wanted || name.is_some_and(|name| name == wanted) {
            return Err(StoreError::DatabaseDamaged(lost_text(&lost)).into());
        }
    }
    Ok(())
}

/// What is wrong with a contact or group that lost its conversation.
pub(crate) fn lost_text(lost: &Resource) -> String {
    let (kind, id) = (lost.kind.as_str(), lost.id());
    format!("the conversation of {kind} {id} is gone or hidden, and nobody removed the {kind}")
}

/// The one contact that is meant.
pub(crate) fn contact(store: &Store, wanted: &str) -> Result<Contact, Failure> {
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
pub(crate) fn group(store: &Store, wanted: &str) -> Result<Group, Failure> {
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
pub(crate) fn peer(store: &Store, wanted: &str, is_group: bool) -> Result<TransferPeer, Failure> {
    let group = || Ok(TransferPeer::Group(group(store, wanted)?.id));
    if is_group {
        return group();
    }
    match contact(store, wanted) {
        Ok(contact) => Ok(TransferPeer::Contact(contact.id)),
        // Where there is neither, the contact's error speaks.
        Err(error) if error.is_not_found() => {
            group().map_err(|other| if other.is_not_found() { error } else { other })
        }
        Err(error) => Err(error),
    }
}

/// The one transfer that is meant: by its id, or its file's name.
pub(crate) fn transfer(store: &Store, wanted: &str) -> Result<Transfer, Failure> {
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
pub(crate) fn resource(store: &Store, named: Resource) -> Result<Resource, Failure> {
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
    Resource::check_new(&id).map_err(StoreError::from)?;
    Ok(Resource::of(named.kind, id))
}

/// The same where there is such a thing, else as it is written: a grant and an entry of the log outlive what they are on.
pub(crate) fn resource_or_word(store: &Store, named: Resource) -> Result<Resource, Failure> {
    match resource(store, named.clone()) {
        Err(error) if error.is_not_found() => Ok(named),
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
    found: Result<T, Failure>,
) -> Result<T, Failure> {
    if let (Err(error), Ok(on)) = (&found, Resource::new(kind, wanted))
        && error.is_not_found()
    {
        tx.permit(&on, Permission::Read)?;
    }
    found
}
