//! Output that goes nowhere: a reader that leaves, a full device, a folder, a missing folder.

use std::fs;
use std::process::Stdio;

use privatus_tests::{history, ok, privatus};

use super::{refused, refuses, vault, word};

/// The reader leaves before the first byte, so that every write meets a closed pipe.
#[test]
fn a_closed_pipe_ends_in_silence() {
    let (_dir, vault) = vault();
    ok(&vault, &["import", "telegram", word(&history())]);
    ok(&vault, &["settings", "set", "a", "1"]);
    let chat = super::json(&vault, &["chats"])["chats"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for words in [
        &["chats"][..],
        &["--json", "chats"],
        &["show", &chat, "--limit", "1000"],
        &["--json", "show", &chat, "--limit", "1000"],
        &["contacts", "list"],
        &["settings", "list"],
        &["stats"],
        &["verify"],
        &["export", "-"],
        &["import", "telegram", word(&history())],
        &["--help"],
        &["completions", "bash"],
        &["man"],
    ] {
        let mut command = privatus(&vault);
        command.args(words).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            (output.status.code(), errors.as_str()),
            (Some(0), ""),
            "{words:?}"
        );
    }
}

#[cfg(unix)]
#[test]
fn show_into_head() {
    let (_dir, vault) = vault();
    ok(&vault, &["import", "telegram", word(&history())]);
    let chat = super::json(&vault, &["chats"])["chats"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", "\"$0\" --vault \"$1\" show \"$2\" --limit 1000 | head -1"]);
    shell.arg(privatus_tests::tool()).arg(&vault).arg(&chat);
    shell.env("PRIVATUS_PASSWORD", privatus_tests::PASSWORD);
    let output = shell.output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 1);
}

#[test]
fn exports_to_no_file() {
    let (dir, vault) = vault();
    refuses(
        &vault,
        &["export", word(dir.path())],
        2,
        "is a folder; name a file",
    );
    let missing = dir.path().join("missing/out.jsonl");
    refuses(
        &vault,
        &["export", word(&missing)],
        24,
        "create it, or name another",
    );
    let below = vault.join("privatus.db/out.jsonl");
    refuses(&vault, &["export", word(&below)], 2, "lies in the vault itself");
    assert_eq!(
        fs::read_dir(dir.path()).unwrap().count(),
        1,
        "nothing was left behind"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device() {
    let (_dir, vault) = vault();
    for words in [&["chats"][..], &["stats"], &["export", "-"], &["man"]] {
        let mut command = privatus(&vault);
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        command.args(words);
        let before = privatus_tests::files(&vault);
        let output = command.stdout(full).stderr(Stdio::piped()).spawn().unwrap();
        let output = output.wait_with_output().unwrap();
        let line = super::one_line(&output, 20);
        assert!(line.contains("make space"), "{line}");
        assert_eq!(privatus_tests::changed(&vault, &before), None);
    }
}

/// A file is put in place of what has its name: a device must not be.
#[cfg(unix)]
#[test]
fn an_export_never_replaces_what_is_no_file() {
    use std::os::unix::fs::FileTypeExt;
    let (dir, vault) = vault();
    let socket = dir.path().join("socket");
    let _listening = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let mut command = privatus(&vault);
    command.args(["export", word(&socket)]);
    refused(&vault, command, 2, "no regular file");
    assert!(fs::symlink_metadata(&socket).unwrap().file_type().is_socket());
}
