//! `audit` on the command line.

use std::path::PathBuf;

use clap::Subcommand;

/// `audit`
#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Entries, newest first
    #[command(after_help = AUDIT_LIST)]
    List(AuditList),
    /// Check the chain, entry by entry
    #[command(after_help = AUDIT_VERIFY)]
    Verify {
        /// A head that was printed before must still be there: NUMBER:MAC, or a file that holds it
        #[arg(long, value_name = "FILE|NUMBER:MAC")]
        head: Option<String>,
    },
    /// The newest entry's number and MAC, to be kept outside the vault
    #[command(after_help = AUDIT_HEAD)]
    Head,
    /// Write every entry and the head as plain JSON
    #[command(after_help = AUDIT_EXPORT)]
    Export {
        /// The file, which must be a new one unless --force; `-` is standard output
        path: PathBuf,
        /// Replace the file if it is there
        #[arg(long)]
        force: bool,
    },
    /// Remove the oldest entries; the newest always stays
    #[command(after_help = AUDIT_PRUNE)]
    Prune(AuditPrune),
    /// Accept what the log lost, and go on with what is left
    #[command(after_help = AUDIT_SETTLE)]
    Settle(AuditSettle),
}

/// `audit list`
#[derive(Debug, clap::Args)]
pub(crate) struct AuditList {
    /// From this moment on: a day, or RFC 3339
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
    /// Before this moment
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    /// Of this event type, such as authentication
    #[arg(long, value_name = "TYPE")]
    pub(crate) event: Option<String>,
    /// Of this user
    #[arg(long, value_name = "USER")]
    pub(crate) user: Option<String>,
    /// On this thing, or on everything of a type
    #[arg(long, value_name = "TYPE[:ID]")]
    pub(crate) resource: Option<String>,
    /// Only what failed or was refused
    #[arg(long)]
    pub(crate) failed: bool,
    /// How many (1 to 1,000)
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    pub(crate) limit: u16,
    /// Only entries before this one: the next page
    #[arg(long, value_name = "ID")]
    pub(crate) before: Option<i64>,
}

/// `audit prune`
#[derive(Debug, clap::Args)]
pub(crate) struct AuditPrune {
    /// Those before this moment
    #[arg(long, value_name = "TIME", conflicts_with = "keep_days")]
    pub(crate) before: Option<String>,
    /// Those older than so many days [default: what the retention policy says, 365]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) keep_days: Option<i64>,
    /// Go on without a question
    #[arg(long)]
    pub(crate) yes: bool,
}

/// `audit settle`
#[derive(Debug, clap::Args)]
pub(crate) struct AuditSettle {
    /// Accept that entries are missing, or cannot be proven any more
    #[arg(long, required = true)]
    pub(crate) accept_loss: bool,
    /// Go on without a question
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

Entries cut off at the end, or a vault put back to an older state, are seen only against a head that
was kept elsewhere.";

const AUDIT_HEAD: &str = "\
Example:
  privatus audit head > head.txt";

const AUDIT_EXPORT: &str = "\
Example:
  privatus audit export audit.json

The file is plaintext. Its head can be given to `audit verify --head`.";

const AUDIT_PRUNE: &str = "\
Examples:
  privatus audit prune                       what the retention policy says
  privatus audit prune --keep-days 90 --yes
  privatus audit prune --before 2025-01-01";

const AUDIT_SETTLE: &str = "\
Examples:
  privatus audit verify                        what is wrong
  privatus audit settle --accept-loss
  privatus audit settle --accept-loss --yes

This brings nothing back. The first entry that cannot be proven and all after it are chained anew: heads
that you kept of them no longer fit. An entry says what was lost and up to where, a security event stays
until it is resolved, and the key ring counts the loss.

Where the schema is not what this build makes, triggers, views and indexes that no build makes are
removed first, and those that are missing or altered are made anew. An altered table is for a
backup.";
