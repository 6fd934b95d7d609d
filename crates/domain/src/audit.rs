//! The audit log: what is written down, and how it is read.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::json_text::JsonText;
use crate::resource::{Resource, ResourceKind};
use crate::time::Timestamp;
use crate::user::UserId;

/// Why something about the audit log was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// Neither one of [`Act::event_types`] nor in the log.
    #[error("an event of the audit log is of one of the types {known}, not {0:?}", known = Act::event_types().join(", "))]
    UnknownEvent(String),
    /// The form is `NUMBER:MAC`.
    #[error("a head of the audit log is written NUMBER:MAC, the MAC as 64 hexadecimal digits, not {0:?}")]
    Head(String),
    /// Entries are kept a day at least.
    #[error("entries are kept for 1 to 36,500 days, not {0}")]
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
    /// Secrets that did not open it, counted while it was locked; `success` is false.
    UnlockFailed => ("authentication", "unlock_failed");
    /// The vault was made.
    VaultCreate => ("vault", "create");
    /// The vault was made of a database of the specification.
    VaultAdopt => ("vault", "adopt");
    /// Its schema was brought up to date.
    SchemaUpgrade => ("vault", "schema_upgrade");
    /// What of its schema was not this build's was removed or made anew.
    SchemaRepair => ("vault", "schema_repair");
    /// Its schema is taken back, which begins right after this entry.
    SchemaDowngrade => ("vault", "schema_downgrade");
    /// The vault's own row was altered, and put right at an open.
    OwnRowRepair => ("vault", "row_repair");
    /// A check found what is not as it was written; `success` is false.
    VerifyFailed => ("vault", "verify_failed");
    /// The password was changed.
    PasswordChange => ("key", "password_change");
    /// The vault was opened by an older key ring than before; `success` is false.
    KeyRingRollback => ("key", "ring_rollback");
    /// A copy of the key ring that did not fit was made again; `success` is false when it could not be.
    KeyRingHeal => ("key", "ring_heal");
    /// What is known of this log was noted in the key ring, outside the database.
    KeyRingNote => ("key", "ring_note");
    /// Keys were found lost or altered when another was made.
    KeyLost => ("key", "lost");
    /// A key was given a time after which it should be replaced, or lost it.
    KeyExpiry => ("key", "expiry");
    /// The vault's own public key, of which safety numbers are made, was set, replaced or taken away.
    IdentityKey => ("key", "identity");
    /// A group got a new key.
    GroupKeyRotate => ("key", "group_rotate");
    /// A contact was added.
    ContactAdd => ("contact", "add");
    /// A contact got another name or picture.
    ContactChange => ("contact", "change");
    /// A contact's key was marked as verified.
    ContactVerify => ("contact", "verify");
    /// A contact got another public key.
    ContactKeyReplace => ("contact", "key_replace");
    /// A contact was blocked.
    ContactBlock => ("contact", "block");
    /// A contact is not blocked any more.
    ContactUnblock => ("contact", "unblock");
    /// A contact was removed with its messages.
    ContactRemove => ("contact", "remove");
    /// A group was made.
    GroupCreate => ("group", "create");
    /// A group's name, type, limit or settings were changed.
    GroupChange => ("group", "change");
    /// A group was removed with its messages.
    GroupRemove => ("group", "remove");
    /// A member was added.
    MemberAdd => ("membership", "add");
    /// A member got another role.
    MemberRole => ("membership", "role");
    /// A member's permissions or name in the group were changed.
    MemberChange => ("membership", "change");
    /// The group has another owner.
    MemberTransfer => ("membership", "transfer");
    /// A member left.
    MemberLeave => ("membership", "leave");
    /// A member was removed.
    MemberRemove => ("membership", "remove");
    /// A contact may not come back.
    MemberBan => ("membership", "ban");
    /// A contact may come back.
    MemberUnban => ("membership", "unban");
    /// A grant was given or changed.
    AccessGrant => ("access", "grant");
    /// A grant was taken back.
    AccessRevoke => ("access", "revoke");
    /// A user was refused what it asked for; `success` is false.
    AccessRefuse => ("access", "refuse");
    /// A history was taken in.
    HistoryImport => ("history", "import");
    /// Everything was written out in plain.
    HistoryExport => ("history", "export");
    /// Entries from before the chain were taken into it, or a loss was accepted: up to where numbers may be missing.
    AuditSettle => ("audit", "settle");
    /// This log, or the schema, is not what the key ring notes; `success` is false.
    AuditContradicted => ("audit", "contradicted");
    /// This log was written out.
    AuditExport => ("audit", "export");
    /// Old entries of this log were removed.
    AuditPrune => ("audit", "prune");
    /// A security event was resolved.
    SecurityResolve => ("security", "resolve");
}

impl Act {
    /// Every event type of an act, each once.
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

/// An entry to be written.
#[derive(Debug, Clone)]
pub struct NewAuditEntry {
    /// When it happened.
    pub at: Timestamp,
    /// What.
    pub act: Act,
    /// Who; `None` is the vault's own user.
    pub user: Option<UserId>,
    /// To what.
    pub on: Option<Resource>,
    /// To what kind of thing, where `on` names none.
    pub kind: Option<ResourceKind>,
    /// More of it, sealed; never a key, a password or a message.
    pub details: Option<JsonText>,
    /// Whether it was done.
    pub success: bool,
    /// Why not.
    pub error: Option<String>,
}

impl NewAuditEntry {
    /// Something that was done.
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

    /// The same, to a resource.
    #[must_use]
    pub fn on(mut self, on: Resource) -> Self {
        self.on = Some(on);
        self
    }

    /// The same, with details.
    #[must_use]
    pub fn with(mut self, details: impl Into<JsonText>) -> Self {
        self.details = Some(details.into());
        self
    }

    /// Something that failed or was refused, and why.
    #[must_use]
    pub fn failed(mut self, why: &str) -> Self {
        self.success = false;
        self.error = Some(why.to_owned());
        self
    }
}

/// An entry as it is read. Texts are as they stand: another build may have written acts that this one does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditEntry {
    /// Its number.
    pub log_id: i64,
    /// When; `None` in rows of another application.
    pub timestamp: Option<Timestamp>,
    /// [`Act::event_type`]
    pub event_type: String,
    /// [`Act::action`]
    pub action: String,
    /// Who; `None` is the vault's own user.
    pub user_id: Option<String>,
    /// [`ResourceKind::as_str`]
    pub resource_type: Option<String>,
    /// Which one.
    pub resource_id: Option<String>,
    /// More of it.
    pub details: Option<JsonText>,
    /// Whether it was done.
    pub success: bool,
    /// Why not.
    pub error_message: Option<String>,
}

/// Which entries are wanted; every part that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// From this moment on.
    pub since: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
    /// Of this event type.
    pub event_type: Option<String>,
    /// Of this user.
    pub user: Option<UserId>,
    /// On resources of this kind, or on this one.
    pub on: Option<(ResourceKind, Option<String>)>,
    /// Only what failed or was refused.
    pub failed_only: bool,
    /// Only entries with a lower number: the next page.
    pub before: Option<i64>,
}

/// The newest entry and its MAC: kept elsewhere, it shows later that nothing at the end was cut off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditHead {
    /// Number of the entry; 0 when there is none yet.
    pub log_id: i64,
    /// Its MAC, keyed BLAKE2b-256.
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

    /// Reads `NUMBER:MAC`; blanks around it are passed over.
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
            // A sign would pass for a digit.
            if !pair.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return Err(refused());
            }
            *byte = u8::from_str_radix(pair, 16).map_err(|_| refused())?;
        }
        Ok(Self { log_id, mac })
    }
}

/// Where entries that are kept for this many days begin.
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

/// Days that entries are kept at most.
const DAYS_MAX: i64 = 36_500;

/// Milliseconds of a day.
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
