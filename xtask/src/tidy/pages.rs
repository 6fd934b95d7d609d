//! Links between the Markdown pages of the repository: the file exists, and so does the heading.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;

use super::files;
use super::finding::Finding;
use super::links::targets;

/// What a link from a crate's README to a file of the repository begins with: docs.rs needs whole URLs.
const REPOSITORY: &str = "https://github.com/privatus-chat/privatus/blob/main/";

/// Reads every page below `root`, by its path with forward slashes. Build output and hidden folders are skipped.
///
/// # Errors
/// When a folder or a page cannot be read.
pub(super) fn read(root: &Path) -> Result<BTreeMap<String, String>> {
    let is_skipped = |name: &str| name == "target" || name.starts_with('.');
    let mut pages = Vec::new();
    files::walk((root, root), "md", is_skipped, &mut pages)?;
    Ok(pages.into_iter().map(|page| (page.path, page.text)).collect())
}

/// Checks the links of all pages; `exists` decides whether the repository has a file or folder.
pub(super) fn check(pages: &BTreeMap<String, String>, exists: impl Fn(&str) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (page, text) in pages {
        for (number, line) in prose(text) {
            for target in targets(line) {
                if let Some(message) = problem(page, target, pages, &exists) {
                    findings.push(Finding::new(page, number, message));
                }
            }
        }
    }
    findings
}

/// Returns what is wrong with a link.
fn problem(
    page: &str,
    target: &str,
    pages: &BTreeMap<String, String>,
    exists: impl Fn(&str) -> bool,
) -> Option<String> {
    let (from, target) = match target.strip_prefix(REPOSITORY) {
        Some(rest) => ("", rest),
        None if target.contains("://") || target.starts_with("mailto:") => return None,
        None => (page, target),
    };
    let (path, heading) = target
        .split_once('#')
        .map_or((target, None), |(path, heading)| (path, Some(heading)));
    let Some(path) = resolve(from, path) else {
        return Some(format!("the link to {target} leaves the repository"));
    };
    if !exists(&path) {
        return Some(format!("the link to {target} is dead: there is no {path}"));
    }
    let (heading, text) = (heading?, pages.get(&path)?);
    let is_there = headings(text).iter().any(|one| one == heading);
    (!is_there).then(|| format!("the link to {target} is dead: {path} has no such heading"))
}

/// Returns the path that a link from `page` leads to, from the root of the repository.
fn resolve(page: &str, path: &str) -> Option<String> {
    if path.is_empty() {
        return Some(page.to_owned());
    }
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Returns the lines outside fenced code, numbered from 1.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut is_code = false;
    (1..).zip(text.lines()).filter(move |(_, line)| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    })
}

/// Returns the anchors of a page's headings, as the repository's host makes them.
fn headings(text: &str) -> Vec<String> {
    let mut anchors: Vec<String> = Vec::new();
    for (_, line) in prose(text) {
        let title = line.trim_start_matches('#');
        if title.len() == line.len() || !title.starts_with(' ') {
            continue;
        }
        let anchor: String = title
            .trim()
            .to_lowercase()
            .chars()
            .filter(|character| character.is_alphanumeric() || matches!(character, ' ' | '-' | '_'))
            .map(|character| if character == ' ' { '-' } else { character })
            .collect();
        let before = anchors.iter().filter(|one| **one == anchor).count();
        anchors.push(if before == 0 {
            anchor
        } else {
            format!("{anchor}-{before}")
        });
    }
    anchors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_link_is_found_and_a_live_one_is_not() {
        let linked = "# Keys\n## The file: `keyring.json`\n```\n## not a heading\n```\n## Keys\n";
        for (link, is_dead) in [
            ("B.md", false),
            ("../README.md", false),
            ("B.md#keys", false),
            ("B.md#keys-1", false),
            ("B.md#the-file-keyringjson", false),
            ("#here", false),
            ("https://example.org/C.md#d", false),
            (
                "https://github.com/privatus-chat/privatus/blob/main/docs/B.md#keys",
                false,
            ),
            ("../src/main.rs", false),
            ("C.md", true),
            ("B.md#not-a-heading", true),
            ("#there", true),
            ("../../B.md", true),
            (
                "https://github.com/privatus-chat/privatus/blob/main/docs/B.md#lost",
                true,
            ),
        ] {
            let page = format!("# Here\n\nsee [a]({link})\n\n```\n[b](dead.md)\n```\n");
            let pages = BTreeMap::from([
                ("docs/A.md".to_owned(), page),
                ("docs/B.md".to_owned(), linked.to_owned()),
                ("README.md".to_owned(), String::new()),
            ]);
            let found = check(&pages, |path| pages.contains_key(path) || path == "src/main.rs");
            assert_eq!(!found.is_empty(), is_dead, "{link}");
            assert!(
                found
                    .iter()
                    .all(|one| one.to_string().starts_with("docs/A.md:3: ")),
                "{link}"
            );
        }
    }
}
