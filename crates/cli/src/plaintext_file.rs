//! Plaintext files that a command writes: where they may be, and written completely or not at all.

use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::folder::folder_of;

/// Returns where to write: a new file or, with `--force`, an existing regular file, but never in a vault, where it could replace
/// one of the vault's own files.
pub(crate) fn target(path: &Path, vault: &Path, is_forced: bool) -> Result<PathBuf, Failure> {
    let refused = |why: &str| Failure::Usage(format!("{} {why}", path.display()));
    if is_of_the_system(path) {
        return Err(refused(
            "is an open file or a device; name a file, or `-` for standard output",
        ));
    }
    // A link is followed: its target is replaced, not the link.
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    match std::fs::metadata(&target) {
        Ok(data) if data.is_dir() => return Err(refused("is a folder; name a file")),
        Ok(data) if !data.is_file() => {
            return Err(refused(
                "is not a regular file; name a file, or `-` for standard output",
            ));
        }
        Ok(_) | Err(_) => {}
    }
    let is_there = std::fs::symlink_metadata(path).is_ok();
    if would_lie_in(&target, vault) {
        return Err(refused("is inside the vault; name a file outside it"));
    }
    if holds_vault(folder_of(&target)) {
        return Err(refused(
            "is in the folder of a vault; name a file in another folder",
        ));
    }
    if is_there && !is_forced {
        return Err(Failure::Refused(format!(
            "{} already exists; name a new file, or replace it with --force",
            path.display()
        )));
    }
    Ok(target)
}

/// Whether a folder holds a vault or a part of one: a file there could take the place of one of the vault's files.
pub(crate) fn holds_vault(folder: &Path) -> bool {
    let names = ["privatus.db", "keyring.json", "keyring.json.1"];
    names
        .iter()
        .any(|name| std::fs::symlink_metadata(folder.join(name)).is_ok())
}

/// Whether a path is like `/dev/stdout`: it leads to an open file, which would be replaced.
fn is_of_the_system(path: &Path) -> bool {
    let folder = resolved(folder_of(path));
    folder == Path::new("/dev") || folder.starts_with("/proc")
}

/// Whether a path is a folder or inside it, even if neither exists yet.
pub(crate) fn would_lie_in(path: &Path, folder: &Path) -> bool {
    let place = |path: &Path| resolved(folder_of(path)).join(path.file_name().unwrap_or_default());
    place(path).starts_with(resolved(folder))
}

/// Resolves the links of a path, as far as it exists.
fn resolved(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    for there in whole.ancestors() {
        if let (Ok(found), Ok(rest)) = (there.canonicalize(), whole.strip_prefix(there)) {
            // Joining an empty path would leave a trailing slash.
            return if rest.as_os_str().is_empty() {
                found
            } else {
                found.join(rest)
            };
        }
    }
    whole
}

/// Writes a temporary file next to the path (mode 0600), syncs it and renames it, so that there is a complete file or none.
pub(crate) fn write_beside<T>(
    path: &Path,
    is_forced: bool,
    write: impl FnOnce(&mut dyn Write) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let failed = |error: &std::io::Error| Failure::file(path, error);
    // tempfile makes its files 0600.
    let mut file = tempfile::Builder::new()
        .prefix(".privatus-export-")
        .tempfile_in(folder_of(path))
        .map_err(|error| failed(&error))?;
    let written = {
        let mut out = BufWriter::with_capacity(1 << 16, file.as_file_mut());
        // A failed write is about this file, not about standard output.
        let written = write(&mut out).map_err(|failure| match failure {
            Failure::Output { error, .. } => failed(&error),
            Failure::ClosedPipe => failed(&ErrorKind::BrokenPipe.into()),
            other => other,
        })?;
        out.flush().map_err(|error| failed(&error))?;
        written
    };
    file.as_file().sync_all().map_err(|error| failed(&error))?;
    let placed = match is_forced {
        true => file.persist(path),
        // A file that was created in the meantime is not replaced either.
        false => file.persist_noclobber(path),
    };
    placed.map_err(|error| failed(&error.error))?;
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    /// The error is about the file's disk, not the vault's, and the old file is kept.
    #[test]
    fn a_full_disk_is_the_file_s() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.jsonl");
        std::fs::write(&path, "before").unwrap();
        for kind in [ErrorKind::StorageFull, ErrorKind::QuotaExceeded] {
            let written = write_beside(&path, true, |out| {
                out.write_all(b"half").map_err(|error| Failure::output(&error))?;
                Err::<(), _>(Failure::output(&kind.into()))
            });
            let failure = written.unwrap_err();
            let text = failure.to_string();
            assert_eq!(failure.exit(), Exit::Output);
            assert!(
                text.contains("out.jsonl is full") && !text.contains("vault"),
                "{text}"
            );
        }
        // EFBIG, EIO and ENAMETOOLONG of Linux.
        #[cfg(target_os = "linux")]
        for (number, exit, says) in [
            (27, Exit::Output, "ulimit -f"),
            (5, Exit::System, "the disk fails to read or write"),
            (36, Exit::System, "too long"),
        ] {
            let failure = Failure::file(&path, &std::io::Error::from_raw_os_error(number));
            let text = failure.to_string();
            assert_eq!(failure.exit(), exit, "{text}");
            assert!(text.contains(says) && text.contains("out.jsonl"), "{text}");
            let shown = Failure::output(&std::io::Error::from_raw_os_error(number)).to_string();
            assert!(shown.contains(says), "{shown}");
        }
        let denied = Failure::file(&path, &ErrorKind::PermissionDenied.into());
        assert_eq!(denied.exit(), Exit::Denied);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "before");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_name_in_a_folder_that_is_not_there_yet_lies_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let vault = folder.path().join("new/vault");
        for inside in ["new/vault", "new/vault/code", "new/vault/a/b"] {
            assert!(would_lie_in(&folder.path().join(inside), &vault), "{inside}");
        }
        for outside in ["new/vault2", "new/code", "code"] {
            assert!(!would_lie_in(&folder.path().join(outside), &vault), "{outside}");
        }
    }
}
