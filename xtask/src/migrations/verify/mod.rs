//! `cargo xtask migrations verify`: every check of the steps that this tree has.

mod files;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use privatus_migrate::Step;
use privatus_migrate::check::{self, Case};
use privatus_store::{PlainWorld, STEPS};

use super::exceptions::EXCUSED;
use super::{fixture, frozen};
use crate::workspace::Workspace;

/// Checks everything. Returns a line for each thing that was checked.
///
/// # Errors
/// When a check fails. The error names the first fault.
pub(crate) fn run(workspace: &Workspace) -> Result<Vec<String>> {
    let steps = STEPS.all();
    files::check(&workspace.path("migrations"), steps)?;
    let mut told = Vec::new();

    let samples = Samples::read(&workspace.path("migrations"), steps)?;
    let report = check::verify(&samples.cases(steps), &mut PlainWorld, &EXCUSED)?;
    told.extend(report.to_string().lines().map(str::to_owned));

    let list = frozen::read(workspace)?;
    let released = frozen::check(workspace.root(), &list, steps)?;
    fixture::check(&workspace.path(fixture::FOLDER), steps, &released)?;
    told.push(format!(
        "{} released migrations unchanged, each with a fixture",
        released.names.len()
    ));
    told.extend(
        released
            .not_yet
            .iter()
            .map(|name| format!("{name} is not released yet")),
    );
    Ok(told)
}

/// The samples of all steps.
struct Samples(Vec<(String, Option<String>)>);

impl Samples {
    fn read(root: &Path, steps: &[Step]) -> Result<Self> {
        let read = |step: &Step| {
            let folder = root.join(step.name);
            let sample = folder.join("sample.sql");
            let text = fs::read_to_string(&sample).with_context(|| {
                format!(
                    "reading {}: it fills what the step adds, for the checks",
                    sample.display()
                )
            })?;
            let months = folder.join("partition_sample.sql");
            let of_month = match months.is_file() {
                true => Some(
                    fs::read_to_string(&months).with_context(|| format!("reading {}", months.display()))?,
                ),
                false => None,
            };
            Ok((text, of_month))
        };
        steps.iter().map(read).collect::<Result<_>>().map(Self)
    }

    fn cases(&self, steps: &[Step]) -> Vec<Case<'_>> {
        let pairs = steps.iter().zip(&self.0);
        pairs
            .map(|(step, (sample, of_month))| Case {
                step: *step,
                sample,
                partition_sample: of_month.as_deref(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_of_this_tree_pass() {
        let told = run(&Workspace::locate().unwrap()).unwrap();
        assert!(told.len() >= 3, "{told:?}");
        let first = told.first().unwrap();
        let expected = format!("{} steps, ", STEPS.all().len());
        assert!(
            first.starts_with(&expected) && first.contains("up, down and up again"),
            "{first}"
        );
    }
}
