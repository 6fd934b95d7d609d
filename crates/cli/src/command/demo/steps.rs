//! The demo's steps: what each prints, and how long it took.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::failure::Failure;
use crate::output::line;

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
        let title = format!("{:>2}  {title}", self.number);
        let title = self.painted("1", &title);
        self.plain(&format!("\n{title}"))?;
        self.began = Instant::now();
        Ok(())
    }

    /// Returns how long the step has taken so far.
    pub(super) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// Prints a line of the step.
    pub(super) fn note(&self, text: &str) -> Result<(), Failure> {
        self.plain(&format!("    {text}"))
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
        self.plain(&format!("    {mark} {result}  {time}"))
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
