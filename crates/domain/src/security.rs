//! Security events: what a person should look at, and whether somebody did.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::json_text::JsonText;
use crate::time::Timestamp;
use crate::user::UserId;

/// Why a request about security events was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecurityError {
    /// The severity is not one of the specification's four.
    #[error("unknown severity {0:?}; use low, medium, high or critical")]
    UnknownSeverity(String),
    /// The type is not one of [`SecurityKind::ALL`].
    #[error("unknown security event type {0:?}; the types are {known}", known = known())]
    UnknownKind(String),
    /// A resolution must say what was found or done.
    #[error("a resolution must have 1 to 4,096 characters, not all of them blank; got {0}")]
    Resolution(usize),
    /// The event is already resolved.
    #[error("security event {0} is already resolved")]
    Resolved(i64),
}

fn known() -> String {
    SecurityKind::ALL.map(SecurityKind::as_str).join(", ")
}

/// The severity of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// `low`
    Low,
    /// `medium`
    Medium,
    /// `high`
    High,
    /// `critical`
    Critical,
}

impl Severity {
    /// Every severity, lowest first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The severity of this many failed unlocks: medium, high from 5 on, critical from 20 on.
    #[must_use]
    pub const fn of_failed_unlocks(count: u32) -> Self {
        match count {
            0..5 => Self::Medium,
            5..20 => Self::High,
            20.. => Self::Critical,
        }
    }

    /// The value in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl FromStr for Severity {
    type Err = SecurityError;

    fn from_str(text: &str) -> Result<Self, SecurityError> {
        let found = Self::ALL.into_iter().find(|one| one.as_str() == text);
        found.ok_or_else(|| SecurityError::UnknownSeverity(text.to_owned()))
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The type of an event: `security_events.event_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SecurityKind {
    /// Failed attempts to unlock the vault.
    Authentication,
    /// The key ring is older than one that the vault was opened with before.
    KeyRingRollback,
    /// A copy of the key ring did not match the one that opened the vault.
    KeyRingCopy,
    /// A check found data that is not as it was written.
    Tampering,
    /// The audit log, or the schema, does not match what the key ring notes.
    AuditContradicted,
    /// A loss in the audit log was accepted.
    AuditLoss,
    /// A user was refused a request.
    AccessRefused,
    /// Many failures in a short time.
    ManyFailures,
    /// A contact's public key was replaced.
    PublicKeyReplaced,
    /// An import's source has another public key than the vault; the vault's key is kept.
    PublicKeyDiffers,
}

impl SecurityKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Authentication,
        Self::KeyRingRollback,
        Self::KeyRingCopy,
        Self::Tampering,
        Self::AuditContradicted,
        Self::AuditLoss,
        Self::AccessRefused,
        Self::ManyFailures,
        Self::PublicKeyReplaced,
        Self::PublicKeyDiffers,
    ];

    /// The value in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authentication => "authentication",
            Self::KeyRingRollback => "key_ring_rollback",
            Self::KeyRingCopy => "key_ring_copy",
            Self::Tampering => "tampering",
            Self::AuditContradicted => "audit_contradicted",
            Self::AuditLoss => "audit_loss",
            Self::AccessRefused => "access_refused",
            Self::ManyFailures => "many_failures",
            Self::PublicKeyReplaced => "public_key_replaced",
            Self::PublicKeyDiffers => "public_key_differs",
        }
    }
}

impl FromStr for SecurityKind {
    type Err = SecurityError;

    fn from_str(text: &str) -> Result<Self, SecurityError> {
        let found = Self::ALL.into_iter().find(|one| one.as_str() == text);
        found.ok_or_else(|| SecurityError::UnknownKind(text.to_owned()))
    }
}

/// This many failures within [`FAILURES_WINDOW_MS`] raise one [`SecurityKind::ManyFailures`] for that window. A
/// refusal counts once, and failed unlocks count each.
pub const MANY_FAILURES: u32 = 5;

/// The window in which failures are counted: 10 minutes.
pub const FAILURES_WINDOW_MS: i64 = 10 * 60 * 1_000;

/// Counts how many of these times, in order, are in the window that ends with the last one. Times ahead of it count
/// too; they remain after the clock was set back.
#[must_use]
pub fn failures_within_window(moments: &[Timestamp]) -> usize {
    let Some(last) = moments.last() else {
        return 0;
    };
    let since = last.unix_ms().saturating_sub(FAILURES_WINDOW_MS);
    moments.iter().filter(|at| at.unix_ms() > since).count()
}

/// What was found or done about an event: 1 to 4,096 characters, not all blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution(Box<str>);

impl Resolution {
    /// Checks a text.
    ///
    /// # Errors
    /// [`SecurityError::Resolution`].
    pub fn new(text: &str) -> Result<Self, SecurityError> {
        let chars = text.chars().count();
        if chars > RESOLUTION_CHARS || text.chars().all(char::is_whitespace) {
            return Err(SecurityError::Resolution(chars));
        }
        Ok(Self(text.into()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The maximum number of characters in a resolution.
const RESOLUTION_CHARS: usize = 4_096;

/// A filter for events; an event must match every field that is set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SecurityFilter {
    /// Of at least this severity.
    pub severity: Option<Severity>,
    /// Of this type.
    pub kind: Option<SecurityKind>,
    /// Only unresolved events.
    pub unresolved_only: bool,
    /// Only events with a lower number: the next page.
    pub before: Option<i64>,
}

/// An event to write.
#[derive(Debug, Clone)]
pub struct NewSecurityEvent {
    /// When it happened.
    pub at: Timestamp,
    /// Its type.
    pub kind: SecurityKind,
    /// Its severity.
    pub severity: Severity,
    /// The user who caused it; `None` is the vault's own user, or unknown.
    pub user: Option<UserId>,
    /// A sentence for a person, without names.
    pub description: String,
    /// Details, sealed.
    pub raw_data: Option<JsonText>,
}

/// An event as read. Texts are returned as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SecurityEvent {
    /// Its number.
    pub event_id: i64,
    /// When it happened; `None` in rows of another application.
    pub timestamp: Option<Timestamp>,
    /// [`SecurityKind::as_str`]
    pub event_type: String,
    /// Its severity.
    pub severity: Severity,
    /// The user who caused it.
    pub user_id: Option<String>,
    /// A sentence for a person.
    pub description: Option<String>,
    /// Details.
    pub raw_data: Option<JsonText>,
    /// Whether the details can no longer be opened.
    pub details_lost: bool,
    /// Whether it is resolved.
    pub resolved: bool,
    /// When it was resolved.
    pub resolved_at: Option<Timestamp>,
    /// What was found or done.
    pub resolution: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_read_back() {
        for kind in SecurityKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        for severity in Severity::ALL {
            assert_eq!(severity.as_str().parse(), Ok(severity));
            assert_eq!(severity.to_string(), severity.as_str());
        }
        let error = "probe".parse::<SecurityKind>().unwrap_err().to_string();
        assert!(
            error.contains("\"probe\"") && error.contains("key_ring_rollback"),
            "{error}"
        );
    }

    #[test]
    fn failed_unlocks_are_the_worse_the_more_they_are() {
        let severities = [1, 4, 5, 19, 20, u32::MAX].map(Severity::of_failed_unlocks);
        let expected = [
            Severity::Medium,
            Severity::Medium,
            Severity::High,
            Severity::High,
            Severity::Critical,
            Severity::Critical,
        ];
        assert_eq!(severities, expected);
    }

    #[test]
    fn the_table_of_the_document_has_every_kind() {
        let page = include_str!("../../../docs/DATA_MODEL.md");
        let (_, rest) = page.split_once("## Security events").unwrap();
        let (table, _) = rest.split_once("## ").unwrap();
        for kind in SecurityKind::ALL {
            assert!(
                table.contains(&format!("\n| `{}` |", kind.as_str())),
                "{}",
                kind.as_str()
            );
        }
        assert!(table.contains(&format!("{MANY_FAILURES} failures within 10 minutes")));
    }

    #[test]
    fn a_window_is_ten_minutes() {
        let at = |ms| Timestamp::from_unix_ms(1_750_000_000_000 + ms).unwrap();
        assert_eq!(FAILURES_WINDOW_MS, 600_000);
        assert_eq!(failures_within_window(&[]), 0);
        assert_eq!(failures_within_window(&[at(0), at(1), at(FAILURES_WINDOW_MS)]), 2);
        assert_eq!(
            failures_within_window(&[at(0), at(1), at(FAILURES_WINDOW_MS - 1)]),
            3
        );
        assert_eq!(
            failures_within_window(&[at(9_999_999), at(0)]),
            2,
            "a clock that was put back"
        );
    }

    #[test]
    fn a_resolution_says_something() {
        let said = Resolution::new("it was me").map(|said| said.as_str().to_owned());
        assert_eq!(said.as_deref(), Ok("it was me"));
        assert!(Resolution::new(&"é".repeat(4_096)).is_ok());
        for (text, chars) in [("", 0), (" \n", 2), (&"a".repeat(4_097), 4_097)] {
            assert_eq!(Resolution::new(text), Err(SecurityError::Resolution(chars)));
        }
    }
}
