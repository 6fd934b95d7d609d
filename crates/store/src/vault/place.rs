//! Checks whether a path can become a vault.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crate::error::{Rule, StoreError};
use crate::folder::Folder;
use crate::vault::files::{DATABASE, RINGS, check_path, no_folder, unseen};

/// Checks whether `path` can become a vault: it does not exist (`false`) or is an empty folder (`true`).
pub(super) fn check_vacant(path: &Path) -> Result<bool, StoreError> {
    check_path(path)?;
    let not_a_vault = |why| Err(StoreError::NotAVault(path.to_owned(), why));
    let metadata = match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            if fs::symlink_metadata(path).is_ok() {
                return not_a_vault("it is a broken link");
            }
            // Parent folders are created, but not in place of a link.
            let leads_nowhere = |above: &Path| fs::metadata(above).is_err() && above.is_symlink();
            if path.ancestors().skip(1).any(leads_nowhere) {
                return not_a_vault("part of its path is a broken link");
            }
            return Ok(false);
        }
        Err(error) if error.kind() == ErrorKind::NotADirectory => {
            return not_a_vault("part of its path is a file");
        }
        Err(error) => return Err(unseen(path, &error)),
        Ok(metadata) => metadata,
    };
    if !metadata.is_dir() {
        let found = Folder::at_path(path).ok();
        let what = found.and_then(|found| no_folder(found.kind));
        return not_a_vault(what.unwrap_or("it is not a folder"));
    }
    let [first, second] = RINGS;
    for name in [DATABASE, first, second] {
        match fs::symlink_metadata(path.join(name)) {
            Ok(_) => return Err(StoreError::VaultExists(path.to_owned(), name)),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(StoreError::io(&error, "read the vault's folder")),
        }
    }
    let mut entries = fs::read_dir(path).map_err(|error| StoreError::io(&error, "read the folder"))?;
    if let Some(Ok(entry)) = entries.next() {
        return Err(Rule::FolderNotEmpty {
            folder: path.to_owned(),
            holds: entry.file_name().display().to_string(),
        }
        .into());
    }
    Ok(true)
}
