//! `cargo xtask deps`: imports between crates run in one direction (docs/ARCHITECTURE.md). Read from `cargo tree`.

mod circles;
mod features;

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::workspace::Workspace;

/// Which workspace crates a crate may use.
const DIRECTIONS: &[(&str, &[&str])] = &[
    ("privatus-domain", &[]),
    ("privatus-crypto", &[]),
    ("privatus-sqlite", &[]),
    ("privatus-schema", &[]),
    ("privatus-migrate", &["privatus-crypto", "privatus-sqlite"]),
    (
        "privatus-store",
        &[
            "privatus-migrate",
            "privatus-schema",
            "privatus-sqlite",
            "privatus-crypto",
            "privatus-domain",
        ],
    ),
    // `sqlite` for databases of other programs: docs/adr/0004.
    (
        "privatus-import",
        &["privatus-store", "privatus-sqlite", "privatus-domain"],
    ),
    (
        "privatus-cli",
        &["privatus-import", "privatus-store", "privatus-domain"],
    ),
    ("privatus-tests", ANY_CRATE),
    ("xtask", ANY_CRATE),
];

const ANY_CRATE: &[&str] = &[
    "privatus-cli",
    "privatus-crypto",
    "privatus-domain",
    "privatus-import",
    "privatus-migrate",
    "privatus-schema",
    "privatus-sqlite",
    "privatus-store",
];

/// Libraries that only some crates may name.
const RESERVED: &[(&str, &[&str])] = &[
    ("orion", &["privatus-crypto"]),
    ("libsqlite3-sys", &["privatus-sqlite"]),
    (
        "diesel",
        &[
            "privatus-import",
            "privatus-schema",
            "privatus-sqlite",
            "privatus-store",
            "privatus-tests",
            "xtask",
        ],
    ),
    (
        "diesel_migrations",
        &["privatus-store", "privatus-tests", "xtask"],
    ),
    ("anyhow", &["privatus-cli", "xtask"]),
];

/// Crates that may name nothing but what is listed here.
const NOTHING_ELSE: &[(&str, &[&str])] = &[("privatus-schema", &["diesel"])];

/// Checks every member against the rules above.
///
/// # Errors
/// When a crate breaks a rule, or the rules do not list it.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    // Development dependencies count: a test must not reverse an import either.
    let tree = process::output(
        process::cargo()
            .args(["tree", "--workspace", "--depth", "1", "--all-features"])
            .args(["--target", "all"])
            .args([
                "--edges",
                "normal,build,dev",
                "--prefix",
                "depth",
                "--format",
                " {p}",
                "--no-dedupe",
            ])
            .arg("--locked")
            .current_dir(workspace.root()),
    )?;
    let imports = parse(&tree)?;
    if imports.len() != workspace.members()?.len() {
        bail!(
            "cargo tree shows {} crates, the workspace has {}",
            imports.len(),
            workspace.members()?.len()
        );
    }
    let faults = check(&imports);
    for fault in &faults {
        eprintln!("deps: {fault}");
    }
    if !faults.is_empty() {
        bail!(
            "{} import(s) break the rules at the top of xtask/src/deps/mod.rs",
            faults.len()
        );
    }
    println!(
        "deps: {} crates, every import in the allowed direction",
        imports.len()
    );
    circles::run(workspace)?;
    features::run(workspace)
}

/// The direct dependencies of each crate.
type Imports<'a> = BTreeMap<&'a str, Vec<&'a str>>;

/// Reads lines such as `0 privatus-store v0.1.0 (…)` and `1 diesel v2.3.14`.
fn parse(tree: &str) -> Result<Imports<'_>> {
    let mut imports = Imports::new();
    let mut current = None;
    for line in tree
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.trim().starts_with('['))
    {
        let mut words = line.split_whitespace();
        let (depth, name) = words
            .next()
            .zip(words.next())
            .with_context(|| format!("cargo tree: {line:?}"))?;
        match (depth, current) {
            ("0", _) => {
                imports.entry(name).or_default();
                current = Some(name);
            }
            ("1", Some(package)) => imports.entry(package).or_default().push(name),
            _ => bail!("cargo tree: unexpected line {line:?}"),
        }
    }
    Ok(imports)
}

fn check(imports: &Imports<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    for (package, names) in imports {
        let Some(allowed) = lookup(DIRECTIONS, package) else {
            faults.push(format!("{package} is not in DIRECTIONS: list what it may import"));
            continue;
        };
        // A crate may name itself: its tests turn its features on.
        for name in names.iter().filter(|name| *name != package) {
            let member = *name == "xtask" || name.starts_with("privatus-");
            if member && !allowed.contains(name) {
                faults.push(format!("{package} must not import {name}"));
            }
            if lookup(RESERVED, name).is_some_and(|users| !users.contains(package)) {
                faults.push(format!("{package} must not name {name}"));
            }
            if lookup(NOTHING_ELSE, package).is_some_and(|only| !only.contains(name)) {
                faults.push(format!(
                    "{package} must not name {name}: NOTHING_ELSE does not list it"
                ));
            }
        }
    }
    faults
}

fn lookup(table: &[(&str, &'static [&'static str])], key: &str) -> Option<&'static [&'static str]> {
    table
        .iter()
        .find(|(name, _)| *name == key)
        .map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(tree: &str) -> Vec<String> {
        check(&parse(tree).unwrap())
    }

    #[test]
    fn imports_in_their_direction_pass() {
        let tree = "0 privatus-store v0.1.0 (/p)\n1 diesel v2.3.14\n1 privatus-domain v0.1.0 (/p)\n\n\
                    0 privatus-crypto v0.1.0 (/p)\n1 orion v0.18.1\n[dev-dependencies]\n1 proptest v1.12.0\n\
                    1 privatus-crypto v0.1.0 (/p)\n";
        assert_eq!(faults(tree), Vec::<String>::new());
    }

    #[test]
    fn planted_faults_are_found() {
        for (tree, named) in [
            (
                "0 privatus-domain v0\n1 privatus-store v0\n",
                "must not import privatus-store",
            ),
            (
                "0 privatus-cli v0\n1 privatus-crypto v0\n",
                "must not import privatus-crypto",
            ),
            ("0 privatus-import v0\n1 xtask v0\n", "must not import xtask"),
            ("0 privatus-store v0\n1 orion v0\n", "must not name orion"),
            (
                "0 privatus-store v0\n1 libsqlite3-sys v0\n",
                "must not name libsqlite3-sys",
            ),
            ("0 privatus-domain v0\n1 diesel v0\n", "must not name diesel"),
            ("0 privatus-store v0\n1 anyhow v1\n", "must not name anyhow"),
            ("0 privatus-schema v0\n1 serde v1\n", "NOTHING_ELSE"),
            ("0 privatus-search v0\n", "is not in DIRECTIONS"),
        ] {
            let found = faults(tree);
            assert!(
                found.iter().any(|fault| fault.contains(named)),
                "{tree:?} gave {found:?}"
            );
        }
    }

    #[test]
    fn a_line_that_is_not_understood_is_an_error() {
        assert!(parse("1 orphan v0\n").is_err());
        assert!(parse("0 privatus-cli v0\n2 deep v0\n").is_err());
    }
}
