//! What became of the mutants, as cargo-mutants writes it, and whether that is enough.

use std::fmt;
use std::ops::AddAssign;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// So many of 100 have to be caught.
const CAUGHT: usize = 85;

/// What became of some mutants. One that times out is neither caught nor missed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Outcomes {
    caught: Vec<String>,
    missed: Vec<String>,
    timed_out: Vec<String>,
    /// Those that do not build.
    unviable: Vec<String>,
}

impl Outcomes {
    /// Reads `outcomes.json`.
    ///
    /// # Errors
    /// When it is not what this version of cargo-mutants writes.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let file: Value = serde_json::from_str(text).context("reading outcomes.json")?;
        let list = file.get("outcomes").and_then(Value::as_array);
        let mut found = Self::default();
        for outcome in list.context("outcomes.json has no outcomes")? {
            // The run without a mutant.
            let Some(mutant) = outcome.get("scenario").and_then(|of| of.get("Mutant")) else {
                continue;
            };
            let name = mutant.get("name").and_then(Value::as_str);
            let name = name.context("outcomes.json has a mutant without a name")?;
            let list = match outcome.get("summary").and_then(Value::as_str) {
                Some("CaughtMutant") => &mut found.caught,
                Some("MissedMutant") => &mut found.missed,
                Some("Timeout") => &mut found.timed_out,
                Some("Unviable") => &mut found.unviable,
                other => bail!("outcomes.json says {other:?} about {name}"),
            };
            list.push(name.to_owned());
        }
        Ok(found)
    }

    /// The names of the mutants that no test caught.
    pub(super) fn missed(&self) -> &[String] {
        &self.missed
    }

    /// These outcomes after the missed mutants were tried with more tests. What else was tried then does not count:
    /// cargo-mutants does not apply `--re` to fields that it deletes.
    ///
    /// # Errors
    /// When `second` does not have all mutants that were missed.
    pub(super) fn then(self, second: &Self) -> Result<Self> {
        let mut both = Self {
            missed: Vec::new(),
            ..self
        };
        for name in self.missed {
            let list = if second.caught.contains(&name) {
                &mut both.caught
            } else if second.missed.contains(&name) {
                &mut both.missed
            } else if second.timed_out.contains(&name) {
                &mut both.timed_out
            } else {
                bail!("{name} was missed and not tried again");
            };
            list.push(name);
        }
        Ok(both)
    }

    /// # Errors
    /// When nothing was tried, or too much was missed.
    pub(super) fn judge(&self) -> Result<()> {
        let caught = self.caught.len();
        let tried = caught + self.missed.len();
        if tried == 0 {
            bail!("no mutant was caught or missed: this shows nothing");
        }
        if caught * 100 < tried * CAUGHT {
            bail!("{caught} of {tried} mutants are caught, and {CAUGHT} of 100 have to be");
        }
        Ok(())
    }
}

impl AddAssign for Outcomes {
    fn add_assign(&mut self, other: Self) {
        self.caught.extend(other.caught);
        self.missed.extend(other.missed);
        self.timed_out.extend(other.timed_out);
        self.unviable.extend(other.unviable);
    }
}

impl fmt::Display for Outcomes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, names) in [("missed", &self.missed), ("timed out", &self.timed_out)] {
            for name in names {
                writeln!(f, "mutants: {what}: {name}")?;
            }
        }
        writeln!(
            f,
            "mutants: {} of {} caught; besides, {} timed out and {} do not build",
            self.caught.len(),
            self.caught.len() + self.missed.len(),
            self.timed_out.len(),
            self.unviable.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes(summaries: &[&str]) -> Result<Outcomes> {
        let baseline = r#"{"scenario":"Baseline","summary":"Success"}"#.to_owned();
        let mutants = summaries
            .iter()
            .map(|one| format!(r#"{{"scenario":{{"Mutant":{{"name":"m"}}}},"summary":"{one}"}}"#));
        let all: Vec<String> = std::iter::once(baseline).chain(mutants).collect();
        Outcomes::parse(&format!(r#"{{"outcomes":[{}]}}"#, all.join(",")))
    }

    #[test]
    fn a_run_without_a_viable_mutant_fails() {
        for nothing in [&[][..], &["Unviable", "Unviable"], &["Timeout"]] {
            let error = outcomes(nothing).unwrap().judge().unwrap_err();
            assert!(error.to_string().contains("shows nothing"), "{error}");
        }
    }

    #[test]
    fn as_many_as_have_to_be_are_caught() {
        let of = |caught, missed| {
            let mut summaries = vec!["CaughtMutant"; caught];
            summaries.extend(vec!["MissedMutant"; missed]);
            // Neither of them counts.
            summaries.extend(["Timeout", "Unviable"]);
            outcomes(&summaries).unwrap().judge()
        };
        assert!(of(1, 0).is_ok() && of(17, 3).is_ok());
        let error = of(16, 3).unwrap_err();
        assert!(error.to_string().contains("16 of 19"), "{error}");
        assert!(of(0, 1).is_err());
    }

    #[test]
    fn a_second_round_decides_about_what_the_first_missed() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let first = || Outcomes {
            caught: names(&["a"]),
            missed: names(&["b", "c", "d"]),
            timed_out: names(&["e"]),
            unviable: names(&["f"]),
        };
        // cargo-mutants tried g as well.
        let second = Outcomes {
            caught: names(&["g", "b"]),
            missed: names(&["c"]),
            timed_out: names(&["d"]),
            unviable: Vec::new(),
        };
        let both = Outcomes {
            caught: names(&["a", "b"]),
            missed: names(&["c"]),
            timed_out: names(&["e", "d"]),
            unviable: names(&["f"]),
        };
        assert_eq!(first().then(&second).unwrap(), both);
        assert!(first().then(&Outcomes::default()).is_err());
    }

    #[test]
    fn outcomes_of_two_crates_add_up() {
        let mut sum = outcomes(&["CaughtMutant", "MissedMutant"]).unwrap();
        sum += outcomes(&["CaughtMutant", "Unviable", "Timeout"]).unwrap();
        let all = [
            "CaughtMutant",
            "CaughtMutant",
            "MissedMutant",
            "Unviable",
            "Timeout",
        ];
        assert_eq!(sum, outcomes(&all).unwrap());
    }

    #[test]
    fn what_was_missed_is_named() {
        let text = outcomes(&["CaughtMutant", "MissedMutant", "Timeout"])
            .unwrap()
            .to_string();
        assert_eq!(
            text,
            "mutants: missed: m\nmutants: timed out: m\n\
             mutants: 1 of 2 caught; besides, 1 timed out and 0 do not build\n"
        );
    }

    #[test]
    fn another_file_is_an_error() {
        for text in ["", "{}", r#"{"outcomes":[{"scenario":{"Mutant":{}}}]}"#] {
            assert!(Outcomes::parse(text).is_err(), "{text}");
        }
        assert!(outcomes(&["Failure"]).is_err());
    }
}
