//! No file has more than 400 lines without its tests, unless it is listed with a reason.

use super::files::Source;
use super::finding::Finding;

/// The committed list, with one `path: reason` per line.
pub(super) const LIST: &str = "xtask/long-files.txt";

const LIMIT: usize = 400;

pub(super) fn check(sources: &[Source], list: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut listed = Vec::new();
    for (number, line) in (1..)
        .zip(list.lines())
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
    {
        match line.split_once(": ") {
            Some((path, reason)) if !reason.trim().is_empty() => listed.push((number, path)),
            _ => findings.push(Finding::new(LIST, number, "expected `path: reason`")),
        }
    }
    for source in sources
        .iter()
        .filter(|source| lines_without_tests(source) > LIMIT)
    {
        if !listed.iter().any(|(_, path)| *path == source.path) {
            let lines = lines_without_tests(source);
            let message = format!("{lines} lines without tests, more than {LIMIT}: split it by concept");
            findings.push(Finding::new(&source.path, 0, message));
        }
    }
    for (number, path) in listed {
        if !sources
            .iter()
            .any(|source| source.path == path && lines_without_tests(source) > LIMIT)
        {
            findings.push(Finding::new(
                LIST,
                number,
                format!("{path} no longer has more than {LIMIT} lines: remove this line"),
            ));
        }
    }
    findings
}

/// Counts the lines outside unit tests. A file in a `tests` folder of a package is all tests.
fn lines_without_tests(source: &Source) -> usize {
    if source.path.contains("/tests/") || source.path.ends_with("/tests.rs") {
        return 0;
    }
    let mut count = 0;
    let mut lines = source.text.lines();
    while let Some(line) = lines.next() {
        if line.trim() != "#[cfg(test)]" {
            count += 1;
            continue;
        }
        // rustfmt closes a block at the indentation where it opens.
        let closing = line.replace("#[cfg(test)]", "}");
        let mut attributes = lines.by_ref().skip_while(|line| line.trim().starts_with("#["));
        if attributes.next().is_some_and(|item| item.ends_with('{')) {
            lines.by_ref().find(|line| *line == closing);
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, lines: usize) -> Source {
        Source {
            path: path.to_owned(),
            text: "x\n".repeat(lines),
        }
    }

    #[test]
    fn a_long_file_needs_a_reason() {
        let long = [file("crates/a/src/lib.rs", LIMIT + 1)];
        assert_eq!(check(&long, "").len(), 1);
        assert_eq!(
            check(&long, "crates/a/src/lib.rs: \n").len(),
            2,
            "a listing without a reason is none"
        );
        assert!(check(&long, "# why\ncrates/a/src/lib.rs: generated\n").is_empty());
        assert!(check(&[file("crates/a/src/lib.rs", LIMIT)], "").is_empty());
    }

    #[test]
    fn what_follows_tests_counts() {
        for tests in [
            "#[cfg(test)]\nmod tests;\n",
            "#[cfg(test)]\nmod tests {\n    fn a() {\n    }\n}\n",
        ] {
            let mut source = file("crates/a/src/lib.rs", LIMIT);
            source.text.insert_str(0, tests);
            assert_eq!(lines_without_tests(&source), LIMIT, "{tests}");
            source.text.push_str("x\n");
            assert_eq!(check(&[source], "").len(), 1, "{tests}");
        }
    }

    #[test]
    fn tests_do_not_count_and_stale_listings_do() {
        let mut source = file("crates/a/src/lib.rs", LIMIT);
        source
            .text
            .push_str("#[cfg(test)]\n#[allow(unused)]\nmod tests {\n");
        source.text.push_str(&"    }\n".repeat(LIMIT));
        source.text.push_str("}\n");
        assert!(check(&[source, file("crates/a/tests/big.rs", 2 * LIMIT)], "").is_empty());
        assert_eq!(
            check(
                &[file("crates/a/src/lib.rs", 3)],
                "crates/a/src/lib.rs: was long\n"
            )
            .len(),
            1
        );
    }
}
