//! Writes batches of messages, and compares messages that the vault already has with the source.

use std::collections::{BTreeMap, BTreeSet};

use privatus_domain::{Body, ConversationId, Message, MessageId, NewMessage, ReplyState};
use privatus_store::{Inserted, StoreError, WriteTx};
use serde_json::Value;

use crate::note::count_some;

/// Most field names to count separately.
const FIELDS: usize = 50;

/// Messages already in the vault that differ in the source; the vault's version stays. Counts by kind of difference.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Differing {
    /// Differ in any of the ways below.
    pub(crate) messages: u64,
    /// Differ in text or edit time.
    pub(crate) texts: u64,
    /// Differ in the file they refer to, which may be included only in the newer export.
    pub(crate) files: u64,
    /// Differ in who wrote them: the vault's user or somebody else.
    pub(crate) directions: u64,
    /// Differ in another attribute, by its name.
    pub(crate) fields: BTreeMap<String, u64>,
}

/// The result of a batch, for the report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Batch {
    pub(crate) inserted: Inserted,
    pub(crate) differing: Differing,
    /// Files that the new messages refer to; they are not copied.
    pub(crate) files: u64,
}

/// Writes a batch; also returns how many known messages differ. With `again`, removed messages come back.
pub(crate) fn insert(
    tx: &mut WriteTx<'_>,
    conversation: &ConversationId,
    messages: &[NewMessage],
    again: bool,
) -> Result<Batch, StoreError> {
    let files = new_files(tx, messages, again)?;
    let inserted = match again {
        true => tx.messages_import_again(conversation, messages)?,
        false => tx.messages_import(conversation, messages)?,
    };
    let mut differing = Differing::default();
    // On a first import no message is known, so the comparison costs nothing.
    if inserted.known > inserted.removed {
        for message in messages {
            match tx.message_by_id(&message.id) {
                Ok(known) => differing.compare(&known, message),
                // A message that cannot be opened cannot be compared; `verify` reports it, and the import continues.
                Err(StoreError::NotFound(_) | StoreError::DatabaseDamaged(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(Batch {
        inserted,
        differing,
        files,
    })
}

/// Counts the files that new messages of a batch refer to.
fn new_files(tx: &mut WriteTx<'_>, messages: &[NewMessage], again: bool) -> Result<u64, StoreError> {
    let mut files = 0;
    for message in messages {
        let named = files_of(&message.body);
        if named > 0 && is_new(tx, &message.id, again)? {
            files += named;
        }
    }
    Ok(files)
}

/// Returns whether a message will be written: it is not in the vault, or it was removed and comes back.
pub(crate) fn is_new(tx: &mut WriteTx<'_>, id: &MessageId, again: bool) -> Result<bool, StoreError> {
    Ok(match tx.reply_state(id)? {
        ReplyState::Absent => true,
        ReplyState::Deleted => again,
        ReplyState::Present => false,
    })
}

impl Differing {
    fn compare(&mut self, known: &Message, message: &NewMessage) {
        let body = known.body.as_ref();
        let text = body.is_some_and(|body| body.as_text() != message.body.as_text())
            || known.deleted_at.is_none() && known.edited_at != message.edited_at;
        // A source without the file does not contradict the known one.
        let file = body.is_some_and(|body| path(body) != path(&message.body) && !is_left_out(&message.body));
        let direction = known.direction != message.direction;
        let fields = body
            .map(|body| other_fields(known, body, message))
            .unwrap_or_default();
        self.messages += u64::from(text || file || direction || !fields.is_empty());
        self.texts += u64::from(text);
        self.files += u64::from(file);
        self.directions += u64::from(direction);
        for field in fields {
            count_some(&mut self.fields, &field, FIELDS, 1);
        }
    }
}

/// The name of another attribute that differs, in the source's terms.
fn other_fields(known: &Message, body: &Body, message: &NewMessage) -> BTreeSet<String> {
    let mut fields = BTreeSet::new();
    let (ours, theirs) = (body.attributes(), message.body.attributes());
    let mut differs = |name: &str, is_other: bool| {
        if is_other {
            fields.insert(name.chars().take(64).collect());
        }
    };
    differs("reply", known.reply_to != message.reply_to);
    differs("forwarded_from", ours.forwarded_from != theirs.forwarded_from);
    // If the text differs, the formatting differs too.
    let is_same_text = body.as_text() == message.body.as_text();
    differs("formatting", is_same_text && ours.entities != theirs.entities);
    match (&ours.media, &theirs.media) {
        (None, None) => {}
        // If the file differs, its description differs too.
        _ if path(body) != path(&message.body) => {}
        (Some(ours), Some(theirs)) => {
            differs("file_size", ours.size != theirs.size);
            differs("file_name", ours.name != theirs.name);
            differs("mime_type", ours.mime != theirs.mime);
            differs(
                &theirs.kind,
                ours.kind != theirs.kind || ours.details != theirs.details,
            );
        }
        (Some(media), None) | (None, Some(media)) => differs(&media.kind, true),
    }
    let of = |body: &'_ Body| {
        body.source()
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default()
    };
    let (ours, theirs) = (of(body), of(&message.body));
    for key in ours.keys().chain(theirs.keys()) {
        differs(key, ours.get(key) != theirs.get(key));
    }
    fields
}

/// The files that a message refers to: its own, its thumbnail, a contact card.
fn files_of(body: &Body) -> u64 {
    let beside = |key: &str| {
        let details = body.attributes().media.as_ref()?.details.as_ref()?;
        details.get(key)?.as_str().filter(|path| !path.is_empty())
    };
    let named = [path(body), beside("thumbnail"), beside("contact_vcard")];
    named
        .into_iter()
        .flatten()
        .filter(|path| !is_words(path))
        .map(|_| 1)
        .sum()
}

/// Placeholders that Telegram Desktop writes instead of a file name.
fn is_left_out(body: &Body) -> bool {
    path(body).is_some_and(is_words)
}

fn is_words(path: &str) -> bool {
    (path.starts_with("(File ") || path.starts_with("(Photo ")) && path.ends_with(')')
}

fn path(body: &Body) -> Option<&str> {
    let path = body.attributes().media.as_ref()?.path.as_deref();
    path.filter(|path| !path.is_empty())
}

/// Returns whether the error means that something is not in the vault, rather than that it could not be read.
pub(crate) fn is_absent<T>(found: Result<T, StoreError>) -> Result<bool, StoreError> {
    match found {
        Ok(_) => Ok(false),
        Err(StoreError::NotFound(_)) => Ok(true),
        Err(error) => Err(error),
    }
}
