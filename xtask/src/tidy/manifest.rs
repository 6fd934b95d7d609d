//! Rules for a member's `Cargo.toml`: it uses the workspace's lints, and versions are only in the workspace's table.

use toml::{Table, Value};

use super::finding::Finding;

/// Keys that a member inherits from `[workspace.package]`.
const INHERITED: &[&str] = &["version", "edition", "rust-version", "license", "publish"];

pub(super) fn check(path: &str, text: &str) -> Vec<Finding> {
    let manifest: Table = match text.parse() {
        Ok(manifest) => manifest,
        Err(error) => return vec![Finding::new(path, 0, format!("not TOML: {error}"))],
    };
    let mut findings = Vec::new();
    if !manifest.get("lints").is_some_and(from_workspace) {
        findings.push(Finding::new(path, 0, "[lints] does not say `workspace = true`"));
    }
    for key in INHERITED {
        if !manifest
            .get("package")
            .and_then(|package| package.get(key))
            .is_some_and(from_workspace)
        {
            findings.push(Finding::new(
                path,
                0,
                format!("package.{key} does not say `workspace = true`"),
            ));
        }
    }
    for table in dependency_tables(&manifest) {
        for (name, dependency) in table {
            if !from_workspace(dependency) {
                findings.push(Finding::new(
                    path,
                    0,
                    format!("{name} does not say `workspace = true`"),
                ));
            }
        }
    }
    findings
}

fn from_workspace(value: &Value) -> bool {
    value.get("workspace").and_then(Value::as_bool) == Some(true)
}

/// Returns all tables of dependencies, including those under `[target.…]`.
fn dependency_tables(manifest: &Table) -> impl Iterator<Item = &Table> {
    let targets = manifest
        .get("target")
        .and_then(Value::as_table)
        .into_iter()
        .flat_map(Table::values);
    let tables = std::iter::once(manifest).chain(targets.filter_map(Value::as_table));
    tables.flat_map(|table| {
        ["dependencies", "dev-dependencies", "build-dependencies"]
            .into_iter()
            .filter_map(|kind| table.get(kind).and_then(Value::as_table))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIDY: &str = "[package]\nname = \"a\"\nversion.workspace = true\nedition.workspace = true\n\
        rust-version.workspace = true\nlicense.workspace = true\npublish.workspace = true\n\
        [dependencies]\nserde.workspace = true\ntime = { workspace = true, features = [\"std\"] }\n\
        [lints]\nworkspace = true\n";

    #[test]
    fn planted_faults_are_found() {
        assert!(check("Cargo.toml", TIDY).is_empty());
        for (from, to, named) in [
            ("[lints]\nworkspace = true", "", "[lints]"),
            (
                "[lints]\nworkspace = true",
                "[lints]\nworkspace = false",
                "[lints]",
            ),
            (
                "version.workspace = true",
                "version = \"1.0.0\"",
                "package.version",
            ),
            ("serde.workspace = true", "serde = \"1\"", "serde"),
            ("serde.workspace = true", "serde = { version = \"1\" }", "serde"),
            ("[lints]", "[dev-dependencies]\ninsta = \"1\"\n[lints]", "insta"),
            (
                "[lints]",
                "[target.'cfg(unix)'.dependencies]\nlibc = \"0.2\"\n[lints]",
                "libc",
            ),
            ("[package]", "[package", "not TOML"),
        ] {
            let found = check("Cargo.toml", &TIDY.replacen(from, to, 1));
            assert!(
                found.iter().any(|finding| finding.message.contains(named)),
                "{to:?} passed"
            );
        }
    }
}
