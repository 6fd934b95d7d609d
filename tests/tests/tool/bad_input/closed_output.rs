//! Output that goes nowhere: a reader that leaves, a full device, a folder, a missing folder.

use std::fs;
use std::path::Path;
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
        "create it, or name a file in another folder",
    );
    let below = vault.join("privatus.db/out.jsonl");
    refuses(&vault, &["export", word(&below)], 2, "is inside the vault");
    // Nor another vault's file.
    let other = dir.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("keyring.json"), "theirs").unwrap();
    for name in ["privatus.db", "keyring.json", "out.jsonl"] {
        let file = other.join(name);
        refuses(&vault, &["export", word(&file)], 2, "is in the folder of a vault");
    }
    assert_eq!(fs::read_to_string(other.join("keyring.json")).unwrap(), "theirs");
    assert_eq!(
        fs::read_dir(dir.path()).unwrap().count(),
        2,
        "nothing was left behind"
    );
}

#[cfg(target_os = "linux")]
fn into_full(vault: &Path, words: &[&str]) -> String {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = privatus(vault);
    command.args(words).stdout(full).stderr(Stdio::piped());
    let output = command.spawn().unwrap().wait_with_output().unwrap();
    // With `--json` it is a document of one line.
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        (output.status.code(), errors.lines().count()),
        (Some(29), 1),
        "{errors}"
    );
    errors
}

/// The disk of the output is not the vault's.
#[cfg(target_os = "linux")]
#[test]
fn a_full_device() {
    let (_dir, vault) = vault();
    for words in [
        &["chats"][..],
        &["stats"],
        &["export", "-"],
        &["man"],
        &["--help"],
        &["--version"],
        &["completions", "bash"],
        &["migrate", "down", "--to", "1.0.0", "--dry-run"],
    ] {
        let before = privatus_tests::files(&vault);
        let line = into_full(&vault, words);
        assert!(
            line.contains("standard output cannot be written: the disk is full"),
            "{line}"
        );
        assert!(
            !line.contains("again") && !line.contains("vault"),
            "{words:?}: {line}"
        );
        assert_eq!(privatus_tests::changed(&vault, &before), None);
    }
}

/// What was done before the error is reported as done: otherwise the user would do it twice.
#[cfg(target_os = "linux")]
#[test]
fn a_full_device_after_a_change() {
    let (dir, vault) = vault();
    ok(&vault, &["import", "telegram", word(&history())]);
    ok(&vault, &["contacts", "add", "Alice"]);
    let out = dir.path().join("out.jsonl");
    let audit = dir.path().join("audit.json");
    for (words, done) in [
        (&["send", "Alice", "once"][..], "the message is stored"),
        (&["--json", "send", "Alice", "twice"], "the message is stored"),
        (&["mark-read", "Alice"], "there was nothing to change"),
        (
            &["audit", "prune", "--keep-days", "3650"],
            "there was nothing to change",
        ),
        (
            &["audit", "settle", "--accept-loss", "--yes"],
            "there was nothing to change",
        ),
        (&["migrate", "up"], "there was nothing to change"),
        (&["contacts", "add", "Bob"], "the change was made"),
        (&["contacts", "block", "Bob"], "the change was made"),
        (&["contacts", "block", "Bob"], "there was nothing to change"),
        (&["contacts", "unblock", "Alice"], "there was nothing to change"),
        (
            &["groups", "create", "Tea", "--type", "private"],
            "the change was made",
        ),
        (&["settings", "set", "theme", "1"], "the change was made"),
        (
            &["access", "grant", "vault:*", "ann", "--permissions", "read"],
            "the change was made",
        ),
        (
            &["import", "telegram", word(&history())],
            "there was nothing to change",
        ),
        (&["export", word(&out)], "the file was written"),
        (&["audit", "export", word(&audit)], "the file was written"),
        (
            &[
                "passwd",
                "--new-password-file",
                word(&password(&dir)),
                "--kdf-iterations",
                "210000",
            ],
            "the change was made",
        ),
    ] {
        let line = into_full(&vault, words);
        assert!(line.contains("standard output cannot be written"), "{line}");
        assert!(
            line.contains(done) && line.contains("do not run the command again"),
            "{line}"
        );
    }
    let sent = super::json(&vault, &["show", "Alice"]);
    let texts: Vec<_> = sent["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["text"])
        .collect();
    assert_eq!(texts, ["twice", "once"]);
    assert!(super::json(&vault, &["contacts", "show", "Bob"])["blocked_at"].is_string());
    assert_eq!(super::json(&vault, &["settings", "get", "theme"])["value"], 1);
    assert!(out.is_file() && audit.is_file());
}

/// The vault's password, in a file.
#[cfg(target_os = "linux")]
fn password(dir: &tempfile::TempDir) -> std::path::PathBuf {
    let path = dir.path().join("password.txt");
    privatus_tests::secret_file(&path, privatus_tests::PASSWORD);
    path
}

/// The exit code reports what was found, even if nobody reads the list.
#[test]
fn a_reader_that_leaves_hides_no_finding() {
    let (_dir, vault) = vault();
    let wrong = format!("1:{}", "0".repeat(64));
    let mut command = privatus(&vault);
    command.args(["audit", "verify", "--head", &wrong]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    super::one_line(&output, 27);
    let mut command = privatus(&vault);
    command.args(["access", "check", "vault:*", "ann", "read"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(28));
}

/// A file replaces an existing one of its name: a device must not be replaced.
#[cfg(unix)]
#[test]
fn an_export_never_replaces_what_is_no_file() {
    use std::os::unix::fs::FileTypeExt;
    let (dir, vault) = vault();
    let socket = dir.path().join("socket");
    let _listening = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let mut command = privatus(&vault);
    command.args(["export", word(&socket)]);
    refused(&vault, command, 2, "not a regular file");
    assert!(fs::symlink_metadata(&socket).unwrap().file_type().is_socket());
}

/// Rust's runtime puts `/dev/null` in place of a closed descriptor: a whole document would be lost silently.
#[cfg(unix)]
#[test]
fn a_document_for_a_closed_output_is_no_success() {
    let (_dir, vault) = vault();
    for words in ["export -", "audit export -"] {
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &format!("\"$0\" --vault \"$1\" {words} >&-")]);
        shell.arg(privatus_tests::tool()).arg(&vault);
        shell.env("PRIVATUS_PASSWORD", privatus_tests::PASSWORD);
        refused(&vault, shell, 29, "standard output is closed");
    }
}

/// `-` is standard output, and no file of this name appears.
#[test]
fn an_audit_export_to_standard_output() {
    let (dir, vault) = vault();
    let mut command = privatus(&vault);
    command.args(["audit", "export", "-"]).current_dir(dir.path());
    let output = command.output().unwrap();
    assert!(output.status.success());
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["format"], "privatus-audit");
    assert!(!dir.path().join("-").exists());
}

/// Such a name refers to an open file of another program, which would be replaced.
#[cfg(target_os = "linux")]
#[test]
fn an_export_into_an_open_file() {
    let (dir, vault) = vault();
    let log = dir.path().join("log");
    fs::write(&log, "before").unwrap();
    for words in [
        ["export", "/dev/stdout"],
        ["export", "/dev/fd/1"],
        ["export", "/proc/self/fd/1"],
    ] {
        for first in [&[][..], &["audit"]] {
            let mut command = privatus(&vault);
            let out = fs::OpenOptions::new().append(true).open(&log).unwrap();
            command.args(first).args(words).stdout(out);
            refused(&vault, command, 2, "`-` for standard output");
            assert_eq!(fs::read(&log).unwrap(), b"before", "{words:?}");
        }
    }
}

/// Rust's own handle would count every byte as written.
#[cfg(unix)]
#[test]
fn an_output_that_is_open_to_read_alone() {
    let (dir, vault) = vault();
    let file = dir.path().join("read");
    fs::write(&file, "").unwrap();
    let exported = dir.path().join("out.jsonl");
    for words in [
        &["contacts", "add", "Someone"][..],
        &["chats"],
        &["--json", "stats"],
        &["export", word(&exported)],
        &["--help"],
        &["man"],
    ] {
        for to_read in [Path::new("/dev/null"), &file] {
            let before = privatus_tests::files(&vault);
            let mut command = privatus(&vault);
            command.args(words).stdout(fs::File::open(to_read).unwrap());
            let output = command.stderr(Stdio::piped()).output().unwrap();
            let errors = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(29), "{words:?}: {errors}");
            assert!(errors.contains("open for reading only"), "{errors}");
            assert_eq!(privatus_tests::changed(&vault, &before), None, "{words:?}");
        }
    }
    assert!(!exported.exists());
}
