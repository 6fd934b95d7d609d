//! Files that contain a secret: opens them, and warns if others can read, write or replace them.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{Error, ErrorKind};
use std::path::Path;

use privatus_store::open_above;

use crate::exit::quoted;
use crate::notice::warn;

/// The number of links to follow when checking whether a path names an open file, as in Linux.
const LINKS: usize = 40;

/// Opens a file with a password, a code or a key. A pipe is accepted only if it is already open, like standard input and a
/// shell's `<(…)`: the tool would silently wait for a pipe in a folder.
///
/// # Errors
/// Those of opening it; [`ErrorKind::InvalidInput`] if it is not a regular file.
pub(crate) fn open(path: &Path) -> std::io::Result<File> {
    if is_open_already(path) {
        let file = File::open(path)?;
        // A file that the shell opened may be readable by others like any other file; a pipe is not.
        if file.metadata().is_ok_and(|data| data.is_file()) {
            look(
                &std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()),
                &file,
            );
        }
        return Ok(file);
    }
    // Checked before opening, since opening a device may have an effect, and again afterwards.
    check(&std::fs::metadata(path)?)?;
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, not_waiting());
    let file = options.open(path)?;
    check(&file.metadata()?)?;
    look(path, &file);
    Ok(file)
}

fn check(data: &Metadata) -> std::io::Result<()> {
    if data.is_file() {
        return Ok(());
    }
    let what = if data.is_dir() {
        "it is a folder, not a file"
    } else {
        "it is a pipe, a socket or a device; use a file, /dev/stdin or a shell's <(…)"
    };
    Err(Error::new(ErrorKind::InvalidInput, what))
}

#[cfg(unix)]
fn not_waiting() -> i32 {
    i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or_default()
}

/// Whether a path names a file that is already open in this process, like `/dev/stdin` and `/dev/fd/63`.
fn is_open_already(path: &Path) -> bool {
    let mut path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    for _ in 0..LINKS {
        let folder = path.parent().unwrap_or(Path::new("/"));
        let own = format!("/proc/{}/fd", std::process::id());
        let is_descriptors = ["/dev/fd", "/proc/self/fd", own.as_str()]
            .iter()
            .any(|one| folder == Path::new(one));
        if is_descriptors || (!cfg!(target_os = "linux") && path == Path::new("/dev/stdin")) {
            return true;
        }
        match std::fs::read_link(&path) {
            Ok(to) => path = folder.join(to),
            Err(_) => return false,
        }
    }
    false
}

/// Warns if others can read or write a regular file, or own it.
fn look(path: &Path, file: &File) {
    let shown = path.display();
    if let Some(mode) = open_to_others(file) {
        let can = match (mode & 0o044 != 0, mode & 0o022 != 0) {
            (true, false) => "read",
            (true, true) => "read or write",
            (false, true) => "write",
            (false, false) => "execute",
        };
        warn(&format!(
            "other users can {can} {shown} (mode {mode:04o}), which contains a secret; run `chmod 600 {}`",
            quoted(&shown.to_string())
        ));
    }
    if is_anothers(file) {
        warn(&format!("another user owns {shown}, which contains a secret"));
    }
    above(path);
}

/// Warns about folders in which others can replace a file that contains a secret.
pub(crate) fn above(path: &Path) {
    for why in open_above(path) {
        warn(&format!("{} contains a secret: {why}", path.display()));
    }
}

/// Returns the file's mode if it gives permissions to others than its owner.
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
