//! The `message` records of an export, and their conversion for the store.

use std::collections::HashMap;

use privatus_domain::{
    Attributes, Body, ContactId, ConversationId, ConversationKind, Direction, DisplayName, GroupId, Id,
    ImportedSender, Media, Message as Stored, NewMessage, Sender, SenderRef,
};
use privatus_store::WriteTx;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::values::{Time, hex, id, unhex};

/// A `message` record. Fields with a default may be missing in an export from another program.
#[derive(Serialize, Deserialize)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) conversation: String,
    pub(super) direction: String,
    /// The name to show; null for the vault's own user and for unknown senders.
    pub(super) sender: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sender_contact: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sender_source: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sender_anonymous: Option<String>,
    pub(super) text: String,
    pub(super) at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) edited_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) deleted_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reply_to: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) media: Option<Media>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) forwarded_from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) entities: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) source: Option<Value>,
    #[serde(default = "yes")]
    pub(super) is_encrypted: bool,
    #[serde(default = "yes")]
    pub(super) is_read: bool,
}

const fn yes() -> bool {
    true
}

impl From<Stored> for Message {
    fn from(message: Stored) -> Self {
        let (sender_contact, sender_source, sender_anonymous) = match &message.sender {
            Some(Sender::Contact { id, .. }) => (Some(id.to_string()), None, None),
            Some(Sender::Imported { source_id, .. }) => (None, Some(hex(source_id)), None),
            Some(Sender::Anonymous { anonymous_id, .. }) => (None, None, Some(anonymous_id.to_string())),
            Some(Sender::Unknown) | None => (None, None, None),
        };
        let source = message.body.as_ref().and_then(|body| body.source().cloned());
        let attributes = message
            .body
            .as_ref()
            .map(|body| body.attributes().clone())
            .unwrap_or_default();
        Self {
            id: message.id.to_string(),
            conversation: message.conversation.to_string(),
            direction: if message.direction == Direction::Out {
                "out"
            } else {
                "in"
            }
            .into(),
            sender: message
                .sender
                .as_ref()
                .and_then(|sender| sender.name())
                .map(str::to_owned),
            sender_contact,
            sender_source,
            sender_anonymous,
            text: message.body.map(Body::into_text).unwrap_or_default(),
            at: Time(message.at),
            edited_at: message.edited_at.map(Time),
            deleted_at: message.deleted_at.map(Time),
            reply_to: message.reply_to.map(|id| id.to_string()),
            media: attributes.media,
            forwarded_from: attributes.forwarded_from,
            entities: attributes.entities,
            source,
            is_encrypted: message.was_encrypted,
            is_read: message.is_read,
        }
    }
}

/// Converts a batch; returns the messages to write, and a reason for each that cannot be written.
pub(super) fn convert(
    tx: &mut WriteTx<'_>,
    chat: &ConversationId,
    batch: Vec<Message>,
) -> (Vec<NewMessage>, Vec<&'static str>) {
    let anonymous = batch.iter().any(|message| message.sender_anonymous.is_some());
    let mut senders = Senders {
        group: anonymous.then(|| group_of(tx, chat)).flatten(),
        ..Senders::default()
    };
    let (mut messages, mut refused) = (Vec::with_capacity(batch.len()), Vec::new());
    for message in batch {
        match one(tx, message, &mut senders) {
            Ok(message) => messages.push(message),
            Err(reason) => refused.push(reason),
        }
    }
    (messages, refused)
}

/// Who can be named as a sender.
#[derive(Default)]
struct Senders {
    /// Known contact ids, and whether the vault has them.
    contacts: HashMap<ContactId, bool>,
    /// The conversation's group, if somebody writes in it under an anonymous id.
    group: Option<GroupId>,
}

fn group_of(tx: &mut WriteTx<'_>, chat: &ConversationId) -> Option<GroupId> {
    let conversation = tx.conversation_by_id(chat).ok()?;
    let group = conversation.peer.map(GroupId::new);
    group.filter(|_| conversation.kind == ConversationKind::Group)
}

fn one(tx: &mut WriteTx<'_>, message: Message, senders: &mut Senders) -> Result<NewMessage, &'static str> {
    let direction = match message.direction.as_str() {
        "out" => Direction::Out,
        "in" => Direction::In,
        _ => return Err("a message whose direction is neither in nor out"),
    };
    let name = |name: Option<String>| DisplayName::lenient(&name.unwrap_or_default(), "Unknown");
    let group = senders.group.clone().filter(|_| direction == Direction::In);
    let sender = match (message.sender_contact, message.sender_source) {
        _ if direction == Direction::Out => SenderRef::Nobody,
        (None, None) if let (Some(group), Some(anonymous)) = (group, message.sender_anonymous.as_ref()) => {
            let anonymous_id = id(tx, anonymous).map_err(|_| "a message with an empty id")?;
            SenderRef::Anonymous { group, anonymous_id }
        }
        (Some(contact), _) => {
            let contact: ContactId = id(tx, &contact).map_err(|_| "a message with an empty id")?;
            let known = match senders.contacts.get(&contact) {
                Some(known) => *known,
                None => tx.contact_by_id(&contact).is_ok(),
            };
            senders.contacts.insert(contact.clone(), known);
            if known {
                SenderRef::Contact(contact)
            } else {
                // The export does not contain this contact, but the name stays.
                let source = tx.derived_id(&[b"privatus", b"sender", &contact.as_id().canonical()]);
                imported(source, name(message.sender))
            }
        }
        (None, Some(source)) => {
            let source = unhex(&source).ok_or("a message whose sender_source is not 32 hex digits")?;
            imported(Id::Uuid(source), name(message.sender))
        }
        // In an export that was written manually, only the name distinguishes two senders.
        (None, None) if message.sender.is_some() => {
            let text = message.sender.as_deref().unwrap_or_default();
            let source = tx.derived_id(&[b"privatus", b"sender name", text.as_bytes()]);
            imported(source, name(message.sender))
        }
        (None, None) => SenderRef::Nobody,
    };
    let attributes = Attributes {
        media: message.media,
        forwarded_from: message.forwarded_from,
        entities: message.entities,
    };
    let at = message.at.0;
    let empty = |_| "a message with an empty id";
    let reply_to = message.reply_to.filter(|id| !id.is_empty());
    Ok(NewMessage {
        id: id(tx, &message.id).map_err(empty)?,
        direction,
        sender,
        body: Body::with_source(message.text, attributes, message.source)
            .map_err(|_| "a message over the limits of size")?,
        at,
        // An edit older than its message is an error of the source, and no reason to lose the message.
        edited_at: message.edited_at.map(|at| at.0).filter(|edited| *edited >= at),
        deleted_at: message.deleted_at.map(|at| at.0),
        reply_to: reply_to.map(|reply| id(tx, &reply)).transpose().map_err(empty)?,
        was_encrypted: message.is_encrypted,
        is_read: message.is_read,
    })
}

fn imported(source: Id, name: DisplayName) -> SenderRef {
    match source {
        Id::Uuid(source_id) => SenderRef::Imported(ImportedSender { source_id, name }),
        Id::Text(_) => SenderRef::Nobody,
    }
}
