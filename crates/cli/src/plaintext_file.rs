//! A file that a command writes in plaintext: where it may lie, and whole or not at all.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use privatus_store::StoreError;

use crate::failure::Failure;

/// Where to write: a new name or a regular file, and never in the vault, where it could replace one of its own files.
pub(crate) fn target(path: &Path, vault: &Path) -> Result<PathBuf, Failure> {
    // A link is followed: what it points at is replaced, not the link.
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let refused = |why: &str| Failure::Usage(format!("{} {why}", path.display()));
    match std::fs::metadata(&target) {
        Ok(data) if data.is_dir() => return Err(refused("is a folder; name a file")),
        Ok(data) if !data.is_file() => {
            return Err(refused(
                "is no regular file; name one, or `-` for standard output",
            ));
        }
        Ok(_) | Err(_) => {}
    }
    let folder = folder_of(&target);
    if let (Ok(folder), Ok(vault)) = (folder.canonicalize(), vault.canonicalize())
        && folder.starts_with(&vault)
    {
        return Err(refused("lies in the vault itself; name a file outside it"));
    }
    Ok(target)
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Written beside its name, 0600, made durable, then renamed: there is a whole file or none.
pub(crate) fn write_beside<T>(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let folder = folder_of(path);
    let failed = |error: &std::io::Error| match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => StoreError::DiskFull.into(),
        std::io::ErrorKind::NotFound => Failure::NotFound(format!(
            "the folder to write {} into; create it, or name another",
            path.display()
        )),
        kind => StoreError::Denied(format!("{} cannot be written: {kind}", path.display())).into(),
    };
    // tempfile makes its files 0600.
    let mut file = tempfile::Builder::new()
        .prefix(".privatus-export-")
        .tempfile_in(folder)
        .map_err(|error| failed(&error))?;
    let written = {
        let mut out = BufWriter::with_capacity(1 << 16, file.as_file_mut());
        let written = write(&mut out)?;
        out.flush().map_err(|error| failed(&error))?;
        written
    };
    file.as_file().sync_all().map_err(|error| failed(&error))?;
    file.persist(path).map_err(|error| failed(&error.error))?;
    Ok(written)
}
