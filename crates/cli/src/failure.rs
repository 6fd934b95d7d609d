//! A command that failed: one line on standard error and an exit code of its own.

use std::fmt;
use std::io::{Error, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use privatus_import::ImportError;
use privatus_import::baseline::BaselineError;
use privatus_import::privatus::ExportError;
use privatus_store::{StoreError, SystemFault};

use crate::args::Command;
use crate::exit::{self, Exit};
use crate::folder::folder_of;

/// Why a command ended without success.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The vault's refusal.
    Store(StoreError),
    /// The same, of a vault on a file system that is mounted read-only.
    Unrecorded(StoreError),
    /// An import that did not finish.
    Import(ImportError),
    /// A database that did not become a vault.
    Baseline(BaselineError),
    /// A wrong word on the command line, found after parsing.
    Usage(String),
    /// What was typed, or a file that it names, breaks a rule of the tool's own.
    Refused(String),
    /// What was typed names nothing.
    NotFound(String),
    /// Stopped by Ctrl-C with nothing done.
    Stopped(&'static str),
    /// The reader of our output went away: end in silence.
    ClosedPipe,
    /// Standard output is open for reading alone; seen before anything was done.
    OutputToRead,
    /// Standard output cannot be written, and what was done all the same.
    Output {
        /// What is wrong with it.
        error: Error,
        /// What the command had done by then.
        done: Option<&'static str>,
    },
    /// The vault was not closed well, and what was done all the same.
    Unclosed {
        /// Why.
        error: StoreError,
        /// What the command had done by then.
        done: Option<&'static str>,
    },
    /// A file that was to be written cannot be.
    File(PathBuf, Error),
    /// A recovery code reached nobody, so that its vault was not made.
    CodeLost(String),
    /// Anything else.
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

/// What was done stays done.
fn do_not_repeat(f: &mut fmt::Formatter<'_>, done: Option<&str>) -> fmt::Result {
    done.map_or(Ok(()), |done| {
        write!(f, "; {done}: do not run the command again for that")
    })
}

/// A full disk, wherever it is.
fn is_full(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

/// What the system lacks or fails where a file was to be written.
fn fault_of(path: &Path, error: &Error) -> Option<SystemFault> {
    SystemFault::of_new_file(folder_of(path), error)
}

/// An error once more, with the system's number where it has one.
fn same(error: &Error) -> Error {
    error
        .raw_os_error()
        .map_or_else(|| error.kind().into(), Error::from_raw_os_error)
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => write!(f, "{error}"),
            Self::Unrecorded(error) => write!(
                f,
                "{error}; nothing is recorded, not this failed unlock either: the vault lies on a file system that is mounted \
                 read-only"
            ),
            Self::Import(error) => write!(f, "{error}"),
            Self::Baseline(error) => write!(f, "{error}"),
            Self::Refused(why) => write!(f, "refused: {why}"),
            Self::NotFound(what) => write!(f, "not found: {what}"),
            Self::Usage(text) | Self::Other(text) => f.write_str(text),
            Self::Stopped(text) => f.write_str(text),
            Self::ClosedPipe => Ok(()),
            Self::OutputToRead => f.write_str(
                "standard output is open for reading alone; nothing was done; write it as `>FILE`, not `1<FILE`",
            ),
            Self::Output { error, .. } if error.kind() == ErrorKind::NotConnected => {
                f.write_str("standard output is closed")
            }
            Self::Output { error, done } => {
                write!(f, "standard output cannot be written: {}", SystemFault::words(error))?;
                do_not_repeat(f, *done)
            }
            Self::Unclosed { error, done } => {
                write!(f, "the vault was not closed well: {}", error.reason())?;
                do_not_repeat(f, *done)
            }
            Self::File(path, error) => match fault_of(path, error) {
                Some(fault) => write!(f, "{} cannot be written: {fault}", path.display()),
                None if is_full(error) => write!(
                    f,
                    "the disk of {} is full: {}; make space there, or name a file elsewhere",
                    path.display(),
                    error.kind()
                ),
                None => write!(f, "{} cannot be written: {}", path.display(), SystemFault::words(error)),
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
    /// Standard output cannot be written. A reader that left is no failure.
    pub(crate) fn output(error: &Error) -> Self {
        match error.kind() {
            ErrorKind::BrokenPipe => Self::ClosedPipe,
            _ => Self::Output {
                error: same(error),
                done: None,
            },
        }
    }

    /// A file cannot be written: its disk is not the vault's.
    pub(crate) fn file(path: &Path, error: &Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound => Self::NotFound(format!(
                "the folder to write {} into; create it, or name another",
                path.display()
            )),
            ErrorKind::AlreadyExists => {
                Self::Refused(format!("{} is there already; name a new file", path.display()))
            }
            _ => Self::File(path.to_owned(), same(error)),
        }
    }

    /// Says with an output that cannot be written, or a vault that was not closed well, what was done before, and only that.
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

    /// The exit code, and what to type.
    fn told(&self) -> (Exit, Option<String>) {
        match self {
            Self::Store(error) | Self::Unrecorded(error) => exit::of_store(error),
            // Its hints are for a command that did not do its work.
            Self::Unclosed { error, .. } => (exit::of_store(error).0, None),
            Self::Import(error) => exit::of_import(error),
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

    /// How the tool ends.
    pub(crate) fn exit(&self) -> Exit {
        self.told().0
    }

    /// Whether what was typed names nothing.
    pub(crate) fn is_not_found(&self) -> bool {
        self.exit() == Exit::NotFound
    }

    /// Prints the line and gives the code.
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
        // With standard error closed there is nobody left to tell.
        let _ = writeln!(std::io::stderr(), "{line}");
        ExitCode::from(code)
    }
}
