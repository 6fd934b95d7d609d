//! The demo's steps: what each prints, and how long it took.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::failure::Failure;
use crate::output::{line, width};
use crate::text::wrapped;

/// The widest line of running text.
const WIDEST: usize = 96;
/// The indentation of what a step prints.
const INDENT: &str = "    ";

/// Prints steps for a person, or collects them for one JSON document.
pub(super) struct Steps {
    number: u32,
    name: &'static str,
    began: Instant,
    quiet: bool,
    coloured: bool,
    records: Vec<Value>,
}

impl Steps {
    pub(super) fn new(quiet: bool) -> Self {
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            number: 0,
            name: "",
            began: Instant::now(),
            quiet,
            coloured: std::io::stdout().is_terminal() && !no_colour,
            records: Vec::new(),
        }
    }

    /// Begins the next step and starts its clock.
    pub(super) fn begin(&mut self, name: &'static str, title: &str) -> Result<(), Failure> {
        self.number += 1;
        self.name = name;
        self.plain("")?;
        let number = format!("{:>2}  ", self.number);
        for line in hanging(&number, title) {
            self.plain(&self.painted("1", &line))?;
        }
        self.began = Instant::now();
        Ok(())
    }

    /// Returns how long the step has taken so far.
    pub(super) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// Prints a line of the step, which is not broken.
    pub(super) fn note(&self, text: &str) -> Result<(), Failure> {
        self.plain(&format!("{INDENT}{text}"))
    }

    /// Prints running text, broken to the width of the output; its later lines are below the text after `start`.
    pub(super) fn text(&self, start: &str, text: &str) -> Result<(), Failure> {
        for line in hanging(&format!("{INDENT}{start}"), text) {
            self.plain(&line)?;
        }
        Ok(())
    }

    /// Prints a line without indentation.
    pub(super) fn plain(&self, text: &str) -> Result<(), Failure> {
        if self.quiet {
            return Ok(());
        }
        line(text)
    }

    /// Ends the step, with its result and the time it took.
    pub(super) fn done(&mut self, result: &str) -> Result<(), Failure> {
        self.done_in(result, self.elapsed())
    }

    /// Ends the step with a time that was measured before its result was printed.
    pub(super) fn done_in(&mut self, result: &str, took: Duration) -> Result<(), Failure> {
        let milliseconds = took.as_secs_f64() * 1_000.0;
        self.records.push(json!({
            "step": self.name, "result": result, "milliseconds": (milliseconds * 100.0).round() / 100.0,
        }));
        let mark = self.painted("32", "→");
        let time = self.painted("2", &format!("({})", shown(took)));
        let lines = hanging(&format!("{INDENT}→ "), result);
        let last = lines.len().saturating_sub(1);
        for (at, line) in lines.into_iter().enumerate() {
            let end = match at == last {
                true => format!("  {time}"),
                false => String::new(),
            };
            self.plain(&format!(
                "{}{end}",
                line.replacen('→', &mark, usize::from(at == 0))
            ))?;
        }
        Ok(())
    }

    /// Returns what `--json` prints.
    pub(super) fn into_records(self) -> Vec<Value> {
        self.records
    }

    fn painted(&self, code: &str, text: &str) -> String {
        if self.coloured {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

/// Returns the columns for running text after an indentation.
pub(super) fn columns(indent: usize) -> usize {
    width().min(WIDEST).saturating_sub(indent)
}

/// Returns the lines of a text after `start`; the later ones are indented to the same column.
fn hanging(start: &str, text: &str) -> Vec<String> {
    let indent = start.chars().count();
    let lines = wrapped(text, columns(indent)).into_iter().enumerate();
    lines
        .map(|(at, line)| match at {
            0 => format!("{start}{line}"),
            _ => format!("{:indent$}{line}", ""),
        })
        .collect()
}

fn shown(took: Duration) -> String {
    let milliseconds = took.as_secs_f64() * 1_000.0;
    match milliseconds {
        ..10.0 => format!("{milliseconds:.1} ms"),
        ..1_000.0 => format!("{milliseconds:.0} ms"),
        _ => format!("{:.1} s", milliseconds / 1_000.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        let times = [250, 12_345, 1_234_567].map(Duration::from_micros).map(shown);
        assert_eq!(times, ["0.2 ms", "12 ms", "1.2 s"]);
    }
}
