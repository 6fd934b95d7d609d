//! Replaces copies of the key ring that do not match the one that opened the vault, and always reports it.

use privatus_crypto::{KeyRing, KeyRingError, Unlocked};
use privatus_domain::{Act, NewAuditEntry, NewSecurityEvent, Resource, ResourceKind, SecurityKind, Severity};
use serde_json::{Value, json};

use crate::db::connection::Connection;
use crate::error::StoreError;
use crate::folder::Strange;
use crate::run::write_durably_on;
use crate::store::Store;
use crate::tx::WriteTx;
use crate::tx::shared::Shared;
use crate::vault::Files;
use crate::vault::files::RINGS;
use crate::vault::ring_copies::{RingCopies, RingCopy};
use crate::vault::rings::{newest, valid_rings};

/// What is wrong with a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Missing,
    Strange(Strange),
    Damaged,
    /// A valid copy of an older generation, at the second name: the first is written before it.
    Behind(u64),
    /// A valid copy of an older generation at the first name, where no password change leaves one.
    PutBack(u64),
    /// Its checksum is right, but its MAC is not.
    Altered,
    /// A copy of another vault's key ring.
    Foreign,
}

impl Fault {
    /// Returns `None` if the copy is the one that opened the vault.
    fn of(at: usize, copy: &RingCopy, ring: &KeyRing, unlocked: &Unlocked) -> Option<Self> {
        let bytes = match copy {
            RingCopy::Missing => return Some(Self::Missing),
            RingCopy::Strange(what) => return Some(Self::Strange(*what)),
            RingCopy::Unread(_) => return Some(Self::Damaged),
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

    /// Returns the fault as a word for `details`.
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
                "was of an older generation ({generation}), as an interrupted password change leaves it; if none was \
                 interrupted, someone put it back"
            ),
            Self::PutBack(generation) => write!(
                f,
                "was of an older generation ({generation}), which an older password may open; someone put it back"
            ),
            Self::Altered => f.write_str("was altered by someone without this vault's keys"),
            Self::Foreign => f.write_str("belonged to another vault"),
        }
    }
}

/// What is wrong with one copy and, if it could not be replaced, why.
#[derive(Debug)]
pub(crate) struct Faulty {
    name: &'static str,
    fault: Fault,
    stays: Option<String>,
}

impl Faulty {
    /// Describes the fault and its outcome.
    fn told(&self, outcome: &str) -> String {
        format!("the copy {} of the key ring {}; {outcome}", self.name, self.fault)
    }

    fn warning(&self) -> String {
        match &self.stays {
            None => self.told("it was rewritten"),
            Some(why) => self.told(&format!("it could not be rewritten: {why}")),
        }
    }

    fn details(&self) -> Value {
        let generation = match self.fault {
            Fault::Behind(generation) | Fault::PutBack(generation) => Some(generation),
            _ => None,
        };
        json!({
            "copy": self.name, "was": self.fault.word(), "generation": generation,
            "is_to_be_made_again": self.stays.is_none(),
        })
    }
}

/// Returns the copies that are not the one that opened the vault.
pub(crate) fn faulty(ring: &KeyRing, unlocked: &Unlocked, copies: &RingCopies) -> Vec<Faulty> {
    let each = RINGS.iter().zip(copies).enumerate();
    each.filter_map(|(at, (name, copy))| {
        let fault = Fault::of(at, copy, ring, unlocked)?;
        let stays = None;
        Some(Faulty { name, fault, stays })
    })
    .collect()
}

/// Returns the faulty copies as they are now, except for a folder, which a write does not replace. Call with
/// `keyring.lock` or the exclusive vault lock held.
pub(crate) fn faulty_now(files: &Files, unlocked: &Unlocked) -> Result<Vec<Faulty>, StoreError> {
    let copies = files.read_key_rings()?;
    let (ring, unlocked) = newest(valid_rings(files, &copies)?, |ring| ring.reopen(unlocked))?;
    let mut found = faulty(&ring, &unlocked, &copies);
    found.retain(|faulty| faulty.fault != Fault::Strange(Strange::Folder));
    Ok(found)
}

/// Records what is wrong with the copies before both are rewritten, which would leave no trace. If it cannot be
/// recorded, the copies must not be rewritten. Call with `keyring.lock` held.
pub(crate) fn note_before_writing(
    files: &Files,
    db: &mut Connection,
    shared: &Shared,
    unlocked: &Unlocked,
) -> Result<(), StoreError> {
    let found = faulty_now(files, unlocked)?;
    if found.is_empty() {
        return Ok(());
    }
    write_durably_on(db, shared, |tx| tx.key_rings_faulty(&found))
}

/// Describes the faults of copies that are not replaced now.
pub(crate) fn faults_told(found: &[Faulty], outcome: &str) -> Vec<String> {
    found.iter().map(|faulty| faulty.told(outcome)).collect()
}

impl Store {
    /// Rewrites the copies of the key ring that do not match, with a warning, a security event and an audit entry for
    /// each. Event and entry are made durable first, so that not even a crash or a full disk can hide a repair.
    pub(super) fn heal_key_ring(
        &mut self,
        ring: &KeyRing,
        unlocked: &Unlocked,
        copies: &RingCopies,
    ) -> Result<(), StoreError> {
        let mut found = faulty(ring, unlocked, copies);
        if found.is_empty() {
            return Ok(());
        }
        let lock = self.files.lock_key_ring();
        if lock.is_ok() && self.files.read_key_rings()? != *copies {
            // Another process has just changed the password; only the copies that were found faulty may be replaced.
            return Ok(());
        }
        for faulty in &mut found {
            faulty.stays = match (&lock, faulty.fault) {
                (Err(error), _) => Some(error.reason()),
                (_, Fault::Strange(Strange::Folder)) => {
                    let refused = self.files.folder().refused(faulty.name, Strange::Folder);
                    Some(refused.to_string())
                }
                _ => None,
            };
        }
        let noted = self.write_durably("key_ring_heal", |tx| tx.key_rings_faulty(&found));
        if let Err(error) = noted {
            let stays = "it was left as it is because this could not be recorded";
            self.warnings.extend(faults_told(&found, stays));
            return Err(error);
        }
        let bytes = ring.to_bytes();
        let mut failed = Vec::new();
        for faulty in &mut found {
            if faulty.stays.is_none()
                && let Err(error) = self.files.write_key_ring(faulty.name, &bytes)
            {
                faulty.stays = Some(error.reason());
                failed.push(&*faulty);
            }
        }
        let failed_note = match failed.is_empty() {
            true => Ok(()),
            false => self.write("key_ring_heal", |tx| {
                failed.iter().try_for_each(|faulty| tx.key_ring_heal(faulty))
            }),
        };
        self.warnings.extend(found.iter().map(Faulty::warning));
        failed_note
    }
}

impl WriteTx<'_> {
    /// Writes an audit entry and a security event for each faulty copy.
    pub(crate) fn key_rings_faulty(&mut self, found: &[Faulty]) -> Result<(), StoreError> {
        for faulty in found {
            self.key_ring_heal(faulty)?;
            let event = NewSecurityEvent {
                at: self.now(),
                kind: SecurityKind::KeyRingCopy,
                severity: faulty.fault.severity(),
                user: None,
                description: format!("a copy of the key ring {}", faulty.fault),
                raw_data: Some(faulty.details().into()),
            };
            match faulty.stays {
                None => self.security_event(&event)?,
                // The next open finds the same fault again.
                Some(_) => self.security_event_once(&event).map(drop)?,
            }
        }
        Ok(())
    }

    fn key_ring_heal(&mut self, faulty: &Faulty) -> Result<(), StoreError> {
        let vault = Resource::of(ResourceKind::Vault, self.own_id());
        let entry = NewAuditEntry::done(self.now(), Act::KeyRingHeal).on(vault);
        let entry = entry.with(faulty.details());
        self.audit(&match faulty.stays {
            None => entry,
            Some(_) => entry.failed("it could not be rewritten"),
        })
    }
}
