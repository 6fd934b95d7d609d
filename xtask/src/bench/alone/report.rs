//! The figures of a run, as a table or as JSON.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;

use crate::bench::report::{cpus, print_document, print_noise};
use crate::bench::sample::CONVERSATIONS;
use crate::bench::side::Figure;
use crate::bench::timing::calibrate;

/// A figure: its name, its unit and its description.
pub(super) type Name = (&'static str, &'static str, &'static str);

/// What was measured, and which of it to print.
pub(super) struct Report {
    rows: usize,
    months: usize,
    wanted: Vec<Name>,
    figures: Vec<Figure>,
    calibration: Vec<Duration>,
}

impl Report {
    pub(super) fn new(rows: usize, months: usize, wanted: Vec<Name>) -> Self {
        Self {
            rows,
            months,
            wanted,
            figures: Vec::new(),
            calibration: vec![calibrate()],
        }
    }

    /// Notes what was measured together, and how fast the machine was then.
    pub(super) fn add(&mut self, figures: &[(&'static str, f64)]) {
        for (name, value) in figures {
            eprintln!("measured {name}");
            self.figures.push(Figure { name, value: *value });
        }
        self.calibration.push(calibrate());
    }

    /// Every wanted figure, in the order of the names.
    fn lines(&self) -> Result<Vec<(Name, f64)>> {
        let value = |name: &Name| {
            let found = self.figures.iter().find(|figure| figure.name == name.0);
            let figure = found.with_context(|| format!("{} was not measured", name.0))?;
            Ok((*name, figure.value))
        };
        self.wanted.iter().map(value).collect()
    }

    pub(super) fn print(&self) -> Result<()> {
        println!(
            "{} messages over {} months, {CONVERSATIONS} conversations, {} CPUs, one round",
            self.rows,
            self.months,
            cpus()
        );
        println!("{:<28} {:>12} {:<12} what it is", "name", "value", "unit");
        for ((name, unit, what), value) in self.lines()? {
            println!("{name:<28} {value:>12.2} {unit:<12} {what}");
        }
        print_noise(&self.calibration);
        Ok(())
    }

    pub(super) fn print_json(&self) -> Result<()> {
        let results: Vec<_> = self
            .lines()?
            .into_iter()
            .map(|((name, unit, what), value)| {
                json!({ "name": name, "unit": unit, "value": value, "what": what })
            })
            .collect();
        print_document(&self.calibration, self.rows, self.months, &results, &[])
    }
}
