//! The file of an export.

use std::fs::File;
use std::path::Path;

use crate::error::ImportError;
use crate::source_file;

/// Opens an export.
pub(super) fn open(path: &Path) -> Result<File, ImportError> {
    source_file::open(path, "name the exported file")
}
