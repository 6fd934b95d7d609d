//! `cargo xtask migrations verify`: every check of the steps that this tree has.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use privatus_migrate::Step;
use privatus_migrate::check::{self, Case};
use privatus_sqlite::{Connection, OpenMode, OpenOptions};
use privatus_store::{PlainWorld, STEPS};

use super::exceptions::EXCUSED;
use super::{fixture, frozen, tables};
use crate::workspace::Workspace;

const TABLES: &str = "crates/schema/src/tables.rs";

/// Checks everything; gives what was checked, a line each.
///
/// # Errors
/// The first fault, in words that name it.
pub(crate) fn run(workspace: &Workspace) -> Result<Vec<String>> {
    let steps = STEPS.all();
    folders(&workspace.path("migrations"), steps)?;
    let mut told = Vec::new();

    let samples = Samples::read(&workspace.path("migrations"), steps)?;
    let report = check::verify(&samples.cases(steps), &mut PlainWorld, &EXCUSED)?;
    told.extend(report.to_string().lines().map(str::to_owned));

    let mut fresh = Connection::open_in_memory(&OpenOptions::new(OpenMode::Create))?;
    for step in steps {
        fresh.execute_batch(step.up)?;
    }
    let live = tables::live(&mut fresh)?;
    let source = fs::read_to_string(workspace.path(TABLES)).with_context(|| format!("reading {TABLES}"))?;
    let differences = tables::differences(&live, &tables::parse(&source)?);
    if !differences.is_empty() {
        bail!(
            "{TABLES} is not what the migrations make (`cargo xtask codegen`): {}",
            differences.join("; ")
        );
    }
    if live.is_empty() {
        bail!("the migrations make no table");
    }
    told.push(format!(
        "{} tables and {} columns equal to their table!",
        live.len(),
        tables::columns(&live)
    ));

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

/// Refuses a folder that no step of the build is, and the other way round.
fn folders(root: &Path, steps: &[Step]) -> Result<()> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(root).with_context(|| format!("reading {}", root.display()))? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.insert(entry.file_name().to_string_lossy().into_owned());
        }
    }
    let known: BTreeSet<String> = steps.iter().map(|step| step.name.to_owned()).collect();
    if let Some(name) = found.symmetric_difference(&known).next() {
        bail!(
            "{name} is a folder of migrations/ or an entry of crates/store/src/migration/steps.rs, and not both"
        );
    }
    Ok(())
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
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_of_this_tree_pass() {
        let told = run(&Workspace::locate().unwrap()).unwrap();
        assert!(told.len() >= 4, "{told:?}");
        let first = told.first().unwrap();
        let steps = STEPS.all().len();
        let expected = format!("{steps} steps, {steps} of them up, down and up again");
        assert!(first.starts_with(&expected), "{first}");
    }

    #[test]
    fn a_folder_without_an_entry_is_named() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["1_a", "2_b"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        fs::write(folder.path().join("checksums.txt"), "").unwrap();
        let steps = ["1_a", "2_b", "3_c"].map(|name| Step::new(name, "", "", ""));
        let told = |steps: &[Step]| folders(folder.path(), steps).unwrap_err().to_string();
        assert!(folders(folder.path(), &steps[..2]).is_ok());
        assert!(told(&steps[..1]).contains("2_b"));
        assert!(told(&steps).contains("3_c"));
        // A step without its sample is no step that can be checked.
        let missing = Samples::read(folder.path(), &steps[..1]).err().unwrap();
        assert!(format!("{missing:#}").contains("sample.sql"), "{missing:#}");
    }
}
