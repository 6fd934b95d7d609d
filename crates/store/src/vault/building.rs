//! Where a vault is built before it is one: in a new folder that is renamed, or, where a folder is there already, inside it.

use std::ffi::{OsStr, OsString};
use std::fs::DirBuilder;
use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};

use crate::folder::{Folder, Kind};
use crate::vault::Files;
use crate::vault::files::{DATABASE, RINGS};

/// What a new vault consists of, in the order in which it is moved: a vault that is cut short here has no database, and
/// `init` says so.
const PARTS: [&str; 3] = [RINGS[0], RINGS[1], DATABASE];

/// What is in it while it is built.
const OWN: [&str; 6] = [
    DATABASE,
    "privatus.db-wal",
    "privatus.db-shm",
    "privatus.db-journal",
    RINGS[0],
    RINGS[1],
];

/// What stands between the vault's name and the random digits.
const MIDDLE: &str = ".new-";
/// Those digits.
const DIGITS: usize = 16;

/// Folders beside `to` in which a vault for it was begun: of a process that was killed, or of one that builds it now.
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
    // A folder that cannot be read is told of when something is made in it.
    let Ok(folder) = Folder::open(parent) else {
        return Vec::new();
    };
    let mut names = folder.names().unwrap_or_default();
    names.retain(|found| is_begun(&folder, found));
    names.sort();
    names.iter().map(|name| parent.join(name)).collect()
}

/// The folder that a path is in.
fn parent_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// A folder that was made for a vault. It and the one around it are held by descriptors: what somebody puts in their
/// places meanwhile is not touched.
pub(crate) struct Building {
    at: Folder,
    name: OsString,
    /// The folder that `at` is in: the vault's own, or the one beside which it is built.
    around: Folder,
    to: OsString,
    is_inside: bool,
    /// Parts that stand in their place.
    placed: Vec<&'static str>,
}

impl Building {
    /// Makes a new folder for what becomes a vault at `to`: beside it, or in it where it is there (an empty folder may be
    /// a mount point, or the only place where one may write). Folders above it are made.
    /// Whether it is there was asked before the key was derived: what appeared meanwhile is somebody else's.
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
        // Never a folder that is there: it would be removed when something fails.
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

    /// The files of the vault that is built.
    pub(crate) fn files(&self) -> Files {
        Files::within(&self.at)
    }

    /// Puts the finished vault in its place and makes that durable. Nothing that stands there is ever replaced. Once it has
    /// its place it is a vault: why that could not be made durable is given, and no error.
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

    /// Removes what never became a vault. The first error is the one to report.
    pub(crate) fn discard(&self) {
        for part in &self.placed {
            let _ = self.around.remove(part);
        }
        // By name first: to list them takes a descriptor more, and those may be what is missing.
        for name in OWN {
            let _ = self.at.remove(name);
        }
        // Whatever stands at its name by now: only what is in the folder that was made is removed.
        let names = self.at.names().map_err(Error::other);
        for name in names.unwrap_or_default() {
            let _ = self.at.remove(&name);
        }
        let _ = self.around.remove_folder(&self.name);
    }
}

/// Makes the folders above.
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

    /// To report a failure would leave a vault that nobody was told of.
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
        // A vault that another process put into the free place stays as well.
        let late = folder.path().join("late");
        let mut building = Building::begin(&late, false, [9; 8]).unwrap();
        fill(&building, "privatus.db");
        fs::create_dir(&late).unwrap();
        fs::write(late.join("privatus.db"), "theirs").unwrap();
        building.publish().unwrap_err();
        building.discard();
        assert_eq!(fs::read(late.join("privatus.db")).unwrap(), b"theirs");
    }

    /// A folder that somebody else puts where a vault is being built, or a link to one, is not emptied.
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
