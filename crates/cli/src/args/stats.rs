//! `stats` on the command line.

use super::words::between;

/// `stats`
#[derive(Debug, clap::Args)]
#[command(after_help = STATS)]
pub(crate) struct Stats {
    /// Show activity and transaction times of the last N days (1 to 365)
    #[arg(long, value_name = "N", default_value_t = 14, value_parser = between::<1, 365>)]
    pub(crate) days: u16,
}

const STATS: &str = "\
Examples:
  privatus stats
  privatus --json stats --days 30

Activity and times contain no content and no names. They are collected while the vault is open, and written at most once a \
minute and on close; `privatus settings set metrics.enabled false` turns that off.";
