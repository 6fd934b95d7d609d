//! README.md's tour: the tool's output is exactly what is printed there, except random ids.

use std::fs::File;
use std::process::Command;

use privatus_tests::{history, init, privatus};

const README: &str = include_str!("../../../README.md");

/// A text on one line, without what differs from vault to vault: ids, which have a digit and a hyphen, or eight digits.
fn shape(text: &str) -> String {
    let words = text.split_whitespace();
    let plain = words.map(|word| {
        let has_digit = word.contains(|c: char| c.is_ascii_digit());
        let is_short = word.len() == 8 && word.chars().all(|c| c.is_ascii_hexdigit());
        let is_id = is_short || has_digit && word.contains('-');
        if is_id { "an-id" } else { word }
    });
    plain.collect::<Vec<_>>().join(" ")
}

/// Every line that the command prints is in the README, where some are broken as on a terminal.
fn stands(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {output:?}");
    let said = [output.stderr, output.stdout].concat();
    let said = String::from_utf8(said).unwrap();
    assert!(said.lines().count() > 0, "{command:?} says nothing");
    let readme = shape(README);
    for line in said.lines() {
        let is_there = readme.contains(&shape(line));
        assert!(is_there, "{command:?}: README.md has no line as: {line}");
    }
}

/// In the order in which the README types them: the log counts them.
#[test]
fn the_tour_is_what_the_tool_says() {
    let folder = tempfile::tempdir().unwrap();
    let vault = folder.path().join("vault");
    let answer = folder.path().join("answer.txt");
    std::fs::write(&answer, "Another answer\n").unwrap();
    // By its title: ids are random in each vault, and a query for one would leave an entry in the log.
    let chat = "PyScript 💬 | General / ╰╸python-help";
    init(&vault);
    stands(privatus(&vault).args(["import", "telegram", history().to_str().unwrap()]));
    stands(privatus(&vault).arg("chats"));
    stands(privatus(&vault).args(["show", chat, "--limit", "2"]));
    stands(privatus(&vault).args(["send", chat, "Thank you, that solved it!"]));
    stands(
        privatus(&vault)
            .args(["send", chat, "-"])
            .stdin(File::open(&answer).unwrap()),
    );
    stands(privatus(&vault).arg("verify"));
    stands(
        privatus(&vault)
            .args(["export", "history.jsonl"])
            .current_dir(folder.path()),
    );
}
