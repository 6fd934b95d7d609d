//! What of a vault's secrets is in the memory of a process that has it open, and that nothing is left once it is
//! closed.
//!
//! The tool does not allow others to read its memory, so the searched process is this test program again, in a role.
//! Every secret is computed here from the vault's files and searched for there, by its halves and in each form that a
//! cipher, a hash or SQLCipher accepts. While the vault is open, the keys in use are found, so the search works. Texts
//! of messages are not searched for.
//!
//! A separate program: it has the tests of one vault and nothing else, so that what is found in the memory of a process
//! comes from that vault.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod child;
mod search;
mod secrets;
mod tool;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use privatus_store::Store;

use crate::search::{Memory, Needle};
use crate::secrets::{Opener, Secrets};

/// A vault with every kind of key, and its two secrets, which are nowhere in a program.
struct Vault {
    folder: tempfile::TempDir,
    password: Opener,
    code: Opener,
}

impl Vault {
    fn new() -> Self {
        let (folder, password) = (tempfile::tempdir().unwrap(), random());
        let new = privatus_store::Password::new(&password).unwrap();
        let path = folder.path().join("vault");
        let (store, code) = Store::create(&path, &new, &child::options()).unwrap();
        privatus_tests::fill(&store).unwrap();
        store.close().unwrap();
        Self {
            folder,
            password: Opener::Password(password),
            code: Opener::RecoveryCode(code.reveal().to_string()),
        }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("vault")
    }
}

fn random() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).unwrap();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The process whose memory is searched.
struct Looked {
    child: Child,
    say: ChildStdin,
    said: BufReader<ChildStdout>,
}

impl Looked {
    fn start(role: &str, vault: &Path, told: &[&str]) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child::child", "--ignored", "--nocapture"])
            .env(child::ROLE, role)
            .env(child::VAULT, vault)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let say = child.stdin.take().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        let mut looked = Self { child, say, said };
        for line in told {
            writeln!(looked.say, "{line}").unwrap();
        }
        looked
    }

    /// Waits until it is in this state, and searches.
    fn memory(&mut self, state: &str) -> Memory {
        let mut line = String::new();
        while !line.trim_end().ends_with(&format!("it is {state}")) {
            line.clear();
            assert!(
                self.said.read_line(&mut line).unwrap() > 0,
                "it ended before it was {state}"
            );
        }
        Memory::of(self.child.id()).expect("a child of ours can be read")
    }

    fn go_on(&mut self) {
        writeln!(self.say).unwrap();
    }

    fn end(mut self) {
        self.go_on();
        drop(self.say);
        assert!(self.child.wait().unwrap().success());
    }
}

fn is_there<'a>(memory: &Memory, needles: impl IntoIterator<Item = &'a Needle>) {
    for needle in needles {
        assert!(
            !memory.find(needle).is_empty(),
            "{} is not found while it is in use",
            needle.name
        );
    }
}

fn is_gone<'a>(memory: &Memory, needles: impl IntoIterator<Item = &'a Needle>) {
    let found: Vec<String> = needles
        .into_iter()
        .flat_map(|needle| memory.find(needle))
        .collect();
    assert!(
        found.is_empty(),
        "{} are still there:\n{}",
        found.len(),
        found.join("\n")
    );
}

/// Searches a process while a vault is open, and again when it is closed.
fn look(role: &str, path: &Path, opener: &Opener, told: &[&str]) {
    let mut looked = Looked::start(role, path, told);
    let open = looked.memory("open");
    let secrets = Secrets::of(path, opener);
    is_there(&open, &secrets.kept);
    is_gone(&open, secrets.passing.iter().chain([&secrets.master]));
    looked.go_on();
    is_gone(&looked.memory("closed"), secrets.all());
    looked.end();
}

#[test]
fn a_vault_that_is_unlocked_and_closed() {
    let vault = Vault::new();
    look("unlock", &vault.path(), &vault.password, &[vault.password.text()]);
}

#[test]
fn a_vault_that_is_made_and_closed() {
    let (folder, password) = (tempfile::tempdir().unwrap(), random());
    let told = [password.as_str()];
    look(
        "create",
        &folder.path().join("vault"),
        &Opener::Password(password.clone()),
        &told,
    );
}

#[test]
fn a_vault_that_is_opened_by_its_recovery_code() {
    let vault = Vault::new();
    look("recovery", &vault.path(), &vault.code, &[vault.code.text()]);
}

#[test]
fn a_store_that_is_dropped_and_not_closed() {
    let vault = Vault::new();
    look("drop", &vault.path(), &vault.password, &[vault.password.text()]);
}

#[test]
fn a_password_that_is_changed_meanwhile() {
    let (vault, new) = (Vault::new(), random());
    let old = vault.password.text();
    look(
        "passwd",
        &vault.path(),
        &Opener::Password(new.clone()),
        &[old, old, &new],
    );
}

#[test]
fn the_keys_that_are_kept_for_another_open() {
    let vault = Vault::new();
    let mut looked = Looked::start("keys", &vault.path(), &[vault.password.text()]);
    let open = looked.memory("open");
    let secrets = Secrets::of(&vault.path(), &vault.password);
    is_there(&open, secrets.kept.iter().chain([&secrets.master]));
    is_gone(&open, &secrets.passing);
    looked.go_on();
    is_gone(&looked.memory("closed"), secrets.all());
    looked.end();
}

#[test]
fn a_vault_whose_schema_is_looked_at() {
    let vault = Vault::new();
    let mut looked = Looked::start("migrator", &vault.path(), &[vault.password.text()]);
    let open = looked.memory("open");
    let secrets = Secrets::of(&vault.path(), &vault.password);
    is_there(&open, [&secrets.master, &secrets.kept[0]]);
    is_gone(&open, &secrets.passing);
    looked.go_on();
    is_gone(&looked.memory("closed"), secrets.all());
    looked.end();
}
