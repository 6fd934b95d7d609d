//! The two copies of the key ring: which counts.

use privatus_crypto::{KeyRing, KeyRingError, Secret, Unlocked};
use privatus_domain::Timestamp;

use crate::error::{StoreError, TooNew};
use crate::vault::files::RINGS;
use crate::vault::ring_copies::{RingCopies, RingCopy};
use crate::vault::{Files, attempts};

/// The copies that parse, the higher generation first. One of a newer format refuses the whole. Where none is a file, the
/// first is refused by its name.
pub(super) fn valid_rings(files: &Files, copies: &RingCopies) -> Result<Vec<KeyRing>, StoreError> {
    let mut rings: Vec<KeyRing> = Vec::new();
    let mut first_error = None;
    for (at, copy) in copies.iter().enumerate() {
        let RingCopy::Held(bytes) = copy else {
            continue;
        };
        if copies.iter().take(at).any(|before| before == copy) {
            continue;
        }
        match KeyRing::parse(bytes) {
            Ok(ring) if rings.iter().any(|known| known.to_bytes() == ring.to_bytes()) => {}
            Ok(ring) => rings.push(ring),
            // The other copy may be the one a newer build left behind: to open it would undo what that build wrote.
            Err(error @ KeyRingError::UnsupportedVersion(_)) => return Err(error.into()),
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    if rings.is_empty() {
        let strange = RINGS.iter().zip(copies).find_map(|(name, copy)| match copy {
            RingCopy::Strange(what) => Some(files.folder().refused(name, *what)),
            _ => None,
        });
        if let (None, Some(strange)) = (&first_error, strange) {
            return Err(strange);
        }
        return Err(first_error.unwrap_or(KeyRingError::NotAKeyRing).into());
    }
    rings.sort_by_key(|ring| std::cmp::Reverse(ring.generation()));
    Ok(rings)
}

/// [`valid_rings`] of a vault's folder.
pub(crate) fn newest_rings(files: &Files) -> Result<Vec<KeyRing>, StoreError> {
    valid_rings(files, &files.read_key_rings()?)
}

/// The valid copy of the higher generation.
pub(crate) fn newest_ring(files: &Files) -> Result<KeyRing, StoreError> {
    newest_rings(files)?
        .into_iter()
        .next()
        .ok_or_else(|| KeyRingError::NotAKeyRing.into())
}

/// Opens the newest copy with a secret; a wrong one is counted.
pub(super) fn unlock_newest(
    files: &Files,
    rings: Vec<KeyRing>,
    secret: &Secret,
    now: Timestamp,
) -> Result<(KeyRing, Unlocked), StoreError> {
    newest(rings, |ring| ring.unlock(secret)).inspect_err(|error| {
        let untried = matches!(error, StoreError::SchemaNewer(TooNew::Kdf { .. }));
        if untried || matches!(error, StoreError::WrongSecret) {
            attempts::note(files, now);
        }
    })
}

/// Opens the newest copy. A generation is authentic only once its MAC was checked: a copy found to be altered gives way
/// to the other, a wrong secret does not.
pub(crate) fn newest(
    rings: Vec<KeyRing>,
    open: impl Fn(&KeyRing) -> Result<Unlocked, KeyRingError>,
) -> Result<(KeyRing, Unlocked), StoreError> {
    let mut first_error = None;
    for ring in rings {
        match open(&ring) {
            Ok(unlocked) => return Ok((ring, unlocked)),
            Err(error @ KeyRingError::Tampered(_)) => first_error = first_error.or(Some(error)),
            Err(error) => return Err(first_error.unwrap_or(error).into()),
        }
    }
    Err(first_error.unwrap_or(KeyRingError::NotAKeyRing).into())
}

/// The key ring as it is now, opened with keys that the vault was opened with.
pub(crate) fn reopen_newest(files: &Files, unlocked: &Unlocked) -> Result<(KeyRing, Unlocked), StoreError> {
    newest(newest_rings(files)?, |ring| ring.reopen(unlocked))
}

/// The key ring's generation, as the database counts.
pub(crate) fn generation_of(ring: &KeyRing) -> i64 {
    i64::try_from(ring.generation()).unwrap_or(i64::MAX)
}
