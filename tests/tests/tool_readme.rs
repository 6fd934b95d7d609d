//! README.md's tour: what the tool says is what stands there, but for numbers and ids.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, missing_docs)]

use std::path::Path;

use privatus_tests::{history, init, run};

const README: &str = include_str!("../../README.md");

/// A line without what differs from vault to vault: digits, and the words that hold one.
fn shape(line: &str) -> String {
    let words = line.split_whitespace();
    let plain = words.map(|word| {
        if word.contains(|c: char| c.is_ascii_digit()) {
            "0"
        } else {
            word
        }
    });
    plain.collect::<Vec<_>>().join(" ")
}

/// Every line that the command says stands in the README.
fn stands(vault: &Path, words: &[&str]) {
    let output = run(vault, words);
    assert!(output.status.success(), "{words:?}: {output:?}");
    let said = [output.stderr, output.stdout].concat();
    let said = String::from_utf8(said).unwrap();
    assert!(said.lines().count() > 0, "{words:?} says nothing");
    for line in said.lines() {
        let is_there = README.lines().any(|told| shape(told) == shape(line));
        assert!(is_there, "{words:?}: README.md has no line as: {line}");
    }
}

#[test]
fn the_tour_is_what_the_tool_says() {
    let folder = tempfile::tempdir().unwrap();
    let vault = folder.path().join("vault");
    init(&vault);
    stands(&vault, &["import", "telegram", history().to_str().unwrap()]);
    stands(&vault, &["chats"]);
    stands(
        &vault,
        &["send", "PyScript 💬 | General / ╰╸python-help", "Thank you"],
    );
    stands(&vault, &["verify"]);
}
