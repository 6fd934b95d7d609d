//! A command that failed: one line on standard error and an exit code of its own.

use std::fmt;
use std::io::Write;
use std::process::ExitCode;

use privatus_import::ImportError;
use privatus_import::baseline::BaselineError;
use privatus_store::StoreError;

use crate::exit::{self, Exit};

/// Why a command ended without success.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The vault's refusal.
    Store(StoreError),
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

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Self::ClosedPipe,
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                Self::Store(StoreError::DiskFull)
            }
            kind => Self::Other(format!("output failed: {kind}")),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => write!(f, "{error}"),
            Self::Import(error) => write!(f, "{error}"),
            Self::Baseline(error) => write!(f, "{error}"),
            Self::Refused(why) => write!(f, "refused: {why}"),
            Self::NotFound(what) => write!(f, "not found: {what}"),
            Self::Usage(text) | Self::Other(text) => f.write_str(text),
            Self::Stopped(text) => f.write_str(text),
            Self::ClosedPipe => Ok(()),
        }?;
        match self.told().1 {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

impl Failure {
    /// The exit code, and what to type.
    fn told(&self) -> (Exit, Option<String>) {
        match self {
            Self::Store(error) => exit::of_store(error),
            Self::Import(error) => exit::of_import(error),
            Self::Baseline(error) => exit::of_baseline(error),
            Self::Usage(_) => (Exit::Usage, None),
            Self::Refused(_) => (Exit::Refused, None),
            Self::NotFound(_) => (Exit::NotFound, None),
            Self::Stopped(_) => (Exit::Stopped, None),
            Self::ClosedPipe => (Exit::Done, None),
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
            serde_json::json!({ "error": text, "code": code }).to_string()
        } else {
            format!("privatus: {text}")
        };
        // With standard error closed there is nobody left to tell.
        let _ = writeln!(std::io::stderr(), "{line}");
        ExitCode::from(code)
    }
}
