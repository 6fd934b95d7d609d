//! The vaults that this process has open: a second store on the same folder in one process is refused (docs/DESIGN.md,
//! section 3).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::error::StoreError;
use crate::folder::{Folder, Standing};
use crate::vault::Files;

/// Identifies the folder itself, not its path: a bind mount, another spelling or a new name leads to the same folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Folder((i128, i128)),
    /// Used if the system does not identify files.
    Path(PathBuf),
}

impl Key {
    fn of(found: &Standing, path: &Path) -> Self {
        found
            .identity()
            .map_or_else(|| Self::Path(path.to_owned()), Self::Folder)
    }
}

static OPEN: Mutex<BTreeSet<Key>> = Mutex::new(BTreeSet::new());

/// A claim on a folder, released when dropped.
#[derive(Debug)]
pub(crate) struct OpenGuard(Key);

impl OpenGuard {
    pub(crate) fn claim(files: &Files) -> Result<Self, StoreError> {
        let own = files.folder().own();
        let own = own.map_err(|error| StoreError::io(&error, "look at the vault's folder"))?;
        let key = Key::of(&own, files.folder().path());
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        if open.insert(key.clone()) {
            Ok(Self(key))
        } else {
            Err(StoreError::Busy("this process already has it open"))
        }
    }
}

/// Returns whether a file is in a vault that this process has open: opening it outside SQLite would drop SQLite's
/// locks.
#[must_use]
pub fn is_in_open_vault(file: &Path) -> bool {
    let file = file.canonicalize().ok();
    let Some(folder) = file.as_deref().and_then(Path::parent) else {
        return false;
    };
    let Ok(found) = Folder::at_path(folder) else {
        return false;
    };
    let open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    open.contains(&Key::of(&found, folder))
}

impl Drop for OpenGuard {
    fn drop(&mut self) {
        OPEN.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.0);
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::disallowed_methods)]
    use super::is_in_open_vault;
    use crate::StoreError;
    use crate::testing::{Vault, unlock};

    /// As through a bind mount: the same folder under another path, without any link in it.
    #[test]
    fn a_folder_that_is_open_is_known_by_any_path() {
        let vault = Vault::new();
        let path = vault.store.path().to_owned();
        let other = path.with_file_name("other");
        std::fs::rename(&path, &other).unwrap();
        assert!(is_in_open_vault(&other.join("privatus.db")));
        let again = unlock(&other);
        assert!(
            matches!(again, Err(StoreError::Busy(why)) if why.contains("already")),
            "{again:?}"
        );
        std::fs::rename(&other, &path).unwrap();
        assert!(!is_in_open_vault(&path));
        vault.store.close().unwrap();
        unlock(&path).unwrap();
    }
}
