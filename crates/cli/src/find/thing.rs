//! Finds a chat, contact, group, transfer or resource.

use privatus_domain::{
    Contact, Conversation, ConversationId, Group, Meant, Named, Permission, Resource, ResourceKind, Transfer,
    TransferPeer, meant, meant_whole,
};
use privatus_store::{ReadTx, Store, StoreError};

use super::named::{exact, named, several};
use crate::failure::Failure;

/// Finds a conversation by its id, its title, or the id of its contact or group.
pub(crate) fn chat(store: &Store, wanted: &str) -> Result<Conversation, Failure> {
    store.read(|tx| {
        let kind = ResourceKind::Conversation;
        if sees(tx, kind, wanted)?
            && let Some(found) = exact(wanted, |id: ConversationId| tx.conversation_by_id(&id))?
        {
            return Ok(found);
        }
        let found = named(tx, kind, "chat", wanted);
        if found.as_ref().is_err_and(Failure::is_not_found) {
            unless_lost(tx, wanted)?;
        }
        let id = unless_hidden(tx, kind, wanted, found)?;
        Ok(tx.conversation_by_id(&id.parse().map_err(StoreError::from)?)?)
    })
}

/// Refuses if a contact or group of this name exists and its conversation was taken away, which is damage.
fn unless_lost(tx: &mut ReadTx<'_>, wanted: &str) -> Result<(), Failure> {
    let lost = tx.conversations_lost()?;
    let mut names = Vec::with_capacity(lost.len());
    for lost in &lost {
        let name = match lost.kind {
            ResourceKind::Group => exact(lost.id(), |id| tx.group_by_id(&id))?.map(|group| group.name),
            _ => exact(lost.id(), |id| tx.contact_by_id(&id))?.map(|contact| contact.display_name),
        };
        names.push(Named {
            id: lost.id().to_owned(),
            also: None,
            name: name.unwrap_or_default(),
        });
    }
    let first = match meant(&names, wanted) {
        Meant::Nothing => None,
        Meant::One(at) => lost.get(at),
        Meant::Several(fits) => fits.first().and_then(|at| lost.get(*at)),
    };
    first.map_or(Ok(()), |lost| {
        Err(StoreError::DatabaseDamaged(lost_text(lost)).into())
    })
}

/// Describes a contact or group that lost its conversation.
pub(crate) fn lost_text(lost: &Resource) -> String {
    let (kind, id) = (lost.kind.as_str(), lost.id());
    format!("the conversation of {kind} {id} is gone or hidden, although nobody removed the {kind}")
}

/// Finds a contact.
pub(crate) fn contact(store: &Store, wanted: &str) -> Result<Contact, Failure> {
    store.read(|tx: &mut ReadTx<'_>| {
        let kind = ResourceKind::Contact;
        if sees(tx, kind, wanted)?
            && let Some(found) = exact(wanted, |id| tx.contact_by_id(&id))?
        {
            return Ok(found);
        }
        let found = named(tx, kind, "contact", wanted);
        let id = unless_hidden(tx, kind, wanted, found)?;
        Ok(tx.contact_by_id(&id.parse().map_err(StoreError::from)?)?)
    })
}

/// Finds a group.
pub(crate) fn group(store: &Store, wanted: &str) -> Result<Group, Failure> {
    store.read(|tx| {
        let kind = ResourceKind::Group;
        if sees(tx, kind, wanted)?
            && let Some(found) = exact(wanted, |id| tx.group_by_id(&id))?
        {
            return Ok(found);
        }
        let found = named(tx, kind, "group", wanted);
        let id = unless_hidden(tx, kind, wanted, found)?;
        Ok(tx.group_by_id(&id.parse().map_err(StoreError::from)?)?)
    })
}

/// Finds a contact, or else a group.
pub(crate) fn peer(store: &Store, wanted: &str, is_group: bool) -> Result<TransferPeer, Failure> {
    let group = || Ok(TransferPeer::Group(group(store, wanted)?.id));
    if is_group {
        return group();
    }
    let found = store.read(|tx| {
        let mut all = tx.names(ResourceKind::Contact, Some(wanted))?;
        let contacts = all.len();
        let whole = meant_whole(&all, wanted);
        all.extend(tx.names(ResourceKind::Group, Some(wanted))?);
        // A contact by its whole id or name, else a group by these, else the beginning of either.
        let found = match whole {
            Meant::Nothing => meant(&all, wanted),
            whole => whole,
        };
        let at = match found {
            Meant::Nothing => return Ok(None),
            Meant::Several(fits) => return Err(several(&all, &fits, wanted, "contact")),
            Meant::One(at) => at,
        };
        let id = all.swap_remove(at).id;
        Ok(Some(if at < contacts {
            TransferPeer::Contact(id.parse().map_err(StoreError::from)?)
        } else {
            TransferPeer::Group(id.parse().map_err(StoreError::from)?)
        }))
    })?;
    // If there is neither, the error is about the contact.
    found.map_or_else(|| Ok(TransferPeer::Contact(contact(store, wanted)?.id)), Ok)
}

/// Finds a transfer by its id or its file's name.
pub(crate) fn transfer(store: &Store, wanted: &str) -> Result<Transfer, Failure> {
    store.read(|tx: &mut ReadTx<'_>| {
        let kind = ResourceKind::Transfer;
        if sees(tx, kind, wanted)?
            && let Some(found) = exact(wanted, |id| tx.transfer_by_id(&id))?
        {
            return Ok(found);
        }
        let found = named(tx, kind, "transfer", wanted);
        let id = unless_hidden(tx, kind, wanted, found)?;
        Ok(tx.transfer_by_id(&id.parse().map_err(StoreError::from)?)?)
    })
}

/// Finds a resource; a contact, group, conversation or transfer also by name or the beginning of its id.
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
    // An id from another program may be `*`; a grant on it would be a grant on all of its kind.
    Resource::check_new(&id).map_err(StoreError::from)?;
    Ok(Resource::of(named.kind, id))
}

/// Finds a resource like [`resource`]; if there is none, returns it as written, because grants and log entries outlive their
/// resource.
pub(crate) fn resource_or_word(store: &Store, named: Resource) -> Result<Resource, Failure> {
    match resource(store, named.clone()) {
        Err(error) if error.is_not_found() => Ok(named),
        found => found,
    }
}

/// Whether the session's user may look up a word as an id. If not, it may still be meant as a name.
fn sees(tx: &mut ReadTx<'_>, kind: ResourceKind, wanted: &str) -> Result<bool, StoreError> {
    Resource::new(kind, wanted).map_or(Ok(true), |on| tx.may(&on, Permission::Read))
}

/// Refuses what a user cannot see, whether it exists or not.
fn unless_hidden<T>(
    tx: &mut ReadTx<'_>,
    kind: ResourceKind,
    wanted: &str,
    found: Result<T, Failure>,
) -> Result<T, Failure> {
    // A word that is too long for an id is not checked as one.
    if Resource::new(kind, wanted).is_ok() && found.as_ref().is_err_and(Failure::is_not_found) {
        tx.permit_named(kind, wanted, Permission::Read)?;
    }
    found
}
