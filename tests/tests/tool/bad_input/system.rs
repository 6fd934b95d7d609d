//! What the system lacks or fails, in the system's words: not as damage, a permission or another process, and never
//! silently.

use std::process::Command;

use privatus_tests::{PASSWORD, ok, privatus, telegram, tool};

use super::{one_line, refuses, vault, word};

/// Runs the tool under a limit that the shell sets.
fn limited(limit: &str, words: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit {limit}; exec \"$0\" \"$@\"")]);
    command.arg(tool()).args(words).env("PRIVATUS_PASSWORD", PASSWORD);
    command
}

#[test]
fn a_name_that_is_too_long() {
    let (dir, vault) = vault();
    ok(&vault, &["contacts", "add", "Alice"]);
    let long = dir.path().join("x".repeat(300));
    let long = word(&long);
    for (words, code) in [
        (&["export", long][..], 26),
        (&["audit", "export", long], 26),
        (&["transfers", "offer", long, "--to", "Alice"], 26),
        (&["import", "telegram", long], 25),
        (&["import", "privatus", long], 25),
        (&["import", "legacy", long], 25),
        (&["--password-file", long, "chats"], 2),
    ] {
        refuses(&vault, words, code, "too long");
    }
}

/// The signal of that limit does not end a command: the limit is reported.
#[cfg(target_os = "linux")]
#[test]
fn a_limit_on_the_size_of_files() {
    let (dir, vault) = vault();
    let at = word(&vault);
    let source = dir.path().join("source.json");
    let texts: Vec<String> = (0..10_000).map(|n| format!("{n} {}", "x".repeat(200))).collect();
    std::fs::write(&source, telegram("Someone", &texts)).unwrap();
    let says = |limit: &str, words: &[&str], code: i32| {
        let output = limited(limit, words).output().unwrap();
        let line = one_line(&output, code);
        assert!(line.contains("`ulimit -f` shows it"), "{words:?}: {line}");
    };
    says(
        "-f 2000",
        &["--vault", at, "import", "telegram", word(&source)],
        26,
    );
    says("-f 1", &["--vault", at, "chats"], 26);
    let other = dir.path().join("other");
    let made = [
        "--vault",
        word(&other),
        "init",
        "--code-to-stdout",
        "--kdf-iterations",
        "210000",
    ];
    says("-f 10", &made, 26);
    assert!(!other.exists());
    ok(&vault, &["import", "telegram", word(&source)]);
    let export = dir.path().join("export.jsonl");
    says("-f 1500", &["--vault", at, "export", word(&export)], 29);
    assert!(!export.exists());
    ok(&vault, &["verify"]);
}

/// However few files may be open, the limit is what is reported.
#[cfg(target_os = "linux")]
#[test]
fn too_many_open_files() {
    let (_dir, vault) = vault();
    let mut refused = 0;
    for limit in 4..20 {
        let words = ["--vault", word(&vault), "chats"];
        let output = limited(&format!("-n {limit}"), &words).output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        // Nothing is said about what does not exist.
        assert!(
            !errors.contains("copy") && !errors.contains("interrupted"),
            "{limit}: {errors}"
        );
        // With fewer the loader cannot start the tool.
        if output.status.success() || !errors.contains("privatus: ") {
            continue;
        }
        assert!(errors.contains("too many files are open"), "{limit}: {errors}");
        refused += 1;
    }
    assert!(refused > 0);
    ok(&vault, &["verify"]);
}

/// A failed `init` removes what it began, however few files may be open.
#[cfg(target_os = "linux")]
#[test]
fn an_init_without_open_files_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut refused = 0;
    for limit in 4..20 {
        let at = dir.path().join(format!("vault{limit}"));
        let words = [
            "--vault",
            word(&at),
            "init",
            "--code-to-stdout",
            "--kdf-iterations",
            "210000",
        ];
        let output = limited(&format!("-n {limit}"), &words).output().unwrap();
        if output.status.success() {
            break;
        }
        refused += usize::from(String::from_utf8_lossy(&output.stderr).contains("too many files are open"));
        if at.join("privatus.db").exists() {
            // It was put in its place, and the error says so.
            let errors = String::from_utf8(output.stderr).unwrap();
            assert!(
                errors.contains("was created, but could not be opened"),
                "{errors}"
            );
            std::fs::remove_dir_all(&at).unwrap();
        }
        let left: Vec<_> = std::fs::read_dir(dir.path()).unwrap().collect();
        assert!(left.is_empty(), "{limit}: {left:?}");
    }
    assert!(refused > 0);
}

/// The user is told that the failure is not counted, so no later open reports it.
#[cfg(target_os = "linux")]
#[test]
fn a_failed_unlock_that_cannot_be_counted() {
    let (_dir, vault) = vault();
    ok(&vault, &["chats"]);
    let mut command = limited("-f 0", &["--vault", word(&vault), "chats"]);
    let line = one_line(&command.env("PRIVATUS_PASSWORD", "wrong").output().unwrap(), 10);
    assert!(
        line.contains("this failed unlock was not counted: write attempts.json: a file would become larger"),
        "{line}"
    );
    assert!(!vault.join("attempts.json").exists());
}

/// A source that the system does not read is not called an unexpected one.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_the_system_does_not_read() {
    let (_dir, vault) = vault();
    ok(&vault, &["contacts", "add", "Alice"]);
    // A regular file whose first read fails with EIO.
    let mut command = privatus(&vault);
    command.args(["transfers", "offer", "/proc/self/mem", "--to", "Alice"]);
    let output = command.output().unwrap();
    let line = one_line(&output, 26);
    assert!(line.contains("the disk fails to read or write"), "{line}");
}
