//! Opens a source file, which must be a regular file: reading a pipe may block forever, a device may have no end, and
//! what is read twice must still be there.

use std::fs::File;
use std::path::Path;

use privatus_store::SystemFault;

use crate::error::ImportError;

/// Opens a source file; `folder` says what to name instead of a folder.
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
    // Check before opening, because opening a pipe waits for a writer; and check again what was opened.
    check(std::fs::metadata(path).map_err(unreadable)?)?;
    let file = File::open(path).map_err(unreadable)?;
    check(file.metadata().map_err(unreadable)?)?;
    Ok(file)
}
