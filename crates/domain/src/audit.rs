//! The audit log: what is written down, and how it is read.

use serde::Serialize;

use crate::json_text::JsonText;
use crate::resource::{Resource, ResourceKind};
use crate::time::Timestamp;
use crate::user::UserId;

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
    /// A check found what is not as it was written; `success` is false.
    VerifyFailed => ("vault", "verify_failed");
    /// The password was changed.
    PasswordChange => ("key", "password_change");
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
    /// The head of this log was written out.
    AuditExport => ("audit", "export");
    /// Old entries of this log were removed.
    AuditPrune => ("audit", "prune");
    /// A security event was resolved.
    SecurityResolve => ("security", "resolve");
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_acts_are_written_alike() {
        let written: HashSet<_> = Act::ALL
            .iter()
            .map(|act| (act.event_type(), act.action()))
            .collect();
        assert_eq!(written.len(), Act::ALL.len());
    }
}
