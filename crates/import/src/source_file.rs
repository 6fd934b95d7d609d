//! The file of a source: a regular one. A pipe in a folder would be waited for without end, a device may have none, and what
//! is read twice must be there twice.

use std::fs::File;
use std::path::Path;

use privatus_store::SystemFault;

use crate::error::ImportError;

/// Opens the file of a source; `folder` says what to name where a folder is named.
pub(crate) fn open(path: &Path, folder: &str) -> Result<File, ImportError> {
    let source = |why: String| ImportError::Source {
        path: path.to_owned(),
        why,
    };
    let unreadable =
        |error: std::io::Error| source(format!("cannot be read: {}", SystemFault::words(&error)));
    let check = |found: std::fs::Metadata| match (found.is_file(), found.is_dir()) {
        (true, _) => Ok(()),
        (false, true) => Err(source(format!("is a folder; {folder}"))),
        (false, false) => Err(source(
            "is a pipe, a socket or a device; write it into a file, and name that".into(),
        )),
    };
    // A look first: to open a pipe waits for a writer. And at what was opened.
    check(std::fs::metadata(path).map_err(unreadable)?)?;
    let file = File::open(path).map_err(unreadable)?;
    check(file.metadata().map_err(unreadable)?)?;
    Ok(file)
}
