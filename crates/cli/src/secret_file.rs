//! A file that holds a secret: opened, with a word when others may read, write or replace it.

use std::fs::File;
use std::path::Path;

use privatus_store::open_above;

use crate::notice::warn;

/// Opens a file with a password, a code or a key. A pipe is taken as well: a shell's `<(…)` is one.
///
/// # Errors
/// Those of opening it.
pub(crate) fn open(path: &Path) -> std::io::Result<File> {
    let file = File::open(path)?;
    if file.metadata().is_ok_and(|data| data.is_file()) {
        look(path, &file);
    }
    Ok(file)
}

/// Warns of what others may do to a regular file.
fn look(path: &Path, file: &File) {
    let shown = path.display();
    if let Some(mode) = open_to_others(file) {
        warn(&format!(
            "other users may read or write {shown} ({mode:04o}), which holds a secret: `chmod 600` it"
        ));
    }
    if is_anothers(file) {
        warn(&format!("another user owns {shown}, which holds a secret"));
    }
    above(path);
}

/// Warns of the folders in which others may put another file in the place of one with a secret.
pub(crate) fn above(path: &Path) {
    for why in open_above(path) {
        warn(&format!("{} holds a secret: {why}", path.display()));
    }
}

/// The permissions that are more than its owner's.
#[cfg(unix)]
fn open_to_others(file: &File) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    let mode = file.metadata().ok()?.mode();
    (mode & 0o077 != 0).then_some(mode & 0o777)
}

/// Whether its owner is neither this user nor the administrator.
#[cfg(unix)]
fn is_anothers(file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;
    let owner = file.metadata().map(|data| data.uid());
    owner.is_ok_and(|owner| owner != 0 && owner != rustix::process::geteuid().as_raw())
}

#[cfg(not(unix))]
fn open_to_others(_file: &File) -> Option<u32> {
    None
}

#[cfg(not(unix))]
fn is_anothers(_file: &File) -> bool {
    false
}
