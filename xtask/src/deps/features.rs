//! Part of `cargo xtask deps`: a build of the tool has no feature that adds code for tests.

use anyhow::{Result, bail};

use crate::process;
use crate::workspace::Workspace;

/// The features of our crates that the tool is built with, in addition to `default`.
const SHIPPED: &[(&str, &str)] = &[("privatus-sqlite", "bundled")];

/// Asks cargo for the features of the tool's build.
///
/// # Errors
/// When an unlisted feature is on, or when the tests' build has none either: then the check finds nothing.
pub(super) fn run(workspace: &Workspace) -> Result<()> {
    let faults = unlisted(&tree(workspace, "privatus-cli", "features,normal,build")?);
    for fault in &faults {
        eprintln!(
            "deps: privatus-cli is built with {fault}, which is not listed in xtask/src/deps/features.rs"
        );
    }
    if !faults.is_empty() {
        bail!("{} unlisted feature(s) in a build of the tool", faults.len());
    }
    if unlisted(&tree(workspace, "privatus-tests", "features,normal,build,dev")?).is_empty() {
        bail!("the tests' build shows no feature for tests: this check finds nothing");
    }
    println!("deps: no feature for tests is on in a build of the tool");
    Ok(())
}

fn tree(workspace: &Workspace, package: &str, edges: &str) -> Result<String> {
    process::output(
        process::cargo()
            .args(["tree", "--package", package, "--edges", edges])
            .args(["--prefix", "none", "--target", "all", "--locked"])
            .current_dir(workspace.root()),
    )
}

/// Reads lines such as `privatus-sqlite feature "bundled"`. Features of other packages are skipped.
fn unlisted(tree: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in tree.lines() {
        let mut words = line.split_whitespace();
        let (Some(package), Some("feature"), Some(feature)) = (words.next(), words.next(), words.next())
        else {
            continue;
        };
        let feature = feature.trim_matches('"');
        let is_ours = package.starts_with("privatus-") && feature != "default";
        let fault = format!("the feature {feature} of {package}");
        if is_ours && !SHIPPED.contains(&(package, feature)) && !found.contains(&fault) {
            found.push(fault);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::unlisted;

    #[test]
    fn features_for_tests_are_found_once() {
        let tree = "privatus-cli v0.1.0 (/p)\nprivatus-domain feature \"default\"\nprivatus-sqlite feature \"bundled\"\n\
                    serde feature \"derive\"\nproptest feature \"testing\"\n";
        assert!(unlisted(tree).is_empty());
        for (line, named) in [
            (
                "privatus-domain feature \"testing\"",
                "the feature testing of privatus-domain",
            ),
            (
                "privatus-sqlite feature \"testing\" (*)",
                "the feature testing of privatus-sqlite",
            ),
            (
                "privatus-store feature \"bundled\"",
                "the feature bundled of privatus-store",
            ),
        ] {
            assert_eq!(unlisted(&format!("{tree}{line}\n{line}\n")), [named]);
        }
    }
}
