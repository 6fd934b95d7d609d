//! A command that failed: one line on standard error, and an exit code for each kind of failure.

use std::fmt;
use std::io::{Error, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use privatus_import::ImportError;
use privatus_import::baseline::BaselineError;
use privatus_import::privatus::ExportError;
use privatus_store::{Missing, StoreError, SystemFault};

use crate::args::Command;
use crate::exit::{self, Exit};
use crate::folder::folder_of;

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The store failed or refused.
    Store(StoreError),
    /// A failed unlock on a file system that is mounted read-only, so that it cannot be recorded.
    Unrecorded(StoreError),
    /// An import that did not finish.
    Import(ImportError),
    /// An import that failed after a part of it was stored, which stays.
    Kept {
        /// Why it failed.
        failure: Box<Self>,
        /// What is stored, in words.
        kept: String,
    },
    /// The disk of a vault that was to be created is full, so that there is no vault.
    NoRoomForVault,
    /// A database that could not become a vault.
    Baseline(BaselineError),
    /// The command line is wrong, which was found after parsing.
    Usage(String),
    /// The input, or a file that it names, breaks a rule of the tool itself.
    Refused(String),
    /// The input names nothing that exists.
    NotFound(String),
    /// Ctrl-C stopped the command before it did anything.
    Stopped(&'static str),
    /// The reader of the output is gone; the tool ends without a message.
    ClosedPipe,
    /// Standard output is open for reading only, which was found before anything was done.
    OutputToRead,
    /// Standard output cannot be written.
    Output {
        /// What is wrong with it.
        error: Error,
        /// What the command has done nevertheless.
        done: Option<&'static str>,
    },
    /// The vault was not closed properly.
    Unclosed {
        /// Why.
        error: StoreError,
        /// What the command has done nevertheless.
        done: Option<&'static str>,
    },
    /// A file cannot be written.
    File(PathBuf, Error),
    /// The recovery code could not be printed, so no vault was created.
    CodeLost(String),
    /// Any other failure.
    Other(String),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        Self::Import(error)
    }
}

impl From<BaselineError> for Failure {
    fn from(error: BaselineError) -> Self {
        match error {
            BaselineError::Store(error) => Self::Store(error),
            other => Self::Baseline(other),
        }
    }
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Store(error) => Self::Store(error),
            ExportError::Output(error) => Self::output(&error),
        }
    }
}

/// Says what was done and must not be repeated.
fn do_not_repeat(f: &mut fmt::Formatter<'_>, done: Option<&str>) -> fmt::Result {
    done.map_or(Ok(()), |done| {
        write!(f, "; {done}, so do not run the command again")
    })
}

/// Whether an error means a full disk.
fn is_full(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

/// Returns the fault of the system behind an error of writing a file.
fn fault_of(path: &Path, error: &Error) -> Option<SystemFault> {
    SystemFault::of_new_file(folder_of(path), error)
}

/// Returns a copy of an error, with the system's number if it has one.
fn same(error: &Error) -> Error {
    error
        .raw_os_error()
        .map_or_else(|| error.kind().into(), Error::from_raw_os_error)
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(StoreError::NotFound(Missing::File(doing))) => {
                write!(f, "cannot {doing}: no such file or folder")
            }
            Self::Store(error) => write!(f, "{error}"),
            Self::Unrecorded(error) => write!(
                f,
                "{error}; this failed unlock was not recorded, because the vault is on a file system that is mounted read-only"
            ),
            Self::Import(error) => write!(f, "{error}"),
            Self::Kept { failure, kept } => write!(f, "{failure}; imported and kept: {kept}"),
            Self::NoRoomForVault => f.write_str("the disk is full; no vault was created"),
            Self::Baseline(error) => write!(f, "{error}"),
            Self::Refused(why) => write!(f, "refused: {why}"),
            Self::NotFound(what) => write!(f, "not found: {what}"),
            Self::Usage(text) | Self::Other(text) => f.write_str(text),
            Self::Stopped(text) => f.write_str(text),
            Self::ClosedPipe => Ok(()),
            Self::OutputToRead => f.write_str(
                "standard output is open for reading only; use `>FILE`, not `1<FILE`; nothing was done",
            ),
            Self::Output { error, .. } if error.kind() == ErrorKind::NotConnected => {
                f.write_str("standard output is closed")
            }
            Self::Output { error, done } => {
                write!(
                    f,
                    "standard output cannot be written: {}",
                    SystemFault::words(error)
                )?;
                do_not_repeat(f, *done)
            }
            Self::Unclosed { error, done } => {
                write!(f, "the vault was not closed properly: {}", error.reason())?;
                do_not_repeat(f, *done)
            }
            Self::File(path, error) => match fault_of(path, error) {
                Some(fault) => write!(f, "{} cannot be written: {fault}", path.display()),
                None if is_full(error) => write!(
                    f,
                    "the disk of {} is full; make space there, or name a file elsewhere",
                    path.display()
                ),
                None => write!(
                    f,
                    "{} cannot be written: {}",
                    path.display(),
                    SystemFault::words(error)
                ),
            },
            Self::CodeLost(text) => f.write_str(text),
        }?;
        match self.told().1 {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

impl Failure {
    /// Returns the failure of writing standard output. A reader that is gone is not reported.
    pub(crate) fn output(error: &Error) -> Self {
        match error.kind() {
            ErrorKind::BrokenPipe => Self::ClosedPipe,
            _ => Self::Output {
                error: same(error),
                done: None,
            },
        }
    }

    /// Returns the failure of writing a file, which may be on another disk than the vault.
    pub(crate) fn file(path: &Path, error: &Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound => Self::NotFound(format!(
                "the folder of {}; create it, or name a file in another folder",
                path.display()
            )),
            ErrorKind::AlreadyExists => {
                Self::Refused(format!("{} already exists; name a new file", path.display()))
            }
            _ => Self::File(path.to_owned(), same(error)),
        }
    }

    /// Adds what the command has done, if its output could not be written or its vault not closed properly.
    pub(crate) fn after(mut self, command: &Command) -> Self {
        if let Self::Output { done, .. } | Self::Unclosed { done, .. } = &mut self {
            *done = done.or_else(|| {
                command.done().map(|done| match crate::unchanged::is_unchanged() {
                    true => "there was nothing to change",
                    false => done,
                })
            });
        }
        self
    }

    /// Returns the exit code, and what to type.
    fn told(&self) -> (Exit, Option<String>) {
        match self {
            Self::Store(error) | Self::Unrecorded(error) => exit::of_store(error),
            // The hints are for a command that did not do its work.
            Self::Unclosed { error, .. } => (exit::of_store(error).0, None),
            Self::Import(error) => exit::of_import(error),
            // The text of the inner failure has its hint.
            Self::Kept { failure, .. } => (failure.exit(), None),
            Self::NoRoomForVault => exit::of_store(&StoreError::DiskFull),
            Self::Baseline(error) => exit::of_baseline(error),
            Self::Usage(_) => (Exit::Usage, None),
            Self::Refused(_) => (Exit::Refused, None),
            Self::NotFound(_) => (Exit::NotFound, None),
            Self::Stopped(_) => (Exit::Stopped, None),
            Self::ClosedPipe => (Exit::Done, None),
            Self::Output { .. } | Self::OutputToRead | Self::CodeLost(_) => (Exit::Output, None),
            Self::File(path, error) => match fault_of(path, error) {
                Some(SystemFault::NoInodes | SystemFault::FileTooLarge) => (Exit::Output, None),
                Some(_) => (Exit::System, None),
                None if is_full(error) => (Exit::Output, None),
                None => (Exit::Denied, None),
            },
            Self::Other(_) => (Exit::Unexpected, None),
        }
    }

    /// Returns the exit code.
    pub(crate) fn exit(&self) -> Exit {
        self.told().0
    }

    /// Whether the input names nothing that exists.
    pub(crate) fn is_not_found(&self) -> bool {
        self.exit() == Exit::NotFound
    }

    /// Prints the failure and returns the exit code.
    pub(crate) fn report(&self, json: bool) -> ExitCode {
        if matches!(self, Self::ClosedPipe) {
            return ExitCode::SUCCESS;
        }
        let code = self.exit().code();
        let text = crate::text::harmless(&self.to_string()).replace('\n', " ");
        let line = if json {
            let mut value = serde_json::json!({ "error": text, "code": code });
            let is_read_only = matches!(self, Self::Unrecorded(_) | Self::Store(StoreError::ReadOnly(_)));
            if let Some(members) = value.as_object_mut().filter(|_| is_read_only) {
                members.insert("read_only".into(), true.into());
            }
            value.to_string()
        } else {
            format!("privatus: {text}")
        };
        // If standard error is closed, nothing more can be done.
        let _ = writeln!(std::io::stderr(), "{line}");
        ExitCode::from(code)
    }
}
