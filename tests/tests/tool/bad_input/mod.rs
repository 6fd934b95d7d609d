//! Bad input, typed: the exit code of its kind, one line on standard error that says what to do, every file as it was.

mod altered_log;
mod closed_output;
#[cfg(target_os = "linux")]
mod ctrl_c;
mod database;
mod disk;
mod extremes;
mod key_ring;
mod length;
mod locks;
mod names;
#[cfg(unix)]
mod permissions;
mod place;
#[cfg(unix)]
mod planted;
#[cfg(unix)]
mod readable;
mod recovery_code;
mod ring;
mod secrets;
mod sources;
mod system;
mod terminal;
mod trust;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use privatus_tests::{changed, files, init, ok, privatus};
use serde_json::Value;
use tempfile::TempDir;

/// Creates a vault in a new folder.
fn vault() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let vault = dir.path().join("vault");
    init(&vault);
    (dir, vault)
}

/// Returns the only line of an output with this code.
#[track_caller]
fn one_line(output: &Output, code: i32) -> String {
    let errors = String::from_utf8(output.stderr.clone()).expect("UTF-8 on standard error");
    assert_eq!(output.status.code(), Some(code), "{errors}");
    assert_eq!(errors.lines().count(), 1, "one line: {errors}");
    assert!(errors.starts_with("privatus: "), "{errors}");
    assert!(!errors.trim_end().contains(char::is_control), "{errors:?}");
    errors
}

/// Runs a command that must be refused: this code, one line with these words, and nothing of the vault changed.
#[track_caller]
fn refused(vault: &Path, mut command: Command, code: i32, says: &str) {
    let before = files(vault);
    let output = command.output().unwrap();
    let line = one_line(&output, code);
    assert!(line.contains(says), "“{says}” is not in: {line}");
    assert_eq!(changed(vault, &before), None, "{line}");
}

/// Runs a command that must be refused.
#[track_caller]
fn refuses(vault: &Path, words: &[&str], code: i32, says: &str) {
    let mut command = privatus(vault);
    command.args(words);
    refused(vault, command, code, says);
}

/// Runs a command that must succeed; returns its JSON.
#[track_caller]
fn json(vault: &Path, words: &[&str]) -> Value {
    let words: Vec<&str> = [&["--json"], words].concat();
    serde_json::from_str(&ok(vault, &words)).unwrap()
}

/// A path as a word of a command line.
fn word(path: &Path) -> &str {
    path.to_str().unwrap()
}
