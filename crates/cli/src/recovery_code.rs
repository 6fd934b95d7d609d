//! Delivers the recovery code of a new vault before the vault exists, so that there is never a vault whose code nobody has.

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

/// How often Ctrl-C is checked while a reader does not read.
const LOOK: Duration = Duration::from_millis(50);

/// The error for a file that exists.
const EXISTS: &str = "already exists; name a new file. It may contain the code of an `init` that did not finish, which opens \
                      nothing: check that it does not open one of your vaults before you remove it";

/// Where the code goes.
pub(crate) struct CodeKeeper {
    /// `None`: standard output.
    file: Option<PathBuf>,
    /// Whether this process created the file, or printed the code.
    is_out: Cell<bool>,
}

impl CodeKeeper {
    /// Chooses the place from the command line. Without a terminal it is not known whether anything reads the output, so it has
    /// to be said explicitly.
    pub(crate) fn new(arguments: &Arguments, to_stdout: bool, vault: &Path) -> Result<Self, Failure> {
        let keeper = |file| Self {
            file,
            is_out: Cell::new(false),
        };
        name_begun(vault);
        match &arguments.recovery_code_file {
            Some(_) if to_stdout => Err(Failure::Usage(
                "use only one of --recovery-code-file and --code-to-stdout; nothing was created".into(),
            )),
            Some(file) => {
                check_new(file, vault)?;
                above(file);
                Ok(keeper(Some(file.clone())))
            }
            None if to_stdout || arguments.json || stdout().is_terminal() => Ok(keeper(None)),
            None => Err(Failure::Usage(
                "standard output is not a terminal, so the recovery code could be lost: use --recovery-code-file FILE, \
                 or --code-to-stdout if a program reads it; nothing was created"
                    .into(),
            )),
        }
    }

    /// Returns the file, unless the code goes to standard output.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Says where the code is, after the vault was created.
    pub(crate) fn tell(&self) -> Result<(), Failure> {
        match &self.file {
            Some(file) => output::line(&format!(
                "The recovery code is in {}. It opens the vault if the password is lost; keep it away from the vault.",
                file.display()
            )),
            None => Ok(()),
        }
    }

    /// Writes the code to its file, or prints `text`, which contains it. Ctrl-C ends it.
    pub(crate) fn keep(&self, code: &RecoveryCode, text: Zeroizing<String>) -> Result<(), Failure> {
        not_stopped()?;
        match &self.file {
            Some(file) => self.write_file(file, code)?,
            None => {
                // A failure says that nothing was created.
                print(text)?;
                self.is_out.set(true);
            }
        }
        not_stopped()
    }

    /// If no vault was created, the code opens nothing: its file is removed, or a warning says so if it was printed. A vault that
    /// was created but could not be opened still needs its code; a vault that another process created in its place does not.
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
            None => {
                warn("no vault was created: the recovery code that was printed opens nothing; throw it away")
            }
            Some(file) => {
                if let Err(error) = std::fs::remove_file(file) {
                    warn(&format!(
                        "no vault was created: the recovery code in {} opens nothing; remove the file ({})",
                        file.display(),
                        SystemFault::words(&error)
                    ));
                }
            }
        }
    }

    /// Writes the code to a new file that only its owner can read, and syncs it before the vault is created.
    fn write_file(&self, path: &Path, code: &RecoveryCode) -> Result<(), Failure> {
        let failed = |error: std::io::Error| Failure::file(path, &error);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => Failure::Refused(format!("{} {EXISTS}", path.display())),
            _ => failed(error),
        })?;
        self.is_out.set(true);
        // Independent of the umask, under which the owner might be unable to read it.
        #[cfg(unix)]
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))
            .map_err(failed)?;
        let text = Zeroizing::new(format!("{}\n", code.reveal().as_str()));
        file.write_all(text.as_bytes()).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        // Sync its name too. On Windows a folder cannot be opened as a file.
        #[cfg(unix)]
        File::open(folder_of(path))
            .and_then(|folder| folder.sync_all())
            .map_err(failed)?;
        Ok(())
    }
}

/// Warns about what killed commands left behind: it does no harm, but nobody would find it.
fn name_begun(vault: &Path) {
    for begun in Store::begun_beside(vault) {
        warn(&format!(
            "{} was left by an `init` or a `migrate baseline` that did not finish, unless one is running now: it is not a \
             vault, and a recovery code that was written for it opens nothing; remove both",
            begun.display()
        ));
    }
}

fn not_stopped() -> Result<(), Failure> {
    if progress::interrupted().load(Ordering::SeqCst) {
        return Err(Failure::Stopped("stopped; nothing was created"));
    }
    Ok(())
}

/// Checks, before a password is asked for, that the file is new, and in an existing folder outside any vault.
fn check_new(file: &Path, vault: &Path) -> Result<(), Failure> {
    let refused = |why: &str| Failure::Refused(format!("{} {why}; nothing was created", file.display()));
    if would_lie_in(file, vault) {
        return Err(refused(
            "is inside the vault's folder, and a code must not be stored with the vault it opens; name a file elsewhere",
        ));
    }
    if holds_vault(folder_of(file)) {
        return Err(refused(
            "is in the folder of another vault; name a file elsewhere",
        ));
    }
    if file.as_os_str() == "-" {
        return Err(Failure::Usage(
            "--recovery-code-file needs the name of a new file; --code-to-stdout prints the code; nothing was created".into(),
        ));
    }
    match std::fs::symlink_metadata(file) {
        Ok(found) if found.is_file() => return Err(refused(EXISTS)),
        Ok(_) => {
            return Err(refused(
                "is a folder, a pipe, a link or a device; name a new file",
            ));
        }
        Err(_) => {}
    }
    if !folder_of(file).is_dir() {
        return Err(Failure::NotFound(format!(
            "the folder of {}; create it, or name a file in another folder; nothing was created",
            file.display()
        )));
    }
    Ok(())
}

/// Writes to standard output and checks that it was written: Rust's own handle ignores the error of a descriptor that cannot be
/// written.
fn print(text: Zeroizing<String>) -> Result<(), Failure> {
    let lost = |why: &str| {
        Failure::CodeLost(format!(
            "the recovery code could not be printed: {why}; nothing was created, and any part of the code that was printed opens \
             nothing; use --recovery-code-file FILE"
        ))
    };
    let mut out = descriptor().map_err(|error| lost(&SystemFault::words(&error)))?;
    if output::is_null(&out) {
        return Err(lost("standard output is closed or /dev/null"));
    }
    let (tell, told) = channel();
    // A reader that does not read blocks a write for good, and Ctrl-C does not end that.
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
                return Err(StoreError::Unexpected("the printing thread ended".into()).into());
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
