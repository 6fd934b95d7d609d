//! `cargo xtask bench`: ours against plain, unencrypted SQLite with the specification's schema, in one run.
//!
//! Sides alternate, pair by pair; each pair fills new files. Medians of the paired ratios are printed with their
//! spread. A loop of plain arithmetic is timed between the pairs and says how steady the machine was.

mod alone;
mod file_cache;
mod floor;
mod layout;
mod ours;
mod owned;
mod plain;
mod report;
mod sample;
mod side;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use privatus_sqlite::RawKey;

pub(crate) use self::alone::peak::{Child, run as run_child};
use self::floor::Floor;
use self::layout::{Candidate, Layout};
use self::ours::Ours;
use self::report::Report;
use self::side::{Figure, NAMES, Side};

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Messages; at least a batch of 5,000.
    #[arg(long, default_value_t = 100_000)]
    rows: usize,
    /// Months that the messages are spread over.
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u8).range(1..=120))]
    months: u8,
    /// Paired repetitions.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=99))]
    pairs: u8,
    /// One JSON document in place of the table.
    #[arg(long)]
    json: bool,
    /// Only the figure of this name (can be given again).
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Compare layouts of a month in place of the store (docs/adr/0001).
    #[arg(long)]
    layouts: bool,
    /// Measure what has no floor, in place of the comparison: the tool's commands and their memory, unlocking, readers
    /// beside a writer, a send. Linux only; build the tool first: `cargo build --release --workspace --bins`.
    #[arg(long, conflicts_with_all = ["pairs", "layouts"])]
    alone: bool,
}

/// Runs the benchmark and prints it.
///
/// # Errors
/// When a side fails, or a name is unknown.
pub(crate) fn run(options: &Options) -> Result<()> {
    if cfg!(debug_assertions) {
        return run_release();
    }
    if options.alone {
        return alone::run(options);
    }
    check_names(&options.only, NAMES.iter().map(|(name, _)| *name))?;
    let rows = options.rows.max(side::BATCH);
    let samples = sample::samples(rows, options.months.into())?;
    let contenders: Vec<(&'static str, Make)> = if options.layouts {
        vec![
            ("specification", |path| {
                Ok(Box::new(Floor::new(path, Some(key()))?))
            }),
            ("arrival", |path| candidate(path, Layout::Arrival)),
            ("clustered", |path| candidate(path, Layout::Clustered)),
            ("packed", |path| candidate(path, Layout::Packed)),
        ]
    } else {
        vec![
            ("ours", |path| Ok(Box::new(Ours::new(path, false)?))),
            ("random ids", |path| Ok(Box::new(Ours::new(path, true)?))),
        ]
    };
    let wanted = |name: &str| options.only.is_empty() || options.only.iter().any(|only| only == name);
    let folder = tempfile::Builder::new().prefix("privatus-bench-").tempdir()?;
    let mut report = Report::new(
        rows,
        options.months.into(),
        contenders.iter().map(|(name, _)| *name),
    );
    // Between any two sides, so that a disturbance of one shows.
    let calibration = std::cell::RefCell::new(vec![calibrate()]);
    for pair in 0..options.pairs {
        let sends = sample::later(side::sends(), pair.into())?;
        let measure = |name: &str, side: Result<Box<dyn Side>>| -> Result<Vec<Figure>> {
            let mut side = side?;
            let figures = side::measure(side.as_mut(), &samples, &sends, &wanted)?;
            eprintln!("pair {} of {}: {name}", pair + 1, options.pairs);
            calibration.borrow_mut().push(calibrate());
            Ok(figures)
        };
        let at = |name: &str| folder.path().join(format!("{} {pair}", name));
        let floor_first = pair % 2 == 1;
        let mut floor = None;
        if floor_first {
            floor = Some(measure("floor", floor_at(&at("floor")))?);
        }
        let mut ours = Vec::new();
        for (name, make) in &contenders {
            ours.push(measure(name, make(&at(name)))?);
        }
        let floor = match floor {
            Some(floor) => floor,
            None => measure("floor", floor_at(&at("floor")))?,
        };
        report.add(&floor, &ours);
        for entry in std::fs::read_dir(folder.path())? {
            let path = entry?.path();
            if path.is_dir() {
                std::fs::remove_dir_all(path)?;
            } else {
                std::fs::remove_file(path)?;
            }
        }
    }
    report.calibration = calibration.into_inner();
    if options.json {
        report.print_json()?;
    } else {
        report.print();
    }
    let missing = report.missing(&wanted);
    anyhow::ensure!(missing.is_empty(), "no figure of {}", missing.join(", "));
    Ok(())
}

/// The figures of a debug build say nothing: the same command again, built for release.
fn run_release() -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = std::process::Command::new(cargo)
        .args(["run", "--release", "--quiet", "--package", "xtask", "--"])
        .args(std::env::args_os().skip(1))
        .status()
        .context("start cargo")?;
    anyhow::ensure!(
        status.success(),
        "the release build of this command failed, as it said above"
    );
    Ok(())
}

/// Refuses names that no figure has.
fn check_names(only: &[String], names: impl Iterator<Item = &'static str>) -> Result<()> {
    let names: Vec<&str> = names.collect();
    if let Some(unknown) = only.iter().find(|only| !names.contains(&only.as_str())) {
        anyhow::bail!("no figure is called {unknown}; there are {}", names.join(", "));
    }
    Ok(())
}

type Make = fn(&Path) -> Result<Box<dyn Side>>;

fn floor_at(path: &Path) -> Result<Box<dyn Side>> {
    Ok(Box::new(Floor::new(path, None)?))
}

fn candidate(path: &Path, layout: Layout) -> Result<Box<dyn Side>> {
    Ok(Box::new(Candidate::new(path, layout, key())?))
}

/// A key for files of the run: what is measured does not depend on it, and nothing secret lies under it.
fn key() -> RawKey {
    RawKey::new(&[7; 32], &[9; 16])
}

/// Times the same arithmetic each time it is called.
fn calibrate() -> Duration {
    let begun = Instant::now();
    let mut state = 1_u64;
    for _ in 0..20_000_000 {
        state = std::hint::black_box(state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1));
    }
    std::hint::black_box(state);
    begun.elapsed()
}

/// The middle of some figures.
fn median(figures: &[f64]) -> f64 {
    let mut figures = figures.to_vec();
    figures.sort_by(f64::total_cmp);
    let at = |index: usize| figures.get(index).copied().unwrap_or(f64::NAN);
    let (low, high) = (figures.len().saturating_sub(1) / 2, figures.len() / 2);
    at(low).midpoint(at(high))
}
