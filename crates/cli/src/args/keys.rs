//! `keys` on the command line.

use clap::{ArgGroup, Subcommand};
use privatus_domain::KeyKind;

use super::words::one_of;

/// `keys`
#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// List the keys in the key store: what each is for and how it was used, never the key itself
    #[command(after_help = KEYS_LIST)]
    List {
        /// Only keys of this type
        #[arg(long = "type", value_name = "TYPE", value_parser = one_of(KeyKind::ALL.map(KeyKind::as_str)))]
        kind: Option<String>,
        /// Only keys that expire within this many days or have expired
        #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
        expiring: Option<i64>,
    },
    /// Set when a key should be replaced; it still works after that
    #[command(after_help = KEYS_EXPIRE, group = ArgGroup::new("when").required(true))]
    Expire {
        /// The key's number
        key: u32,
        /// When it expires: a day, or RFC 3339
        #[arg(long, value_name = "TIME", group = "when")]
        at: Option<String>,
        /// The key does not expire
        #[arg(long, group = "when")]
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
