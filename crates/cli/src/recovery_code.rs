//! Where the recovery code of a new vault goes, before the vault is there: a vault whose code nobody has is never made.

use std::cell::Cell;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, IsTerminal, Write, stdout};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use privatus_import::baseline::BaselineError;
use privatus_store::{RecoveryCode, Store, StoreError, SystemFault};
use zeroize::Zeroizing;

use crate::args::Arguments;
use crate::failure::Failure;
use crate::folder::folder_of;
use crate::notice::warn;
use crate::plaintext_file::{holds_vault, would_lie_in};
use crate::secret_file::above;
use crate::{output, progress};

/// How often Ctrl-C is looked for while a reader does not read.
const LOOK: Duration = Duration::from_millis(50);

/// What is said of a file that is there.
const IS_THERE: &str = "is there already; name a new file. It may hold the code of an `init` that did not finish, which opens \
                        nothing: see whether it opens a vault of yours before you remove it";

/// Where it goes.
pub(crate) struct CodeKeeper {
    /// `None`: standard output.
    file: Option<PathBuf>,
    /// The file was made by us, or the code was printed.
    is_out: Cell<bool>,
}

impl CodeKeeper {
    /// As the command line says. Without a terminal nobody knows whether a reader reads: it has to be said.
    pub(crate) fn new(arguments: &Arguments, to_stdout: bool, vault: &Path) -> Result<Self, Failure> {
        let keeper = |file| Self {
            file,
            is_out: Cell::new(false),
        };
        name_begun(vault);
        match &arguments.recovery_code_file {
            Some(_) if to_stdout => Err(Failure::Usage(
                "give only one of --recovery-code-file and --code-to-stdout; nothing was made".into(),
            )),
            Some(file) => {
                check_new(file, vault)?;
                above(file);
                Ok(keeper(Some(file.clone())))
            }
            None if to_stdout || arguments.json || stdout().is_terminal() => Ok(keeper(None)),
            None => Err(Failure::Usage(
                "standard output is no terminal, so the recovery code may reach nobody: give --recovery-code-file FILE, \
                 or --code-to-stdout where a program reads it; nothing was made"
                    .into(),
            )),
        }
    }

    /// The file, where it is one.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Says where it is, once the vault is there.
    pub(crate) fn tell(&self) -> Result<(), Failure> {
        match &self.file {
            Some(file) => output::line(&format!(
                "The recovery code is in {}: it opens the vault when the password is lost. Keep it apart from the vault.",
                file.display()
            )),
            None => Ok(()),
        }
    }

    /// Puts the code in its file, or `text`, which holds it, on standard output. Ctrl-C ends it.
    pub(crate) fn keep(&self, code: &RecoveryCode, text: Zeroizing<String>) -> Result<(), Failure> {
        not_stopped()?;
        match &self.file {
            Some(file) => self.write_file(file, code)?,
            None => {
                // A failure says itself that nothing was made.
                print(text)?;
                self.is_out.set(true);
            }
        }
        not_stopped()
    }

    /// Where no vault was made, what was kept opens none: the file goes again, and of what was printed it is said. One that stands, and only could not be opened
    /// once more, needs its code; another's that took the place does not.
    pub(crate) fn take_back(&self, vault: &Path, failure: &Failure) {
        let is_anothers = matches!(
            failure,
            Failure::Store(StoreError::VaultExists(..))
                | Failure::Baseline(BaselineError::Store(StoreError::VaultExists(..)))
        );
        if !self.is_out.get() || !(is_anothers || Store::check_vacant(vault).is_ok()) {
            return;
        }
        match &self.file {
            None => warn("no vault was made: a recovery code that was printed opens nothing, throw it away"),
            Some(file) => {
                if let Err(error) = std::fs::remove_file(file) {
                    warn(&format!(
                        "no vault was made: the recovery code in {} opens nothing; remove it ({})",
                        file.display(),
                        SystemFault::words(&error)
                    ));
                }
            }
        }
    }

    /// A new file, of nobody else, durable before the vault appears.
    fn write_file(&self, path: &Path, code: &RecoveryCode) -> Result<(), Failure> {
        let failed = |error: std::io::Error| Failure::file(path, &error);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => Failure::Refused(format!("{} {IS_THERE}", path.display())),
            _ => failed(error),
        })?;
        self.is_out.set(true);
        // Whatever the umask: without it, somebody might not read it again.
        #[cfg(unix)]
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))
            .map_err(failed)?;
        let text = Zeroizing::new(format!("{}\n", code.reveal().as_str()));
        file.write_all(text.as_bytes()).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        // Its name too. A folder is no file on Windows.
        #[cfg(unix)]
        File::open(folder_of(path))
            .and_then(|folder| folder.sync_all())
            .map_err(failed)?;
        Ok(())
    }
}

/// What a killed command left is in nobody's way, and nobody would find it.
fn name_begun(vault: &Path) {
    for begun in Store::begun_beside(vault) {
        warn(&format!(
            "{} is left of an `init` or a `migrate baseline` that did not finish, unless one runs now: it is no vault, and a \
             recovery code that was kept for it opens nothing; remove both",
            begun.display()
        ));
    }
}

fn not_stopped() -> Result<(), Failure> {
    if progress::interrupted().load(Ordering::SeqCst) {
        return Err(Failure::Stopped("stopped; nothing was made"));
    }
    Ok(())
}

/// A name that is free, in a folder that is there and not the vault's: said before a password is asked for.
fn check_new(file: &Path, vault: &Path) -> Result<(), Failure> {
    let refused = |why: &str| Failure::Refused(format!("{} {why}; nothing was made", file.display()));
    if would_lie_in(file, vault) {
        return Err(refused(
            "is in the vault or in its place, and a code must not lie beside what it opens; name a file elsewhere",
        ));
    }
    if holds_vault(folder_of(file)) {
        return Err(refused(
            "is in the folder of another vault; name a file elsewhere",
        ));
    }
    if file.as_os_str() == "-" {
        return Err(Failure::Usage(
            "--recovery-code-file takes the name of a new file; --code-to-stdout prints the code; nothing was made".into(),
        ));
    }
    match std::fs::symlink_metadata(file) {
        Ok(found) if found.is_file() => return Err(refused(IS_THERE)),
        Ok(_) => {
            return Err(refused(
                "is no file: a folder, a pipe, a link or a device; name a new file",
            ));
        }
        Err(_) => {}
    }
    if !folder_of(file).is_dir() {
        return Err(Failure::NotFound(format!(
            "the folder to write {} into; create it, or name another; nothing was made",
            file.display()
        )));
    }
    Ok(())
}

/// Writes to standard output and sees that it went there. Rust's own handle takes a descriptor that cannot be written for
/// one that swallows all.
fn print(text: Zeroizing<String>) -> Result<(), Failure> {
    let lost = |why: &str| {
        Failure::CodeLost(format!(
            "the recovery code could not be printed: {why}; nothing was made, and what went out of it opens nothing; give \
             --recovery-code-file FILE"
        ))
    };
    let mut out = descriptor().map_err(|error| lost(&SystemFault::words(&error)))?;
    if output::is_null(&out) {
        return Err(lost("standard output is closed, or /dev/null"));
    }
    let (tell, told) = channel();
    // A reader that does not read blocks a write for ever, and Ctrl-C does not end it.
    std::thread::spawn(move || {
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        let is_file = out.metadata().is_ok_and(|about| about.is_file());
        let written = written.and_then(|()| if is_file { out.sync_all() } else { Ok(()) });
        let _ = tell.send(written);
    });
    loop {
        match told.recv_timeout(LOOK) {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => return Err(lost(&SystemFault::words(&error))),
            Err(RecvTimeoutError::Timeout) => not_stopped()?,
            Err(RecvTimeoutError::Disconnected) => {
                return Err(StoreError::Unexpected("the printing ended by itself".into()).into());
            }
        }
    }
}

#[cfg(unix)]
fn descriptor() -> std::io::Result<File> {
    use std::os::fd::AsFd;
    stdout().as_fd().try_clone_to_owned().map(File::from)
}

#[cfg(windows)]
fn descriptor() -> std::io::Result<File> {
    use std::os::windows::io::AsHandle;
    stdout().as_handle().try_clone_to_owned().map(File::from)
}
