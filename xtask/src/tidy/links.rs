//! Links in text that rustdoc shows: a path into the repository leads nowhere on docs.rs.

use super::finding::Finding;

/// Checks a README, every line of which its crate's documentation includes.
pub(super) fn check_readme(path: &str, text: &str) -> Vec<Finding> {
    check(path, (1..).zip(text.lines()))
}

/// Checks the doc comments of a source file.
pub(super) fn check_source(path: &str, text: &str) -> Vec<Finding> {
    let docs = (1..).zip(text.lines()).filter(|(_, line)| {
        let line = line.trim_start();
        line.starts_with("///") || line.starts_with("//!")
    });
    check(path, docs)
}

fn check<'t>(path: &str, lines: impl Iterator<Item = (usize, &'t str)>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in lines {
        for target in targets(line).filter(|target| is_dead(target)) {
            let message = format!("the link to {target} is dead on docs.rs: give the whole URL");
            findings.push(Finding::new(path, number, message));
        }
    }
    findings
}

/// Returns the targets of a line's links: `[text](target)`.
pub(super) fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')').map(|(target, _)| target))
}

/// A URL, a heading of the same page and an item of the code resolve everywhere.
fn is_dead(target: &str) -> bool {
    let is_url = target.starts_with("https://") || target.starts_with("http://");
    !is_url && !target.starts_with('#') && (target.contains('/') || target.contains(".md"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_found_and_what_resolves_is_not() {
        for (text, found) in [
            ("see [a](../../docs/A.md) and [b](https://example.org/b.md)", 1),
            ("[a](examples/a.rs), [b](B.md#c)", 2),
            ("[a](#heading), [`Store`](crate::Store), [b](Self::b), a (b/c)", 0),
        ] {
            assert_eq!(check_readme("README.md", text).len(), found, "{text}");
            assert_eq!(
                check_source("lib.rs", &format!("    /// {text}")).len(),
                found,
                "{text}"
            );
            assert!(check_source("lib.rs", &format!("// {text}")).is_empty(), "{text}");
        }
    }
}
