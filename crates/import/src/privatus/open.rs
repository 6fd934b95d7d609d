//! The file of an export.

use std::fs::File;
use std::path::Path;

use crate::error::ImportError;

/// Opens an export.
pub(super) fn open(path: &Path) -> Result<File, ImportError> {
    let source = |why: String| ImportError::Source {
        path: path.to_owned(),
        why,
    };
    if path.is_dir() {
        return Err(source("is a folder; name the exported file".into()));
    }
    File::open(path).map_err(|error| source(format!("cannot be read: {}", error.kind())))
}
