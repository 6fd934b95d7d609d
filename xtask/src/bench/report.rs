//! Medians of the pairs, as a table or as JSON.

use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use super::sample::CONVERSATIONS;
use super::side::{BATCH, Figure, NAMES};
use super::timing::median;

/// Above this ratio of its slowest calibration to its fastest, a machine was too busy to be believed.
const STEADY: f64 = 1.15;

/// The figures of one name: the floor's, and each contender's.
#[derive(Default)]
pub(crate) struct Series {
    floor: Vec<f64>,
    others: Vec<Vec<f64>>,
}

/// All figures of a run.
pub(crate) struct Report {
    rows: usize,
    months: usize,
    contenders: Vec<&'static str>,
    series: Vec<(&'static str, &'static str, Series)>,
    pub(crate) calibration: Vec<Duration>,
}

/// One line of the report.
struct Line {
    name: &'static str,
    unit: &'static str,
    contender: &'static str,
    ours: f64,
    floor: f64,
    ratio: f64,
    /// The lowest and the highest ratio of a pair.
    spread: (f64, f64),
}

impl Report {
    pub(crate) fn new(rows: usize, months: usize, contenders: impl Iterator<Item = &'static str>) -> Self {
        Self {
            rows,
            months,
            contenders: contenders.collect(),
            series: NAMES
                .iter()
                .map(|(name, unit)| (*name, *unit, Series::default()))
                .collect(),
            calibration: Vec::new(),
        }
    }

    /// Adds a pair: the floor's figures, and those of each contender.
    pub(crate) fn add(&mut self, floor: &[Figure], contenders: &[Vec<Figure>]) {
        let value = |figures: &[Figure], name: &str| {
            let found = figures.iter().find(|figure| figure.name == name);
            found.map_or(f64::NAN, |figure| figure.value)
        };
        for (name, _, series) in &mut self.series {
            series.floor.push(value(floor, name));
            series.others.resize_with(contenders.len(), Vec::new);
            for (slot, figures) in series.others.iter_mut().zip(contenders) {
                slot.push(value(figures, name));
            }
        }
    }

    fn pairs(&self) -> usize {
        self.series.first().map_or(0, |(.., series)| series.floor.len())
    }

    fn lines(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        for (name, unit, series) in &self.series {
            for (contender, ours) in self.contenders.iter().zip(&series.others) {
                let ratios: Vec<f64> = ours.iter().zip(&series.floor).map(|(a, b)| a / b).collect();
                if ratios.iter().any(|ratio| ratio.is_nan()) {
                    continue;
                }
                lines.push(Line {
                    name,
                    unit,
                    contender,
                    ours: median(ours),
                    floor: median(&series.floor),
                    ratio: median(&ratios),
                    spread: ratios.iter().fold((f64::INFINITY, 0.0), |(low, high), ratio| {
                        (low.min(*ratio), high.max(*ratio))
                    }),
                });
            }
        }
        lines
    }

    fn is_first(&self, line: &Line) -> bool {
        self.contenders.first() == Some(&line.contender)
    }

    /// Names of `wanted` that the first contender has no figure of.
    pub(crate) fn missing(&self, wanted: &dyn Fn(&str) -> bool) -> Vec<&'static str> {
        let lines = self.lines();
        let has = |name: &str| lines.iter().any(|line| line.name == name && self.is_first(line));
        let is_missing = |name: &&'static str| wanted(name) && !has(name);
        NAMES.iter().map(|(name, _)| *name).filter(is_missing).collect()
    }

    pub(crate) fn print(&self) {
        println!(
            "{} messages over {} months, {CONVERSATIONS} conversations, batches of {BATCH}, medians of {} pairs",
            self.rows,
            self.months,
            self.pairs()
        );
        println!(
            "{:<22} {:<14} {:>12} {:>12} {:>7} {:>15}  unit",
            "name", "side", "value", "floor", "ratio", "spread"
        );
        for line in self.lines() {
            let spread = format!("{:.2} to {:.2}", line.spread.0, line.spread.1);
            println!(
                "{:<22} {:<14} {:>12.2} {:>12.2} {:>7.2} {spread:>15}  {}",
                line.name, line.contender, line.ours, line.floor, line.ratio, line.unit
            );
        }
        print_noise(&self.calibration);
    }

    pub(crate) fn print_json(&self) -> Result<()> {
        let of_side = |is_first: bool| -> Vec<serde_json::Value> {
            let lines = self.lines().into_iter();
            lines
                .filter(|line| self.is_first(line) == is_first)
                .map(|line| {
                    json!({
                        "name": line.name, "side": line.contender, "unit": line.unit, "ours": line.ours,
                        "floor": line.floor, "ratio": line.ratio, "spread": [line.spread.0, line.spread.1],
                        "pairs": self.pairs(),
                    })
                })
                .collect()
        };
        // A name stands in `results` once; the other sides of it are beside.
        let (results, others) = (of_side(true), of_side(false));
        print_document(&self.calibration, self.rows, self.months, &results, &others)
    }
}

/// Slowest calibration ÷ fastest.
fn noise(calibration: &[Duration]) -> f64 {
    let slowest = calibration.iter().max().map_or(0.0, Duration::as_secs_f64);
    let fastest = calibration.iter().min().map_or(1.0, Duration::as_secs_f64);
    slowest / fastest
}

/// Threads that run at once.
pub(crate) fn cpus() -> usize {
    std::thread::available_parallelism().map_or(0, std::num::NonZero::get)
}

/// Says how steady the machine was.
pub(crate) fn print_noise(calibration: &[Duration]) {
    let noise = noise(calibration);
    println!("calibration: slowest ÷ fastest = {noise:.2}");
    if noise > STEADY {
        println!("the machine was not steady (above {STEADY}): do not trust this run");
    }
}

/// Prints a run as one JSON document.
pub(crate) fn print_document(
    calibration: &[Duration],
    rows: usize,
    months: usize,
    results: &[serde_json::Value],
    others: &[serde_json::Value],
) -> Result<()> {
    let noise = noise(calibration);
    let machine = json!({
        "os": std::env::consts::OS, "arch": std::env::consts::ARCH,
        "cpus": cpus(),
        "noise": noise, "trusted": noise <= STEADY,
    });
    let mut document = json!({ "machine": machine, "rows": rows, "months": months, "results": results });
    if let (Some(document), false) = (document.as_object_mut(), others.is_empty()) {
        document.insert("others".to_owned(), others.into());
    }
    println!("{}", serde_json::to_string_pretty(&document)?);
    Ok(())
}
