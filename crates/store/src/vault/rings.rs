//! The two copies of the key ring, and which of them counts.

use privatus_crypto::{KeyRing, KeyRingError, Secret, Unlocked, VaultId};
use privatus_domain::Timestamp;

use crate::db::connection::FIRST_PAGE;
use crate::error::{RingFault, StoreError, TooNew, UnusableRing};
use crate::vault::files::RINGS;
use crate::vault::ring_copies::{RingCopies, RingCopy};
use crate::vault::{Files, Mount, attempts};

const OTHER_SALT: &str = "its first page cannot be decrypted, and its salt is not the key ring's: keyring.json and privatus.db \
                          belong to different vaults, or the first page is damaged; restore both from the same backup";

/// Returns the copies that parse, the highest generation first. A copy in a newer format is an error. If neither is a
/// file, the error names the first that is something else.
pub(super) fn valid_rings(files: &Files, copies: &RingCopies) -> Result<Vec<KeyRing>, StoreError> {
    let mut rings: Vec<KeyRing> = Vec::new();
    let mut unusable = Vec::new();
    for (at, (name, copy)) in RINGS.iter().zip(copies).enumerate() {
        // The two copies are nearly always the same.
        if !rings.is_empty() && copies.iter().take(at).any(|before| before == copy) {
            continue;
        }
        let fault = match copy {
            RingCopy::Missing => RingFault::Missing,
            RingCopy::Strange(what) => RingFault::Strange(*what),
            RingCopy::Unread(fault) => RingFault::Unread(*fault),
            RingCopy::Held(bytes) if bytes.is_empty() => RingFault::Empty,
            RingCopy::Held(bytes) => match KeyRing::parse(bytes) {
                Ok(ring) if rings.iter().any(|known| known.to_bytes() == ring.to_bytes()) => continue,
                Ok(ring) => {
                    rings.push(ring);
                    continue;
                }
                // A newer build may have left the other copy behind; using that would undo what the newer build wrote.
                Err(error @ KeyRingError::UnsupportedVersion(_)) => return Err(error.into()),
                Err(error) => RingFault::Damaged(error),
            },
        };
        unusable.push(UnusableRing {
            file: files.folder().named().join(name),
            fault,
        });
    }
    if rings.is_empty() {
        return Err(unusable_rings(unusable));
    }
    rings.sort_by_key(|ring| std::cmp::Reverse(ring.generation()));
    Ok(rings)
}

/// If no copy is a file, the error names the first that is something else.
fn unusable_rings(copies: Vec<UnusableRing>) -> StoreError {
    let is_no_file = |fault: &RingFault| matches!(fault, RingFault::Missing | RingFault::Strange(_));
    let strange = copies.iter().find_map(|copy| match copy.fault {
        RingFault::Strange(what) => Some((&copy.file, what)),
        _ => None,
    });
    match strange {
        Some((file, what)) if copies.iter().all(|copy| is_no_file(&copy.fault)) => StoreError::StrangeFile {
            file: file.clone(),
            what,
        },
        _ => StoreError::KeyRingUnusable(copies),
    }
}

/// Returns [`valid_rings`] of a vault's folder.
pub(super) fn newest_rings(files: &Files) -> Result<Vec<KeyRing>, StoreError> {
    valid_rings(files, &files.read_key_rings()?)
}

/// Returns the copies whose salt is the one with which the database begins, if there are any: a copy overwritten by
/// another vault's must not be used, whatever opens it. Otherwise the database's first page is damaged or all copies
/// belong to another vault; then all are returned, with `false`.
pub(super) fn of_database(mut rings: Vec<KeyRing>, salt: &[u8; 16]) -> (Vec<KeyRing>, bool) {
    let is_one = rings.iter().any(|ring| ring.cipher_salt() == salt);
    if is_one {
        rings.retain(|ring| ring.cipher_salt() == salt);
    }
    (rings, is_one)
}

/// Changes the error for a first page that cannot be decrypted, if no copy of the key ring has its salt.
pub(crate) fn with_salt(is_own_salt: bool) -> impl Fn(StoreError) -> StoreError {
    move |error| match error {
        StoreError::DatabaseDamaged(why) if !is_own_salt && why == FIRST_PAGE => {
            StoreError::DatabaseDamaged(OTHER_SALT.into())
        }
        other => other,
    }
}

/// Opens the newest copy with a secret, and counts a wrong one.
pub(super) fn unlock_newest(
    files: &Files,
    rings: Vec<KeyRing>,
    secret: &Secret,
    now: Timestamp,
) -> Result<(KeyRing, Unlocked), StoreError> {
    counted(unlock_first(rings, secret), files, now)
}

/// Returns the keys of each vault for which a copy of the key ring opens; opening the database shows which of them is
/// right. A secret that opens none is counted.
pub(super) fn unlock_each(
    files: &Files,
    rings: Vec<KeyRing>,
    secret: &Secret,
    now: Timestamp,
) -> Result<Vec<Unlocked>, StoreError> {
    let Some(first) = rings.first().map(KeyRing::vault_id) else {
        return Err(KeyRingError::NotAKeyRing.into());
    };
    let (own, others): (Vec<_>, Vec<_>) = rings.into_iter().partition(|ring| ring.vault_id() == first);
    let mut opened = Vec::new();
    let mut first_error = None;
    for rings in [own, others] {
        if rings.is_empty() {
            continue;
        }
        match unlock_first(rings, secret) {
            Ok((_, unlocked)) => opened.push(unlocked),
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    match first_error {
        Some(error) if opened.is_empty() => counted(Err(error), files, now),
        _ => Ok(opened),
    }
}

/// Returns the valid copy with the highest generation that names this vault.
pub(crate) fn newest_ring(files: &Files, vault: VaultId) -> Result<KeyRing, StoreError> {
    let mut rings = newest_rings(files)?.into_iter();
    let own = rings.find(|ring| ring.vault_id() == vault);
    own.ok_or_else(|| KeyRingError::WrongSecret.into())
}

/// Opens the key ring of an open vault with one of its secrets; a copy that belongs to another vault is skipped.
pub(crate) fn unlock_own(
    files: &Files,
    vault: VaultId,
    secret: &Secret,
) -> Result<(KeyRing, Unlocked), StoreError> {
    let mut rings = newest_rings(files)?;
    if rings.iter().any(|ring| ring.vault_id() == vault) {
        rings.retain(|ring| ring.vault_id() == vault);
    }
    Ok(unlock_first(rings, secret)?)
}

/// Counts a failed unlock.
fn counted<T>(opened: Result<T, KeyRingError>, files: &Files, now: Timestamp) -> Result<T, StoreError> {
    opened.map_err(|error| {
        let error = StoreError::from(error);
        let untried = matches!(error, StoreError::SchemaNewer(TooNew::Kdf { .. }));
        if !untried && !matches!(error, StoreError::WrongSecret) {
            return error;
        }
        match attempts::note(files, now) {
            // If nobody can write to the vault, nothing is counted at all (ADR 0024); the command as a whole reports
            // that.
            Err(why) if !files.mount().is_ok_and(Mount::is_read_only) => StoreError::Uncounted {
                error: Box::new(error),
                why: match why {
                    StoreError::DiskFull => "the disk is full".to_owned(),
                    why => why.reason(),
                },
            },
            _ => error,
        }
    })
}

/// Opens the newest copy with a secret. A generation is authentic only after its MAC was checked, and a copy with a
/// higher one may belong to another vault. So if a copy does not open, the other is tried, and its keys then show
/// whether the first was authentic. If it was, the secret is an old one and is refused. A wrong secret costs at most
/// one more run of the KDF, and only if the copies differ.
fn unlock_first(rings: Vec<KeyRing>, secret: &Secret) -> Result<(KeyRing, Unlocked), KeyRingError> {
    let mut first_error = None;
    let mut passed: Vec<KeyRing> = Vec::new();
    for ring in rings {
        match ring.unlock(secret) {
            Ok(unlocked) => {
                let foreign = |newer: &KeyRing| {
                    let reopened = newer.reopen(&unlocked);
                    matches!(
                        reopened,
                        Err(KeyRingError::WrongSecret | KeyRingError::Tampered(_))
                    )
                };
                return match first_error {
                    Some(error) if !passed.iter().all(foreign) => Err(error),
                    _ => Ok((ring, unlocked)),
                };
            }
            Err(
                error @ (KeyRingError::WrongSecret
                | KeyRingError::UnknownKdf { .. }
                | KeyRingError::Tampered(_)),
            ) => {
                first_error = first_error.or(Some(error));
                passed.push(ring);
            }
            Err(error) => return Err(first_error.unwrap_or(error)),
        }
    }
    Err(first_error.unwrap_or(KeyRingError::NotAKeyRing))
}

/// Opens the newest copy with keys that the vault was opened with; a copy that belongs to another vault or was altered
/// is skipped.
pub(super) fn newest(
    rings: Vec<KeyRing>,
    reopen: impl Fn(&KeyRing) -> Result<Unlocked, KeyRingError>,
) -> Result<(KeyRing, Unlocked), StoreError> {
    let mut first_error = None;
    let mut is_foreign = false;
    for ring in rings {
        match reopen(&ring) {
            Ok(unlocked) => return Ok((ring, unlocked)),
            Err(KeyRingError::WrongSecret) => is_foreign = true,
            Err(error @ KeyRingError::Tampered(_)) => first_error = first_error.or(Some(error)),
            Err(error) => return Err(first_error.unwrap_or(error).into()),
        }
    }
    let none = match is_foreign {
        true => KeyRingError::WrongSecret,
        false => KeyRingError::NotAKeyRing,
    };
    Err(first_error.unwrap_or(none).into())
}

/// Opens the current key ring with keys that the vault was opened with.
pub(crate) fn reopen_newest(files: &Files, unlocked: &Unlocked) -> Result<(KeyRing, Unlocked), StoreError> {
    newest(newest_rings(files)?, |ring| ring.reopen(unlocked))
}

/// Returns the key ring's generation as the database stores it.
pub(crate) fn generation_of(ring: &KeyRing) -> i64 {
    i64::try_from(ring.generation()).unwrap_or(i64::MAX)
}
