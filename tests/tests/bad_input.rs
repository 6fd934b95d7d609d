//! Bad input, typed: the exit code, one line on standard error, and every file of the vault as it was.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    missing_docs
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use privatus_tests::{files, history, init, ok, privatus, run, telegram};
use tempfile::TempDir;

fn vault() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let vault = dir.path().join("vault");
    init(&vault);
    (dir, vault)
}

#[track_caller]
fn refused(vault: &Path, mut command: Command, code: i32) {
    let before = files(vault);
    let output = command.output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{errors}");
    assert_eq!(errors.lines().count(), 1, "one line: {errors}");
    assert!(files(vault) == before, "a file changed: {errors}");
}

#[track_caller]
fn refuses(vault: &Path, words: &[&str], code: i32) {
    let mut command = privatus(vault);
    command.args(words);
    refused(vault, command, code);
}

#[test]
fn wrong_secrets() {
    let dir = tempfile::tempdir().unwrap();
    let vault = dir.path().join("vault");
    let made: serde_json::Value = serde_json::from_str(&init(&vault)).unwrap();
    let mut command = privatus(&vault);
    command.env("PRIVATUS_PASSWORD", "wrong").arg("chats");
    refused(&vault, command, 10);
    let mut code: Vec<char> = made["recovery_code"].as_str().unwrap().chars().collect();
    code[3] = if code[3] == 'A' { 'B' } else { 'A' };
    let mut command = privatus(&vault);
    command.env_remove("PRIVATUS_PASSWORD").arg("chats");
    command.env("PRIVATUS_RECOVERY_CODE", code.iter().collect::<String>());
    refused(&vault, command, 10);
}

#[test]
fn no_vault() {
    let dir = tempfile::tempdir().unwrap();
    refuses(&dir.path().join("none"), &["chats"], 11);
    assert!(!dir.path().join("none").exists());
    refuses(dir.path(), &["chats"], 11);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    let file = dir.path().join("file");
    fs::write(&file, "x").unwrap();
    refuses(&file, &["chats"], 11);
    assert_eq!(fs::read(&file).unwrap(), b"x");
}

#[test]
fn init_where_something_is() {
    let words = ["init", "--kdf-iterations", "210000"];
    let (_dir, vault) = vault();
    refuses(&vault, &words, 12);
    for only in ["privatus.db", "keyring.json", "keyring.json.1"] {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(only), fs::read(vault.join(only)).unwrap()).unwrap();
        refuses(dir.path(), &words, 12);
    }
}

#[test]
fn key_ring_missing_or_damaged() {
    let (_dir, vault) = vault();
    let rings = ["keyring.json", "keyring.json.1"].map(|name| vault.join(name));
    let whole = fs::read(&rings[0]).unwrap();
    for at in (0..whole.len()).step_by(97) {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        for bytes in [&whole[..at], &flipped] {
            rings.iter().for_each(|ring| fs::write(ring, bytes).unwrap());
            refuses(&vault, &["chats"], 14);
        }
    }
    rings.iter().for_each(|ring| fs::remove_file(ring).unwrap());
    refuses(&vault, &["chats"], 13);
}

#[test]
fn database_missing() {
    let (_dir, vault) = vault();
    fs::remove_file(vault.join("privatus.db")).unwrap();
    refuses(&vault, &["chats"], 15);
}

#[test]
fn database_damaged_or_another() {
    let (_dir, mine) = vault();
    let (_other_dir, other) = vault();
    let database = mine.join("privatus.db");
    let whole = fs::read(&database).unwrap();
    let mut damaged = whole.clone();
    damaged[..4096].iter_mut().for_each(|byte| *byte ^= 0x55);
    let mut plain = b"SQLite format 3\0".to_vec();
    plain.resize(8192, 0);
    let foreign = fs::read(other.join("privatus.db")).unwrap();
    for bytes in [&[], &whole[..whole.len() - 100], &damaged, &plain, &foreign] {
        fs::write(&database, bytes).unwrap();
        refuses(&mine, &["chats"], 16);
    }
}

#[test]
fn import_sources() {
    let (dir, vault) = vault();
    let source = dir.path().join("source.json");
    let name = source.to_str().unwrap();
    refuses(&vault, &["import", "telegram", name], 25);
    let folder = dir.path().join("folder");
    fs::create_dir(&folder).unwrap();
    refuses(&vault, &["import", "telegram", folder.to_str().unwrap()], 25);
    for bytes in [&b"From: someone\n"[..], b"\xff\xfe\x00", b"{\"name\":\"\xff\""] {
        fs::write(&source, bytes).unwrap();
        for format in ["telegram", "privatus"] {
            let output = run(&vault, &["import", format, name]);
            let errors = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(25), "{format}: {errors}");
            assert_eq!(errors.lines().count(), 1, "{errors}");
        }
    }
    assert!(ok(&vault, &["--json", "stats"]).contains("\"messages\": 0"));
}

#[test]
fn a_cut_off_source_is_completed_by_the_whole() {
    let (dir, vault) = vault();
    let source = dir.path().join("cut.json");
    // A supergroup: cut off, it is told from a chat with one person only by what stands before its messages.
    let whole = fs::read(history()).unwrap();
    fs::write(&source, &whole[..whole.len() / 2]).unwrap();
    ok(&vault, &["settings", "set", "stood", "before"]);
    let output = run(&vault, &["import", "telegram", source.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(25));
    assert_eq!(String::from_utf8(output.stderr).unwrap().lines().count(), 1);
    fs::write(&source, &whole).unwrap();
    ok(&vault, &["import", "telegram", source.to_str().unwrap()]);
    assert!(ok(&vault, &["--json", "stats"]).contains("\"messages\": 1067"));
    assert!(ok(&vault, &["settings", "get", "stood"]).contains("before"));
    ok(&vault, &["verify"]);
}

#[test]
fn unknown_and_ambiguous_chats() {
    let (_dir, vault) = vault();
    refuses(&vault, &["show", "nobody"], 24);
    ok(&vault, &["contacts", "add", "Twin"]);
    ok(&vault, &["contacts", "add", "Twin"]);
    refuses(&vault, &["show", "Twin"], 23);
}

#[test]
fn the_text_limit() {
    let (dir, vault) = vault();
    let source = dir.path().join("long.json");
    let texts = ["x".repeat(1_048_576), "y".repeat(1_048_577)];
    fs::write(&source, telegram("Long", &texts)).unwrap();
    let output = run(
        &vault,
        &["--json", "import", "telegram", source.to_str().unwrap()],
    );
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["messages_imported"], 1, "{report}");
    assert_eq!(report["messages_skipped"], 1, "{report}");
}
