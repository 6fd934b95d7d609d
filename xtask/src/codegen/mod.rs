//! `cargo xtask codegen`: files generated from the migrations, and the check that they are up to date.

mod catalogue;
mod columns;
mod database;
mod diagram;
mod generator;
mod markers;
mod objects;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

pub(crate) use self::generator::DIESEL;
use crate::workspace::Workspace;

const TABLES: &str = "crates/schema/src/tables.rs";
const OBJECTS: &str = "crates/schema/src/objects.rs";
const DATA_MODEL: &str = "docs/DATA_MODEL.md";

/// Writes the generated files, or with `check` compares them.
///
/// # Errors
/// When a migration does not run, diesel's generator cannot be installed, or (with `check`) a file differs.
pub(crate) fn run(workspace: &Workspace, check: bool) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("schema.db");
    let (mut connection, migrations) = database::build(&path, &workspace.path("migrations"))?;
    let catalogue = catalogue::read(&mut connection, &migrations)?;
    let objects = objects::render(&mut connection)?;
    drop(connection);

    let tables = generator::tables(workspace, &path)?;
    let page =
        fs::read_to_string(workspace.path(DATA_MODEL)).with_context(|| format!("reading {DATA_MODEL}"))?;
    let page = markers::replace(
        &page,
        "diagram",
        &diagram::render(&catalogue, diagram::WITHOUT_FOREIGN_KEY)?,
    )?;
    let page = markers::replace(&page, "columns", &columns::render(&catalogue))?;

    let files = [(TABLES, tables), (OBJECTS, objects), (DATA_MODEL, page)];
    let differing = differing(workspace.root(), &files);
    if check && !differing.is_empty() {
        let names: Vec<_> = differing.iter().map(|(file, _)| *file).collect();
        bail!(
            "{} differ from the migrations: run `cargo xtask codegen`",
            names.join(" and ")
        );
    }
    for (file, text) in differing {
        fs::write(workspace.path(file), text).with_context(|| format!("writing {file}"))?;
        println!("codegen: wrote {file}");
    }
    println!("codegen: {TABLES}, {OBJECTS} and {DATA_MODEL} agree with migrations/");
    Ok(())
}

/// Returns the files below `root` whose content differs; line ends may be those of a Windows checkout.
fn differing<'a>(root: &Path, files: &'a [(&str, String)]) -> Vec<&'a (&'a str, String)> {
    files
        .iter()
        .filter(|(file, text)| {
            !fs::read_to_string(root.join(file)).is_ok_and(|old| old.replace("\r\n", "\n") == *text)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_planted_difference_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("same"), "a\r\nb\r\n").unwrap();
        fs::write(folder.path().join("other"), "a\nc\n").unwrap();
        let files = ["same", "other", "missing"].map(|name| (name, "a\nb\n".to_owned()));
        let names = differing(folder.path(), &files)
            .into_iter()
            .map(|(name, _)| *name);
        assert_eq!(names.collect::<Vec<_>>(), ["other", "missing"]);
    }

    #[test]
    fn the_page_shows_what_a_migration_says() {
        let folder = tempfile::tempdir().unwrap();
        let step = folder.path().join("migrations/1_a");
        fs::create_dir_all(&step).unwrap();
        let up = "CREATE TABLE parent (id INTEGER NOT NULL PRIMARY KEY);
CREATE TABLE child (
    parent BIGINT REFERENCES parent (id) ON DELETE CASCADE,
    at TIMESTAMP NOT NULL DEFAULT (strftime('%s')), -- when
    doubled BIGINT GENERATED ALWAYS AS (parent * 2) VIRTUAL
);
CREATE INDEX idx_child ON child (parent)
    WHERE parent > 0;";
        fs::write(step.join("up.sql"), up).unwrap();
        let migrations = folder.path().join("migrations");
        let (mut connection, text) = database::build(&folder.path().join("a.db"), &migrations).unwrap();
        let catalogue = catalogue::read(&mut connection, &text).unwrap();

        let columns = columns::render(&catalogue);
        for line in [
            "| `parent` | BIGINT | yes |  | → `parent`, on delete cascade |",
            "| `at` | TIMESTAMP | no | now | when |",
            "| `doubled` | BIGINT | yes |  |  |",
            "| `id` | INTEGER | no |  | primary key |",
            "- `idx_child` on `child (parent) WHERE parent > 0`",
        ] {
            assert!(columns.lines().any(|found| found == line), "{line} in\n{columns}");
        }
        let diagram = diagram::render(&catalogue, &[("child", "doubled", "parent")]).unwrap();
        for line in [
            "    parent |o--o{ child : parent",
            "    parent |o..o{ child : doubled",
            "        BIGINT parent FK",
        ] {
            assert!(diagram.lines().any(|found| found == line), "{line} in\n{diagram}");
        }
        for gone in [
            ("child", "gone", "parent"),
            ("child", "at", "gone"),
            ("gone", "at", "parent"),
        ] {
            assert!(diagram::render(&catalogue, &[gone]).is_err(), "{gone:?}");
        }

        fs::write(
            step.join("up.sql"),
            "CREATE TABLE a (b INTEGER, FOREIGN KEY (c) REFERENCES d);",
        )
        .unwrap();
        let error = database::build(&folder.path().join("b.db"), &migrations)
            .err()
            .unwrap();
        assert!(error.to_string().contains("up.sql"), "{error}");
        assert!(
            database::build(&folder.path().join("c.db"), &step).is_err(),
            "no migrations"
        );
    }
}
