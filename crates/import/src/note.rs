//! What an import tells a person, and what may be done about it.

use std::collections::BTreeMap;

pub(crate) use privatus_domain::counted;
use privatus_domain::grouped;
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

/// Counts by name, the most frequent first: `photo (3), poll (1)`.
pub(crate) fn listed(counts: &BTreeMap<String, u64>) -> String {
    let mut counts: Vec<(&String, &u64)> = counts.iter().collect();
    counts.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
    let names: Vec<String> = counts
        .into_iter()
        .map(|(name, count)| format!("{name} ({})", grouped(*count)))
        .collect();
    names.join(", ")
}

/// Counts under a name, as long as there are not too many; a source may give each message its own.
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
