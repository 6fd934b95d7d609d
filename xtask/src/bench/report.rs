//! Medians of the pairs, as a table or as JSON.

use std::time::Duration;

use anyhow::Result;
use serde_json::{Map, Value, json};

use super::sample::CONVERSATIONS;
use super::side::{BATCH, Figure, NAMES};
use super::timing::median;

/// Above this ratio of the slowest calibration to the fastest, the machine was too busy for reliable figures.
const STEADY: f64 = 1.15;

/// The figures of one name: one list for each side, with one figure for each pair.
#[derive(Default)]
struct Series {
    contenders: Vec<Vec<f64>>,
    references: Vec<Vec<f64>>,
}

/// All figures of a run: those of the contenders, compared with those of each reference.
pub(crate) struct Report {
    rows: usize,
    months: usize,
    pairs: usize,
    contenders: Vec<&'static str>,
    references: Vec<&'static str>,
    series: Vec<(&'static str, &'static str, Series)>,
    pub(crate) calibration: Vec<Duration>,
}

/// One line of the report.
struct Line {
    name: &'static str,
    unit: &'static str,
    contender: &'static str,
    value: f64,
    /// One for each reference; `None` when a side has no figure of this name.
    beside: Vec<Option<Beside>>,
}

/// A contender's figure compared with a reference's.
struct Beside {
    value: f64,
    ratio: f64,
    /// The lowest and the highest ratio of a pair.
    spread: (f64, f64),
}

impl Beside {
    fn of(contender: &[f64], reference: &[f64]) -> Option<Self> {
        let ratios: Vec<f64> = contender.iter().zip(reference).map(|(a, b)| a / b).collect();
        if ratios.is_empty() || ratios.iter().any(|ratio| ratio.is_nan()) {
            return None;
        }
        Some(Self {
            value: median(reference),
            ratio: median(&ratios),
            spread: ratios.iter().fold((f64::INFINITY, 0.0), |(low, high), ratio| {
                (low.min(*ratio), high.max(*ratio))
            }),
        })
    }
}

impl Report {
    pub(crate) fn new(
        rows: usize,
        months: usize,
        contenders: Vec<&'static str>,
        references: Vec<&'static str>,
    ) -> Self {
        Self {
            rows,
            months,
            pairs: 0,
            contenders,
            references,
            series: NAMES
                .iter()
                .map(|(name, unit)| (*name, *unit, Series::default()))
                .collect(),
            calibration: Vec::new(),
        }
    }

    /// Adds the figures of a pair: those of each contender, and those of each reference.
    pub(crate) fn add(&mut self, contenders: &[Vec<Figure>], references: &[Vec<Figure>]) {
        self.pairs += 1;
        for (name, _, series) in &mut self.series {
            for (lists, sides) in [
                (&mut series.contenders, contenders),
                (&mut series.references, references),
            ] {
                lists.resize_with(sides.len(), Vec::new);
                for (list, figures) in lists.iter_mut().zip(sides) {
                    let found = figures.iter().find(|figure| figure.name == *name);
                    list.push(found.map_or(f64::NAN, |figure| figure.value));
                }
            }
        }
    }

    fn lines(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        for (name, unit, series) in &self.series {
            for (contender, values) in self.contenders.iter().zip(&series.contenders) {
                let beside: Vec<_> = series
                    .references
                    .iter()
                    .map(|reference| Beside::of(values, reference))
                    .collect();
                if beside.iter().all(Option::is_none) {
                    continue;
                }
                lines.push(Line {
                    name,
                    unit,
                    contender,
                    value: median(values),
                    beside,
                });
            }
        }
        lines
    }

    fn is_first(&self, line: &Line) -> bool {
        self.contenders.first() == Some(&line.contender)
    }

    /// Names of `wanted` that the first contender or a reference has no figure of.
    pub(crate) fn missing(&self, wanted: &dyn Fn(&str) -> bool) -> Vec<&'static str> {
        let lines = self.lines();
        let is_whole = |line: &Line| self.is_first(line) && line.beside.iter().all(Option::is_some);
        let has = |name: &str| lines.iter().any(|line| line.name == name && is_whole(line));
        let is_missing = |name: &&'static str| wanted(name) && !has(name);
        NAMES.iter().map(|(name, _)| *name).filter(is_missing).collect()
    }

    pub(crate) fn print(&self) {
        println!(
            "{} messages over {} months, {CONVERSATIONS} conversations, batches of {BATCH}, medians of {} pairs",
            self.rows, self.months, self.pairs
        );
        print!("{:<22} {:<14} {:>10}", "name", "side", "value");
        for reference in &self.references {
            print!(" {reference:>12} {:>7} {:>14}", "ratio", "spread");
        }
        println!("  unit");
        for line in self.lines() {
            print!("{:<22} {:<14} {:>10.2}", line.name, line.contender, line.value);
            for beside in &line.beside {
                match beside {
                    Some(Beside { value, ratio, spread }) => {
                        let spread = format!("{:.2} to {:.2}", spread.0, spread.1);
                        print!(" {value:>12.2} {ratio:>7.2} {spread:>14}");
                    }
                    None => print!(" {:>12} {:>7} {:>14}", "-", "-", "-"),
                }
            }
            println!("  {}", line.unit);
        }
        print_noise(&self.calibration);
    }

    pub(crate) fn print_json(&self) -> Result<()> {
        let of_side = |is_first: bool| -> Vec<Value> {
            let lines = self.lines().into_iter();
            lines
                .filter(|line| self.is_first(line) == is_first)
                .map(|line| self.as_json(&line))
                .collect()
        };
        // A name is in `results` once; the other contenders' are in `others`.
        let (results, others) = (of_side(true), of_side(false));
        print_document(&self.calibration, self.rows, self.months, &results, &others)
    }

    /// The first reference's figures are `floor`, `ratio` and `spread`; those of another reference have its name in
    /// theirs.
    fn as_json(&self, line: &Line) -> Value {
        let mut fields = Map::new();
        fields.insert("name".to_owned(), json!(line.name));
        fields.insert("side".to_owned(), json!(line.contender));
        fields.insert("unit".to_owned(), json!(line.unit));
        fields.insert("ours".to_owned(), json!(line.value));
        for (nth, (reference, beside)) in self.references.iter().zip(&line.beside).enumerate() {
            let Some(Beside { value, ratio, spread }) = beside else {
                continue;
            };
            let field = |what: &str| {
                let is_first = nth == 0;
                if is_first {
                    what.to_owned()
                } else {
                    format!("{reference}_{what}")
                }
            };
            fields.insert((*reference).to_owned(), json!(value));
            fields.insert(field("ratio"), json!(ratio));
            fields.insert(field("spread"), json!([spread.0, spread.1]));
        }
        fields.insert("pairs".to_owned(), json!(self.pairs));
        Value::Object(fields)
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

/// Describes how steady the machine was.
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
    results: &[Value],
    others: &[Value],
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn report(references: &[&[Figure]]) -> Report {
        let mut report = Report::new(5_000, 1, vec!["ours"], vec!["floor", "sqlcipher"]);
        let ours = vec![figure("send_one", 3.0), figure("by_id", 4.0)];
        let references: Vec<Vec<Figure>> = references.iter().map(|figures| figures.to_vec()).collect();
        report.add(&[ours], &references);
        report
    }

    const fn figure(name: &'static str, value: f64) -> Figure {
        Figure { name, value }
    }

    #[test]
    fn a_figure_that_one_side_lacks_is_missing() {
        let wanted = |name: &str| name == "send_one" || name == "by_id";
        let (send, by_id) = (figure("send_one", 2.0), figure("by_id", 1.0));
        assert!(
            report(&[&[send, by_id], &[send, by_id]])
                .missing(&wanted)
                .is_empty()
        );
        assert_eq!(report(&[&[send, by_id], &[send]]).missing(&wanted), ["by_id"]);
        assert_eq!(report(&[&[by_id], &[send, by_id]]).missing(&wanted), ["send_one"]);
    }

    #[test]
    fn a_line_has_a_ratio_for_each_reference() {
        let report = report(&[&[figure("send_one", 2.0)], &[figure("send_one", 4.0)]]);
        let lines = report.lines();
        let send = lines.iter().find(|line| line.name == "send_one").unwrap();
        let ratios: Vec<f64> = send.beside.iter().flatten().map(|beside| beside.ratio).collect();
        assert_eq!(ratios, [1.5, 0.75]);
        let json = report.as_json(send);
        assert_eq!(json.get("ratio"), Some(&json!(1.5)));
        assert_eq!(json.get("sqlcipher_ratio"), Some(&json!(0.75)));
    }
}
