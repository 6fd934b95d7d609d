//! The errors of this crate. None contains a key, a password or a plaintext.

use crate::kdf_limits;

/// An invalid password or recovery code, rejected before any key is derived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// The password is empty.
    #[error("the password is empty: give at least one character")]
    EmptyPassword,
    /// The password is longer than 1,024 bytes of UTF-8 in NFC.
    #[error("the password is longer than 1,024 bytes: give a shorter one")]
    PasswordTooLong,
    /// The password file is not UTF-8.
    #[error("the password file is not UTF-8 text: save it as UTF-8")]
    PasswordNotUtf8,
    /// The recovery code's checksum is wrong: it differs from what was printed.
    #[error(
        "the recovery code is mistyped: at least one character is wrong or out of place; \
         compare it with the printed one"
    )]
    Mistyped,
    /// The text is not in the form of a recovery code.
    #[error("this is not a recovery code: {0}")]
    Malformed(&'static str),
}

/// A key could not be created, or a value could not be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CryptoError {
    /// The operating system returned no random bytes.
    #[error("the operating system returned no random bytes; nothing was encrypted")]
    NoRandomness,
    /// The KDF cost is outside [`KdfCost::FLOOR`](crate::KdfCost::FLOOR) ..=
    /// [`KdfCost::CEILING`](crate::KdfCost::CEILING).
    #[error(
        "the number of iterations must be between {} and {}, got {iterations}",
        kdf_limits::FLOOR,
        kdf_limits::CEILING
    )]
    KdfCost {
        /// The requested number.
        iterations: u32,
    },
    /// The creation time is not valid in a key ring.
    #[error("a time in a key ring must have 1 to 64 printable ASCII characters")]
    CreatedAt,
    /// The key ring does not belong to the unlocked keys that were to change it.
    #[error("the key ring does not belong to the unlocked vault; unlock it again")]
    OtherKeyRing,
    /// A key rotation is pending, which only a build that supports it can finish.
    #[error("a key rotation is pending, and this build cannot finish it; use the build that began it")]
    RotationPending,
    /// The key ring cannot be changed any further.
    #[error("the key ring is full: it has no room for another generation or slot")]
    Full,
    /// The note on the audit log was written by a later version and is kept unchanged.
    #[error("the key ring's note on the audit log was written by a later version; use that version")]
    LaterNote,
    /// The value, or the name of its place, is too long to seal.
    #[error("the value is too long to encrypt")]
    TooLong,
}

/// A sealed value or wrapped key did not open: it was damaged, moved to another place, or sealed under another key.
/// These cannot be distinguished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value did not open: it is damaged, in the wrong place, or under another key")]
pub struct OpenError;

/// Why a key ring was refused, in the order of the checks. Not `#[non_exhaustive]`, so that the compiler reports a new
/// variant to the store, which explains each one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyRingError {
    /// The bytes are not a key ring.
    #[error("this is not a Privatus key ring; check the path")]
    NotAKeyRing,
    /// The key ring has a format that this build does not know.
    #[error(
        "the key ring has format {0}, which this version cannot read; use a newer version of \
         Privatus"
    )]
    UnsupportedVersion(String),
    /// The file is cut off, or its checksum is wrong: accidental damage, detected before any KDF runs.
    #[error("the key ring is damaged; restore it from its second copy or from a backup")]
    Damaged,
    /// A slot has fewer KDF iterations than is safe.
    #[error(
        "slot {slot} of the key ring specifies {iterations} iterations, below the floor of {}; \
         the file was altered: restore it from a backup",
        kdf_limits::FLOOR
    )]
    KdfBelowFloor {
        /// The slot's id.
        slot: u32,
        /// Its iterations.
        iterations: u32,
    },
    /// A slot has so many KDF iterations that opening would take forever.
    #[error(
        "slot {slot} of the key ring specifies {iterations} iterations, above the ceiling of {}; \
         the file was altered: restore it from a backup",
        kdf_limits::CEILING
    )]
    KdfAboveCeiling {
        /// The slot's id.
        slot: u32,
        /// Its iterations.
        iterations: u32,
    },
    /// The password slots together have so many KDF iterations that opening would take forever.
    #[error(
        "the password slots of the key ring together specify {iterations} iterations, above the \
         ceiling of {}; the file was altered: restore it from a backup",
        kdf_limits::CEILING
    )]
    KdfSumAboveCeiling {
        /// The sum of their iterations.
        iterations: u64,
    },
    /// No slot matches the secret.
    #[error(
        "wrong password or recovery code (or the key ring was altered): try again, or use the \
         other secret"
    )]
    WrongSecret,
    /// No slot that this version can try matches the secret, and one slot could not be tried.
    #[error(
        "the secret opens no slot that this version can try, and slot {slot} of the key ring uses {kdf}, \
         which this version does not know; use a newer version of Privatus, or the other secret"
    )]
    UnknownKdf {
        /// The slot's id.
        slot: u32,
        /// The name of its key derivation function.
        kdf: String,
    },
    /// The checksum is right, or the secret is, but an inner check fails.
    #[error("the key ring was altered: {0}; restore it from its second copy or from a backup")]
    Tampered(&'static str),
    /// The key ring is authentic, but a key rotation is pending: part of the database may already be under the new
    /// key. Nothing is damaged.
    #[error("a key rotation is pending, and this build cannot finish it; use the build that began it")]
    RotationPending,
    /// A cryptographic operation failed.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
}
