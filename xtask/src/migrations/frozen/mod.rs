//! `migrations/checksums.txt`: the released steps, which must never change.

mod declared;

use std::path::Path;

use anyhow::{Context, Result, bail};
use privatus_migrate::Step;

use crate::workspace::Workspace;

/// Where the list is.
pub(super) const LIST: &str = "migrations/checksums.txt";

/// The comment at the top of the list.
const HEAD: &str = "\
# Released migrations, `checksum declared-checksum name`: over the SQL, as vaults keep it; over the entry in
# crates/store/src/upgrade/steps.rs and the Rust part. A line never changes. `cargo xtask migrations fixture` adds one.
";

/// Which steps the list says are released.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Released {
    /// The names of the released steps, in order.
    pub(super) names: Vec<String>,
    /// The steps that are not released.
    pub(super) not_yet: Vec<&'static str>,
}

/// Reads the list of a workspace; empty if there is none yet.
///
/// # Errors
/// When it cannot be read.
pub(super) fn read(workspace: &Workspace) -> Result<String> {
    let path = workspace.path(LIST);
    match path.exists() {
        true => std::fs::read_to_string(&path).with_context(|| format!("reading {LIST}")),
        false => Ok(String::new()),
    }
}

/// A released step.
struct Line<'a> {
    sum: &'a str,
    declared: &'a str,
    name: &'a str,
}

fn lines(list: &str) -> Result<Vec<Line<'_>>> {
    list.lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(|line| match line.split(' ').collect::<Vec<_>>().as_slice() {
            [sum, declared, name] => Ok(Line { sum, declared, name }),
            _ => bail!("{LIST}: expected `checksum declared-checksum name`, found {line:?}"),
        })
        .collect()
}

/// Compares the list with the steps of this build; `root` is the workspace's.
///
/// # Errors
/// When a released step changed, is missing, or comes after an unreleased one.
pub(super) fn check(root: &Path, list: &str, steps: &'static [Step]) -> Result<Released> {
    let lines = lines(list)?;
    let mut released = Released {
        names: Vec::new(),
        not_yet: Vec::new(),
    };
    for Line { sum, declared, name } in lines {
        let Some(step) = steps.iter().find(|step| step.name == name) else {
            bail!("migration {name} was released and is missing: vaults have it, restore it");
        };
        let changed = if step.checksum() != sum {
            Some("changed")
        } else if declared::checksum(root, step)? != declared {
            Some("changed in steps.rs or in its Rust part")
        } else {
            None
        };
        if let Some(changed) = changed {
            bail!(
                "migration {name} was released and {changed}: a released migration must never change; undo the change and \
                 write a new one (`cargo xtask migrations new`)"
            );
        }
        if released.names.iter().any(|known| known == name) {
            bail!("{LIST}: {name} is listed twice");
        }
        released.names.push(name.to_owned());
    }
    for step in steps {
        if !released.names.iter().any(|name| name == step.name) {
            released.not_yet.push(step.name);
        } else if let Some(early) = released.not_yet.first() {
            bail!(
                "migration {early} is not released and comes before {}, which is: a new migration comes last",
                step.name
            );
        }
    }
    Ok(released)
}

/// Returns the list with a step's line at the end.
///
/// # Errors
/// Those of [`check`], and if an earlier step is not released or this step already is.
pub(super) fn release(root: &Path, list: &str, steps: &'static [Step], step: &Step) -> Result<String> {
    let released = check(root, list, steps)?;
    match released.not_yet.first() {
        Some(first) if *first == step.name => {}
        Some(first) if released.not_yet.contains(&step.name) => {
            bail!("migration {first} comes before {}: release it first", step.name);
        }
        _ => bail!("migration {} is already released", step.name),
    }
    let head = if list.is_empty() { HEAD } else { "" };
    let declared = declared::checksum(root, step)?;
    Ok(format!(
        "{head}{list}{} {declared} {}\n",
        step.checksum(),
        step.name
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    static STEPS: [Step; 3] = [
        Step::new("1_a", "", "CREATE TABLE a (b);", "DROP TABLE a;"),
        Step::new("2_b", "", "CREATE TABLE b (c);", "DROP TABLE b;"),
        Step::new("3_c", "", "CREATE TABLE c (d);", "DROP TABLE c;"),
    ];
    /// The second step with one byte changed.
    static CHANGED: [Step; 2] = [
        STEPS[0],
        Step::new("2_b", "", "CREATE TABLE b (C);", "DROP TABLE b;"),
    ];
    /// The second step with another description.
    static TOLD: [Step; 2] = [
        STEPS[0],
        Step::new("2_b", "more", "CREATE TABLE b (c);", "DROP TABLE b;"),
    ];
    static WITHOUT_FIRST: [Step; 2] = [STEPS[1], STEPS[2]];

    #[test]
    fn a_line_freezes_its_step() {
        // No step here has a Rust part.
        let root = Path::new("");
        let [first, second, third] = &STEPS;
        let list = release(root, "", &STEPS, first).unwrap();
        assert!(list.starts_with("# ") && list.ends_with(" 1_a\n"), "{list}");
        assert!(
            release(root, &list, &STEPS, first)
                .unwrap_err()
                .to_string()
                .contains("already released")
        );
        assert!(
            release(root, &list, &STEPS, third)
                .unwrap_err()
                .to_string()
                .contains("release it first")
        );
        let list = release(root, &list, &STEPS, second).unwrap();
        let released = check(root, &list, &STEPS).unwrap();
        assert_eq!(
            (released.names.join(" "), released.not_yet),
            ("1_a 2_b".to_owned(), vec!["3_c"])
        );
        assert_eq!(check(root, "", &STEPS).unwrap().not_yet.len(), 3);

        let told = |list: &str, steps| check(root, list, steps).unwrap_err().to_string();
        let changed = told(&list, &CHANGED);
        assert!(
            changed.contains("migration 2_b was released and changed") && changed.contains("write a new one"),
            "{changed}"
        );
        let retold = told(&list, &TOLD);
        assert!(
            retold.contains("2_b was released and changed in steps.rs"),
            "{retold}"
        );
        assert!(told(&list, &WITHOUT_FIRST).contains("1_a was released and is missing"));
        let second_alone: String = list
            .lines()
            .filter(|line| !line.ends_with("1_a"))
            .map(|line| format!("{line}\n"))
            .collect();
        assert!(told(&second_alone, &STEPS).contains("1_a is not released and comes before 2_b"));
        assert!(told("abc 1_a\n", &STEPS).contains("expected `checksum declared-checksum name`"));
        let twice: String = list
            .lines()
            .chain(list.lines())
            .map(|line| format!("{line}\n"))
            .collect();
        assert!(told(&twice, &STEPS).contains("is listed twice"));
    }
}
