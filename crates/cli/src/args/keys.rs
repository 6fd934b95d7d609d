//! `keys` on the command line.

use clap::Subcommand;
use privatus_domain::KeyKind;

use super::words::one_of;

/// `keys`
#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Keys of the key store: what each is for and how it was used, never the key
    #[command(after_help = KEYS_LIST)]
    List {
        /// Of this type
        #[arg(long = "type", value_name = "TYPE", value_parser = one_of(KeyKind::ALL.map(KeyKind::as_str)))]
        kind: Option<String>,
        /// Only those that expire within so many days, or have expired
        #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
        expiring: Option<i64>,
    },
    /// Say when a key should be replaced; it works on after that
    #[command(after_help = KEYS_EXPIRE)]
    Expire {
        /// Its number
        key: u32,
        /// When: a day, or RFC 3339
        #[arg(
            long,
            value_name = "TIME",
            required_unless_present = "never",
            conflicts_with = "never"
        )]
        at: Option<String>,
        /// It does not expire
        #[arg(long)]
        never: bool,
    },
}

pub(crate) const KEYS: &str = "\
Examples:
  privatus keys list
  privatus keys list --expiring 30";

const KEYS_LIST: &str = "\
Examples:
  privatus keys list
  privatus keys list --type group
  privatus --json keys list --expiring 30";

const KEYS_EXPIRE: &str = "\
Examples:
  privatus keys expire 3 --at 2027-01-01
  privatus keys expire 3 --never";
