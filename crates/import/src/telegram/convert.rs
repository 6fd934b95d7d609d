//! Converts an export's data to what the store accepts.

use privatus_domain::{
    ContactId, ConversationId, Direction, DisplayName, GroupId, GroupKind, Id, ImportedSender, NewContact,
    NewGroup, NewMessage, PublicKey, SenderRef,
};
use privatus_store::{StoreError, WriteTx};

use super::ids::{ChatKey, Ordinals};
use super::kind::{is_direct, is_saved};
use super::me::{Me, bare};
use super::parse::Parsed;
use super::walk::Header;
use crate::insert::is_absent;
use crate::newcomers::Made;

/// The conversation of a chat, its contact if it has one, and what was created for it.
type MadeChat = (ConversationId, Option<ContactId>, Option<Made>);

/// Finds the contact or group of a chat, or creates it.
pub(super) fn make_chat(
    tx: &mut WriteTx<'_>,
    key: &str,
    name: DisplayName,
    direct: bool,
) -> Result<MadeChat, StoreError> {
    let kind: &[u8] = if direct { b"contact" } else { b"group" };
    let id = tx.derived_id(&[b"telegram", kind, key.as_bytes()]);
    let now = tx.now();
    if direct {
        let id: ContactId = id.into();
        let is_new = is_absent(tx.contact_by_id(&id))?;
        let public_key = PublicKey::default();
        let new = NewContact {
            id: id.clone(),
            display_name: name,
            public_key,
            is_verified: false,
            added_at: now,
            last_seen: None,
        };
        let made = is_new.then(|| id.clone().into());
        return Ok((tx.contact_create(&new)?, Some(id), made));
    }
    let id: GroupId = id.into();
    let made = is_absent(tx.group_by_id(&id))?.then(|| id.clone().into());
    let new = NewGroup::new(id, name, GroupKind::Private, now);
    Ok((tx.group_create(&new)?, None, made))
}

/// Converts a message for the store.
pub(super) fn to_message(
    tx: &mut WriteTx<'_>,
    parsed: Parsed,
    (header, key): (&Header, &ChatKey),
    me: &Me,
    contact: Option<&ContactId>,
    ordinals: &mut Ordinals,
) -> Result<NewMessage, StoreError> {
    let (from, from_id) = (parsed.from.as_deref(), parsed.from_id.as_deref());
    let is_me = me.wrote(from_id, from);
    let sender = if is_me {
        SenderRef::Nobody
    } else if let Some(contact) = contact.filter(|_| is_peer(header, from, from_id)) {
        SenderRef::Contact(contact.clone())
    } else {
        sender(tx, from, from_id)
    };
    Ok(NewMessage {
        id: key.id(tx, &parsed, ordinals),
        direction: if is_me { Direction::Out } else { Direction::In },
        sender,
        reply_to: key.reply(tx, &parsed),
        body: parsed.body,
        at: parsed.at,
        edited_at: parsed.edited_at,
        deleted_at: None,
        was_encrypted: true,
        is_read: true,
    })
}

/// Returns whether a writer is the other side of a direct chat: by id; if one of them has no id, by the chat's name;
/// or if both are a deleted account.
pub(super) fn is_peer(header: &Header, from: Option<&str>, from_id: Option<&str>) -> bool {
    if !is_direct(header.kind.as_deref()) || is_saved(header) {
        return false;
    }
    match (from_id, &header.id) {
        (Some(from_id), Some(id)) => bare(from_id) == bare(id),
        (None, _) if from.is_none() => true,
        _ => from.is_some() && from == header.name.as_deref(),
    }
}

fn sender(tx: &WriteTx<'_>, from: Option<&str>, from_id: Option<&str>) -> SenderRef {
    if from.is_none() && from_id.is_none() {
        return SenderRef::Nobody;
    }
    let name = DisplayName::lenient(from.unwrap_or_default(), "Deleted account");
    let fields: [&[u8]; 4] = [
        b"telegram",
        b"sender",
        from_id.unwrap_or_default().as_bytes(),
        name.as_str().as_bytes(),
    ];
    match tx.derived_id(&fields) {
        Id::Uuid(source_id) => SenderRef::Imported(ImportedSender { source_id, name }),
        Id::Text(_) => SenderRef::Nobody,
    }
}
