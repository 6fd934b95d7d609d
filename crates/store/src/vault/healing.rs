//! A copy of the key ring that does not fit the one that opened the vault: it is made again, and never in silence.

use privatus_crypto::{KeyRing, KeyRingError, Unlocked};
use privatus_domain::{Act, NewAuditEntry, NewSecurityEvent, Resource, ResourceKind, SecurityKind, Severity};
use serde_json::json;

use crate::error::StoreError;
use crate::folder::Strange;
use crate::store::Store;
use crate::tx::WriteTx;
use crate::vault::Files;
use crate::vault::files::RINGS;
use crate::vault::ring_copies::{RingCopies, RingCopy};

/// What is wrong with a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Missing,
    Strange(Strange),
    Damaged,
    /// A valid one of an older generation, at the second name: the first is written before it.
    Behind(u64),
    /// The same at the first name, where no change of a password leaves it.
    PutBack(u64),
    /// Its checksum fits and its MAC does not.
    Altered,
    /// Another vault's.
    Foreign,
}

impl Fault {
    /// `None` when the copy is the one that opened the vault.
    fn of(at: usize, copy: &RingCopy, ring: &KeyRing, unlocked: &Unlocked) -> Option<Self> {
        let bytes = match copy {
            RingCopy::Missing => return Some(Self::Missing),
            RingCopy::Strange(what) => return Some(Self::Strange(*what)),
            RingCopy::Held(bytes) if *bytes == ring.to_bytes() => return None,
            RingCopy::Held(bytes) => bytes,
        };
        let Ok(other) = KeyRing::parse(bytes) else {
            return Some(Self::Damaged);
        };
        let generation = other.generation();
        Some(match other.reopen(unlocked) {
            Err(KeyRingError::WrongSecret) => Self::Foreign,
            Err(KeyRingError::Tampered(_)) => Self::Altered,
            _ if generation < ring.generation() && at == 0 => Self::PutBack(generation),
            _ if generation < ring.generation() => Self::Behind(generation),
            _ => Self::Altered,
        })
    }

    /// What it was, in a word for `details`.
    const fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Strange(_) => "no_file",
            Self::Damaged => "damaged",
            Self::Behind(_) => "behind",
            Self::PutBack(_) => "put_back",
            Self::Altered => "altered",
            Self::Foreign => "foreign",
        }
    }

    const fn severity(self) -> Severity {
        match self {
            Self::Missing | Self::Damaged | Self::Behind(_) => Severity::Medium,
            Self::Strange(_) | Self::PutBack(_) => Severity::High,
            Self::Altered | Self::Foreign => Severity::Critical,
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing => f.write_str("was missing"),
            Self::Strange(what) => write!(f, "could not be read: it {what}"),
            Self::Damaged => f.write_str("was damaged"),
            Self::Behind(generation) => write!(
                f,
                "was of an older generation ({generation}), as a change of the password leaves it that is interrupted; \
                 if none was, somebody put it back"
            ),
            Self::PutBack(generation) => write!(
                f,
                "was of an older generation ({generation}), which an older password may open: somebody put it back"
            ),
            Self::Altered => f.write_str("was altered by somebody who has not this vault's keys"),
            Self::Foreign => f.write_str("was another vault's"),
        }
    }
}

/// What was found at one name, and whether it was made again.
struct Healed {
    name: &'static str,
    fault: Fault,
    done: Result<(), StoreError>,
}

impl Healed {
    fn warning(&self) -> String {
        let Self { name, fault, done } = self;
        match done {
            Ok(()) => format!("the copy {name} of the key ring {fault}; it was made again"),
            Err(error) => {
                format!("the copy {name} of the key ring {fault}; it could not be made again: {error}")
            }
        }
    }
}

fn faults(ring: &KeyRing, unlocked: &Unlocked, copies: &RingCopies) -> Vec<(&'static str, Fault)> {
    let faulty = RINGS.iter().zip(copies).enumerate();
    faulty
        .filter_map(|(at, (name, copy))| Some((*name, Fault::of(at, copy, ring, unlocked)?)))
        .collect()
}

/// What is wrong with the copies, where nothing can be written.
pub(super) fn faults_told(ring: &KeyRing, unlocked: &Unlocked, copies: &RingCopies) -> Vec<String> {
    faults(ring, unlocked, copies)
        .into_iter()
        .map(|(name, fault)| format!("the copy {name} of the key ring {fault}; it stays as it is"))
        .collect()
}

/// Makes the copies that do not fit again. A folder that cannot be written keeps its one copy.
fn heal(
    files: &Files,
    ring: &KeyRing,
    unlocked: &Unlocked,
    copies: &RingCopies,
) -> Result<Vec<Healed>, StoreError> {
    let found = faults(ring, unlocked, copies);
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let made = files.lock_key_ring().and_then(|lock| {
        // Another process may have changed the password meanwhile: only what was just found faulty is replaced.
        Ok((files.read_key_rings()? == *copies).then_some(lock))
    });
    let lock = match made {
        Ok(None) => return Ok(Vec::new()),
        Ok(Some(lock)) => Some(lock),
        // Said all the same.
        Err(_) => None,
    };
    let bytes = ring.to_bytes();
    let again = |(name, fault)| Healed {
        name,
        fault,
        done: match (&lock, fault) {
            (None, _) => Err(StoreError::Denied("lock keyring.lock".into())),
            (_, Fault::Strange(Strange::Folder)) => Err(files.folder().refused(name, Strange::Folder)),
            _ => files.write_key_ring(name, &bytes),
        },
    };
    Ok(found.into_iter().map(again).collect())
}

impl Store {
    /// Heals the copies of the key ring, and leaves a warning, a security event and an audit entry for each.
    pub(super) fn heal_key_ring(
        &mut self,
        ring: &KeyRing,
        unlocked: &Unlocked,
        copies: &RingCopies,
    ) -> Result<(), StoreError> {
        let healed = heal(&self.files, ring, unlocked, copies)?;
        if healed.is_empty() {
            return Ok(());
        }
        self.warnings.extend(healed.iter().map(Healed::warning));
        self.write("key_ring_heal", |tx| {
            healed.iter().try_for_each(|healed| tx.key_ring_healed(healed))
        })
    }
}

impl WriteTx<'_> {
    fn key_ring_healed(&mut self, healed: &Healed) -> Result<(), StoreError> {
        let Healed { name, fault, done } = healed;
        let generation = match fault {
            Fault::Behind(generation) | Fault::PutBack(generation) => Some(generation),
            _ => None,
        };
        let details = json!({ "copy": name, "was": fault.word(), "generation": generation, "made_again": done.is_ok() });
        let (at, vault) = (self.now(), Resource::of(ResourceKind::Vault, self.own_id()));
        let mut entry = NewAuditEntry::done(at, Act::KeyRingHeal).on(vault).with(&details);
        if done.is_err() {
            entry = entry.failed("it could not be made again");
        }
        self.audit(&entry)?;
        let event = NewSecurityEvent {
            at,
            kind: SecurityKind::KeyRingCopy,
            severity: fault.severity(),
            user: None,
            description: format!("a copy of the key ring {fault}"),
            raw_data: Some(details.into()),
        };
        match done {
            Ok(()) => self.security_event(&event),
            // The next open finds the same.
            Err(_) => self.security_event_once(&event),
        }
    }
}
