//! Where the tool reads a password from, and which passwords it accepts.

use std::fs;
use std::path::Path;

use privatus_tests::{PASSWORD, init, new_vault, privatus, run};
use serde_json::Value;

/// An editor's byte order mark is not part of a secret.
#[test]
fn a_byte_order_mark_before_a_password_is_passed_over() {
    let (dir, vault) = new_vault();
    let file = dir.path().join("marked");
    let marked = |text: &str| privatus_tests::secret_file(&file, format!("\u{feff}{text}\r\n"));
    let open = || run(&vault, &["--password-file", file.to_str().unwrap(), "chats"]);
    marked(PASSWORD);
    assert!(open().status.success(), "{:?}", open());
    marked("another");
    assert_eq!(open().status.code(), Some(10));
}

#[test]
fn secrets_are_taken_in_the_order_that_help_names() {
    let dir = tempfile::tempdir().unwrap();
    let vault = dir.path().join("vault");
    let made: Value = serde_json::from_str(&init(&vault)).unwrap();
    let code = made["recovery_code"].as_str().unwrap();
    let (right, wrong) = (dir.path().join("right"), dir.path().join("wrong"));
    fs::write(&right, format!("{PASSWORD}\n")).unwrap();
    fs::write(&wrong, "wrong").unwrap();
    let status = |file: Option<&Path>, password: Option<&str>, code: Option<&str>| {
        let mut command = privatus(&vault);
        command.env_remove("PRIVATUS_PASSWORD");
        if let Some(file) = file {
            command.arg("--password-file").arg(file);
        }
        if let Some(password) = password {
            command.env("PRIVATUS_PASSWORD", password);
        }
        if let Some(code) = code {
            command.env("PRIVATUS_RECOVERY_CODE", code);
        }
        command.arg("chats").output().unwrap().status.code().unwrap()
    };
    assert_eq!(status(Some(&right), Some("wrong"), Some("wrong")), 0);
    assert_eq!(status(Some(&wrong), Some(PASSWORD), Some(code)), 10);
    assert_eq!(status(None, Some(PASSWORD), Some("wrong")), 0);
    assert_eq!(status(None, Some("wrong"), Some(code)), 10);
    assert_eq!(status(None, None, Some(code)), 0);
    assert_eq!(status(None, None, None), 2, "no question without a terminal");
}

#[test]
fn an_empty_password_is_refused_and_a_short_one_is_remarked() {
    let dir = tempfile::tempdir().unwrap();
    let vault = dir.path().join("vault");
    let create = |password: &str| {
        let mut command = privatus(&vault);
        command.env("PRIVATUS_PASSWORD", password);
        command
            .args(["init", "--code-to-stdout", "--kdf-iterations", "210000"])
            .output()
            .unwrap()
    };
    assert_eq!(create("").status.code(), Some(10));
    assert_eq!(create(&"x".repeat(1_025)).status.code(), Some(10));
    assert!(!vault.exists());
    let short = create("short");
    assert!(short.status.success());
    assert!(
        String::from_utf8(short.stderr)
            .unwrap()
            .contains("password is short")
    );
}
