//! `cargo xtask mutants`: bugs that cargo-mutants writes into the product, one at a time; its tests have to catch them.
//!
//! They are written into a copy under `target/mutants`: a run that is killed leaves no bug in the checkout. What is built of
//! the copy stays apart too: cargo distinguishes the crates of two copies of a workspace by their names alone, and the
//! checkout's tests would run with a mutant.
//!
//! A mutant is caught when any test fails. So the quick tests of its crate try all mutants first, and the whole suite only
//! those that are left.

mod chosen;
mod copied;
mod outcomes;
mod subject;

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use self::outcomes::Outcomes;
use self::subject::{AUDIT, CRYPTO, DOMAIN, STORE, Subject, Tests};
use crate::process;
use crate::tool::Tool;
use crate::workspace::Workspace;

pub(crate) const MUTANTS: Tool = Tool {
    package: "cargo-mutants",
    program: "cargo-mutants",
    version: &["mutants", "--version"],
    options: &[],
};

const FOLDER: &str = "target/mutants";

/// The number of mutants in CI's sample.
const SAMPLE: NonZeroUsize = NonZeroUsize::new(24).unwrap();

/// Exit codes of cargo-mutants after it has tried them all: all caught, some missed, some timed out.
const TRIED: &[i32] = &[0, 2, 3];

/// Which mutants; all of `domain` and `crypto` without an option.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// A few of `domain` and `crypto`, chosen by the content of these crates
    #[arg(long, conflicts_with_all = ["shard", "store"])]
    sample: bool,
    /// One part of N of `domain` and of `crypto`; the first is 0/N
    #[arg(long, value_name = "K/N", conflicts_with = "store")]
    shard: Option<String>,
    /// About N of the store's groups, messages, access and audit, chosen by the content of the store
    #[arg(long, value_name = "N")]
    store: Option<NonZeroUsize>,
}

/// Tries the mutants and prints which were missed. What cargo-mutants wrote about each is in
/// `target/mutants/CRATE/quick` and `target/mutants/CRATE/all`.
///
/// # Errors
/// When none of them builds, fewer than 85 of 100 are caught, or the tests fail without a mutant.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let lab = Lab {
        program: MUTANTS.install(workspace)?,
        folder: workspace.path(FOLDER),
    };
    copied::copy(workspace.root(), &lab.tree())?;

    let subjects = match options.store {
        Some(_) => &[STORE, AUDIT][..],
        None => &[DOMAIN, CRYPTO],
    };
    let part = match (&options.shard, options.store, options.sample) {
        (Some(part), ..) => vec!["--shard".to_owned(), part.clone()],
        (None, Some(size), _) => lab.sample(subjects, size)?,
        (None, None, true) => lab.sample(subjects, SAMPLE)?,
        (None, None, false) => Vec::new(),
    };
    let mut outcomes = Outcomes::default();
    for subject in subjects {
        outcomes += lab.attempt(subject, &part)?;
    }
    print!("{outcomes}");
    outcomes.judge()
}

/// Where mutants are tried.
struct Lab {
    program: PathBuf,
    folder: PathBuf,
}

impl Lab {
    fn tree(&self) -> PathBuf {
        self.folder.join("tree")
    }

    /// The quick tests with the mutants that `part` chooses, then all tests with those that are left.
    fn attempt(&self, subject: &Subject, part: &[String]) -> Result<Outcomes> {
        let chosen = [subject.files(), part.to_vec()].concat();
        let first = self.round(subject, &subject.quick, "quick", &chosen)?;
        if first.missed().is_empty() {
            return Ok(first);
        }
        let left = subject::named(first.missed());
        let second = self.round(subject, &subject.all, "all", &left)?;
        first.then(&second)
    }

    fn round(&self, subject: &Subject, tests: &Tests, name: &str, which: &[String]) -> Result<Outcomes> {
        let folder = self.folder.join(subject.folder()).join(name);
        let out = folder.join("mutants.out");
        // Otherwise a run that tries nothing would be judged by the one before.
        if out.exists() {
            std::fs::remove_dir_all(&out).with_context(|| format!("removing {}", out.display()))?;
        }
        std::fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
        println!("mutants: {}, {name} tests", subject.folder());
        let status = self
            .mutants([subject])
            .args(["--in-place", "--no-shuffle", "--colors", "never"])
            .args(which)
            .arg("--output")
            .arg(&folder)
            .arg(format!(
                "--cargo-arg=--target-dir={}",
                self.folder.join("built").display()
            ))
            .arg("--cargo-arg=--locked")
            .args(subject.build())
            .args(tests.options())
            .status()
            .with_context(|| format!("starting {}", self.program.display()))?;
        if !status.code().is_some_and(|code| TRIED.contains(&code)) {
            bail!("cargo mutants did not try the mutants: {status}");
        }
        let file = out.join("outcomes.json");
        // Of no mutants it writes nothing: a small sample may be of other files.
        if !file.exists() {
            return Ok(Outcomes::default());
        }
        let text = std::fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
        Outcomes::parse(&text)
    }

    /// The options that choose about `size` mutants of these subjects.
    fn sample(&self, subjects: &[Subject], size: NonZeroUsize) -> Result<Vec<String>> {
        let tree = self.tree();
        let files = subjects.iter().flat_map(Subject::files);
        let all = process::output(self.mutants(subjects).args(files).arg("--list"))?
            .lines()
            .count();
        let mut folders: Vec<_> = subjects
            .iter()
            .map(|subject| tree.join("crates").join(subject.name))
            .collect();
        folders.dedup();
        let part = chosen::part(chosen::seed(&tree, &folders)?, all, size);
        println!("mutants: part {part} of {all}");
        Ok(vec!["--sharding=round-robin".into(), "--shard".into(), part])
    }

    fn mutants<'a>(&self, subjects: impl IntoIterator<Item = &'a Subject>) -> Command {
        let tree = self.tree();
        let mut command = Command::new(&self.program);
        command.arg("mutants").arg("--dir").arg(&tree);
        // A package that is named twice has each mutant twice.
        let packages: BTreeSet<_> = subjects.into_iter().map(Subject::package_option).collect();
        command.args(packages);
        command.current_dir(tree);
        command
    }
}
