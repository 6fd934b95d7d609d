//! `audit` on the command line.

use std::path::PathBuf;

use clap::Subcommand;

use super::words::between;

/// `audit`
#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// List entries, newest first
    #[command(after_help = AUDIT_LIST)]
    List(AuditList),
    /// Check the chain of entries
    #[command(after_help = AUDIT_VERIFY)]
    Verify {
        /// A head from earlier that must still be in the log: NUMBER:MAC, or a file that contains it
        #[arg(long, value_name = "FILE|NUMBER:MAC")]
        head: Option<String>,
    },
    /// Print the newest entry's number and MAC, to be kept outside the vault
    #[command(after_help = AUDIT_HEAD)]
    Head,
    /// Write every entry and the head as plain JSON
    #[command(after_help = AUDIT_EXPORT)]
    Export {
        /// The new file to write; `-` for standard output
        path: PathBuf,
        /// Replace the file if it exists
        #[arg(long)]
        force: bool,
    },
    /// Remove the oldest entries; the newest entry is always kept
    #[command(after_help = AUDIT_PRUNE)]
    Prune(AuditPrune),
    /// Accept that entries are lost, and continue the log with the rest
    #[command(after_help = AUDIT_SETTLE)]
    Settle(AuditSettle),
}

/// `audit list`
#[derive(Debug, clap::Args)]
pub(crate) struct AuditList {
    /// Only entries from this time on: a day, or RFC 3339
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
    /// Only entries before this time
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    /// Only entries of this event type, such as authentication
    #[arg(long, value_name = "TYPE")]
    pub(crate) event: Option<String>,
    /// Only entries of this user
    #[arg(long, value_name = "USER")]
    pub(crate) user: Option<String>,
    /// Only entries about this resource, or about all of a type
    #[arg(long, value_name = "TYPE[:ID]")]
    pub(crate) resource: Option<String>,
    /// Only entries about something that failed or was refused
    #[arg(long)]
    pub(crate) failed: bool,
    /// Number of entries (1 to 1,000)
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = between::<1, 1_000>)]
    pub(crate) limit: u16,
    /// Only entries older than this one, for the next page
    #[arg(long, value_name = "ID")]
    pub(crate) before: Option<i64>,
}

/// `audit prune`
#[derive(Debug, clap::Args)]
pub(crate) struct AuditPrune {
    /// Remove entries before this time
    #[arg(long, value_name = "TIME", conflicts_with = "keep_days")]
    pub(crate) before: Option<String>,
    /// Remove entries older than this many days [default: from the retention policy, 365]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) keep_days: Option<i64>,
    /// Do not ask for confirmation
    #[arg(long)]
    pub(crate) yes: bool,
}

/// `audit settle`
#[derive(Debug, clap::Args)]
pub(crate) struct AuditSettle {
    /// Accept that entries are missing, or can no longer be proven
    #[arg(long, required = true)]
    pub(crate) accept_loss: bool,
    /// Do not ask for confirmation
    #[arg(long)]
    pub(crate) yes: bool,
}

pub(crate) const AUDIT: &str = "\
Examples:
  privatus audit list --event authentication --failed
  privatus audit head > head.txt
  privatus audit verify --head head.txt";

const AUDIT_LIST: &str = "\
Examples:
  privatus audit list
  privatus audit list --since 2025-06-01 --until 2025-07-01
  privatus audit list --event authentication --failed
  privatus audit list --resource contact --user alice
  privatus --json audit list --limit 1000";

const AUDIT_VERIFY: &str = "\
Examples:
  privatus audit verify
  privatus audit verify --head head.txt

Entries that were cut off at the end, or a vault that was set back to an older state, can only be detected with a head that \
was kept elsewhere.";

const AUDIT_HEAD: &str = "\
Example:
  privatus audit head > head.txt";

const AUDIT_EXPORT: &str = "\
Example:
  privatus audit export audit.json

The file is plaintext. `audit verify --head` accepts it as a head.";

const AUDIT_PRUNE: &str = "\
Examples:
  privatus audit prune             by the retention policy
  privatus audit prune --keep-days 90 --yes
  privatus audit prune --before 2025-01-01";

const AUDIT_SETTLE: &str = "\
Examples:
  privatus audit verify            see what is wrong
  privatus audit settle --accept-loss
  privatus audit settle --accept-loss --yes

Nothing is recovered. The first entry that cannot be proven and all entries after it are chained again, so heads that you \
kept of them no longer match. A new entry says what was lost and up to which entry, a security event stays open until it is \
resolved, and the key ring counts the loss.

If the schema is not the one this build creates, unknown triggers, views and indexes are removed first, and missing or \
altered ones are created again. An altered table cannot be repaired; restore a backup.";
