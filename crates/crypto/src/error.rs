//! The errors of this crate. None of them carries a key, a password or a plaintext.

use crate::kdf_limits;

/// A password or recovery code that cannot be one, found before any key is derived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// The password has no characters.
    #[error("the password is empty: give at least one character")]
    EmptyPassword,
    /// The password is longer than 1,024 bytes of UTF-8 in NFC.
    #[error("the password is longer than 1,024 bytes: give a shorter one")]
    PasswordTooLong,
    /// The bytes of a password file are no UTF-8.
    #[error("the password file is not UTF-8 text: save it as UTF-8")]
    PasswordNotUtf8,
    /// The recovery code's checksum fails: some character differs from what was printed.
    #[error(
        "the recovery code is mistyped: at least one character is wrong or out of place; \
         compare it with the printed one"
    )]
    Mistyped,
    /// The text does not have the form of a recovery code.
    #[error("this is not a recovery code: {0}")]
    Malformed(&'static str),
}

/// A key could not be made, or a value not be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CryptoError {
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes; nothing was encrypted")]
    NoRandomness,
    /// A KDF cost outside [`KdfCost::FLOOR`](crate::KdfCost::FLOOR) ..= [`KdfCost::CEILING`](crate::KdfCost::CEILING).
    #[error(
        "{iterations} iterations are outside {} to {}: choose a number between them",
        kdf_limits::FLOOR,
        kdf_limits::CEILING
    )]
    KdfCost {
        /// The number asked for.
        iterations: u32,
    },
    /// A creation time that a key ring cannot hold.
    #[error("a key ring's times are 1 to 64 printable ASCII characters")]
    CreatedAt,
    /// The key ring does not belong to the unlocked keys it was to be changed with.
    #[error("the key ring does not belong to the unlocked vault; unlock it again")]
    OtherKeyRing,
    /// A key is being replaced, by a build that can do that.
    #[error("a key rotation is pending, and this build cannot finish it; use the build that began it")]
    RotationPending,
    /// The key ring can take no further change.
    #[error("the key ring is full: it has no room for another generation or slot")]
    Full,
    /// The note on the audit log is of a later version, which is kept as it is.
    #[error("the key ring's note on the audit log is of a later version; use the build that wrote it")]
    LaterNote,
    /// A value or the name of its place is too long to seal.
    #[error("the value is too long to encrypt")]
    TooLong,
}

/// A sealed value or wrapped key did not open. It was damaged, moved to another place, or sealed
/// under another key; which of them cannot be told, and is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value did not open: it is damaged, in another's place, or under another key")]
pub struct OpenError;

/// A key ring that was refused, in the order of the checks. Not `#[non_exhaustive]`: the store says of each what it means for
/// a vault, and hears of a new one from the compiler.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyRingError {
    /// The bytes are no key ring at all.
    #[error("this is not a Privatus key ring; check the path")]
    NotAKeyRing,
    /// A key ring of a format this build does not know.
    #[error(
        "the key ring has format {0}, which this version cannot read; use a newer version of \
         Privatus"
    )]
    UnsupportedVersion(String),
    /// The file is cut off, or its checksum differs: an accident, noticed before any KDF runs.
    #[error("the key ring is damaged; restore it from its second copy or from a backup")]
    Damaged,
    /// A slot asks for less key derivation than is safe.
    #[error(
        "slot {slot} of the key ring asks for {iterations} iterations, below the floor of {}; \
         the file was altered: restore it from a backup",
        kdf_limits::FLOOR
    )]
    KdfBelowFloor {
        /// The slot's id.
        slot: u32,
        /// What it asks for.
        iterations: u32,
    },
    /// A slot asks for so much key derivation that opening would not end.
    #[error(
        "slot {slot} of the key ring asks for {iterations} iterations, above the ceiling of {}; \
         the file was altered: restore it from a backup",
        kdf_limits::CEILING
    )]
    KdfAboveCeiling {
        /// The slot's id.
        slot: u32,
        /// What it asks for.
        iterations: u32,
    },
    /// The password slots together ask for so much key derivation that opening would not end.
    #[error(
        "the password slots of the key ring ask for {iterations} iterations together, above the \
         ceiling of {}; the file was altered: restore it from a backup",
        kdf_limits::CEILING
    )]
    KdfSumAboveCeiling {
        /// What they ask for together.
        iterations: u64,
    },
    /// No slot answers to the secret.
    #[error(
        "wrong password or recovery code (or the key ring was altered): try again, or use the \
         other secret"
    )]
    WrongSecret,
    /// No slot that could be tried answers to the secret, and one could not be tried.
    #[error(
        "the secret opens no slot that this version can try, and slot {slot} of the key ring derives its key by {kdf}, \
         which this version does not know; use a newer version of Privatus, or the other secret"
    )]
    UnknownKdf {
        /// The slot's id.
        slot: u32,
        /// The name of its key derivation function.
        kdf: String,
    },
    /// The checksum holds, or the secret is right, and yet an inner check fails.
    #[error("the key ring was altered: {0}; restore it from its second copy or from a backup")]
    Tampered(&'static str),
    /// The key ring is authentic, and a key is being replaced: part of the database may be under
    /// the new key already. Nothing is damaged.
    #[error("a key rotation is pending, and this build cannot finish it; use the build that began it")]
    RotationPending,
    /// A primitive failed.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
}
