//! The audit log: its entries, and how they are filtered.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::json_text::JsonText;
use crate::resource::{Resource, ResourceKind};
use crate::time::Timestamp;
use crate::user::UserId;

/// Why an audit log request was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// The type is not in [`Act::event_types`] and does not occur in the log.
    #[error("unknown audit event type {0:?}; the types are {known}", known = Act::event_types().join(", "))]
    UnknownEvent(String),
    /// The form is `NUMBER:MAC`.
    #[error("not a head of the audit log: {0:?}; write NUMBER:MAC, the MAC as 64 hexadecimal digits")]
    Head(String),
    /// The file with this name has none.
    #[error(
        "{0} contains no head of the audit log; a head is NUMBER:MAC, with the MAC as 64 hexadecimal digits"
    )]
    NoHead(String),
    /// Entries are kept for at least one day.
    #[error("the number of days must be between 1 and 36,500, got {0}")]
    Days(i64),
}

macro_rules! acts {
    ($($(#[$doc:meta])* $name:ident => ($event:literal, $action:literal);)+) => {
        /// A security-relevant act: `event_type` and `action` of its entry.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Act {
            $($(#[$doc])* $name,)+
        }

        impl Act {
            /// Every act, in the order of the documents.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// `audit_log.event_type`
            #[must_use]
            pub const fn event_type(self) -> &'static str {
                match self { $(Self::$name => $event,)+ }
            }

            /// `audit_log.action`
            #[must_use]
            pub const fn action(self) -> &'static str {
                match self { $(Self::$name => $action,)+ }
            }
        }
    };
}

acts! {
    /// The vault was opened.
    Unlock => ("authentication", "unlock");
    /// Failed unlock attempts, counted while the vault was locked; `success` is false.
    UnlockFailed => ("authentication", "unlock_failed");
    /// The vault was created.
    VaultCreate => ("vault", "create");
    /// The vault was created from a database with the specification's schema.
    VaultAdopt => ("vault", "adopt");
    /// Its schema was brought up to date.
    SchemaUpgrade => ("vault", "schema_upgrade");
    /// Schema objects that are not this build's were removed or created again.
    SchemaRepair => ("vault", "schema_repair");
    /// The schema is taken back; this entry comes right before.
    SchemaDowngrade => ("vault", "schema_downgrade");
    /// The vault's own row had been altered; opening the vault restored it.
    OwnRowRepair => ("vault", "row_repair");
    /// A check found data that is not as it was written; `success` is false.
    VerifyFailed => ("vault", "verify_failed");
    /// The password was changed.
    PasswordChange => ("key", "password_change");
    /// The vault was opened with an older key ring than before; `success` is false.
    KeyRingRollback => ("key", "ring_rollback");
    /// A copy of the key ring that did not match was rewritten; `success` is false if that failed.
    KeyRingHeal => ("key", "ring_heal");
    /// The state of this log was noted in the key ring, outside the database.
    KeyRingNote => ("key", "ring_note");
    /// Creating a key revealed that others are lost or altered.
    KeyLost => ("key", "lost");
    /// A key's replacement date was set or cleared.
    KeyExpiry => ("key", "expiry");
    /// The vault's own public key, from which safety numbers are computed, was set, replaced or removed.
    IdentityKey => ("key", "identity");
    /// A group got a new key.
    GroupKeyRotate => ("key", "group_rotate");
    /// A contact was added.
    ContactAdd => ("contact", "add");
    /// A contact's name or picture changed.
    ContactChange => ("contact", "change");
    /// A contact's key was marked as verified.
    ContactVerify => ("contact", "verify");
    /// A contact's public key was replaced.
    ContactKeyReplace => ("contact", "key_replace");
    /// A contact was blocked.
    ContactBlock => ("contact", "block");
    /// A contact was unblocked.
    ContactUnblock => ("contact", "unblock");
    /// A contact was removed with its messages.
    ContactRemove => ("contact", "remove");
    /// A group was created.
    GroupCreate => ("group", "create");
    /// A group's name, type, limit or settings were changed.
    GroupChange => ("group", "change");
    /// A group was removed with its messages.
    GroupRemove => ("group", "remove");
    /// A member was added.
    MemberAdd => ("membership", "add");
    /// A member's role changed.
    MemberRole => ("membership", "role");
    /// A member's permissions or name in the group were changed.
    MemberChange => ("membership", "change");
    /// The group was handed over to another owner.
    MemberTransfer => ("membership", "transfer");
    /// A member left.
    MemberLeave => ("membership", "leave");
    /// A member was removed.
    MemberRemove => ("membership", "remove");
    /// A contact was banned from a group.
    MemberBan => ("membership", "ban");
    /// A ban was lifted.
    MemberUnban => ("membership", "unban");
    /// A grant was created or changed.
    AccessGrant => ("access", "grant");
    /// A grant was revoked.
    AccessRevoke => ("access", "revoke");
    /// A user was refused a request; `success` is false.
    AccessRefuse => ("access", "refuse");
    /// A history was imported.
    HistoryImport => ("history", "import");
    /// Everything was exported unencrypted.
    HistoryExport => ("history", "export");
    /// Entries from before the chain were added to it, or a loss was accepted; records up to which number entries may
    /// be missing.
    AuditSettle => ("audit", "settle");
    /// This log, or the schema, does not match what the key ring notes; `success` is false.
    AuditContradicted => ("audit", "contradicted");
    /// This log was exported.
    AuditExport => ("audit", "export");
    /// Old entries of this log were removed.
    AuditPrune => ("audit", "prune");
    /// A security event was resolved.
    SecurityResolve => ("security", "resolve");
}

impl Act {
    /// Every event type, each once.
    #[must_use]
    pub fn event_types() -> Vec<&'static str> {
        let mut types: Vec<&str> = Vec::new();
        for act in Self::ALL {
            if !types.contains(&act.event_type()) {
                types.push(act.event_type());
            }
        }
        types
    }
}

/// An entry to write.
#[derive(Debug, Clone)]
pub struct NewAuditEntry {
    /// When it happened.
    pub at: Timestamp,
    /// What was done.
    pub act: Act,
    /// The user who did it; `None` is the vault's own user.
    pub user: Option<UserId>,
    /// The resource it was done to.
    pub on: Option<Resource>,
    /// The kind of resource, if `on` is `None`.
    pub kind: Option<ResourceKind>,
    /// Details, sealed; never a key, a password or a message.
    pub details: Option<JsonText>,
    /// Whether it succeeded.
    pub success: bool,
    /// Why it failed.
    pub error: Option<String>,
}

impl NewAuditEntry {
    /// An entry for something that succeeded.
    #[must_use]
    pub const fn done(at: Timestamp, act: Act) -> Self {
        Self {
            at,
            act,
            user: None,
            on: None,
            kind: None,
            details: None,
            success: true,
            error: None,
        }
    }

    /// Names the resource that was acted on.
    #[must_use]
    pub fn on(mut self, on: Resource) -> Self {
        self.on = Some(on);
        self
    }

    /// Adds details.
    #[must_use]
    pub fn with(mut self, details: impl Into<JsonText>) -> Self {
        self.details = Some(details.into());
        self
    }

    /// An entry for something that failed or was refused, and why.
    #[must_use]
    pub fn failed(mut self, why: &str) -> Self {
        self.success = false;
        self.error = Some(why.to_owned());
        self
    }
}

/// An entry as read. Texts are returned as stored: another build may have written acts that this one does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditEntry {
    /// Its number.
    pub log_id: i64,
    /// When it happened; `None` in rows of another application.
    pub timestamp: Option<Timestamp>,
    /// [`Act::event_type`]
    pub event_type: String,
    /// [`Act::action`]
    pub action: String,
    /// The user who did it; `None` is the vault's own user.
    pub user_id: Option<String>,
    /// [`ResourceKind::as_str`]
    pub resource_type: Option<String>,
    /// The id of the resource.
    pub resource_id: Option<String>,
    /// Details.
    pub details: Option<JsonText>,
    /// Whether it succeeded.
    pub success: bool,
    /// Why it failed.
    pub error_message: Option<String>,
}

/// A filter for entries; an entry must match every field that is set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// At or after this time.
    pub since: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
    /// Of this event type.
    pub event_type: Option<String>,
    /// Of this user.
    pub user: Option<UserId>,
    /// On resources of this kind, or on this resource.
    pub on: Option<(ResourceKind, Option<String>)>,
    /// Only failures and refusals.
    pub failed_only: bool,
    /// Only entries with a lower number: the next page.
    pub before: Option<i64>,
}

/// The newest entry and its MAC. Stored elsewhere, it shows later whether entries were cut off at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditHead {
    /// The entry's number; 0 if there is no entry yet.
    pub log_id: i64,
    /// The entry's MAC, keyed BLAKE2b-256.
    pub mac: [u8; 32],
}

impl fmt::Display for AuditHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.log_id)?;
        self.mac.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for AuditHead {
    type Err = AuditError;

    /// Reads `NUMBER:MAC`; ignores surrounding whitespace.
    fn from_str(text: &str) -> Result<Self, AuditError> {
        let text = text.trim();
        let refused = || AuditError::Head(text.chars().take(100).collect());
        let (log_id, digits) = text.split_once(':').ok_or_else(refused)?;
        let log_id = log_id.parse().map_err(|_| refused())?;
        let mut mac = [0; 32];
        if digits.len() != 2 * mac.len() {
            return Err(refused());
        }
        for (byte, pair) in mac.iter_mut().zip(digits.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| refused())?;
            // Otherwise `parse` would accept a sign.
            if !pair.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return Err(refused());
            }
            *byte = u8::from_str_radix(pair, 16).map_err(|_| refused())?;
        }
        Ok(Self { log_id, mac })
    }
}

/// Returns the time of the oldest entry to keep when entries are kept for this many days.
///
/// # Errors
/// [`AuditError::Days`]
pub fn audit_kept_since(now: Timestamp, days: i64) -> Result<Timestamp, AuditError> {
    if !(1..=DAYS_MAX).contains(&days) {
        return Err(AuditError::Days(days));
    }
    let since = now.unix_ms().saturating_sub(days.saturating_mul(DAY_MS));
    Ok(Timestamp::from_unix_ms(since).unwrap_or(Timestamp::MIN))
}

/// The maximum number of days.
const DAYS_MAX: i64 = 36_500;

/// Milliseconds per day.
const DAY_MS: i64 = 86_400_000;

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn heads_are_read_back() {
        let head = AuditHead {
            log_id: 12,
            mac: [0xa7; 32],
        };
        let shown = head.to_string();
        assert_eq!(shown, format!("12:{}", "a7".repeat(32)));
        assert_eq!(format!("  {shown}\n").parse(), Ok(head.clone()));
        assert_eq!(shown.to_uppercase().parse(), Ok(head));
        for wrong in [
            "",
            "12",
            "12:",
            ":a7",
            &shown[1..shown.len() - 1],
            &format!("12:{}", "+7".repeat(32)),
            &format!("12:{}", "é".repeat(32)),
            &format!("x{shown}"),
        ] {
            let error = wrong.parse::<AuditHead>().unwrap_err().to_string();
            assert!(error.contains("NUMBER:MAC"), "{wrong}: {error}");
        }
    }

    #[test]
    fn the_table_of_the_document_has_every_act() {
        let page = include_str!("../../../docs/DATA_MODEL.md");
        let (_, rest) = page.split_once("<!-- acts: begin -->").unwrap();
        let (table, _) = rest.split_once("<!-- acts: end -->").unwrap();
        let listed: Vec<&str> = table
            .lines()
            .filter(|line| line.starts_with("| `"))
            .filter_map(|line| line.rsplit_once(" | ").map(|(act, _)| act))
            .collect();
        let acts: Vec<String> = Act::ALL
            .iter()
            .map(|act| format!("| `{}` | `{}`", act.event_type(), act.action()))
            .collect();
        assert_eq!(listed, acts);
    }

    #[test]
    fn days_have_limits() {
        let now = Timestamp::parse("2025-06-15T12:00:00Z").unwrap();
        assert_eq!(
            audit_kept_since(now, 365).unwrap().to_sql(),
            "2024-06-15 12:00:00.000"
        );
        assert!(audit_kept_since(now, 36_500).is_ok());
        for days in [0, -1, 36_501, i64::MAX, i64::MIN] {
            assert_eq!(audit_kept_since(now, days), Err(AuditError::Days(days)));
        }
    }

    #[test]
    fn no_two_acts_are_written_alike() {
        let written: HashSet<_> = Act::ALL
            .iter()
            .map(|act| (act.event_type(), act.action()))
            .collect();
        assert_eq!(written.len(), Act::ALL.len());
    }

    #[test]
    fn each_event_type_is_listed_once() {
        let types = Act::event_types();
        let listed: HashSet<_> = types.iter().copied().collect();
        let of_acts: HashSet<_> = Act::ALL.iter().map(|act| act.event_type()).collect();
        assert_eq!((listed.len(), &listed), (types.len(), &of_acts));
    }
}
