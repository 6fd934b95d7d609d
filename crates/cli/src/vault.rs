//! A command's vault: its path, the secret that opens it, and the open store.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use privatus_domain::UserId;
use privatus_store::{Secret, Store, StoreError};

use crate::args::Arguments;
use crate::failure::Failure;
use crate::notice::warn;
use crate::progress::schema;
use crate::{output, secret, upgrade};

/// Why this command's vault was not closed properly.
static UNCLOSED: Mutex<Option<StoreError>> = Mutex::new(None);

/// Closes the vault after a command did its work. The result is printed even if closing fails; [`unclosed`] reports that last.
pub(crate) fn close(store: Store) {
    if let Err(error) = store.close() {
        let mut first = UNCLOSED.lock().unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert(error);
    }
}

/// Returns why the vault was not closed properly, if it was not.
pub(crate) fn unclosed() -> Option<StoreError> {
    UNCLOSED.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// Returns the vault's folder: as given, or in the platform's data folder.
pub(crate) fn vault_path(arguments: &Arguments) -> Result<PathBuf, Failure> {
    if let Some(path) = &arguments.vault {
        return Ok(path.clone());
    }
    let folders = directories::ProjectDirs::from("", "", "privatus");
    let folders = folders
        .ok_or_else(|| Failure::Usage("the home folder is not known; name the vault with --vault".into()))?;
    Ok(folders.data_dir().join("vault"))
}

/// Opens the vault, bound to the user of `--as-user`, and prints its warnings.
pub(crate) fn open(arguments: &Arguments) -> Result<Store, Failure> {
    open_with_secret(arguments).map(|(store, _)| store)
}

/// Opens the vault like [`open`], and also returns the secret for operations that need it again.
pub(crate) fn open_with_secret(arguments: &Arguments) -> Result<(Store, Secret), Failure> {
    let user = arguments.as_user.as_deref().map(UserId::new).transpose();
    let user = user.map_err(StoreError::from)?;
    let (path, secret) = path_and_secret(arguments)?;
    let store = schema::watch(|options| Store::unlock(&path, &secret, options));
    let store = store.map_err(|error| refused_at(&path, error))?;
    if let Some(done) = store.upgrade() {
        upgrade::tell(done);
    }
    if store.is_read_only() {
        output::is_read_only();
    }
    for warning in store.warnings() {
        warn(warning);
    }
    if let Some(fault) = store.schema_fault() {
        output::is_altered(true);
        if fault.can_be_repaired() {
            warn(
                "`privatus audit settle --accept-loss` removes unknown objects and creates the others again",
            );
        }
    }
    let store = match user {
        Some(user) => store.bind(user),
        None => store,
    };
    Ok((store, secret))
}

/// Returns the failure of an unlock. If nothing can be written there, the failed unlock was not counted either.
pub(crate) fn refused_at(path: &Path, error: StoreError) -> Failure {
    match error {
        StoreError::WrongSecret if Store::records_nothing(path) => Failure::Unrecorded(error),
        error => error.into(),
    }
}

/// Returns the folder of an existing vault and the secret that opens it.
pub(crate) fn path_and_secret(arguments: &Arguments) -> Result<(PathBuf, Secret), Failure> {
    let path = vault_path(arguments)?;
    if path.try_exists().is_ok_and(|there| !there) {
        // Checked before a password is asked for.
        return Err(StoreError::NotAVault(path, "it does not exist").into());
    }
    let secret = secret::unlock_secret(arguments)?;
    Ok((path, secret))
}
