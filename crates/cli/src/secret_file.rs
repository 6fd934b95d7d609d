//! A file that holds a secret: opened, with a word when others may read or write it.

use std::fs::File;
use std::path::Path;

use crate::notice::warn;

/// Opens a file with a password, a code or a key. A pipe is taken as well: a shell's `<(…)` is one.
///
/// # Errors
/// Those of opening it.
pub(crate) fn open(path: &Path) -> std::io::Result<File> {
    let file = File::open(path)?;
    if let Some(mode) = open_to_others(&file) {
        warn(&format!(
            "other users may read or write {} ({mode:04o}), which holds a secret: `chmod 600` it",
            path.display()
        ));
    }
    Ok(file)
}

/// The permissions of a regular file that are more than its owner's.
#[cfg(unix)]
fn open_to_others(file: &File) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    let data = file.metadata().ok()?;
    (data.is_file() && data.mode() & 0o077 != 0).then(|| data.mode() & 0o777)
}

#[cfg(not(unix))]
fn open_to_others(_file: &File) -> Option<u32> {
    None
}
