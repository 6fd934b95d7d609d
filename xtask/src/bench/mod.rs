//! `cargo xtask bench`: compares ours with two references in one run: plain, unencrypted SQLite with the
//! specification's schema (the floor), and SQLCipher with that schema through diesel.
//!
//! Sides alternate, pair by pair; each pair fills new files. Medians of the paired ratios are printed with their
//! spread. A loop of plain arithmetic is timed between the sides and shows how steady the machine was.

mod alone;
mod file_cache;
mod floor;
mod layout;
mod options;
mod ours;
mod owned;
mod plain;
mod report;
mod sample;
mod side;
mod sqlcipher;
mod timing;

use std::path::Path;

use anyhow::{Context, Result};
use privatus_sqlite::RawKey;

pub(crate) use self::alone::peak::{Child, run as run_child};
use self::floor::Floor;
use self::layout::{Candidate, Layout};
pub(crate) use self::options::Options;
use self::options::check_names;
use self::ours::Ours;
use self::report::Report;
use self::side::{Figure, NAMES, Side};
use self::sqlcipher::Sqlcipher;
use self::timing::calibrate;

/// Runs the benchmark and prints it.
///
/// # Errors
/// If a side fails or a name is unknown.
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
    let (contenders, references) = sides(options.layouts);
    let wanted = |name: &str| options.only.is_empty() || options.only.iter().any(|only| only == name);
    let folder = tempfile::Builder::new().prefix("privatus-bench-").tempdir()?;
    let names = |sides: &[Contestant]| sides.iter().map(|(name, _)| *name).collect();
    let mut report = Report::new(
        rows,
        options.months.into(),
        names(&contenders),
        names(&references),
    );
    let all: Vec<&Contestant> = contenders.iter().chain(&references).collect();
    // Between any two sides, so that a disturbance of one shows.
    let mut calibration = vec![calibrate()];
    for pair in 0..options.pairs {
        let sends = sample::later(side::sends(), pair.into())?;
        let measure = |(name, make): &Contestant| -> Result<Vec<Figure>> {
            let mut side = make(&folder.path().join(format!("{name} {pair}")))?;
            let figures = side::measure(side.as_mut(), &samples, &sends, &wanted)?;
            eprintln!("pair {} of {}: {name}", pair + 1, options.pairs);
            calibration.push(calibrate());
            Ok(figures)
        };
        // Every second pair in the other direction, so that a machine that slows down slows each side.
        let is_reversed = pair % 2 == 1;
        let mut figures: Vec<Vec<Figure>> = if is_reversed {
            all.iter().rev().copied().map(measure).collect::<Result<_>>()?
        } else {
            all.iter().copied().map(measure).collect::<Result<_>>()?
        };
        if is_reversed {
            figures.reverse();
        }
        let (ours, others) = figures.split_at(contenders.len());
        report.add(ours, others);
        for entry in std::fs::read_dir(folder.path())? {
            let path = entry?.path();
            if path.is_dir() {
                std::fs::remove_dir_all(path)?;
            } else {
                std::fs::remove_file(path)?;
            }
        }
    }
    report.calibration = calibration;
    if options.json {
        report.print_json()?;
    } else {
        report.print();
    }
    let missing = report.missing(&wanted);
    anyhow::ensure!(missing.is_empty(), "no figure of {}", missing.join(", "));
    Ok(())
}

/// Runs the same command again, built for release, because the figures of a debug build mean nothing.
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

type Make = fn(&Path) -> Result<Box<dyn Side>>;

/// A side and its name in the report.
type Contestant = (&'static str, Make);

/// Returns the contenders and their references: the store and both references, or layouts of a month and the floor.
fn sides(layouts: bool) -> (Vec<Contestant>, Vec<Contestant>) {
    let floor: Contestant = ("floor", |path| Ok(Box::new(Floor::new(path, None)?)));
    if layouts {
        let specification: Make = |path| Ok(Box::new(Floor::new(path, Some(key()))?));
        let contenders: Vec<Contestant> = vec![
            ("specification", specification),
            ("arrival", |path| candidate(path, Layout::Arrival)),
            ("clustered", |path| candidate(path, Layout::Clustered)),
            ("packed", |path| candidate(path, Layout::Packed)),
        ];
        return (contenders, vec![floor]);
    }
    let contenders: Vec<Contestant> = vec![
        ("ours", |path| Ok(Box::new(Ours::new(path, false)?))),
        ("random ids", |path| Ok(Box::new(Ours::new(path, true)?))),
    ];
    let sqlcipher: Contestant = ("sqlcipher", |path| Ok(Box::new(Sqlcipher::new(path)?)));
    (contenders, vec![floor, sqlcipher])
}

fn candidate(path: &Path, layout: Layout) -> Result<Box<dyn Side>> {
    Ok(Box::new(Candidate::new(path, layout, key())?))
}

/// A key for files of the run: what is measured does not depend on it, and it protects nothing secret.
fn key() -> RawKey {
    RawKey::new(&[7; 32], &[9; 16])
}
