//! Part of `cargo xtask deps`: the files of a crate use each other in one direction only.
//!
//! An arrow is a path in code that is not only for tests. It points to the file that defines the name, even if the name
//! is imported through a parent that re-exports it. A method call on a value has no path and makes no arrow.

mod graph;
mod resolve;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Result, bail};

use crate::module_tree::Tree;
use crate::syntax::ForTests;
use crate::workspace::Workspace;
use graph::Arrows;

/// Looks for circles in every member.
///
/// # Errors
/// When there is one. It is printed with the names that tie its files.
pub(super) fn run(workspace: &Workspace) -> Result<()> {
    let (mut files, mut arrows, mut faults) = (0, 0, Vec::new());
    let mut found = Vec::new();
    for member in workspace.members()? {
        let mut crates = 0;
        for root in ["src/lib.rs", "src/main.rs"] {
            let path = workspace.path(&member).join(root);
            if path.is_file() {
                let krate = Files::read(&path)?;
                crates += 1;
                files += krate.tree.files.len();
                arrows += krate.ties.len();
                found.extend(krate.circles().into_iter().map(|circle| (member.clone(), circle)));
            }
        }
        if crates == 0 {
            bail!("{member} has neither src/lib.rs nor src/main.rs");
        }
    }
    for (member, circle) in &found {
        faults.push(format!(
            "a circle of {} files in {member}: {}\n{}",
            circle.files.len(),
            circle.files.join(", "),
            circle.ties.join("\n")
        ));
    }
    for fault in &faults {
        eprintln!("deps: {fault}");
    }
    if !faults.is_empty() {
        bail!("{} circle(s) between files", faults.len());
    }
    println!("deps: {files} files, {arrows} arrows between them, no circle");
    Ok(())
}

/// Files that use each other in a circle, and the names that they use.
struct Circle {
    files: Vec<String>,
    ties: Vec<String>,
}

/// The files of one crate, and the names that each uses from each other file.
struct Files {
    tree: Tree,
    ties: BTreeMap<(usize, usize), BTreeSet<String>>,
}

impl Files {
    fn read(root: &Path) -> Result<Self> {
        let tree = Tree::read(root, ForTests::Tests)?;
        let has_code = |file: usize| tree.files.get(file).is_some_and(|file| file.has_code);
        let mut ties: BTreeMap<(usize, usize), BTreeSet<String>> = BTreeMap::new();
        for (number, module) in tree
            .modules
            .iter()
            .enumerate()
            .filter(|(_, module)| has_code(module.file))
        {
            for path in &module.uses {
                for file in resolve::files(&tree, number, path) {
                    if file != module.file && has_code(file) {
                        ties.entry((module.file, file))
                            .or_default()
                            .insert(path.join("::"));
                    }
                }
            }
        }
        Ok(Self { tree, ties })
    }

    fn circles(&self) -> Vec<Circle> {
        let mut arrows = Arrows::new();
        for (from, to) in self.ties.keys() {
            arrows.entry(*from).or_default().insert(*to);
        }
        graph::circles(&arrows)
            .iter()
            .map(|circle| self.named(circle))
            .collect()
    }

    fn named(&self, circle: &BTreeSet<usize>) -> Circle {
        let name = |file: &usize| {
            self.tree
                .files
                .get(*file)
                .map_or_else(String::new, |file| file.path.clone())
        };
        let mut files: Vec<String> = circle.iter().map(name).collect();
        files.sort();
        let ties = self
            .ties
            .iter()
            .filter(|((from, to), _)| circle.contains(from) && circle.contains(to));
        let ties = ties.map(|((from, to), names)| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            format!("    {} uses from {}: {}", name(from), name(to), names.join(", "))
        });
        Circle {
            files,
            ties: ties.collect(),
        }
    }
}
