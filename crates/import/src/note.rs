//! What an import tells a person, and what may be done about it.

use serde::{Serialize, Serializer};

/// A sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What is so.
    pub text: String,
    /// What helps, where something does. How that is typed or clicked is the caller's to say.
    pub advice: Option<Advice>,
}

/// What a person may do about a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advice {
    /// Say who is the vault's user: nobody is known to be.
    User,
    /// Say who else is: that one was a guess.
    OtherUser,
    /// Say by id who is, so that the account is known.
    UserById,
    /// Remove the chat and import it again.
    Again,
    /// Say that what was removed shall come back.
    Return,
    /// Try passwords further.
    MoreIterations,
    /// Say in which zone the source's local times are: the machine says none.
    Zone,
    /// Say in which other zone they are.
    OtherZone,
    /// Replace the setting of this name.
    Setting(String),
    /// Look at the contacts.
    Contacts,
    /// Look at the grants of access control.
    Grants,
    /// Take what gives rights too, where somebody vouches for the file.
    Trust,
    /// Compare safety numbers, and verify the contacts again.
    Verify,
    /// Look at the security events.
    SecurityEvents,
    /// Set the settings by hand.
    Settings,
}

impl Note {
    /// A note about which something can be done.
    pub(crate) fn with(text: impl Into<String>, advice: Advice) -> Self {
        Self {
            text: text.into(),
            advice: Some(advice),
        }
    }
}

impl<T: Into<String>> From<T> for Note {
    fn from(text: T) -> Self {
        Self {
            text: text.into(),
            advice: None,
        }
    }
}

impl Serialize for Note {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}
