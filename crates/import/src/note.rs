//! Notes from an import for a person, and what they can do about them.

use std::collections::BTreeMap;

pub(crate) use privatus_domain::counted;
use privatus_domain::grouped;
use serde::{Serialize, Serializer};

/// A note: one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The fact.
    pub text: String,
    /// What helps, if anything. The caller decides how to phrase it as a command or button.
    pub advice: Option<Advice>,
}

/// What a person can do about a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advice {
    /// Say who the vault's user is; nobody is known to be.
    User,
    /// Say who the vault's user is; the assumed one was a guess.
    OtherUser,
    /// Say by id who the vault's user is, so that the account is known.
    UserById,
    /// Remove the chat and import it again.
    Again,
    /// Request that removed messages be imported again.
    Return,
    /// Search more iteration counts.
    MoreIterations,
    /// Name the time zone of the source's local times; the machine does not report one.
    Zone,
    /// Name another time zone.
    OtherZone,
    /// Replace the setting with this name.
    Setting(String),
    /// Review the contacts.
    Contacts,
    /// Review the grants of access control.
    Grants,
    /// Import the rights too, if somebody vouches for the file.
    Trust,
    /// Compare safety numbers and verify the contacts again.
    Verify,
    /// Review the security events.
    SecurityEvents,
    /// Set the settings manually.
    Settings,
}

impl Note {
    /// Creates a note with advice.
    pub(crate) fn with(text: impl Into<String>, advice: Advice) -> Self {
        Self {
            text: text.into(),
            advice: Some(advice),
        }
    }
}

/// Formats counts by name, the most frequent first: `photo (3), poll (1)`.
pub(crate) fn listed(counts: &BTreeMap<String, u64>) -> String {
    let mut counts: Vec<(&String, &u64)> = counts.iter().collect();
    counts.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
    let names: Vec<String> = counts
        .into_iter()
        .map(|(name, count)| format!("{name} ({})", grouped(*count)))
        .collect();
    names.join(", ")
}

/// Adds to the count under a name; the number of names is limited, since a source may give each message its own.
pub(crate) fn count_some(counts: &mut BTreeMap<String, u64>, name: &str, most: usize, more: u64) {
    let is_full = counts.len() >= most && !counts.contains_key(name);
    let name = if is_full { "others" } else { name };
    match counts.get_mut(name) {
        Some(count) => *count += more,
        None => {
            counts.insert(name.to_owned(), more);
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
