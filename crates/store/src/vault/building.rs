//! Builds a vault before it appears in its place: in a new folder that is then renamed, or inside the target folder if
//! that exists.

use std::ffi::{OsStr, OsString};
use std::fs::DirBuilder;
use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};

use crate::folder::{Folder, Kind};
use crate::vault::Files;
use crate::vault::files::{DATABASE, RINGS};

/// The parts of a new vault, in the order in which they are moved. An interrupted move leaves a vault without a
/// database, and `init` reports that.
const PARTS: [&str; 3] = [RINGS[0], RINGS[1], DATABASE];

/// The files it contains while it is being built.
const OWN: [&str; 6] = [
    DATABASE,
    "privatus.db-wal",
    "privatus.db-shm",
    "privatus.db-journal",
    RINGS[0],
    RINGS[1],
];

/// The text between the vault's name and the random digits.
const MIDDLE: &str = ".new-";
/// The number of those digits.
const DIGITS: usize = 16;

/// Returns the folders next to `to` in which a vault was being built: left by a killed process, or in use by another
/// one.
pub(crate) fn begun_beside(to: &Path) -> Vec<PathBuf> {
    let parent = parent_of(to);
    let Some(name) = to.file_name().and_then(OsStr::to_str) else {
        return Vec::new();
    };
    let is_begun = |folder: &Folder, found: &str| {
        let digits = found
            .strip_prefix(name)
            .and_then(|rest| rest.strip_prefix(MIDDLE));
        let is_named = digits.is_some_and(|digits| {
            digits.len() == DIGITS
                && digits
                    .bytes()
                    .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        });
        is_named && matches!(folder.stand(found), Ok(Some(standing)) if standing.kind == Kind::Folder)
    };
    // If the folder cannot be read, creating something in it reports that.
    let Ok(folder) = Folder::open(parent) else {
        return Vec::new();
    };
    let mut names = folder.names().unwrap_or_default();
    names.retain(|found| is_begun(&folder, found));
    names.sort();
    names.iter().map(|name| parent.join(name)).collect()
}

/// Returns the folder that contains a path.
fn parent_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// A folder in which a vault is built. It and its parent are held by descriptors, so anything put in their place in the
/// meantime is not touched.
pub(crate) struct Building {
    at: Folder,
    name: OsString,
    /// The folder that contains `at`: the vault's own folder, or the parent of both.
    around: Folder,
    to: OsString,
    is_inside: bool,
    /// The parts that have been moved to their place.
    placed: Vec<&'static str>,
}

impl Building {
    /// Creates a folder for building a vault that will appear at `to`: next to it, or inside it if it exists (an empty
    /// folder may be a mount point, or the only place that can be written). Parent folders are created. Whether `to`
    /// exists was checked before the key was derived; anything that has appeared since belongs to someone else.
    pub(crate) fn begin(to: &Path, is_inside: bool, unique: [u8; 8]) -> Result<Self> {
        let suffix = format!("{MIDDLE}{:016x}", u64::from_be_bytes(unique));
        let (around, name, to) = if is_inside {
            (Folder::open(to)?, suffix.into(), OsString::new())
        } else {
            let parent = parent_of(to);
            folder_builder().create(parent)?;
            let last = to.file_name().ok_or(ErrorKind::InvalidInput)?.to_owned();
            let mut name = last.clone();
            name.push(suffix);
            (Folder::open(parent)?, name, last)
        };
        // Never use an existing folder, because a failure would remove it.
        let at = around.create_folder(&name)?;
        Ok(Self {
            at,
            name,
            around,
            to,
            is_inside,
            placed: Vec::new(),
        })
    }

    /// Returns the files of the vault being built.
    pub(crate) fn files(&self) -> Files {
        Files::within(&self.at)
    }

    /// Moves the finished vault to its place and makes the move durable. Nothing existing is ever replaced. A vault in
    /// its place is complete, so a failure to make it durable is returned as a value, not as an error.
    pub(crate) fn publish(&mut self) -> Result<Option<Error>> {
        if !self.is_inside {
            self.around.place(&self.name, &self.around, &self.to)?;
            return Ok(self.sync());
        }
        self.around.restrict(0o700)?;
        for part in PARTS {
            let name = OsStr::new(part);
            self.at.place(name, &self.around, name)?;
            self.placed.push(part);
        }
        self.around.remove_folder(&self.name)?;
        Ok(self.sync())
    }

    fn sync(&self) -> Option<Error> {
        #[cfg(test)]
        if tests::SYNC_FAILS.get() {
            return Some(ErrorKind::StorageFull.into());
        }
        self.around.sync().err()
    }

    /// Removes what did not become a vault. Errors are ignored, because the first error is the one to report.
    pub(crate) fn discard(&self) {
        for part in &self.placed {
            let _ = self.around.remove(part);
        }
        // First by name: listing the folder takes one more descriptor, and descriptors may be what ran out.
        for name in OWN {
            let _ = self.at.remove(name);
        }
        // Uses the folder's descriptor, so only files in the folder that was created are removed, whatever has its name
        // by now.
        let names = self.at.names().map_err(Error::other);
        for name in names.unwrap_or_default() {
            let _ = self.at.remove(&name);
        }
        let _ = self.around.remove_folder(&self.name);
    }
}

/// Returns a builder that creates parent folders.
fn folder_builder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods)]
    use std::cell::Cell;
    use std::fs;

    use super::*;
    use crate::testing::{clock, options, unlock};
    use crate::{Password, Store};

    thread_local! {
        pub(super) static SYNC_FAILS: Cell<bool> = const { Cell::new(false) };
    }

    /// Reporting an error would leave a vault that the caller does not know of.
    #[test]
    fn a_vault_that_stands_is_made_though_its_folder_was_not_synced() {
        let folder = tempfile::tempdir().unwrap();
        for is_inside in [false, true] {
            let path = folder.path().join(format!("vault {is_inside}"));
            if is_inside {
                fs::create_dir(&path).unwrap();
            }
            SYNC_FAILS.set(true);
            let made = Store::create(&path, &Password::new("secret").unwrap(), &options(clock));
            SYNC_FAILS.set(false);
            let (store, _) = made.unwrap();
            let told = store.warnings().join("\n");
            assert!(told.contains("could not be made durable"), "{told}");
            store.close().unwrap();
            unlock(&path).unwrap();
        }
    }

    fn fill(building: &Building, part: &str) {
        fs::write(building.files().root().join(part), "ours").unwrap();
    }

    #[test]
    fn what_appears_meanwhile_is_neither_replaced_nor_removed() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("vault");
        fs::create_dir(&to).unwrap();
        for (part, theirs) in PARTS.iter().zip([0_u8, 1, 2]) {
            let mut building = Building::begin(&to, true, [theirs; 8]).unwrap();
            for part in PARTS {
                fill(&building, part);
            }
            fs::write(to.join(part), "theirs").unwrap();
            let error = building.publish().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::AlreadyExists, "{part}");
            building.discard();
            assert_eq!(fs::read(to.join(part)).unwrap(), b"theirs");
            assert_eq!(
                fs::read_dir(&to).unwrap().count(),
                1,
                "{part}: nothing of ours is left"
            );
            fs::remove_file(to.join(part)).unwrap();
        }
        // A vault that another process put in the free place also stays.
        let late = folder.path().join("late");
        let mut building = Building::begin(&late, false, [9; 8]).unwrap();
        fill(&building, "privatus.db");
        fs::create_dir(&late).unwrap();
        fs::write(late.join("privatus.db"), "theirs").unwrap();
        building.publish().unwrap_err();
        building.discard();
        assert_eq!(fs::read(late.join("privatus.db")).unwrap(), b"theirs");
    }

    /// A folder, or a link to one, that someone puts where a vault is being built is not emptied.
    #[cfg(unix)]
    #[test]
    fn what_is_put_in_the_place_of_the_building_stays() {
        let folder = tempfile::tempdir().unwrap();
        let other = folder.path().join("other");
        fs::create_dir(&other).unwrap();
        fs::write(other.join("letter"), "dear").unwrap();
        let building = Building::begin(&folder.path().join("vault"), false, [7; 8]).unwrap();
        let at = building.files().root().to_owned();
        fs::rename(&at, folder.path().join("moved")).unwrap();
        std::os::unix::fs::symlink(&other, &at).unwrap();
        building.files().create_database().unwrap();
        building.discard();
        assert_eq!(fs::read(other.join("letter")).unwrap(), b"dear");
        assert_eq!(fs::read_dir(&other).unwrap().count(), 1);
        assert_eq!(fs::read_dir(folder.path().join("moved")).unwrap().count(), 0);
    }
}
