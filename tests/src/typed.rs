//! What most tests of the tool begin with: a vault, the JSON that a command prints, a command that is refused.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use privatus_store::Digest;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{init, ok, run};

/// Creates a vault in a folder that exists as long as the first of the two returned values.
///
/// # Panics
///
/// If it cannot be created.
pub fn new_vault() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let vault = folder.path().join("vault");
    init(&vault);
    (folder, vault)
}

/// Returns the document that a command prints with `--json`.
///
/// # Panics
///
/// If the command fails or prints something else.
pub fn json(vault: &Path, words: &[&str]) -> Value {
    let printed = ok(vault, &[&["--json"], words].concat());
    serde_json::from_str(&printed).expect("one JSON document")
}

/// Runs a command that must end with this code; returns its standard error.
///
/// # Panics
///
/// If it ends differently.
#[track_caller]
pub fn fails(vault: &Path, words: &[&str], code: i32) -> String {
    let output = run(vault, words);
    let errors = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(code), "{words:?}: {errors}");
    errors
}

/// Asserts a refusal whose single line contains each of these words.
///
/// # Panics
///
/// If the command ends differently or prints something else.
#[track_caller]
pub fn refused(vault: &Path, words: &[&str], code: i32, says: &[&str]) {
    let line = fails(vault, words, code);
    // A wrong command line is reported with the words that are accepted.
    assert!(code == 2 || line.lines().count() == 1, "{words:?}: {line}");
    for word in says {
        assert!(line.contains(word), "{words:?}: {word} in {line}");
    }
}

/// Lines of an invented export, with the end that makes it whole.
///
/// # Panics
///
/// If a line is not a record.
pub fn whole_export<T: ToString>(lines: &[T]) -> String {
    let mut counts = BTreeMap::new();
    let mut text = String::new();
    for line in lines {
        let line = line.to_string();
        let record: Value = serde_json::from_str(&line).expect("a record");
        let kind = record
            .get("type")
            .and_then(Value::as_str)
            .expect("a type")
            .to_owned();
        *counts.entry(kind).or_insert(0_u64) += 1;
        text += &format!("{line}\n");
    }
    let mut digest = Digest::new();
    digest.update(text.as_bytes());
    let checksum: String = digest
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let end = json!({ "type": "end", "counts": counts, "checksum": checksum });
    format!("{text}{end}\n")
}
