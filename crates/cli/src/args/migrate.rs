//! `migrate` on the command line.

use std::path::PathBuf;

use clap::Subcommand;

/// `migrate`
#[derive(Debug, Subcommand)]
pub(crate) enum Migrate {
    /// List the steps that the vault has or this build knows
    #[command(after_help = MIGRATE_STATUS)]
    Status,
    /// Run the pending steps; every command that opens the vault does this too
    #[command(after_help = MIGRATE_UP)]
    Up,
    /// Undo steps with the SQL stored in the vault, so that an older build can open it
    #[command(after_help = MIGRATE_DOWN)]
    Down(Down),
    /// Check the ledgers, their checksums, and that the schema matches them
    #[command(after_help = MIGRATE_VERIFY)]
    Verify,
    /// Create a vault from a SQLCipher database with the specification's 1.0.0 tables
    #[command(after_help = MIGRATE_BASELINE)]
    Baseline(Baseline),
}

/// `migrate down`
#[derive(Debug, clap::Args)]
pub(crate) struct Down {
    /// The last step to keep: its number, its name, or the end of its name, such as v1_0_0 or 1.0.0
    #[arg(long, value_name = "VERSION")]
    pub(crate) to: String,
    /// Do not ask for confirmation, whatever is lost
    #[arg(long)]
    pub(crate) yes: bool,
    /// Only show the steps and what they would lose
    #[arg(long, conflicts_with = "yes")]
    pub(crate) dry_run: bool,
}

/// `migrate baseline`
#[derive(Debug, clap::Args)]
pub(crate) struct Baseline {
    /// The database, which is only read
    pub(crate) database: PathBuf,
    /// A file with the raw key: 64 hexadecimal digits, or 96 with the salt
    #[arg(long, value_name = "FILE")]
    pub(crate) raw_key_file: PathBuf,
    /// Leave out the rows of key_store, whose keys only their own application can unwrap
    #[arg(long)]
    pub(crate) skip_keys: bool,
    /// PBKDF2 iterations (210,000 to 100,000,000) [default: measured, about half a second]
    #[arg(long, value_name = "N")]
    pub(crate) kdf_iterations: Option<u32>,
    /// Print the recovery code even if standard output is not a terminal, for a program to read
    #[arg(long)]
    pub(crate) code_to_stdout: bool,
}

const MIGRATE_BASELINE: &str = "\
Examples:
  privatus --vault ~/vault migrate baseline chat.db --raw-key-file key.txt
  privatus migrate baseline chat.db --raw-key-file key.txt --skip-keys

The database is checked table by table, read, and not changed. The vault is new and is created completely or not at all. \
Rights that the database gives are kept. The recovery code goes where that of `init` goes.";

pub(crate) const MIGRATE: &str = "\
Examples:
  privatus migrate status
  privatus migrate down --to 1.0.0 --dry-run
  privatus --vault ~/vault migrate baseline chat.db --raw-key-file key.txt";

const MIGRATE_STATUS: &str = "\
Examples:
  privatus migrate status
  privatus --json migrate status";

const MIGRATE_UP: &str = "\
Example:
  privatus migrate up";

const MIGRATE_DOWN: &str = "\
Examples:
  privatus migrate down --to 1.0.0 --dry-run
  privatus migrate down --to 20261124000001
  privatus migrate down --to v1_0_0 --yes

A copy of the database is made first. The next build that opens the vault upgrades it to its own schema, so open it with \
the older build next.";

const MIGRATE_VERIFY: &str = "\
Example:
  privatus migrate verify";
