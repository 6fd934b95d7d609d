//! kill -9 in the middle of an import and of sends: every acknowledged message is there, and `verify` is content.
//!
//! The processes that are killed are this test program again, running one of its ignored tests: they say on standard
//! output what was committed, as a messenger would show a message as sent.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use privatus_domain::{Body, MessageId, NewMessage};
use privatus_import::legacy::Zone;
use privatus_import::{Report, telegram};
use privatus_store::{Password, Secret, Store, StoreError, VaultOptions};
use privatus_tests::{PASSWORD, init, json, ok, privatus, telegram as export};
use serde_json::Value;

/// Where a child finds the vault, and the source of its import.
const VAULT: &str = "PRIVATUS_RESTART_VAULT";
const SOURCE: &str = "PRIVATUS_RESTART_SOURCE";

fn path(name: &str) -> PathBuf {
    std::env::var_os(name)
        .unwrap_or_else(|| panic!("{name} is set by the test that kills this one"))
        .into()
}

fn unlock() -> Store {
    let secret = Secret::Password(Password::new(PASSWORD).unwrap());
    Store::unlock(&path(VAULT), &secret, &VaultOptions::default()).unwrap()
}

/// Says that something is committed, at once.
fn acknowledge(what: impl std::fmt::Display) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "acknowledged {what}").unwrap();
    out.flush().unwrap();
}

#[test]
#[ignore = "runs until it is killed, by killed_in_the_middle_of_sends"]
fn child_that_sends() {
    let store = unlock();
    let chat = store.read(|tx| tx.conversations(1)).unwrap().remove(0);
    for number in 0_u64.. {
        let id = store
            .write("send", |tx| {
                let id = MessageId::new(tx.new_id()?);
                // Now and then a text that is stored as large content, in a separate row.
                let text = if number % 10 == 9 {
                    "large ".repeat(5_000)
                } else {
                    String::new()
                };
                let body = Body::text(format!("{text}message {id}"))?;
                tx.message_insert(&chat.id, &NewMessage::sent(id.clone(), body, tx.now()))?;
                Ok::<_, StoreError>(id)
            })
            .unwrap();
        acknowledge(id);
    }
}

#[test]
#[ignore = "runs until it is killed, by killed_in_the_middle_of_an_import"]
fn child_that_imports() {
    let zone = Zone::named("UTC").unwrap();
    let options = telegram::Options {
        me: None,
        zone: &zone,
        chat: None,
    };
    let mut report = Report::new("telegram");
    let mut on_progress = |at: privatus_import::Progress| {
        acknowledge(at.done);
        true
    };
    telegram::import(&unlock(), &path(SOURCE), &options, &mut report, &mut on_progress).unwrap();
    // The kill comes before this is left, however late it is.
    std::thread::park();
}

/// Runs a child until it has acknowledged `count` times, kills it, and returns all that it printed until then.
fn killed_after(child: &str, count: usize, vault: &Path, source: &Path) -> Vec<String> {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", child, "--ignored", "--nocapture"]);
    command.env(VAULT, vault).env(SOURCE, source);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut said = Vec::new();
    let mut line = String::new();
    while said.len() < count {
        line.clear();
        if lines.read_line(&mut line).unwrap() == 0 {
            let mut errors = String::new();
            child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
            panic!("the child ended by itself after {said:?}: {errors}");
        }
        said.extend(acknowledged(&line));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    said.extend(rest.lines().filter_map(acknowledged));
    said
}

/// The test harness writes to the same pipe, also on the same line.
fn acknowledged(line: &str) -> Option<String> {
    let (_, what) = line.split_once("acknowledged ")?;
    Some(what.trim_end().to_owned())
}

/// Text by id of every message, from an export.
fn messages(vault: &Path) -> BTreeMap<String, String> {
    let text = |record: &Value, name: &str| record[name].as_str().unwrap().to_owned();
    ok(vault, &["export", "-"])
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|record| record["type"] == "message")
        .map(|record| (text(&record, "id"), text(&record, "text")))
        .collect()
}

#[test]
fn killed_in_the_middle_of_sends() {
    let dir = tempfile::tempdir().unwrap();
    let vault = dir.path().join("vault");
    init(&vault);
    ok(&vault, &["contacts", "add", "Someone"]);
    let mut all = Vec::new();
    for count in [1, 2, 9, 10, 40, 150] {
        let said = killed_after("restart::child_that_sends", count, &vault, dir.path());
        assert!(said.len() >= count);
        all.extend(said);
        let kept = messages(&vault);
        for id in &all {
            let text = kept
                .get(id)
                .unwrap_or_else(|| panic!("{id} was acknowledged and is lost"));
            assert!(text.ends_with(&format!("message {id}")), "{text}");
        }
        // What was committed and not said yet may be there: one a kill, and whole.
        assert!(kept.len() <= all.len() + 6, "{} of {}", kept.len(), all.len());
        for (id, text) in &kept {
            assert!(text.ends_with(&format!("message {id}")), "{text}");
        }
        assert_eq!(json(&vault, &["verify"])["ok"], true);
        assert_eq!(json(&vault, &["chats"])["chats"][0]["messages"], kept.len());
    }
}

#[test]
fn killed_in_the_middle_of_an_import() {
    const COUNT: usize = 23_000;
    let dir = tempfile::tempdir().unwrap();
    let source = dir.path().join("source.json");
    let texts: Vec<String> = (0..COUNT).map(|n| format!("message number {n}")).collect();
    fs::write(&source, export("Someone", &texts)).unwrap();
    let vault = dir.path().join("vault");
    init(&vault);
    // Each run continues where the previous one was killed: known messages count as acknowledged again.
    for count in [1, 2, 4] {
        let said = killed_after("restart::child_that_imports", count, &vault, &source);
        let acknowledged: usize = said.last().unwrap().parse().unwrap();
        let kept = messages(&vault);
        assert!(
            kept.len() >= acknowledged,
            "{acknowledged} acknowledged, {} there",
            kept.len()
        );
        assert!(
            kept.len().is_multiple_of(5_000) || kept.len() == COUNT,
            "half a transaction: {}",
            kept.len()
        );
        let texts: std::collections::BTreeSet<&str> = kept.values().map(String::as_str).collect();
        assert!((0..acknowledged).all(|n| texts.contains(format!("message number {n}").as_str())));
        assert_eq!(json(&vault, &["verify"])["ok"], true);
    }
    let report = json(&vault, &["import", "telegram", source.to_str().unwrap()]);
    assert_eq!(
        report["messages_imported"].as_u64().unwrap() + report["messages_known"].as_u64().unwrap(),
        COUNT as u64
    );
    assert_eq!(json(&vault, &["verify"])["ok"], true);
    assert_eq!(json(&vault, &["stats"])["messages"], COUNT);
}

/// The tool itself, killed while its log grows and while it sends.
#[test]
fn the_tool_killed() {
    const COUNT: usize = 20_000;
    let dir = tempfile::tempdir().unwrap();
    let (vault, source) = (dir.path().join("vault"), dir.path().join("source.json"));
    init(&vault);
    let texts: Vec<String> = (0..COUNT).map(|n| format!("message number {n}")).collect();
    fs::write(&source, export("Someone", &texts)).unwrap();
    let mut command = privatus(&vault);
    command.args(["import", "telegram"]).arg(&source);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    // The first batch has reached the log when the log holds pages; only its length is looked at.
    let log = vault.join("privatus.db-wal");
    while fs::metadata(&log).map_or(0, |at| at.len()) < 100_000 && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    assert!(
        child.try_wait().unwrap().is_none(),
        "the import ended before the kill"
    );
    child.kill().unwrap();
    child.wait().unwrap();
    ok(&vault, &["verify"]);
    ok(&vault, &["import", "telegram", source.to_str().unwrap()]);
    let mut sent = 0;
    for number in 0..12 {
        let mut command = privatus(&vault);
        command.args(["--json", "send", "Someone", &format!("sent {number}")]);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // As soon as the log has anything of it, or the first word of the answer came.
        if number % 2 == 0 {
            while fs::metadata(&log).map_or(0, |at| at.len()) == 0 && child.try_wait().unwrap().is_none() {
                std::thread::yield_now();
            }
        } else {
            child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
            sent += 1;
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let kept = messages(&vault);
    let there = |number: usize| {
        kept.values()
            .filter(|text| **text == format!("sent {number}"))
            .count()
    };
    assert!((0..12).all(|number| there(number) <= 1), "a message stands twice");
    assert!(
        (1..12).step_by(2).all(|number| there(number) == 1),
        "an acknowledged message is lost"
    );
    assert_eq!(sent, 6);
    ok(&vault, &["verify"]);
    let stats = json(&vault, &["stats"]);
    assert_eq!(stats["messages"], kept.len());
    assert!(kept.len() >= COUNT + sent);
}
