//! A command that failed: one line on standard error and an exit code of its own.

use std::io::Write;
use std::process::ExitCode;

use privatus_import::ImportError;
use privatus_import::baseline::BaselineError;
use privatus_store::StoreError;

/// Why a command ended without success.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The vault's refusal.
    Store(StoreError),
    /// An import that did not finish.
    Import(ImportError),
    /// A database that did not become a vault.
    Baseline(BaselineError),
    /// A wrong word on the command line, found after parsing (2).
    Usage(String),
    /// Stopped by Ctrl-C with nothing done (130).
    Stopped(&'static str),
    /// The reader of our output went away: end in silence.
    ClosedPipe,
    /// Anything else (1).
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

impl Failure {
    /// The exit code (DESIGN section 10).
    fn code(&self) -> u8 {
        match self {
            // Ctrl-C, as for an import.
            Self::Store(StoreError::Interrupted) => 130,
            Self::Store(error) => error.exit_code(),
            Self::Import(error) => error.exit_code(),
            Self::Baseline(error) => baseline_code(error),
            Self::Usage(_) => 2,
            Self::Stopped(_) => 130,
            Self::ClosedPipe => 0,
            Self::Other(_) => 1,
        }
    }

    /// Prints the line and gives the code.
    pub(crate) fn report(&self, json: bool) -> ExitCode {
        let text = match self {
            Self::Store(error) => error.to_string(),
            Self::Import(error) => error.to_string(),
            Self::Baseline(error) => match baseline_hint(error) {
                Some(hint) => format!("{error}; {hint}"),
                None => error.to_string(),
            },
            Self::Usage(text) | Self::Other(text) => text.clone(),
            Self::Stopped(text) => (*text).to_owned(),
            Self::ClosedPipe => return ExitCode::SUCCESS,
        };
        let text = crate::text::harmless(&text).replace('\n', " ");
        let line = if json {
            serde_json::json!({ "error": text, "code": self.code() }).to_string()
        } else {
            format!("privatus: {text}")
        };
        // With standard error closed there is nobody left to tell.
        let _ = writeln!(std::io::stderr(), "{line}");
        ExitCode::from(self.code())
    }
}

/// The exit code of a database that did not become a vault.
const fn baseline_code(error: &BaselineError) -> u8 {
    match error {
        BaselineError::Key(_) => 10,
        BaselineError::Differs { .. } => 19,
        BaselineError::DiskFull => 20,
        BaselineError::IsVault(_)
        | BaselineError::NotEncrypted(_)
        | BaselineError::Unmerged { .. }
        | BaselineError::Changed(_)
        | BaselineError::ForeignKeys(_)
        | BaselineError::Row { .. } => 23,
        BaselineError::Unreadable { .. } | BaselineError::HalfPage(_) => 25,
        BaselineError::Stopped => 130,
        BaselineError::Store(error) => error.exit_code(),
    }
}

/// What to type instead.
const fn baseline_hint(error: &BaselineError) -> Option<&'static str> {
    match error {
        BaselineError::IsVault(_) => Some("open its folder with --vault"),
        BaselineError::NotEncrypted(_) => {
            Some("`privatus import legacy` takes the Python application's file")
        }
        BaselineError::ForeignKeys(_) => Some("give --skip-keys to leave them out (the source keeps them)"),
        _ => None,
    }
}
