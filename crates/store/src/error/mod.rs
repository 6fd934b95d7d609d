//! The store's errors, as values that a client can match. Each text says what is wrong and what to do; which command to
//! type is left to the tool.

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

/// An operation that the store refused or that failed.
///
/// This enum is deliberately not `#[non_exhaustive]`: code that maps errors to exit codes or to messages, as the tool
/// does, gets a compile error when a variant is added. The rule enums inside the variants are `#[non_exhaustive]`.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No key slot opens with this password or recovery code, or the keys belong to another vault.
    #[error(
        "wrong password or recovery code, or the key ring was altered; try again, or use the other secret"
    )]
    WrongSecret,
    /// A failed unlock that could not be counted, so `attempts.json` shows too few attempts.
    #[error("{error}; this failed unlock was not counted: {why}")]
    Uncounted {
        /// Why the unlock failed.
        error: Box<Self>,
        /// Why it was not counted.
        why: String,
    },
    /// The password or recovery code is not valid.
    #[error("{0}")]
    Secret(#[from] SecretError),
    /// The path does not hold a vault.
    #[error("{0} is not a vault ({1})")]
    NotAVault(PathBuf, &'static str),
    /// The path already holds a vault or part of one.
    #[error("{0} already holds a vault or a part of one ({1}); nothing was changed")]
    VaultExists(PathBuf, &'static str),
    /// The database is there, but its key ring is missing.
    #[error("the key ring of {0} is missing, but its database is there; put keyring.json back from a backup")]
    KeyRingMissing(PathBuf),
    /// The key ring is damaged or was altered.
    #[error("the key ring cannot be used: {0}")]
    KeyRingDamaged(#[source] KeyRingError),
    /// No copy of the key ring can be used; the text lists each copy with its fault.
    #[error("the key ring cannot be used: {}", ring_fault::listed(.0))]
    KeyRingUnusable(Vec<UnusableRing>),
    /// The key ring is there, but its database is missing.
    #[error("the database of {0} is missing, but its key ring is there; put privatus.db back from a backup")]
    DatabaseMissing(PathBuf),
    /// The database is damaged.
    #[error(
        "the database is damaged ({0}); nothing was deleted; restore a backup, or copy the folder before any repair"
    )]
    DatabaseDamaged(String),
    /// The vault was written by a newer build.
    #[error("the vault is newer than this build: {0}; nothing was changed")]
    SchemaNewer(TooNew),
    /// An applied migration differs from the one this build knows.
    #[error(
        "the vault's schema differs from what this build expects ({0}); use the build that created it, or a backup; nothing was changed"
    )]
    SchemaDiffers(String),
    /// A migration failed, or did something that no migration may do.
    #[error(
        "the vault's schema could not be changed ({0}); the failed step was rolled back; report this, and keep using the previous build"
    )]
    MigrationFailed(String),
    /// The disk has too little free space for a schema change.
    #[error(
        "the disk has {free} bytes free, but changing the vault's schema needs {needed}: a copy of the database, and the same again for the change; free some space and try again; nothing was changed"
    )]
    NoRoom {
        /// Number of bytes needed.
        needed: u64,
        /// Number of bytes free.
        free: u64,
    },
    /// The vault was created in its final place, but could not be opened right after.
    #[error("the vault {} was created, but could not be opened: {why}; do not create it again", vault.display())]
    Made {
        /// The vault.
        vault: PathBuf,
        /// Why the vault could not be opened.
        why: Box<Self>,
    },
    /// The disk has no space left.
    #[error("the disk is full; completed transactions were kept")]
    DiskFull,
    /// Another process holds the vault.
    #[error("another process holds the vault ({0}); wait for it or close it, then try again")]
    Busy(&'static str),
    /// A path that belongs to the vault is not one of its regular files.
    #[error("{} {what}; a vault needs regular files that have only one name; nothing was changed", file.display())]
    StrangeFile {
        /// The file.
        file: PathBuf,
        /// What was found there.
        what: Strange,
    },
    /// The system denies access.
    #[error(
        "permission denied or read-only: {0}; check who owns the folder and its files, and that they are writable"
    )]
    Denied(String),
    /// The system lacks a resource, or a system call failed.
    #[error("{doing}: {fault}")]
    System {
        /// What was tried.
        doing: String,
        /// Why it failed.
        fault: SystemFault,
    },
    /// The vault is on a file system that is mounted read-only.
    #[error(
        "the vault is on a file system that is mounted read-only: {0}; copy the vault to a writable disk"
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
    /// A rule about a contact, or about any name, is broken.
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
    /// A rule about the resource of a grant is broken.
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
    /// Something that the caller named does not exist.
    #[error("not found: {0}")]
    NotFound(#[from] Missing),
    /// The audit log differs from what was written.
    #[error(
        "the audit log is broken: {0}; nothing was changed; compare it with a backup and with an exported head"
    )]
    AuditBroken(String),
    /// The session's user has no grant for this operation.
    #[error("access denied: {user} has no {permission} permission on {on}")]
    AccessDenied {
        /// The user that the session is bound to.
        user: UserId,
        /// The permission that was needed.
        permission: Permission,
        /// The resource it was needed on.
        on: Resource,
    },
    /// The caller asked to stop.
    #[error("interrupted; completed transactions were kept")]
    Interrupted,
    /// Any other failure.
    #[error("unexpected: {0}")]
    Unexpected(String),
}

impl StoreError {
    /// Returns the broken rule if the input broke one of the domain's rules or of the store's own.
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

    /// Whether a write that the store itself does may wait until next time: the disk is full, another process holds the
    /// vault, or it is not writable. Any other error has to do with the contents of the database.
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

    /// Returns what is wrong without the advice. Inside a longer sentence about the consequences, the advice would seem
    /// to be about something else.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::DatabaseDamaged(why) => format!("the database is damaged: {why}"),
            Self::AuditBroken(why) => format!("the audit log is broken: {why}"),
            other => other.to_string(),
        }
    }

    /// Whether the error is about an altered value in the database. A check names each of these, and some can be
    /// repaired.
    #[must_use]
    pub fn is_of_value(&self) -> bool {
        let said = [
            "a value of another kind",
            "a stored value breaks a rule",
            "is a value that no list can read",
            "a sealed value does not open",
            "the public key of contact",
            "does not open: its row was altered",
            "does not open as stored",
            "settle the audit log and accept the loss to repair it",
        ];
        matches!(self, Self::DatabaseDamaged(why) if said.iter().any(|said| why.contains(said)))
    }

    /// Turns a broken rule into damage: a value that was read from the database was not refused as input, it was
    /// altered.
    pub(crate) fn of_stored(self) -> Self {
        match self.broken_rule() {
            Some(why) => Self::DatabaseDamaged(format!("a stored value breaks a rule: {why}")),
            None => self,
        }
    }

    /// Like [`of_stored`](Self::of_stored), and names the row of a damaged value unless the text already does.
    pub(crate) fn of_row(self, row: &str) -> Self {
        match self.of_stored() {
            Self::DatabaseDamaged(why) if !why.contains(row) => {
                Self::DatabaseDamaged(format!("{row}: {why}"))
            }
            error => error,
        }
    }
}
