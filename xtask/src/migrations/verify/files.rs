//! The files of migrations/: an entry uses each of them, and none is missing.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use privatus_migrate::Step;

const STEPS: &str = "crates/store/src/upgrade/steps.rs";

/// Refuses a folder or file that no step of the build uses, a missing file, and carriage returns.
pub(super) fn check(root: &Path, steps: &[Step]) -> Result<()> {
    for name in names(root)? {
        if !root.join(&name).is_dir() {
            if name != "checksums.txt" {
                bail!("migrations/{name} is not a file of a step");
            }
            no_carriage_return(root, &name)?;
        } else if !steps.iter().any(|step| step.name == name) {
            bail!("{name} is a folder of migrations/ without an entry in {STEPS}");
        }
    }
    for step in steps {
        if !root.join(step.name).is_dir() {
            bail!(
                "{} is an entry of {STEPS} without a folder in migrations/",
                step.name
            );
        }
        of_step(root, step)?;
    }
    Ok(())
}

fn of_step(root: &Path, step: &Step) -> Result<()> {
    let found = names(&root.join(step.name))?;
    let mut used = vec![
        ("up.sql", "runs it"),
        ("down.sql", "undoes it"),
        ("sample.sql", "fills what the step adds, for the checks"),
    ];
    if step.partition_up.is_some() || step.partition_down.is_some() {
        used.push(("partition_up.sql", "changes the months"));
        used.push(("partition_down.sql", "changes the months back"));
    }
    if let Some((file, what)) = used.iter().find(|(file, _)| !found.contains(*file)) {
        bail!("migrations/{}/{file} is missing: it {what}", step.name);
    }
    // Optional.
    used.push(("partition_sample.sql", ""));
    for file in &found {
        if !used.iter().any(|(used, _)| used == file) {
            let hint = match file.starts_with("partition") {
                true => ": the entry of a step that changes the months says `partition`",
                false => "",
            };
            bail!(
                "migrations/{}/{file} is not used by the step's entry in {STEPS}{hint}",
                step.name
            );
        }
        no_carriage_return(root, &format!("{}/{file}", step.name))?;
    }
    Ok(())
}

/// Refuses carriage returns: a vault stores the texts and reads some of them line by line.
fn no_carriage_return(root: &Path, file: &str) -> Result<()> {
    let bytes = fs::read(root.join(file)).with_context(|| format!("reading migrations/{file}"))?;
    match bytes.contains(&b'\r') {
        false => Ok(()),
        true => bail!("migrations/{file} has a carriage return: end lines with a line feed only"),
    }
}

fn names(folder: &Path) -> Result<BTreeSet<String>> {
    fs::read_dir(folder)
        .and_then(|entries| {
            entries
                .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
                .collect()
        })
        .with_context(|| format!("reading {}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(root: &Path, file: &str, text: &str) {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Two steps, the second one with months.
    fn tree() -> (tempfile::TempDir, [Step; 2]) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for file in ["up", "down", "sample"] {
            write(root, &format!("1_a/{file}.sql"), "-- a\n");
            write(root, &format!("2_b/{file}.sql"), "-- b\n");
        }
        for file in ["up", "down", "sample"] {
            write(root, &format!("2_b/partition_{file}.sql"), "-- {table}\n");
        }
        write(root, "checksums.txt", "");
        let step = Step::new("2_b", "", "", "").with_partition("", "");
        (folder, [Step::new("1_a", "", "", ""), step])
    }

    fn told(root: &Path, steps: &[Step]) -> String {
        check(root, steps).map_or_else(|error| format!("{error:#}"), |()| String::new())
    }

    #[test]
    fn a_folder_needs_an_entry_and_an_entry_a_folder() {
        let (folder, steps) = tree();
        let [first, _] = steps;
        assert_eq!(told(folder.path(), &steps), "");
        assert!(told(folder.path(), &[first]).contains("2_b is a folder"));
        let more = [&steps[..], &[Step::new("3_c", "", "", "")]].concat();
        assert!(told(folder.path(), &more).contains("3_c is an entry"));
    }

    #[test]
    fn a_file_that_no_entry_uses_is_named() {
        for file in [
            "1_a/partition_up.sql",
            "2_b/partition-up.sql",
            "2_b/UP.sql",
            "1_a/notes.txt",
            "2_b/more/up.sql",
            "notes.txt",
        ] {
            let (folder, steps) = tree();
            write(folder.path(), file, "");
            let named = file.trim_end_matches("/up.sql");
            let told = told(folder.path(), &steps);
            assert!(told.starts_with(&format!("migrations/{named} is ")), "{told}");
        }
    }

    #[test]
    fn a_missing_file_is_named() {
        for file in [
            "1_a/sample.sql",
            "1_a/down.sql",
            "2_b/partition_up.sql",
            "2_b/partition_down.sql",
        ] {
            let (folder, steps) = tree();
            fs::remove_file(folder.path().join(file)).unwrap();
            let told = told(folder.path(), &steps);
            assert!(
                told.starts_with(&format!("migrations/{file} is missing")),
                "{told}"
            );
        }
        let (folder, steps) = tree();
        fs::remove_file(folder.path().join("2_b/partition_sample.sql")).unwrap();
        assert_eq!(told(folder.path(), &steps), "");
    }

    #[test]
    fn a_carriage_return_is_named() {
        for file in ["1_a/sample.sql", "2_b/partition_up.sql", "checksums.txt"] {
            let (folder, steps) = tree();
            write(folder.path(), file, "-- a\r\n");
            let told = told(folder.path(), &steps);
            assert!(
                told.starts_with(&format!("migrations/{file} has a carriage return")),
                "{told}"
            );
        }
    }
}
