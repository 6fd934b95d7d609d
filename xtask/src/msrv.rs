//! Part of `cargo xtask deps`: no library needs a newer Rust than the workspace promises.
//!
//! The promised compiler is not run. clippy's `incompatible_msrv` checks the use of the standard library.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::process;
use crate::workspace::Workspace;

/// Compares the `rust-version` of every package in `Cargo.lock` with the workspace's.
///
/// # Errors
/// When a package needs a newer one.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let metadata = process::output(
        process::cargo()
            .args(["metadata", "--locked", "--format-version", "1"])
            .current_dir(workspace.root()),
    )?;
    let promised = workspace.rust_version()?;
    let faults = check(&metadata, promised)?;
    for fault in &faults {
        eprintln!("deps: {fault}");
    }
    if !faults.is_empty() {
        bail!(
            "{} package(s) need a newer Rust than {promised}, the workspace's rust-version",
            faults.len()
        );
    }
    println!("deps: no package needs a newer Rust than {promised}");
    Ok(())
}

fn check(metadata: &str, promised: &str) -> Result<Vec<String>> {
    let metadata: Value = serde_json::from_str(metadata).context("reading cargo metadata")?;
    let packages = metadata.get("packages").and_then(Value::as_array);
    let packages = packages.context("cargo metadata lists no packages")?;
    let promised = version(promised)?;
    let mut faults = Vec::new();
    for package in packages {
        let text = |key: &str| package.get(key).and_then(Value::as_str);
        let Some(asked) = text("rust_version") else {
            continue;
        };
        if version(asked)? > promised {
            let (name, number) = (
                text("name").unwrap_or_default(),
                text("version").unwrap_or_default(),
            );
            faults.push(format!("{name} {number} needs Rust {asked}"));
        }
    }
    Ok(faults)
}

/// Reads a version; `1.89` is read as `1.89.0`.
fn version(text: &str) -> Result<[u32; 3]> {
    let mut parts = [0; 3];
    let numbers = text.split('.');
    if numbers.clone().count() > parts.len() {
        bail!("{text} is not a version of Rust");
    }
    for (part, number) in parts.iter_mut().zip(numbers) {
        *part = number
            .parse()
            .with_context(|| format!("{text} is not a version of Rust"))?;
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::check;

    fn faults(asked: &str) -> Vec<String> {
        let package = format!(r#"{{"name":"a","version":"2.0.0","rust_version":{asked}}}"#);
        check(&format!(r#"{{"packages":[{package}]}}"#), "1.89").unwrap()
    }

    #[test]
    fn a_newer_version_is_named_and_others_pass() {
        assert_eq!(faults("\"1.90\""), ["a 2.0.0 needs Rust 1.90"]);
        assert_eq!(faults("\"1.89.1\"").len(), 1);
        assert_eq!(faults("\"2.0\"").len(), 1);
        for passes in ["\"1.89\"", "\"1.89.0\"", "\"1.9\"", "\"1.56.1\"", "null"] {
            assert!(faults(passes).is_empty(), "{passes}");
        }
        assert!(check("{}", "1.89").is_err());
        assert!(check(r#"{"packages":[]}"#, "stable").is_err());
    }
}
