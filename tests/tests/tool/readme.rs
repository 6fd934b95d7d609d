//! README.md's tour, typed line by line: the tool prints what README.md shows and nothing else, except for ids and times.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use privatus_tests::{history, init, privatus};

const README: &str = include_str!("../../../README.md");

/// The width at which the tour was printed.
const COLUMNS: &str = "100";

/// A command of the tour and the text below it.
struct Step {
    words: Vec<String>,
    shown: Vec<String>,
}

/// Returns the commands of the tour's console blocks, in order.
fn steps() -> Vec<Step> {
    let tour = README.split("## A short tour").nth(1).unwrap();
    let tour = tour.split("\n## ").next().unwrap();
    let mut steps: Vec<Step> = Vec::new();
    for block in tour.split("```console\n").skip(1) {
        for line in block.split("```").next().unwrap().lines() {
            match line.strip_prefix("$ ") {
                Some(typed) => steps.push(Step {
                    words: words(typed),
                    shown: Vec::new(),
                }),
                None => steps.last_mut().unwrap().shown.push(shape(line)),
            }
        }
    }
    steps
}

/// Splits a line into words as a shell does, with single quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, part) in line.split('\'').enumerate() {
        if at % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

fn is_digits(text: &str) -> bool {
    text.len() == 2 && text.chars().all(|c| c.is_ascii_digit())
}

/// A line without what differs from vault to vault: ids and dates, which have a digit and a hyphen, ids of eight digits,
/// heads of the log, and times of day with seconds.
fn shape(line: &str) -> String {
    let plain = line.split_whitespace().map(|word| {
        let has_digit = word.contains(|c: char| c.is_ascii_digit());
        let is_hex = word.chars().all(|c| c.is_ascii_hexdigit());
        let is_time = word.split(':').count() == 3 && word.split(':').all(is_digits);
        if is_time {
            "a-time"
        } else if has_digit && (word.contains('-') || word.len() == 8 && is_hex) {
            "an-id"
        } else {
            word
        }
    });
    plain.collect::<Vec<_>>().join(" ")
}

/// Types a step in `folder`.
fn typed(folder: &Path, vault: &Path, words: &[String]) -> Output {
    let end = words.iter().position(|word| word == "<" || word == ">");
    let (words, redirected) = words.split_at(end.unwrap_or(words.len()));
    let mut command: Command = privatus(vault);
    command.env("COLUMNS", COLUMNS).current_dir(folder);
    for word in &words[1..] {
        match word.as_str() {
            "crates/cli/demo/telegram/result.json" => command.arg(history()),
            _ => command.arg(word),
        };
    }
    match redirected {
        [sign, file] if sign == "<" => command.stdin(File::open(folder.join(file)).unwrap()),
        [sign, file] if sign == ">" => command.stdout(Stdio::from(File::create(folder.join(file)).unwrap())),
        _ => &mut command,
    };
    command.output().unwrap()
}

#[test]
fn the_tour_is_what_the_tool_says() {
    let folder = tempfile::tempdir().unwrap();
    let vault = folder.path().join("vault");
    init(&vault);
    let mut tried = 0;
    for Step { words, mut shown } in steps() {
        let line = words.join(" ");
        match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            // The variable is --vault here, and the vault was created above: it asks for a password at a terminal.
            ["export", ..] | ["privatus", "init"] => continue,
            ["echo", text, ">", file] => {
                std::fs::write(folder.path().join(file), format!("{text}\n")).unwrap();
                continue;
            }
            ["privatus", ..] => {}
            _ => panic!("the tour has a command that this test cannot type: {line}"),
        }
        let output = typed(folder.path(), &vault, &words);
        assert!(output.status.success(), "{line}: {output:?}");
        let said = String::from_utf8([output.stderr, output.stdout].concat()).unwrap();
        // A terminal shows the lines of standard error and standard output in the order of time.
        let mut said: Vec<String> = said.lines().map(shape).collect();
        said.sort();
        shown.sort();
        assert_eq!(said, shown, "{line}");
        tried += 1;
    }
    assert!(tried >= 13, "README.md's tour has only {tried} commands");
}
