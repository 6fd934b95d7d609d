//! Which vaults this process has open: two stores on one path in one process are refused (DESIGN section 3).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::error::StoreError;
use crate::vault::Files;

static OPEN: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// A claim on a path, given up when dropped.
#[derive(Debug)]
pub(crate) struct OpenGuard(PathBuf);

impl OpenGuard {
    pub(crate) fn claim(files: &Files) -> Result<Self, StoreError> {
        let path = files.folder().path().to_owned();
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        if open.insert(path.clone()) {
            Ok(Self(path))
        } else {
            Err(StoreError::Busy("this process has it open already"))
        }
    }
}

/// Whether a file lies in a vault that this process has open: opening it beside SQLite would drop its locks.
#[must_use]
pub fn is_in_open_vault(file: &Path) -> bool {
    let Some(folder) = file
        .canonicalize()
        .ok()
        .and_then(|file| file.parent().map(Path::to_owned))
    else {
        return false;
    };
    let open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    open.contains(&folder)
}

impl Drop for OpenGuard {
    fn drop(&mut self) {
        OPEN.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.0);
    }
}
