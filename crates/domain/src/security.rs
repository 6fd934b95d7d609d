//! Security events: what a person should look at, and whether it was.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::json_text::JsonText;
use crate::time::Timestamp;
use crate::user::UserId;

/// Why something about a security event was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecurityError {
    /// Not one of the specification's four.
    #[error("a severity is low, medium, high or critical, not {0:?}")]
    UnknownSeverity(String),
    /// Not one of [`SecurityKind::ALL`].
    #[error("a security event is of one of the types {known}, not {0:?}", known = known())]
    UnknownKind(String),
    /// A resolution says what was found or done.
    #[error("a resolution has 1 to 4,096 characters that are not all blanks, not {0}")]
    Resolution(usize),
    /// It is resolved already.
    #[error("the security event {0} is resolved already")]
    Resolved(i64),
}

fn known() -> String {
    SecurityKind::ALL.map(SecurityKind::as_str).join(", ")
}

/// How bad it is.
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
    /// Every severity, the least first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// That of so many failed unlocks: medium, high from 5 on, critical from 20 on.
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

/// What happened: `security_events.event_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SecurityKind {
    /// Secrets that did not open the vault.
    Authentication,
    /// The key ring is older than one the vault was opened with.
    KeyRingRollback,
    /// A copy of the key ring did not fit the one that opened the vault.
    KeyRingCopy,
    /// A check found what is not as it was written.
    Tampering,
    /// The audit log, or the schema, is not what the key ring notes.
    AuditContradicted,
    /// A loss in the audit log was accepted.
    AuditLoss,
    /// A user was refused what it asked for.
    AccessRefused,
    /// Many failures in a short time.
    ManyFailures,
    /// A contact's public key was replaced.
    PublicKeyReplaced,
    /// A source has another public key than the vault, whose key stays.
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

/// So many failures within [`FAILURES_WINDOW_MS`] are many: one [`SecurityKind::ManyFailures`] is written for a window.
/// A refusal counts once, failed unlocks as often as they were.
pub const MANY_FAILURES: u32 = 5;

/// The window in which failures are counted: 10 minutes.
pub const FAILURES_WINDOW_MS: i64 = 10 * 60 * 1_000;

/// How many of these moments, in order, lie in the window that ends with the last one; those ahead of it too, which a
/// clock that was put back leaves.
#[must_use]
pub fn failures_within_window(moments: &[Timestamp]) -> usize {
    let Some(last) = moments.last() else {
        return 0;
    };
    let since = last.unix_ms().saturating_sub(FAILURES_WINDOW_MS);
    moments.iter().filter(|at| at.unix_ms() > since).count()
}

/// What was found or done about an event: 1 to 4,096 characters, more than blanks.
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

/// Characters of a resolution.
const RESOLUTION_CHARS: usize = 4_096;

/// Which events are wanted; every part that is given must hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SecurityFilter {
    /// At least as bad as this.
    pub severity: Option<Severity>,
    /// Of this type.
    pub kind: Option<SecurityKind>,
    /// Only those that nobody resolved.
    pub unresolved_only: bool,
    /// Only events with a lower number: the next page.
    pub before: Option<i64>,
}

/// An event to be written.
#[derive(Debug, Clone)]
pub struct NewSecurityEvent {
    /// When it happened.
    pub at: Timestamp,
    /// What.
    pub kind: SecurityKind,
    /// How bad it is.
    pub severity: Severity,
    /// Whose act it was; `None` is the vault's own user or nobody known.
    pub user: Option<UserId>,
    /// A sentence for a person, without names.
    pub description: String,
    /// What is known of it, sealed.
    pub raw_data: Option<JsonText>,
}

/// An event as it is read. Texts are as they stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SecurityEvent {
    /// Its number.
    pub event_id: i64,
    /// When; `None` in rows of another application.
    pub timestamp: Option<Timestamp>,
    /// [`SecurityKind::as_str`]
    pub event_type: String,
    /// How bad it is.
    pub severity: Severity,
    /// Whose act it was.
    pub user_id: Option<String>,
    /// A sentence for a person.
    pub description: Option<String>,
    /// What is known of it.
    pub raw_data: Option<JsonText>,
    /// Whether what was known of it does not open any more.
    pub details_lost: bool,
    /// Whether somebody looked at it.
    pub resolved: bool,
    /// When.
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
