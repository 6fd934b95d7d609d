//! Rules for one source file.

use super::files::Source;
use super::finding::Finding;

/// The only crate that may hold `unsafe` code.
const UNSAFE_CRATE: &str = "crates/sqlite/";

/// Would lift the workspace's lint in tests and examples, which are crate roots too.
const ALLOW_UNSAFE: &str = concat!("allow(", "unsafe_code");

/// What must not be left in code, and why. Written in two parts so that this file does not report itself.
const LEFT_OVERS: &[(&str, &str)] = &[
    (concat!("todo", "!("), "unfinished work"),
    (concat!("unimplemented", "!("), "unfinished work"),
    (concat!("dbg", "!("), "left over from debugging"),
    (concat!("#[", "ignore]"), "say why: #[ignore = \"reason\"]"),
];

pub(super) fn check(file: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let safe = !file.path.starts_with(UNSAFE_CRATE);
    let first = file.text.lines().next().unwrap_or_default();
    if !first.starts_with("//! ") && !first.starts_with("#![doc = include_str!(") {
        findings.push(Finding::new(
            &file.path,
            1,
            "line 1 is not a module doc (`//! …`)",
        ));
    }
    if is_crate_root(&file.path) && safe && !file.text.lines().any(|line| line == "#![forbid(unsafe_code)]") {
        findings.push(Finding::new(
            &file.path,
            0,
            "the crate root has no #![forbid(unsafe_code)]",
        ));
    }
    for (number, line) in (1..).zip(file.text.lines()) {
        if safe && line.contains(ALLOW_UNSAFE) {
            let message = format!("`{ALLOW_UNSAFE}`: only {UNSAFE_CRATE} may have unsafe code");
            findings.push(Finding::new(&file.path, number, message));
        }
        for (pattern, why) in LEFT_OVERS {
            if line.contains(pattern) {
                findings.push(Finding::new(&file.path, number, format!("`{pattern}`: {why}")));
            }
        }
    }
    findings
}

fn is_crate_root(path: &str) -> bool {
    path.ends_with("/src/lib.rs") || path.ends_with("/src/main.rs") || path.contains("/src/bin/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(path: &str, text: &str) -> Vec<String> {
        check(&Source {
            path: path.to_owned(),
            text: text.to_owned(),
        })
        .iter()
        .map(ToString::to_string)
        .collect()
    }

    #[test]
    fn a_tidy_file_passes() {
        let text = "//! What it is.\n#![forbid(unsafe_code)]\n\n#[ignore = \"slow\"]\nfn a() {}\n";
        assert_eq!(messages("crates/domain/src/lib.rs", text), Vec::<String>::new());
        let text = format!("#![doc = include_str!(\"../README.md\")]\n#![{ALLOW_UNSAFE})]\n");
        assert_eq!(messages("crates/sqlite/src/lib.rs", &text), Vec::<String>::new());
    }

    #[test]
    fn planted_faults_are_found() {
        let todo = format!(
            "//! Doc.\nfn a() {{ {}) }}\n",
            LEFT_OVERS.first().map_or("", |(pattern, _)| pattern)
        );
        let debug = format!("//! Doc.\n// {}x)\n", concat!("dbg", "!("));
        let ignored = format!("//! Doc.\n{}\nfn a() {{}}\n", concat!("#[", "ignore]"));
        let lifted = format!("//! Doc.\n#![{ALLOW_UNSAFE}, reason = \"fork\")]\n");
        for (path, text, named) in [
            ("tests/tests/a.rs", lifted.as_str(), "a.rs:2: "),
            ("crates/store/src/a.rs", "use std::fs;\n", "a.rs:1: line 1"),
            ("crates/store/src/a.rs", "", "line 1"),
            ("crates/store/src/lib.rs", "//! Doc.\n", "forbid(unsafe_code)"),
            (
                "crates/cli/src/bin/b.rs",
                "//! Doc.\n// #![forbid(unsafe_code)]\n",
                "forbid(unsafe_code)",
            ),
            ("crates/store/src/a.rs", todo.as_str(), "a.rs:2: "),
            ("crates/store/src/a.rs", debug.as_str(), "left over"),
            ("crates/store/tests/a.rs", ignored.as_str(), "say why"),
        ] {
            let found = messages(path, text);
            assert!(
                found.iter().any(|message| message.contains(named)),
                "{text:?} gave {found:?}"
            );
        }
    }
}
