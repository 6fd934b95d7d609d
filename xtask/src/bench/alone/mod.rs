//! `cargo xtask bench --alone`: what has no counterpart in plain SQLite, in one round, with the same calibration.

pub(crate) mod peak;
mod readers;
mod report;
mod send;
mod telegram;
mod tool;
mod unlock;

use std::path::Path;

use anyhow::{Result, ensure};

use self::report::{Name, Report};
use super::options::{Options, check_names};
use super::ours::Ours;
use super::sample::Samples;
use super::side::{BATCH, Side};

/// Messages that follow a run's, before anything is measured. The clock is at the start of a month: with these
/// messages, the month fills a page of every conversation, and what a writer adds makes no page cheaper.
const CURRENT_MONTH: usize = 3 * BATCH;

/// Measures and prints.
///
/// # Errors
/// If a measurement fails, a name is unknown, or the system is not Linux.
pub(super) fn run(options: &Options) -> Result<()> {
    ensure!(
        cfg!(target_os = "linux"),
        "bench --alone measures memory and written bytes as Linux counts them, and runs only on Linux"
    );
    let groups = [tool::NAMES, unlock::NAMES, send::NAMES, readers::NAMES];
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
    if [unlock::NAMES, send::NAMES, readers::NAMES]
        .into_iter()
        .any(wants)
    {
        let mut later = Samples::later(0);
        let mut ours = filled(&folder.path().join("vault"), rows, months, &mut later)?;
        if wants(unlock::NAMES) {
            unlock::measure(&mut ours, &mut report)?;
        }
        if wants(send::NAMES) {
            send::measure(&mut ours, &mut later, &mut report)?;
        }
        if wants(readers::NAMES) {
            readers::measure(&ours, &mut later, rows, &mut report)?;
        }
        ours.close()?;
    }
    if options.json {
        report.print_json()
    } else {
        report.print()
    }
}

/// A vault with a run's messages and the current month's, its log merged. Only one batch is in memory at a time.
fn filled(path: &Path, rows: usize, months: usize, later: &mut Samples) -> Result<Ours> {
    let mut ours = Ours::calibrated(path)?;
    let mut of_run = Samples::of_run(rows, months)?;
    for (from, count) in [(&mut of_run, rows), (later, CURRENT_MONTH)] {
        let mut left = count;
        while left > 0 {
            let batch = from.batch(left.min(BATCH))?;
            left -= batch.len();
            ours.receive(&batch)?;
        }
    }
    ours.close()?;
    ours.open(None)?;
    Ok(ours)
}
