//! `cargo xtask mutants`: bugs that cargo-mutants writes into the product, one at a time; its tests have to catch them.
//!
//! They are written into a copy under `target/mutants`: a run that is killed leaves no bug in the checkout. What is built of
//! the copy stays apart too: cargo tells the crates of two copies of a workspace by their names alone, and the checkout's
//! tests would run with a mutant.

mod chosen;
mod copied;
mod outcomes;

use std::num::NonZeroUsize;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use self::outcomes::Outcomes;
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

/// The crates whose own tests take seconds.
const PURE: &[&str] = &["domain", "crypto"];
/// What `--store` looks at.
const STORE: &[&str] = &["group", "message", "access", "audit"];

/// So many take about three minutes on two cores.
const SAMPLE: NonZeroUsize = NonZeroUsize::new(24).unwrap();

/// Exit codes of cargo-mutants after it has tried them all: all caught, some missed, some timed out.
const TRIED: &[i32] = &[0, 2, 3];

/// Which mutants; all of `domain` and `crypto` without an option.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// A few of `domain` and `crypto`: which ones follows from what is in these crates
    #[arg(long, conflicts_with_all = ["shard", "store"])]
    sample: bool,
    /// One part of N of `domain` and `crypto`, 0/N being the first
    #[arg(long, value_name = "K/N", conflicts_with = "store")]
    shard: Option<String>,
    /// About N of the store's groups, messages, access and audit, with the store's own tests: which ones follows from what
    /// is in the store
    #[arg(long, value_name = "N")]
    store: Option<NonZeroUsize>,
}

/// Tries the mutants and says which were missed. What cargo-mutants wrote of each is in `target/mutants/mutants.out`.
///
/// # Errors
/// When none of them builds, fewer than 85 of 100 are caught, or the tests fail without a mutant.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let program = MUTANTS.install(workspace)?;
    let folder = workspace.path(FOLDER);
    let tree = folder.join("tree");
    copied::copy(workspace.root(), &tree)?;

    let (crates, areas) = match options.store {
        Some(_) => (&["store"][..], STORE),
        None => (PURE, &[][..]),
    };
    let packages = crates.iter().map(|name| format!("--package=privatus-{name}"));
    let files = areas
        .iter()
        .map(|area| format!("--file=crates/store/src/{area}/**"));
    let which: Vec<String> = packages.clone().chain(files).collect();
    let mutants = || {
        let mut command = Command::new(&program);
        command.arg("mutants").arg("--dir").arg(&tree).args(&which);
        command.current_dir(&tree);
        command
    };
    let part = match (&options.shard, options.store, options.sample) {
        (Some(part), ..) => vec!["--shard".to_owned(), part.clone()],
        (None, Some(size), _) => sample(&mut mutants(), &tree, crates, size)?,
        (None, None, true) => sample(&mut mutants(), &tree, crates, SAMPLE)?,
        (None, None, false) => Vec::new(),
    };

    // Or a run that tries nothing would be judged by the one before.
    let out = folder.join("mutants.out");
    if out.exists() {
        std::fs::remove_dir_all(&out).with_context(|| format!("removing {}", out.display()))?;
    }
    let mut command = mutants();
    command
        .args(["--in-place", "--no-shuffle", "--colors", "never"])
        .args(&part)
        .arg("--output")
        .arg(&folder)
        .arg(format!(
            "--cargo-arg=--target-dir={}",
            folder.join("built").display()
        ))
        .arg("--cargo-arg=--locked")
        // The same crates each time: what they need is then built with the same features, and once.
        .args(packages.map(|package| format!("--cargo-arg={package}")));
    let status = command
        .status()
        .with_context(|| format!("starting {}", program.display()))?;
    if !status.code().is_some_and(|code| TRIED.contains(&code)) {
        bail!("cargo mutants did not try the mutants: {status}");
    }
    let file = out.join("outcomes.json");
    let text = std::fs::read_to_string(&file)
        .with_context(|| format!("no mutant was tried: reading {}", file.display()))?;
    let outcomes = Outcomes::parse(&text)?;
    print!("{outcomes}");
    outcomes.judge()
}

/// The options that choose about `size` mutants of those that a command would try.
fn sample(command: &mut Command, tree: &Path, crates: &[&str], size: NonZeroUsize) -> Result<Vec<String>> {
    let all = process::output(command.arg("--list"))?.lines().count();
    let folders: Vec<_> = crates.iter().map(|name| tree.join("crates").join(name)).collect();
    let part = chosen::part(chosen::seed(tree, &folders)?, all, size);
    println!("mutants: part {part} of {all}");
    Ok(vec!["--sharding=round-robin".into(), "--shard".into(), part])
}
