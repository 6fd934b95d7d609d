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
    /// A resolution says what was found or done.
    #[error("a resolution has 1 to 4,096 characters that are not all blanks, not {0}")]
    Resolution(usize),
    /// It is resolved already.
    #[error("the security event {0} is resolved already")]
    Resolved(i64),
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
    /// A check found what is not as it was written.
    Tampering,
    /// A user was refused what it asked for.
    AccessRefused,
    /// Many failures in a short time.
    ManyFailures,
    /// A contact's public key was replaced.
    PublicKeyReplaced,
}

impl SecurityKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Authentication,
        Self::KeyRingRollback,
        Self::Tampering,
        Self::AccessRefused,
        Self::ManyFailures,
        Self::PublicKeyReplaced,
    ];

    /// The value in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authentication => "authentication",
            Self::KeyRingRollback => "key_ring_rollback",
            Self::Tampering => "tampering",
            Self::AccessRefused => "access_refused",
            Self::ManyFailures => "many_failures",
            Self::PublicKeyReplaced => "public_key_replaced",
        }
    }
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
    /// Whether somebody looked at it.
    pub resolved: bool,
    /// When.
    pub resolved_at: Option<Timestamp>,
    /// What was found or done.
    pub resolution: Option<String>,
}
