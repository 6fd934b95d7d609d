//! Command-line options of `cargo xtask bench`.

use anyhow::Result;

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Messages; at least a batch of 5,000.
    #[arg(long, default_value_t = 100_000)]
    pub(super) rows: usize,
    /// Months that the messages are spread over.
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u8).range(1..=120))]
    pub(super) months: u8,
    /// Rounds; each measures every side once.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=99))]
    pub(super) pairs: u8,
    /// Print one JSON document instead of the table.
    #[arg(long)]
    pub(super) json: bool,
    /// Only the figure with this name (can be repeated).
    #[arg(long, value_name = "NAME")]
    pub(super) only: Vec<String>,
    /// Compare layouts of a month instead of the store (docs/adr/0001).
    #[arg(long)]
    pub(super) layouts: bool,
    /// Measure what has no floor, instead of the comparison: the tool's commands and their memory, unlocking, readers
    /// while a writer runs, a send. Linux only; build the tool first: `cargo build --release -p privatus-cli`.
    #[arg(long, conflicts_with_all = ["pairs", "layouts"])]
    pub(super) alone: bool,
}

/// Checks that every name in `only` is that of a figure.
pub(super) fn check_names(only: &[String], names: impl Iterator<Item = &'static str>) -> Result<()> {
    let names: Vec<&str> = names.collect();
    if let Some(unknown) = only.iter().find(|only| !names.contains(&only.as_str())) {
        anyhow::bail!(
            "no figure is called {unknown}; the names are {}",
            names.join(", ")
        );
    }
    Ok(())
}
