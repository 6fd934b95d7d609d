//! Folders and files that may not be read or written.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use privatus_tests::{Bound, init, ok};
use tempfile::TempDir;

use super::{one_line, word};

/// A vault whose permissions count, in a folder where the tool's user may make files.
struct Guarded {
    dir: TempDir,
    vault: PathBuf,
    bound: Bound,
}

impl Guarded {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let vault = dir.path().join("vault");
        init(&vault);
        ok(&vault, &["contacts", "add", "Someone"]);
        let bound = Bound::new(dir.path());
        Self { dir, vault, bound }
    }

    fn command(&self, vault: &Path, words: &[&str]) -> Command {
        let mut command = self.bound.command(vault);
        command.args(words);
        command
    }

    /// Runs a command that must be refused and leave the vault's files unchanged.
    #[track_caller]
    fn refuses(&self, words: &[&str], code: i32, says: &str) {
        let before = self.seen();
        let line = one_line(&self.command(&self.vault, words).output().unwrap(), code);
        assert!(line.contains(says), "“{says}” is not in: {line}");
        assert!(self.seen() == before, "a file changed: {line}");
    }

    /// Name, permissions and bytes of every file, even of those that nobody may read.
    fn seen(&self) -> Vec<(String, u32, Vec<u8>)> {
        let mode = fs::metadata(&self.vault).unwrap().mode();
        allow(&self.vault, 0o700);
        let mut seen: Vec<_> = fs::read_dir(&self.vault)
            .unwrap()
            .map(|entry| {
                let path = entry.unwrap().path();
                let own = fs::metadata(&path).unwrap().mode();
                allow(&path, 0o600);
                let bytes = fs::read(&path).unwrap();
                allow(&path, own);
                (
                    path.file_name().unwrap().to_string_lossy().into_owned(),
                    own,
                    bytes,
                )
            })
            .collect();
        allow(&self.vault, mode);
        seen.sort();
        seen
    }

    fn allow(&self, name: &str, mode: u32) {
        allow(&self.vault.join(name), mode);
    }

    fn works(&self) {
        let output = self
            .command(&self.vault, &["send", "Someone", "hello"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // So that the folder can be removed.
        allow(&self.vault, 0o700);
    }
}

fn allow(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

const READ: [&str; 1] = ["chats"];
const WRITE: [&str; 3] = ["send", "Someone", "hello"];

#[test]
fn a_vault_that_may_only_be_read() {
    let guarded = Guarded::new();
    guarded.works();
    for name in ["privatus.db", "keyring.json", "keyring.json.1", "vault.lock"] {
        guarded.allow(name, 0o400);
    }
    for words in [&READ[..], &WRITE] {
        guarded.refuses(words, 22, "that they are writable");
    }
    guarded.allow("", 0o500);
    for words in [&READ[..], &WRITE] {
        guarded.refuses(words, 22, "that they are writable");
    }
    guarded.allow("", 0o700);
    guarded.allow("vault.lock", 0o600);
    guarded.refuses(&WRITE, 22, "that they are writable");
    guarded.allow("privatus.db", 0o600);
    guarded.works();
}

#[test]
fn a_folder_that_takes_no_new_file() {
    let guarded = Guarded::new();
    guarded.allow("", 0o500);
    for words in [&READ[..], &WRITE, &["verify"]] {
        guarded.refuses(words, 22, "check who owns the folder");
    }
    guarded.allow("", 0o700);
    guarded.works();
}

#[test]
fn what_may_not_be_read() {
    let guarded = Guarded::new();
    for name in ["privatus.db", "keyring.json", "vault.lock"] {
        guarded.allow(name, 0o000);
        guarded.refuses(&READ, 22, "permission denied");
        guarded.allow(name, 0o600);
    }
    // A folder that cannot be searched is not mistaken for an empty one.
    guarded.allow("", 0o000);
    guarded.refuses(&READ, 22, "permission denied");
    guarded.refuses(
        &["init", "--code-to-stdout", "--kdf-iterations", "210000"],
        22,
        "permission denied",
    );
    guarded.allow("", 0o700);
    guarded.works();
}

#[test]
fn a_key_ring_that_cannot_be_written_anew() {
    let guarded = Guarded::new();
    guarded.works();
    // The log is there before, so that nothing but the key ring needs a new file.
    fs::write(guarded.vault.join("keyring.json.1"), "cut").unwrap();
    guarded.allow("", 0o500);
    guarded.refuses(&READ, 22, "permission denied");
    guarded.allow("", 0o700);
    guarded.works();
}

#[test]
fn places_beside_the_vault() {
    let guarded = Guarded::new();
    let closed = guarded.dir.path().join("closed");
    fs::create_dir(&closed).unwrap();
    allow(&closed, 0o555);
    let new = guarded
        .command(
            &closed.join("vault"),
            &["init", "--code-to-stdout", "--kdf-iterations", "210000"],
        )
        .output();
    one_line(&new.unwrap(), 22);
    assert_eq!(fs::read_dir(&closed).unwrap().count(), 0);
    guarded.refuses(
        &["export", word(&closed.join("out.jsonl"))],
        22,
        "cannot be written",
    );
    let source = guarded.dir.path().join("source.json");
    fs::write(&source, "{}").unwrap();
    allow(&source, 0o000);
    for format in ["telegram", "privatus"] {
        let output = guarded
            .command(&guarded.vault, &["import", format, word(&source)])
            .output()
            .unwrap();
        let line = one_line(&output, 25);
        assert!(line.contains("permission denied"), "{line}");
    }
    guarded.refuses(
        &["--password-file", word(&source), "chats"],
        2,
        "permission denied",
    );
    allow(&closed, 0o755);
    guarded.works();
}
