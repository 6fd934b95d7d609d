//! `export`: everything out as plain JSON Lines.

use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use privatus_import::privatus;
use privatus_store::StoreError;
use serde_json::json;

use super::open;
use crate::args::Arguments;
use crate::failure::Failure;
use crate::{output, progress};

pub(crate) fn run(arguments: &Arguments, path: &Path) -> Result<u8, Failure> {
    let to_stdout = path == Path::new("-");
    let target = if to_stdout {
        PathBuf::new()
    } else {
        target(path, &super::vault_path(arguments)?)?
    };
    let store = open(arguments)?;
    let bar = progress::bar("export");
    let stop = progress::interrupted();
    let mut on_progress = |at: privatus_import::Progress| {
        bar.set_length(at.total.unwrap_or_default());
        bar.set_position(at.done);
        !stop.load(std::sync::atomic::Ordering::SeqCst)
    };
    if to_stdout {
        if std::io::stdout().is_terminal() {
            // It would be drawn between the lines.
            bar.set_draw_target(indicatif::ProgressDrawTarget::hidden());
            crate::notice::warn("what follows is plaintext: whoever sees this terminal reads everything");
        }
        let mut out = Pipe {
            inner: BufWriter::new(std::io::stdout().lock()),
            closed: false,
        };
        let result = privatus::export(&store, &mut out, &mut on_progress);
        if out.closed {
            return Err(Failure::ClosedPipe);
        }
        result?;
        store.lock()?;
        return Ok(0);
    }
    let counts = to_file(&store, &target, &mut on_progress)?;
    bar.finish_and_clear();
    store.lock()?;
    if arguments.json {
        output::json(&json!({ "path": path.display().to_string(), "counts": counts, "plaintext": true }))?;
    } else {
        let messages = counts.get("message").copied().unwrap_or_default();
        output::line(&format!("{messages} messages written to {}", path.display()))?;
        output::line("The file is plaintext: whoever can read it reads everything.")?;
    }
    Ok(0)
}

/// Where to write: a new name or a regular file, and never in the vault, where it could replace one of its own files.
pub(super) fn target(path: &Path, vault: &Path) -> Result<PathBuf, Failure> {
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

/// A whole export or none.
pub(crate) fn to_file(
    store: &privatus_store::Store,
    path: &Path,
    progress: privatus_import::OnProgress<'_>,
) -> Result<std::collections::BTreeMap<String, u64>, Failure> {
    write_beside(path, |out| Ok(privatus::export(store, out, progress)?))
}

/// Written beside its name, 0600, made durable, then renamed: there is a whole file or none.
pub(super) fn write_beside<T>(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let folder = folder_of(path);
    let failed = |error: &std::io::Error| match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => StoreError::DiskFull,
        std::io::ErrorKind::NotFound => StoreError::NotFound(format!(
            "the folder to write {} into; create it, or name another",
            path.display()
        )),
        kind => StoreError::Denied(format!("{} cannot be written: {kind}", path.display())),
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

/// Remembers that the reader went away, which is no failure of the export.
struct Pipe<W> {
    inner: W,
    closed: bool,
}

impl<W: Write> Write for Pipe<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.inner
            .write(bytes)
            .inspect_err(|error| self.closed |= error.kind() == std::io::ErrorKind::BrokenPipe)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner
            .flush()
            .inspect_err(|error| self.closed |= error.kind() == std::io::ErrorKind::BrokenPipe)
    }
}
