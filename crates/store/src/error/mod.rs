//! What can go wrong, as values that a client matches. A text says what is wrong and what helps; what to type is the
//! tool's to say.

mod convert;
mod kind;
mod missing;
mod ring_fault;
mod rule;
mod system;
mod too_new;

use std::error::Error;
use std::path::PathBuf;

use privatus_crypto::{KeyRingError, SecretError};
use privatus_domain::{
    AccessError, AuditError, BodyError, ContactError, GroupError, IdError, KeyEntryError, MemberError,
    MessageError, Permission, PictureError, PublicKeyError, Resource, ResourceError, SafetyNumberError,
    SecurityError, SettingError, TimestampError, TransferError, UserError, UserId,
};

pub use self::missing::Missing;
pub use self::ring_fault::{RingFault, UnusableRing};
pub use self::rule::Rule;
pub(crate) use self::system::NoInodes;
pub use self::system::SystemFault;
#[cfg(unix)]
pub(crate) use self::system::has_no_inodes;
pub use self::too_new::TooNew;
use crate::folder::Strange;

/// A refusal or failure of the store.
///
/// It is not `#[non_exhaustive]`, and on purpose: whoever maps it to codes or to words for a person, as the tool does, hears
/// of a new variant from the compiler. The rules that variants carry are.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No password, recovery code or key opens it.
    #[error(
        "wrong password or recovery code, or the key ring was altered; try again, or use the other secret"
    )]
    WrongSecret,
    /// An unlock that failed and could not be counted: `attempts.json` says less than was tried.
    #[error("{error}; this failed unlock is not counted: {why}")]
    Uncounted {
        /// Why it failed.
        error: Box<Self>,
        /// Why it is not counted.
        why: String,
    },
    /// A password or recovery code that cannot be one.
    #[error("{0}")]
    Secret(#[from] SecretError),
    /// There is no vault.
    #[error("{0} is not a vault ({1})")]
    NotAVault(PathBuf, &'static str),
    /// There is one already.
    #[error("{0} already holds a vault or a part of one ({1}); nothing was changed")]
    VaultExists(PathBuf, &'static str),
    /// The key ring is missing while a database stands there.
    #[error("the key ring of {0} is missing, but its database is there; put keyring.json back from a backup")]
    KeyRingMissing(PathBuf),
    /// The key ring is damaged or was altered.
    #[error("the key ring cannot be used: {0}")]
    KeyRingDamaged(#[source] KeyRingError),
    /// No copy of the key ring can be used; each is named.
    #[error("the key ring cannot be used: {}", ring_fault::listed(.0))]
    KeyRingUnusable(Vec<UnusableRing>),
    /// The database is missing while a key ring stands there.
    #[error("the database of {0} is missing, but its key ring is there; put privatus.db back from a backup")]
    DatabaseMissing(PathBuf),
    /// The database is damaged.
    #[error(
        "the database is damaged ({0}); nothing was deleted; restore a backup or copy the folder before any repair"
    )]
    DatabaseDamaged(String),
    /// The vault was written by a newer build.
    #[error("the vault is newer than this build knows: {0}; nothing was changed")]
    SchemaNewer(TooNew),
    /// A migration that this build knows differs from the one applied.
    #[error(
        "the vault's schema differs from what this build expects ({0}); use the build that made it, or a backup; nothing was changed"
    )]
    SchemaDiffers(String),
    /// A step of the schema failed, or did what it must not.
    #[error(
        "the vault's schema could not be changed ({0}); the step that failed left nothing; tell us, and use the build you had"
    )]
    MigrationFailed(String),
    /// A change of the schema needs more room than the disk has.
    #[error(
        "the disk has {free} bytes free, and changing the vault's schema needs {needed}: a copy of the database, and as much for the change; make space and try again; nothing was changed"
    )]
    NoRoom {
        /// Bytes that are needed.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// A vault was made, has its place, and could not be opened at once.
    #[error("the vault {} is made, and could not be opened at once: {why}; do not make it again", vault.display())]
    Made {
        /// The vault.
        vault: PathBuf,
        /// Why it could not be opened.
        why: Box<Self>,
    },
    /// No space is left.
    #[error("the disk is full; whole transactions were kept")]
    DiskFull,
    /// Somebody else holds it.
    #[error("another process holds the vault ({0}); wait for it or close it, then try again")]
    Busy(&'static str),
    /// Something else than a file of the vault's own stands at one of its names.
    #[error("{} {what}; a vault works with regular files that have one name; nothing was changed", file.display())]
    StrangeFile {
        /// The file.
        file: PathBuf,
        /// What it is.
        what: Strange,
    },
    /// The system does not let us.
    #[error(
        "permission denied or read-only: {0}; check who owns the folder and its files, and that they can be written"
    )]
    Denied(String),
    /// The system lacks something, or fails.
    #[error("{doing}: {fault}")]
    System {
        /// What was tried.
        doing: String,
        /// Why it cannot be done.
        fault: SystemFault,
    },
    /// The file system that the vault lies on is mounted read-only.
    #[error(
        "the vault lies on a file system that is mounted read-only: {0}; copy the vault to a disk that can be written"
    )]
    ReadOnly(&'static str),
    /// A rule about a grant is broken.
    #[error("refused: {0}")]
    Access(#[from] AccessError),
    /// A rule about the audit log is broken.
    #[error("refused: {0}")]
    Audit(#[from] AuditError),
    /// A rule about a message's body is broken.
    #[error("refused: {0}")]
    Body(#[from] BodyError),
    /// A rule about a contact, or about any name is broken.
    #[error("refused: {0}")]
    Contact(#[from] ContactError),
    /// A rule about a group is broken.
    #[error("refused: {0}")]
    Group(#[from] GroupError),
    /// A rule about an id is broken.
    #[error("refused: {0}")]
    Id(#[from] IdError),
    /// A rule about a key is broken.
    #[error("refused: {0}")]
    KeyEntry(#[from] KeyEntryError),
    /// A rule about a membership is broken.
    #[error("refused: {0}")]
    Member(#[from] MemberError),
    /// A rule about a message is broken.
    #[error("refused: {0}")]
    Message(#[from] MessageError),
    /// A rule about a profile picture is broken.
    #[error("refused: {0}")]
    Picture(#[from] PictureError),
    /// A rule about a public key is broken.
    #[error("refused: {0}")]
    PublicKey(#[from] PublicKeyError),
    /// A rule about what is granted is broken.
    #[error("refused: {0}")]
    Resource(#[from] ResourceError),
    /// A rule about a safety number is broken.
    #[error("refused: {0}")]
    SafetyNumber(#[from] SafetyNumberError),
    /// A rule about a security event is broken.
    #[error("refused: {0}")]
    Security(#[from] SecurityError),
    /// A rule about a setting is broken.
    #[error("refused: {0}")]
    Setting(#[from] SettingError),
    /// A rule about a time is broken.
    #[error("refused: {0}")]
    Timestamp(#[from] TimestampError),
    /// A rule about a file transfer is broken.
    #[error("refused: {0}")]
    Transfer(#[from] TransferError),
    /// A rule about a user's name is broken.
    #[error("refused: {0}")]
    User(#[from] UserError),
    /// A rule of the store itself is broken.
    #[error("refused: {0}")]
    Rule(#[from] Rule),
    /// What was named is not there.
    #[error("not found: {0}")]
    NotFound(#[from] Missing),
    /// The audit log is not what was written.
    #[error(
        "the audit log is broken: {0}; nothing was changed; compare with a backup, and with a head that was exported"
    )]
    AuditBroken(String),
    /// The session's user has no grant for it.
    #[error("access denied: {user} has no grant for {permission} on {on}")]
    AccessDenied {
        /// The user that the session is bound to.
        user: UserId,
        /// What was asked for.
        permission: Permission,
        /// On what.
        on: Resource,
    },
    /// The caller asked to stop.
    #[error("interrupted; whole transactions were kept")]
    Interrupted,
    /// Everything else.
    #[error("unexpected: {0}")]
    Unexpected(String),
}

impl StoreError {
    /// The rule that an input breaks, where this is a refusal: of the domain's rules or the store's own.
    #[must_use]
    pub fn broken_rule(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Access(rule) => Some(rule),
            Self::Audit(rule) => Some(rule),
            Self::Body(rule) => Some(rule),
            Self::Contact(rule) => Some(rule),
            Self::Group(rule) => Some(rule),
            Self::Id(rule) => Some(rule),
            Self::KeyEntry(rule) => Some(rule),
            Self::Member(rule) => Some(rule),
            Self::Message(rule) => Some(rule),
            Self::Picture(rule) => Some(rule),
            Self::PublicKey(rule) => Some(rule),
            Self::Resource(rule) => Some(rule),
            Self::SafetyNumber(rule) => Some(rule),
            Self::Security(rule) => Some(rule),
            Self::Setting(rule) => Some(rule),
            Self::Timestamp(rule) => Some(rule),
            Self::Transfer(rule) => Some(rule),
            Self::User(rule) => Some(rule),
            Self::Rule(rule) => Some(rule),
            Self::WrongSecret
            | Self::Uncounted { .. }
            | Self::Secret(_)
            | Self::NotAVault(..)
            | Self::VaultExists(..)
            | Self::KeyRingMissing(_)
            | Self::KeyRingDamaged(_)
            | Self::KeyRingUnusable(_)
            | Self::DatabaseMissing(_)
            | Self::DatabaseDamaged(_)
            | Self::SchemaNewer(_)
            | Self::SchemaDiffers(_)
            | Self::MigrationFailed(_)
            | Self::NoRoom { .. }
            | Self::Made { .. }
            | Self::DiskFull
            | Self::Busy(_)
            | Self::StrangeFile { .. }
            | Self::Denied(_)
            | Self::System { .. }
            | Self::ReadOnly(_)
            | Self::NotFound(_)
            | Self::AuditBroken(_)
            | Self::AccessDenied { .. }
            | Self::Interrupted
            | Self::Unexpected(_) => None,
        }
    }

    /// Whether a write of the store's own may wait for the next time: there is no room, another process holds the vault, or it
    /// may not be written. Anything else has to do with what stands in the database.
    pub(crate) const fn is_put_off(&self) -> bool {
        matches!(
            self,
            Self::DiskFull
                | Self::Busy(_)
                | Self::Denied(_)
                | Self::ReadOnly(_)
                | Self::System {
                    fault: SystemFault::NoInodes | SystemFault::FileTooLarge,
                    ..
                }
        )
    }

    /// What is wrong, without what to do about it: inside a sentence that says what came of it, that would be said of another
    /// thing than happened.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::DatabaseDamaged(why) => format!("the database is damaged: {why}"),
            Self::AuditBroken(why) => format!("the audit log is broken: {why}"),
            other => other.to_string(),
        }
    }

    /// Whether it is a value in the database that was altered: a check names each, and some can be put right.
    #[must_use]
    pub fn is_of_value(&self) -> bool {
        let said = [
            "a value of another kind",
            "a stored value breaks a rule",
            "is a value that no list can read",
            "a sealed value does not open",
            "the public key of contact",
            "does not open: its row was altered",
            "does not open as it stands",
            "settling the audit log with its loss accepted puts it right",
        ];
        matches!(self, Self::DatabaseDamaged(why) if said.iter().any(|said| why.contains(said)))
    }

    /// What breaks a rule on its way out of the database was not refused: it is damaged.
    pub(crate) fn of_stored(self) -> Self {
        match self.broken_rule() {
            Some(why) => Self::DatabaseDamaged(format!("a stored value breaks a rule: {why}")),
            None => self,
        }
    }

    /// The same of a row that is named: what is damaged says where, once.
    pub(crate) fn of_row(self, row: &str) -> Self {
        match self.of_stored() {
            Self::DatabaseDamaged(why) if !why.contains(row) => {
                Self::DatabaseDamaged(format!("{row}: {why}"))
            }
            error => error,
        }
    }
}
