//! Entries of the key store as they are listed: each key's purpose and use, never the key.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::time::Timestamp;

/// Why a key request was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyEntryError {
    /// The type is not one of [`KeyKind::ALL`].
    #[error("unknown key type {0:?}; the types are {known}", known = KeyKind::ALL.map(KeyKind::as_str).join(", "))]
    UnknownKind(String),
    /// A key cannot expire in the past.
    #[error("a key's expiry must be in the future: {at} is not after {now}", at = .at.to_rfc3339(), now = .now.to_rfc3339())]
    Past {
        /// The requested time.
        at: Timestamp,
        /// The time now.
        now: Timestamp,
    },
    /// A destroyed key cannot expire.
    #[error("key {0} has been destroyed")]
    Destroyed(u32),
    /// The number of days is out of range.
    #[error("the number of days must be between 0 and 36,500, got {0}")]
    Days(i64),
}

/// `key_store.key_type`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyKind {
    /// Seals a month's messages, or a column.
    Table,
    /// Seals what belongs to a group.
    Group,
    /// Hashes ids.
    Id,
    /// Computes the MACs of the audit log.
    Audit,
}

impl KeyKind {
    /// Every type.
    pub const ALL: [Self; 4] = [Self::Table, Self::Group, Self::Id, Self::Audit];

    /// The value in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Group => "group",
            Self::Id => "id",
            Self::Audit => "audit",
        }
    }
}

impl FromStr for KeyKind {
    type Err = KeyEntryError;

    fn from_str(text: &str) -> Result<Self, KeyEntryError> {
        let found = Self::ALL.into_iter().find(|one| one.as_str() == text);
        found.ok_or_else(|| KeyEntryError::UnknownKind(text.to_owned()))
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A filter for keys; a key must match every field that is set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KeyFilter {
    /// Of this type.
    pub kind: Option<KeyKind>,
    /// Expired, or expiring by this time.
    pub expiring_by: Option<Timestamp>,
}

/// A row of `key_store` without its key. Texts are returned as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyEntry {
    /// The number that sealed values name.
    pub key_number: u32,
    /// [`KeyKind::as_str`]
    pub key_type: String,
    /// Its purpose: `messages/2025-01`, `contacts.public_key`, a group's id.
    pub scope: String,
    /// How the key is wrapped.
    pub algorithm: String,
    /// When it was created.
    pub created_at: Option<Timestamp>,
    /// When it should be replaced; the key still works afterwards.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, as of the last count.
    pub last_used: Option<Timestamp>,
    /// How often it was used, as of the last count.
    pub usage_count: u64,
    /// Whether the key was destroyed and only its row is left.
    pub is_destroyed: bool,
}

/// Checks a key's new expiry.
///
/// # Errors
/// [`KeyEntryError::Past`]
pub fn checked_key_expiry(at: Timestamp, now: Timestamp) -> Result<Timestamp, KeyEntryError> {
    if at <= now {
        return Err(KeyEntryError::Past { at, now });
    }
    Ok(at)
}

/// The time this many days ahead.
///
/// # Errors
/// [`KeyEntryError::Days`]
pub fn key_expiry_ahead(now: Timestamp, days: i64) -> Result<Timestamp, KeyEntryError> {
    if !(0..=DAYS_MAX).contains(&days) {
        return Err(KeyEntryError::Days(days));
    }
    let at = now.unix_ms().saturating_add(days.saturating_mul(DAY_MS));
    Ok(Timestamp::from_unix_ms(at).unwrap_or(Timestamp::MAX))
}

/// The maximum number of days.
const DAYS_MAX: i64 = 36_500;

/// Milliseconds per day.
const DAY_MS: i64 = 86_400_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_is_read_back() {
        for kind in KeyKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        let error = "master".parse::<KeyKind>().unwrap_err().to_string();
        assert_eq!(
            error,
            "unknown key type \"master\"; the types are table, group, id, audit"
        );
    }

    #[test]
    fn what_expires_expires_in_the_future() {
        let now = Timestamp::parse("2025-06-15T12:00:00Z").unwrap();
        let later = key_expiry_ahead(now, 1).unwrap();
        assert_eq!(later.to_sql(), "2025-06-16 12:00:00.000");
        assert_eq!(checked_key_expiry(later, now), Ok(later));
        let error = checked_key_expiry(now, now).unwrap_err().to_string();
        assert!(error.contains("2025-06-15T12:00:00.000Z"), "{error}");
        assert_eq!(key_expiry_ahead(now, -1), Err(KeyEntryError::Days(-1)));
        assert_eq!(key_expiry_ahead(now, 36_501), Err(KeyEntryError::Days(36_501)));
    }

    #[test]
    fn a_type_is_shown_by_its_word() {
        assert_eq!(
            KeyKind::ALL.map(|kind| kind.to_string()),
            ["table", "group", "id", "audit"]
        );
    }
}
