//! `cargo xtask bench --alone`: what plain SQLite has no floor for, each figure once, with the same calibration.

pub(crate) mod peak;
mod report;
mod telegram;
mod tool;

use anyhow::{Result, ensure};

use self::report::Report;
use super::side::BATCH;
use super::{Options, check_names};

/// A figure: its name, its unit, and what it is.
type Name = (&'static str, &'static str, &'static str);

/// Measures and prints.
///
/// # Errors
/// When a measurement fails, a name is unknown, or the system or the build is none that figures can be had from.
pub(super) fn run(options: &Options) -> Result<()> {
    ensure!(
        cfg!(target_os = "linux"),
        "bench --alone reads memory and written bytes as Linux counts them, and runs there only"
    );
    ensure!(
        !cfg!(debug_assertions),
        "the figures of a debug build say nothing: cargo run --release -p xtask -- bench --alone"
    );
    let groups = [tool::NAMES];
    let names = || groups.iter().copied().flatten().copied();
    check_names(&options.only, names().map(|(name, ..)| name))?;
    let is_wanted = |name: &str| options.only.is_empty() || options.only.iter().any(|only| only == name);
    let wants = |names: &[Name]| names.iter().any(|(name, ..)| is_wanted(name));

    let (rows, months) = (options.rows.max(BATCH), usize::from(options.months));
    let wanted = names().filter(|(name, ..)| is_wanted(name)).collect();
    let mut report = Report::new(rows, months, wanted);
    let folder = tempfile::Builder::new().prefix("privatus-bench-").tempdir()?;
    if wants(tool::NAMES) {
        tool::measure(folder.path(), rows, months, &mut report)?;
    }
    if options.json {
        report.print_json()
    } else {
        report.print()
    }
}
