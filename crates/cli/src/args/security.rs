//! `security` on the command line.

use clap::Subcommand;
use privatus_domain::{SecurityKind, Severity};

use super::words::one_of;

/// `security`
#[derive(Debug, Subcommand)]
pub(crate) enum Security {
    /// Events, newest first
    #[command(after_help = SECURITY_LIST)]
    List(SecurityList),
    /// One event with what is known of it
    #[command(after_help = SECURITY_SHOW)]
    Show {
        /// Its number
        event: i64,
    },
    /// Say what was found or done about one
    #[command(after_help = SECURITY_RESOLVE)]
    Resolve {
        /// Its number
        event: i64,
        /// What was found or done
        #[arg(long, value_name = "TEXT")]
        resolution: String,
    },
}

/// `security list`
#[derive(Debug, clap::Args)]
pub(crate) struct SecurityList {
    /// At least as bad as this
    #[arg(long, value_name = "SEVERITY", value_parser = one_of(Severity::ALL.map(Severity::as_str)))]
    pub(crate) severity: Option<String>,
    /// Of this type
    #[arg(long = "type", value_name = "TYPE", value_parser = one_of(SecurityKind::ALL.map(SecurityKind::as_str)))]
    pub(crate) kind: Option<String>,
    /// Only those that nobody resolved
    #[arg(long)]
    pub(crate) unresolved: bool,
    /// How many (1 to 1,000)
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    pub(crate) limit: u16,
    /// Only events before this one: the next page
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
