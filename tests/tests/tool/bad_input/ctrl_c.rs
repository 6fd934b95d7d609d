//! Ctrl-C while a vault is opened: the open ends, in order and with its own code.

use std::fs;
use std::process::{Child, Command, Stdio};

use privatus_tests::{Database, ok, privatus};

use super::{one_line, vault};

/// Whether a process already handles Ctrl-C itself: SIGINT is the second bit of what it catches.
fn catches(child: &Child) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    caught.is_some_and(|mask| u64::from_str_radix(mask.trim(), 16).is_ok_and(|mask| mask & 2 != 0))
}

#[test]
fn an_open_ends_in_order() {
    let (_dir, vault) = vault();
    // A writer prevents the open from ending.
    let mut database = Database::open(&vault);
    for words in [&["chats"][..], &["verify"]] {
        database.run("BEGIN IMMEDIATE").unwrap();
        let mut command = privatus(&vault);
        let mut child = command
            .args(words)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        while !catches(&child) {
            assert_eq!(child.try_wait().unwrap(), None, "{words:?}: it ended by itself");
            std::thread::yield_now();
        }
        let stopped = Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status();
        assert!(stopped.unwrap().success());
        let output = child.wait_with_output().unwrap();
        database.run("ROLLBACK").unwrap();
        let line = one_line(&output, 130);
        assert!(line.contains("run the command again"), "{line}");
    }
    drop(database);
    ok(&vault, &["verify"]);
}
