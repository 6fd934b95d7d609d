//! Contacts and their display names.

use std::fmt;

use crate::id::ContactId;
use crate::limits::NAME_CHARS;
use crate::profile_picture::ProfilePicture;
use crate::public_key::PublicKey;
use crate::time::Timestamp;
use crate::visible::shows_nothing;

/// Why a contact was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContactError {
    /// A name needs at least one character.
    #[error("the name is empty; it must have 1 to 1,024 characters")]
    NameEmpty,
    /// A name without a visible character cannot be distinguished from another.
    #[error("the name has no visible character")]
    NameBlank(usize),
    /// The name is longer than [`NAME_CHARS`].
    #[error("the name has {0} characters; the limit is 1,024")]
    NameTooLong(usize),
    /// A contact without a public key cannot be verified.
    #[error("the contact has no public key, so there is nothing to verify")]
    NothingToVerify,
    /// A contact without a public key has no safety number.
    #[error("the contact has no public key, so it has no safety number")]
    NoSafetyNumber,
    /// A safety number covers two keys, so the vault's own key is needed.
    #[error(
        "a safety number of 60 digits covers two keys, and your own is not set; set identity.public_key first"
    )]
    NoOwnKey,
    /// A last-seen time far ahead of the clock would hide every later one.
    #[error("the last-seen time {0} is more than a day ahead of the clock")]
    SeenAhead(Timestamp),
    /// Muting until a time in the past has no effect.
    #[error("cannot mute until {until}: that time has passed; it is {now}")]
    MuteOver {
        /// The time passed in.
        until: Timestamp,
        /// The time now.
        now: Timestamp,
    },
    /// The vault's own user is not a contact.
    #[error("the id is the vault's own, which stands for you as a member of groups; use another id")]
    OwnId,
    /// A blocked contact sent a message or offered a file.
    #[error("the contact has been blocked since {0}; their messages and files are refused")]
    Blocked(Timestamp),
}

/// A name of 1 to 1,024 characters, at least one of them visible. It is stored exactly; escape it before showing it on
/// a terminal.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DisplayName(String);

impl DisplayName {
    /// Checks a name.
    ///
    /// # Errors
    /// [`ContactError::NameEmpty`], [`ContactError::NameBlank`] or [`ContactError::NameTooLong`].
    pub fn new(name: impl Into<String>) -> Result<Self, ContactError> {
        let name = name.into();
        let chars = name.chars().count();
        if chars == 0 {
            return Err(ContactError::NameEmpty);
        }
        if chars > NAME_CHARS {
            return Err(ContactError::NameTooLong(chars));
        }
        if shows_nothing(&name) {
            return Err(ContactError::NameBlank(chars));
        }
        Ok(Self(name))
    }

    /// A name from a source that does not check names: an empty one becomes `fallback`, a long one is truncated, and
    /// one without a visible character stays as it is.
    #[must_use]
    pub fn lenient(name: &str, fallback: &str) -> Self {
        let name = if name.is_empty() { fallback } else { name };
        let name: String = name.chars().take(NAME_CHARS).collect();
        Self(if name.is_empty() { "?".into() } else { name })
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DisplayName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DisplayName(«redacted»)")
    }
}

/// A contact to be created.
#[derive(Debug, Clone)]
pub struct NewContact {
    /// Its id.
    pub id: ContactId,
    /// Its name.
    pub display_name: DisplayName,
    /// The public key; may be empty.
    pub public_key: PublicKey,
    /// Whether the key was verified. Ignored if the key cannot be verified.
    pub is_verified: bool,
    /// When it was added.
    pub added_at: Timestamp,
    /// When it was last seen.
    pub last_seen: Option<Timestamp>,
}

impl NewContact {
    /// Returns whether the new contact will count as verified: `is_verified` is set and the key can be verified.
    #[must_use]
    pub const fn becomes_verified(&self) -> bool {
        self.is_verified && self.public_key.check_verifiable().is_ok()
    }
}

/// A contact's further state, as an export contains it.
#[derive(Debug, Clone, Default)]
pub struct ContactState {
    /// Whether it is online.
    pub is_online: bool,
    /// Its picture.
    pub profile_picture: Option<ProfilePicture>,
    /// Since when it is blocked.
    pub blocked_at: Option<Timestamp>,
    /// Until when the conversation is muted; [`Timestamp::MAX`] means forever.
    pub muted_until: Option<Timestamp>,
}

/// A contact as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// Its name; a name from an older build, or written with plain SQL, may break the rules of [`DisplayName`].
    pub display_name: String,
    /// The public key; may be empty.
    pub public_key: PublicKey,
    /// Whether the key was verified.
    pub is_verified: bool,
    /// Whether it is online.
    pub is_online: bool,
    /// When it was added.
    pub added_at: Timestamp,
    /// When it was last seen.
    pub last_seen: Option<Timestamp>,
    /// Its picture; like the name, an older one may break the rules.
    pub profile_picture: Option<String>,
    /// Since when it is blocked.
    pub blocked_at: Option<Timestamp>,
    /// Until when the conversation is muted; [`Timestamp::MAX`] means forever.
    pub muted_until: Option<Timestamp>,
}

impl Contact {
    /// Returns whether the conversation is muted at this time.
    #[must_use]
    pub fn is_muted(&self, now: Timestamp) -> bool {
        self.muted_until.is_some_and(|until| until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_limits() {
        assert_eq!(DisplayName::new(""), Err(ContactError::NameEmpty));
        assert_eq!(DisplayName::new(" \u{3000}\n"), Err(ContactError::NameBlank(3)));
        assert!(DisplayName::new("é".repeat(1_024)).is_ok());
        assert_eq!(
            DisplayName::new("é".repeat(1_025)),
            Err(ContactError::NameTooLong(1_025))
        );
        assert_eq!(
            DisplayName::lenient("", "Deleted account").as_str(),
            "Deleted account"
        );
        assert_eq!(DisplayName::lenient("  ", "Deleted account").as_str(), "  ");
        assert_eq!(DisplayName::lenient(&"x".repeat(2_000), "").as_str().len(), 1_024);
    }

    #[test]
    fn a_name_is_redacted() {
        assert_eq!(
            format!("{:?}", DisplayName::new("Bea").unwrap()),
            "DisplayName(«redacted»)"
        );
    }

    #[test]
    fn only_a_key_that_may_be_verified_is() {
        let becomes = |is_verified, bytes| {
            let new = NewContact {
                id: "bea".parse().unwrap(),
                display_name: DisplayName::new("Bea").unwrap(),
                public_key: PublicKey::kept(vec![1; bytes]).unwrap(),
                is_verified,
                added_at: Timestamp::MIN,
                last_seen: None,
            };
            new.becomes_verified()
        };
        assert!(becomes(true, 32));
        assert!(!becomes(false, 32) && !becomes(true, 31) && !becomes(false, 0));
    }

    #[test]
    fn muted_until_is_over_at_that_time() {
        let at = |ms| Timestamp::from_unix_ms(ms).unwrap();
        let contact = |muted_until| Contact {
            id: "bea".parse().unwrap(),
            display_name: "Bea".into(),
            public_key: PublicKey::default(),
            is_verified: false,
            is_online: false,
            added_at: Timestamp::MIN,
            last_seen: None,
            profile_picture: None,
            blocked_at: None,
            muted_until,
        };
        let muted = contact(Some(at(5)));
        assert_eq!([4, 5, 6].map(|now| muted.is_muted(at(now))), [true, false, false]);
        assert!(!contact(None).is_muted(at(4)));
    }
}
