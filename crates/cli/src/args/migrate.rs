//! `migrate` on the command line.

use std::path::PathBuf;

use clap::Subcommand;

/// `migrate`
#[derive(Debug, Subcommand)]
pub(crate) enum Migrate {
    /// Every step that the vault has or this build knows
    #[command(after_help = MIGRATE_STATUS)]
    Status,
    /// Run the pending steps; every command that opens the vault does it too
    #[command(after_help = MIGRATE_UP)]
    Up,
    /// Take steps back with the SQL that the vault keeps, so that an older build can open it
    #[command(after_help = MIGRATE_DOWN)]
    Down(Down),
    /// Check the ledgers, their checksums, and the schema against them
    #[command(after_help = MIGRATE_VERIFY)]
    Verify,
    /// Make a vault of a SQLCipher database that has the specification's 1.0.0 tables
    #[command(after_help = MIGRATE_BASELINE)]
    Baseline(Baseline),
}

/// `migrate down`
#[derive(Debug, clap::Args)]
pub(crate) struct Down {
    /// The step that stays the last: its number, its name, or the name's end, such as v1_0_0 or 1.0.0
    #[arg(long, value_name = "VERSION")]
    pub(crate) to: String,
    /// Go on without a question, whatever is lost
    #[arg(long)]
    pub(crate) yes: bool,
    /// Only show the steps and what would be lost
    #[arg(long, conflicts_with = "yes")]
    pub(crate) dry_run: bool,
}

/// `migrate baseline`
#[derive(Debug, clap::Args)]
pub(crate) struct Baseline {
    /// The database; it is only read
    pub(crate) database: PathBuf,
    /// File with its raw key: 64 hexadecimal digits, or 96 with the salt
    #[arg(long, value_name = "FILE")]
    pub(crate) raw_key_file: PathBuf,
    /// Leave the rows of key_store out: keys that only their own application can unwrap
    #[arg(long)]
    pub(crate) skip_keys: bool,
    /// PBKDF2 iterations instead of a calibration to about half a second (210,000 to 100,000,000)
    #[arg(long, value_name = "N")]
    pub(crate) kdf_iterations: Option<u32>,
    /// Print the recovery code although standard output is no terminal, for a program to read
    #[arg(long)]
    pub(crate) code_to_stdout: bool,
}

const MIGRATE_BASELINE: &str = "\
Examples:
  privatus --vault ~/vault migrate baseline chat.db --raw-key-file key.txt
  privatus --vault ~/vault migrate baseline chat.db --raw-key-file key.txt --skip-keys

The database is compared table by table, read, and left as it is; the vault is new, and made whole
or not at all. The rights that the database gives are the vault's. The recovery code goes where
that of `init` does.";

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
  privatus migrate down --to 1.0.0 --dry-run        what would be lost
  privatus migrate down --to 20261124000001         asks first
  privatus migrate down --to v1_0_0 --yes

A copy of the database is made first. The next build that opens the vault brings it up to its own
schema: let the older one be the next.";

const MIGRATE_VERIFY: &str = "\
Example:
  privatus migrate verify";
