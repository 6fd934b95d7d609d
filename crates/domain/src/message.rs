//! One message: as read, and as written.

use serde::Serialize;

use crate::body::Body;
use crate::id::{ConversationId, MessageId};
use crate::sender::{Sender, SenderRef};
use crate::time::Timestamp;

/// The direction of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Received.
    In,
    /// Sent.
    Out,
}

/// Why a message was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageError {
    /// The edit time is earlier than the message's own time.
    #[error("the edit time is before the message's own time")]
    EditedBeforeSent,
    /// The sender of an outgoing message is always the vault's user.
    #[error("an outgoing message cannot name a sender")]
    SenderOnOutgoing,
    /// A reply must be in the same conversation as the message it answers.
    #[error("message {message} answers {answered}, which is in another conversation")]
    RepliesElsewhere {
        /// The reply.
        message: MessageId,
        /// The message it answers.
        answered: MessageId,
    },
    /// An anonymous id is valid only in its own group.
    #[error("message {0} has an anonymous sender from another group")]
    AnonymousElsewhere(MessageId),
    /// In a group that is not anonymous, members have names.
    #[error("message {0} has an anonymous sender in a group that is not anonymous")]
    AnonymousInNamed(MessageId),
}

/// A message to write: sent, received or imported.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// Its id; if the vault already has a message with this id, nothing is written.
    pub id: MessageId,
    /// Its direction.
    pub direction: Direction,
    /// Who wrote it; ignored when outgoing.
    pub sender: SenderRef,
    /// Its content.
    pub body: Body,
    /// When it was sent. Never changes.
    pub at: Timestamp,
    /// When it was last edited.
    pub edited_at: Option<Timestamp>,
    /// When it was deleted; the message is then a tombstone, and its body is not written.
    pub deleted_at: Option<Timestamp>,
    /// The message it answers, whether the vault has it or not.
    pub reply_to: Option<MessageId>,
    /// Whether it was transmitted encrypted.
    pub was_encrypted: bool,
    /// Whether it counts as read.
    pub is_read: bool,
}

impl NewMessage {
    /// Creates a received message, unread.
    #[must_use]
    pub const fn received(id: MessageId, sender: SenderRef, body: Body, at: Timestamp) -> Self {
        Self {
            id,
            direction: Direction::In,
            sender,
            body,
            at,
            edited_at: None,
            deleted_at: None,
            reply_to: None,
            was_encrypted: true,
            is_read: false,
        }
    }

    /// Creates a sent message.
    #[must_use]
    pub fn sent(id: MessageId, body: Body, at: Timestamp) -> Self {
        Self {
            direction: Direction::Out,
            is_read: true,
            ..Self::received(id, SenderRef::Nobody, body, at)
        }
    }

    /// Checks the rules that involve several fields (the specification's `check_timestamp_order`).
    ///
    /// # Errors
    /// [`MessageError`] names the rule.
    pub fn check(&self) -> Result<(), MessageError> {
        if self.edited_at.is_some_and(|edited| edited < self.at) {
            return Err(MessageError::EditedBeforeSent);
        }
        if self.direction == Direction::Out && self.sender != SenderRef::Nobody {
            return Err(MessageError::SenderOnOutgoing);
        }
        Ok(())
    }
}

/// What the vault knows about the message that a reply answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyState {
    /// The vault has the message.
    Present,
    /// The vault had the message, but it was deleted.
    Deleted,
    /// The vault does not have the message, at least not yet.
    Absent,
}

/// A message as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// The conversation it is in.
    pub conversation: ConversationId,
    /// Its direction.
    pub direction: Direction,
    /// Who wrote it; `None` when outgoing.
    pub sender: Option<Sender>,
    /// Its content; `None` when deleted.
    pub body: Option<Body>,
    /// When it was sent.
    pub at: Timestamp,
    /// When it was last edited.
    pub edited_at: Option<Timestamp>,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
    /// When it was written to the vault.
    pub arrived_at: Timestamp,
    /// Whether it was transmitted encrypted.
    pub was_encrypted: bool,
    /// Whether it has been read.
    pub is_read: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_is_never_older_than_its_message() {
        let at = Timestamp::from_unix_ms(1_000).unwrap();
        let mut message = NewMessage::sent("a".parse().unwrap(), Body::text("x").unwrap(), at);
        message.edited_at = Some(at);
        assert_eq!(message.check(), Ok(()));
        message.edited_at = Timestamp::from_unix_ms(999).ok();
        assert_eq!(message.check(), Err(MessageError::EditedBeforeSent));
    }

    #[test]
    fn an_outgoing_message_names_nobody() {
        let at = Timestamp::from_unix_ms(0).unwrap();
        let mut message = NewMessage::sent("a".parse().unwrap(), Body::text("").unwrap(), at);
        message.sender = SenderRef::Contact("c".parse().unwrap());
        assert_eq!(message.check(), Err(MessageError::SenderOnOutgoing));
    }

    #[test]
    fn what_was_sent_is_read_and_what_came_is_not() {
        let at = Timestamp::from_unix_ms(0).unwrap();
        let (id, body) = ("a".parse::<MessageId>().unwrap(), Body::text("").unwrap());
        let sent = NewMessage::sent(id.clone(), body.clone(), at);
        let received = NewMessage::received(id, SenderRef::Nobody, body, at);
        assert_eq!((sent.direction, sent.is_read), (Direction::Out, true));
        assert_eq!((received.direction, received.is_read), (Direction::In, false));
    }
}
