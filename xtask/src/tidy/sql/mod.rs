//! SQL is text only where the query builder cannot express it, and the builder is used as the store needs it.

mod builder;
mod list;
#[cfg(test)]
mod tests;
mod texts;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

use super::files::Source;
use super::finding::Finding;
use crate::module_tree::Tree;
use crate::syntax::{self, ForTests};
use crate::workspace::Workspace;
use list::{Entry, Kind};

pub(super) use list::LIST;

/// The file with the names of the tables.
const SCHEMA: &str = "crates/schema/src/tables.rs";

/// The crates that can reach a database. `cargo xtask deps` checks it.
const DATABASES: [&str; 5] = [
    "crates/import",
    "crates/migrate",
    "crates/schema",
    "crates/sqlite",
    "crates/store",
];

/// Where the builder's rules apply: elsewhere diesel reads databases of other programs.
const STORE: &str = "crates/store/src/";

/// The source files of those crates as syntax trees, by path.
pub(super) struct Shipped<'a>(BTreeMap<&'a str, (&'a str, syn::File)>);

impl<'a> Shipped<'a> {
    /// Reads the source files, without code for tests.
    ///
    /// # Errors
    /// When a file is not valid Rust.
    pub(super) fn read(workspace: &Workspace, members: &[String], sources: &'a [Source]) -> Result<Self> {
        let mut shipped = BTreeSet::new();
        for member in members
            .iter()
            .filter(|member| DATABASES.contains(&member.as_str()))
        {
            for root in ["src/lib.rs", "src/main.rs"] {
                let path = workspace.path(member).join(root);
                if path.is_file() {
                    let tree = Tree::read(&path, ForTests::TestsAndFeatures)?;
                    shipped.extend(
                        tree.files
                            .into_iter()
                            .map(|file| format!("{member}/src/{}", file.path)),
                    );
                }
            }
        }
        Self::parse(sources.iter().filter(|source| shipped.contains(&source.path)))
    }

    fn parse(sources: impl Iterator<Item = &'a Source>) -> Result<Self> {
        let mut files = BTreeMap::new();
        for source in sources {
            let file = syntax::without_tests(&source.path, &source.text, ForTests::TestsAndFeatures)?;
            files.insert(source.path.as_str(), (source.text.as_str(), file));
        }
        Ok(Self(files))
    }

    /// Checks the files against the list.
    ///
    /// # Errors
    /// When the schema has no tables.
    pub(super) fn check(&self, list: &str) -> Result<Vec<Finding>> {
        let (_, schema) = self
            .0
            .get(SCHEMA)
            .with_context(|| format!("{SCHEMA} is missing"))?;
        let tables = texts::tables(schema)?;
        let mut findings = Vec::new();
        let entries = list::entries(list, &mut findings);
        for (path, (text, file)) in &self.0 {
            findings.extend(check_file(path, text, file, &tables, &entries));
            if path.starts_with(STORE) {
                let faults = builder::faults(file).into_iter();
                findings.extend(faults.map(|fault| Finding::new(path, 0, fault)));
            }
        }
        for entry in entries.iter().filter(|entry| !self.0.contains_key(entry.path)) {
            let message = format!("{} is not a file of a build of the tool", entry.path);
            findings.push(Finding::new(LIST, entry.line, message));
        }
        Ok(findings)
    }

    /// Counts the SQL texts by kind; a file with several kinds counts under its first.
    ///
    /// # Errors
    /// When the schema has no tables.
    pub(super) fn counts(&self, list: &str) -> Result<String> {
        let (_, schema) = self
            .0
            .get(SCHEMA)
            .with_context(|| format!("{SCHEMA} is missing"))?;
        let (tables, entries) = (texts::tables(schema)?, list::entries(list, &mut Vec::new()));
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (path, (_, file)) in &self.0 {
            if let Some(entry) = entries.iter().find(|entry| entry.path == *path) {
                *counts.entry(entry.kind.name()).or_default() += texts::of(file, &tables).len();
            }
        }
        let counts: Vec<String> = counts
            .iter()
            .map(|(kind, count)| format!("{count} {kind}"))
            .collect();
        Ok(counts.join(", "))
    }
}

fn check_file(
    path: &str,
    text: &str,
    file: &syn::File,
    tables: &BTreeSet<String>,
    entries: &[Entry<'_>],
) -> Vec<Finding> {
    let found = texts::of(file, tables);
    let listed: Vec<&Entry<'_>> = entries.iter().filter(|entry| entry.path == path).collect();
    let is = |kind: Kind| listed.iter().any(|entry| entry.kind == kind);
    if listed.is_empty() {
        let message = |start: String| format!("SQL outside {LIST}: `{start} …`: use the query builder");
        return found
            .iter()
            .map(|found| Finding::new(path, found.line(text), message(found.start())))
            .collect();
    }
    let mut findings = Vec::new();
    if found.is_empty() {
        let stale = |entry: &&Entry<'_>| {
            Finding::new(
                LIST,
                entry.line,
                format!("{path} no longer has SQL: remove this line"),
            )
        };
        findings.extend(listed.iter().map(stale));
    }
    let any_table = [Kind::Months, Kind::Ledger, Kind::Walk, Kind::Beyond]
        .into_iter()
        .any(is);
    for found in found
        .iter()
        .filter(|found| !(any_table || is(Kind::Hot) && found.is_named))
    {
        if let Some(table) = found.table(tables) {
            let message = format!(
                "`{} …` names {table}, which has a table!: use the query builder, or make a hot statement a const",
                found.start()
            );
            findings.push(Finding::new(path, found.line(text), message));
        }
    }
    findings
}
