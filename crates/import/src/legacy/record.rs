//! Records read from a legacy database. Their `Debug` shows no text, name or key.

use super::problem::Problem;

/// An item from the reader.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A row that was read.
    Record(Record),
    /// A row, or a field of one, that could not be read.
    Problem(Problem),
}

/// A row that was read.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// A contact.
    Contact(Contact),
    /// A setting.
    Setting(Setting),
    /// A message.
    Message(Message),
}

/// A row of `contacts`. Times are milliseconds since 1970, UTC.
#[derive(Clone, PartialEq, Eq)]
pub struct Contact {
    /// The application's id, usually a UUID.
    pub contact_id: String,
    /// The name as it was typed.
    pub display_name: String,
    /// The public key as the application stored it: base64 or hexadecimal text.
    pub public_key: String,
    /// Whether the user verified the key.
    pub is_verified: bool,
    /// Whether the contact was online at the last save.
    pub is_online: bool,
    /// When it was added; `None` if NULL or unreadable (in that case there is also a [`Problem`]).
    pub added_at: Option<i64>,
    /// When it was last online; `None` as above.
    pub last_seen: Option<i64>,
}

/// A row of `settings`.
#[derive(Clone, PartialEq, Eq)]
pub struct Setting {
    /// The key.
    pub key: String,
    /// The value: JSON text, validated and otherwise unchanged (no number is rounded).
    pub json: String,
    /// When it was set, milliseconds since 1970, UTC; `None` as for a contact.
    pub updated_at: Option<i64>,
}

/// A row of `messages`.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// The application's id, usually a UUID.
    pub message_id: String,
    /// The contact it was exchanged with, who may be missing from `contacts`.
    pub contact_id: String,
    /// The text, 0 to [`MAX_TEXT_BYTES`](super::rows::MAX_TEXT_BYTES) bytes.
    pub text: String,
    /// Whether the user sent it.
    pub is_outgoing: bool,
    /// Whether it was transmitted encrypted. (It is encrypted in the database either way.)
    pub is_encrypted: bool,
    /// When, milliseconds since 1970, UTC.
    pub timestamp: i64,
}

impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Contact")
            .field("contact_id", &self.contact_id)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Setting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Setting")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message")
            .field("message_id", &self.message_id)
            .field("bytes", &self.text.len())
            .finish_non_exhaustive()
    }
}
