//! Keys of the key store as they are listed: what each is for and how it was used, never the key.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::time::Timestamp;

/// Why something about a key was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyEntryError {
    /// Not one of [`KeyKind::ALL`].
    #[error("a key is of one of the types {known}, not {0:?}", known = KeyKind::ALL.map(KeyKind::as_str).join(", "))]
    UnknownKind(String),
    /// A key does not expire before it was told to.
    #[error("a key expires in the future: {at} is not after {now}", at = .at.to_rfc3339(), now = .now.to_rfc3339())]
    Past {
        /// The time asked for.
        at: Timestamp,
        /// The time it is.
        now: Timestamp,
    },
    /// There is nothing left that could expire.
    #[error("the key {0} is destroyed")]
    Destroyed(u32),
    /// Days are counted ahead.
    #[error("keys that expire within 0 to 36,500 days can be listed, not {0}")]
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
    /// Keys the MACs of the audit log.
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

/// Which keys are wanted; every part that is given must hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KeyFilter {
    /// Of this type.
    pub kind: Option<KeyKind>,
    /// Expiring up to this moment, or expired.
    pub expiring_by: Option<Timestamp>,
}

/// A row of `key_store` without its key. Texts are as they stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyEntry {
    /// The number that sealed values name.
    pub key_number: u32,
    /// [`KeyKind::as_str`]
    pub key_type: String,
    /// What it is for: `messages/2025-01`, `contacts.public_key`, a group's id.
    pub scope: String,
    /// How it is wrapped.
    pub algorithm: String,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// When it should be replaced; nothing is refused afterwards.
    pub expires_at: Option<Timestamp>,
    /// When it was used last, as of the last count.
    pub last_used: Option<Timestamp>,
    /// How often, as of the last count.
    pub usage_count: u64,
    /// Whether only the row is left of it.
    pub is_destroyed: bool,
}

/// Checks a time at which a key is to expire.
///
/// # Errors
/// [`KeyEntryError::Past`]
pub fn checked_key_expiry(at: Timestamp, now: Timestamp) -> Result<Timestamp, KeyEntryError> {
    if at <= now {
        return Err(KeyEntryError::Past { at, now });
    }
    Ok(at)
}

/// The moment so many days ahead.
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

/// Days ahead at most.
const DAYS_MAX: i64 = 36_500;

/// Milliseconds of a day.
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
            "a key is of one of the types table, group, id, audit, not \"master\""
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
