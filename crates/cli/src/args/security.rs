//! `security` on the command line.

use clap::Subcommand;
use privatus_domain::{SecurityKind, Severity};

use super::words::{between, one_of};

/// `security`
#[derive(Debug, Subcommand)]
pub(crate) enum Security {
    /// List events, newest first
    #[command(after_help = SECURITY_LIST)]
    List(SecurityList),
    /// Show one event with its details
    #[command(after_help = SECURITY_SHOW)]
    Show {
        /// The event's number
        event: i64,
    },
    /// Mark an event as resolved, with what was found or done
    #[command(after_help = SECURITY_RESOLVE)]
    Resolve {
        /// The event's number
        event: i64,
        /// What was found or done
        #[arg(long, value_name = "TEXT")]
        resolution: String,
    },
}

/// `security list`
#[derive(Debug, clap::Args)]
pub(crate) struct SecurityList {
    /// Only events of at least this severity
    #[arg(long, value_name = "SEVERITY", value_parser = one_of(Severity::ALL.map(Severity::as_str)))]
    pub(crate) severity: Option<String>,
    /// Only events of this type
    #[arg(long = "type", value_name = "TYPE", value_parser = one_of(SecurityKind::ALL.map(SecurityKind::as_str)))]
    pub(crate) kind: Option<String>,
    /// Only events that are not resolved
    #[arg(long)]
    pub(crate) unresolved: bool,
    /// Number of events (1 to 1,000)
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = between::<1, 1_000>)]
    pub(crate) limit: u16,
    /// Only events older than this one, for the next page
    #[arg(long, value_name = "ID")]
    pub(crate) before: Option<i64>,
}

pub(crate) const SECURITY: &str = "\
Examples:
  privatus security list --unresolved
  privatus security resolve 3 --resolution 'it was me, on the train'";

const SECURITY_LIST: &str = "\
Examples:
  privatus security list
  privatus security list --unresolved --severity high
  privatus --json security list --type authentication";

const SECURITY_SHOW: &str = "\
Example:
  privatus security show 3";

const SECURITY_RESOLVE: &str = "\
Example:
  privatus security resolve 3 --resolution 'it was me, on the train'";
