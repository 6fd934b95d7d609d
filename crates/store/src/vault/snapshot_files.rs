//! The copy of the database that is made before a schema change, and its note. Only copies that this vault noted are
//! ever removed, because a user may store their own copy under such a name.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use privatus_crypto::Unlocked;

use crate::error::StoreError;
use crate::folder::{PartialFile, Purpose};
use crate::vault::Files;
use crate::vault::open_to_others::listed;
use crate::vault::snapshot_note::{NOTE_MAX, Note};

/// The beginning of a copy's name, followed by the version of its schema.
const NAME: &str = "privatus.db.snapshot";
/// The end of the name of its note.
const NOTE: &str = ".note";

fn note_of(name: &str) -> String {
    format!("{name}{NOTE}")
}

impl Files {
    /// Creates an empty file with mode 0600, for SQLite to fill. Leftovers of interrupted copies are removed; no other
    /// copy is being made.
    pub(crate) fn snapshot_begin(&self) -> Result<PartialFile<'_>, StoreError> {
        self.remove_left(&[Purpose::Copy, Purpose::Note])?;
        PartialFile::begin(self.folder(), Purpose::Copy)
            .map_err(|error| StoreError::io(&error, "create the copy of the database"))
    }

    /// Writes a copy's note, then gives the copy its durable name, which contains its schema; returns its path and
    /// size. An existing copy is never replaced: it may contain what this one does not.
    pub(crate) fn snapshot_keep(
        &self,
        mut copy: PartialFile<'_>,
        version: i64,
        unlocked: &Unlocked,
    ) -> Result<(PathBuf, u64), StoreError> {
        let failed = |error: std::io::Error| StoreError::io(&error, "save the copy of the database");
        let base = format!("{NAME}-{version}");
        let numbered = (2_u32..).map(|number| format!("{base}.{number}"));
        for name in std::iter::once(base.clone()).chain(numbered) {
            if self.folder().stand(&name)?.is_some() {
                continue;
            }
            if self.snapshot_note(&name, unlocked).is_some() {
                // A note left by a copy that never got its name or was moved away.
                let _ = self.folder().remove(&note_of(&name));
            }
            if self.folder().stand(&note_of(&name))?.is_some() {
                continue;
            }
            let bytes = copy.sync().map_err(failed)?;
            let note = Note::of(&name, copy.file(), unlocked).map_err(failed)?;
            // The note first: a copy without one would stay forever.
            let mut noted = PartialFile::begin(self.folder(), Purpose::Note).map_err(failed)?;
            noted.write(&note.to_bytes().map_err(failed)?).map_err(failed)?;
            noted.place(&note_of(&name)).map_err(failed)?;
            return match copy.place(&name) {
                Ok(()) => Ok((self.root().join(name), bytes)),
                Err(error) => {
                    let _ = self.folder().remove(&note_of(&name));
                    Err(failed(error))
                }
            };
        }
        Err(failed(ErrorKind::AlreadyExists.into()))
    }

    /// Removes the copy that was just made, as nothing was changed after it.
    pub(crate) fn snapshot_discard(&self, path: &Path) {
        if let Some(name) = path.file_name().and_then(|name| name.to_str()) {
            let _ = self.folder().remove(name);
            let _ = self.folder().remove(&note_of(name));
        }
    }

    /// Removes all copies that this vault made and noted, after a successful open. Returns the names of copies without
    /// a note; they stay.
    pub(crate) fn snapshots_outlived(&self, unlocked: &Unlocked) -> Result<Vec<String>, StoreError> {
        // A set, because there may be any number of planted names.
        let names: BTreeSet<String> = self.folder().names()?.into_iter().collect();
        let mut kept = Vec::new();
        for name in names.iter().filter(|name| name.starts_with(NAME)) {
            // A note is removed with its copy, or alone if its copy does not exist.
            if name.strip_suffix(NOTE).is_some_and(|copy| names.contains(copy)) {
                continue;
            }
            if !self.snapshot_is_ours(name, &names, unlocked)? {
                kept.push(name.clone());
                continue;
            }
            // The copy before its note.
            for gone in [name.clone(), note_of(name)] {
                match self.folder().remove(&gone) {
                    Err(error) if error.kind() != ErrorKind::NotFound => {
                        return Err(StoreError::io(&error, "remove the copy of the database"));
                    }
                    _ => {}
                }
            }
        }
        Ok(kept)
    }

    /// Returns the names of copies without a note, without removing anything.
    pub(super) fn snapshots_unnoted(&self, unlocked: &Unlocked) -> Result<Vec<String>, StoreError> {
        let names: BTreeSet<String> = self.folder().names()?.into_iter().collect();
        let mut kept = Vec::new();
        for name in names.iter().filter(|name| name.starts_with(NAME)) {
            if !self.snapshot_is_ours(name, &names, unlocked)? {
                kept.push(name.clone());
            }
        }
        Ok(kept)
    }

    /// Returns whether a name is that of a copy that this vault noted, or of such a note.
    fn snapshot_is_ours(
        &self,
        name: &str,
        names: &BTreeSet<String>,
        unlocked: &Unlocked,
    ) -> Result<bool, StoreError> {
        match name.strip_suffix(NOTE) {
            // The note of an existing copy is judged with that copy.
            Some(copy) if names.contains(copy) => Ok(true),
            Some(copy) => Ok(self.snapshot_note(copy, unlocked).is_some()),
            None => self.snapshot_is_noted(name, unlocked),
        }
    }

    fn snapshot_note(&self, name: &str, unlocked: &Unlocked) -> Option<Note> {
        let doing = "read the note of a copy";
        let bytes = self.folder().read(&note_of(name), NOTE_MAX, doing).ok()??;
        Note::read(&bytes, name, unlocked)
    }

    /// Returns whether the file at a copy's name is the copy that was noted.
    fn snapshot_is_noted(&self, name: &str, unlocked: &Unlocked) -> Result<bool, StoreError> {
        let Some(note) = self.snapshot_note(name, unlocked) else {
            return Ok(false);
        };
        let doing = "look at the copy of the database";
        match self.folder().open_file(name, false, doing) {
            Ok(Some(mut copy)) => note
                .is_of(&mut copy)
                .map_err(|error| StoreError::io(&error, doing)),
            Ok(None) | Err(StoreError::StrangeFile { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Returns the free bytes on the vault's file system for this user, if it says so.
    pub(crate) fn free_bytes(&self) -> Option<u64> {
        self.folder().free_bytes()
    }
}

/// What to do about such a copy, in a folder that can be written and in one that cannot.
pub(super) const REMOVE: &str = "remove it if it is not needed";
pub(super) const LEAVE_OUT: &str = "when you copy the vault, leave it out if it is not needed";

/// Returns the warning about copies of the database that this vault did not note.
pub(super) fn kept_copies(names: &[String], advice: &str) -> Option<String> {
    (!names.is_empty()).then(|| {
        format!(
            "{} next to the database has no valid note of this vault and was left in place; it may contain data deleted \
             since; {advice}",
            listed(names)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::{REMOVE, kept_copies};

    #[test]
    fn of_many_planted_names_some_are_told() {
        let names: Vec<String> = (10..40).map(|n| format!("privatus.db.snapshot-{n}")).collect();
        let told = kept_copies(&names, REMOVE).unwrap_or_default();
        assert!(
            told.contains("privatus.db.snapshot-21 and 18 more next to"),
            "{told}"
        );
        assert_eq!(kept_copies(&[], REMOVE), None);
    }
}
