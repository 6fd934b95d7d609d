//! Writing a batch, and looking whether what the vault has is what the source says.

use privatus_domain::{Body, ConversationId, Message, NewMessage, ReplyState};
use privatus_store::{Inserted, StoreError, WriteTx};

/// Of the messages that the vault had: how many differ in the source. They stay as they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Differing {
    /// In anything below.
    pub(crate) messages: u64,
    /// In their text or time of edit.
    pub(crate) texts: u64,
    /// In the file that they refer to, which may have been exported only now.
    pub(crate) files: u64,
    /// In who wrote them: the vault's user or somebody else.
    pub(crate) directions: u64,
}

/// What a batch did, as a report counts it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Batch {
    pub(crate) inserted: Inserted,
    pub(crate) differing: Differing,
    /// Of the messages that are new: those that name a file, which stays where it is.
    pub(crate) files: u64,
}

/// Writes a batch; also gives how many messages the vault had otherwise. With `again`, what was removed comes back.
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
    // A first import knows none, and pays nothing for this.
    if inserted.known > inserted.removed {
        for message in messages {
            match tx.message_by_id(&message.id) {
                Ok(known) => differing.compare(&known, message),
                // What does not open cannot be compared; `verify` names it, and the rest still comes over.
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

/// How many messages of a batch name a file, and are not in the vault yet.
fn new_files(tx: &mut WriteTx<'_>, messages: &[NewMessage], again: bool) -> Result<u64, StoreError> {
    let mut files = 0;
    let named = |message: &&NewMessage| path(&message.body).is_some() && !is_left_out(&message.body);
    for message in messages.iter().filter(named) {
        files += u64::from(match tx.reply_state(&message.id)? {
            ReplyState::Absent => true,
            ReplyState::Deleted => again,
            ReplyState::Present => false,
        });
    }
    Ok(files)
}

impl Differing {
    fn compare(&mut self, known: &Message, message: &NewMessage) {
        let body = known.body.as_ref();
        let text = body.is_some_and(|body| body.as_text() != message.body.as_text())
            || known.deleted_at.is_none() && known.edited_at != message.edited_at;
        // A source that leaves a file out says nothing against the one that is known.
        let file = body.is_some_and(|body| path(body) != path(&message.body) && !is_left_out(&message.body));
        let direction = known.direction != message.direction;
        self.messages += u64::from(text || file || direction);
        self.texts += u64::from(text);
        self.files += u64::from(file);
        self.directions += u64::from(direction);
    }
}

/// Telegram Desktop's words where a file would be named.
fn is_left_out(body: &Body) -> bool {
    path(body).is_some_and(|path| {
        (path.starts_with("(File ") || path.starts_with("(Photo ")) && path.ends_with(')')
    })
}

fn path(body: &Body) -> Option<&str> {
    let path = body.attributes().media.as_ref()?.path.as_deref();
    path.filter(|path| !path.is_empty())
}

/// Whether something is not in the vault; that it could not be read does not mean so.
pub(crate) fn is_absent<T>(found: Result<T, StoreError>) -> Result<bool, StoreError> {
    match found {
        Ok(_) => Ok(false),
        Err(StoreError::NotFound(_)) => Ok(true),
        Err(error) => Err(error),
    }
}
