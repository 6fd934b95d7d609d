//! The tool itself: it leaves no core, no other process of the same user can read its memory, and it does not keep the
//! password while it works.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};

use privatus_domain::{Body, NewMessage};
use privatus_store::{Store, StoreError};

use crate::search::Memory;
use crate::secrets::Secrets;
use crate::{Vault, child, is_gone};

/// What allows it.
const ALLOWED: &str = "PRIVATUS_ALLOW_DUMPS";

/// A vault whose export no pipe holds.
fn large() -> Vault {
    let vault = Vault::new();
    let store = Store::unlock(&vault.path(), &vault.password.secret(), &child::options()).unwrap();
    let chat = store.read(|tx| tx.conversations(1)).unwrap().remove(0);
    store
        .write("send", |tx| {
            for number in 0..40 {
                let id = format!("large {number}").parse()?;
                let body = Body::text("large ".repeat(1_000))?;
                let new = NewMessage::sent(id, body, tx.now());
                tx.message_insert(&chat.id, &new)?;
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
    store.close().unwrap();
    vault
}

/// The tool in the middle of an export whose reader stopped, and whose parent allows cores of any size.
fn exporting(vault: &Vault, allowed: Option<&str>) -> (Child, BufReader<std::process::ChildStdout>) {
    let file = vault.folder.path().join("password.txt");
    privatus_tests::secret_file(&file, vault.password.text());
    let mut command = Command::new("sh");
    command
        .args(["-c", "ulimit -S -c $(ulimit -H -c) && exec \"$0\" \"$@\""])
        .arg(privatus_tests::tool())
        .arg("--vault")
        .arg(vault.path())
        .arg("--password-file")
        .arg(&file)
        .args(["export", "-"])
        .current_dir(vault.folder.path())
        .env_remove(ALLOWED)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command.envs(allowed.map(|value| (ALLOWED, value)));
    let mut tool = command.spawn().unwrap();
    let mut said = BufReader::new(tool.stdout.take().unwrap());
    let mut line = String::new();
    assert!(said.read_line(&mut line).unwrap() > 0, "nothing was exported");
    (tool, said)
}

/// The limits of a process for cores, the soft one and the hard one.
fn core_limits(process: u32) -> Vec<String> {
    let limits = fs::read_to_string(format!("/proc/{process}/limits")).unwrap();
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max core file size"));
    line.unwrap()
        .split_whitespace()
        .take(2)
        .map(str::to_owned)
        .collect()
}

/// Ends it as a failed assertion of a C library does; returns whether a core was written.
fn crash(mut tool: Child) -> bool {
    let killed = Command::new("kill")
        .args(["-ABRT", &tool.id().to_string()])
        .status();
    assert!(killed.unwrap().success());
    let status = tool.wait().unwrap();
    assert_eq!(status.signal(), Some(6));
    status.core_dumped()
}

#[test]
fn the_tool_leaves_no_core_and_keeps_no_password() {
    let vault = large();
    let (tool, said) = exporting(&vault, None);
    assert_eq!(core_limits(tool.id()), ["0", "0"]);
    let secrets = Secrets::of(&vault.path(), &vault.password);
    // Root, who may read any process, finds only what an open vault needs.
    match Memory::of(tool.id()) {
        Some(memory) => is_gone(&memory, secrets.passing.iter().chain([&secrets.master])),
        None => {
            let owner = fs::metadata(format!("/proc/{}/mem", tool.id())).unwrap().uid();
            assert_eq!(owner, 0, "it is refused because the tool said so");
        }
    }
    assert!(!crash(tool));
    drop(said);
    let names = fs::read_dir(vault.folder.path()).unwrap();
    let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    assert!(
        names.iter().all(|name| name == "vault" || name == "password.txt"),
        "{names:?}"
    );
}

#[test]
fn dumps_can_be_allowed_for_a_search_for_faults() {
    let vault = large();
    for (value, is_allowed) in [("1", true), ("0", false), ("", false)] {
        let (mut tool, _said) = exporting(&vault, Some(value));
        let hard = core_limits(std::process::id()).remove(1);
        let expected = if is_allowed { hard } else { "0".into() };
        assert_eq!(core_limits(tool.id()), [expected.clone(), expected], "{value:?}");
        tool.kill().unwrap();
        tool.wait().unwrap();
    }
}
