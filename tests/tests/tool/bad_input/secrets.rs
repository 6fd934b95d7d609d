//! Passwords and recovery codes that do not open the vault.

use std::fs;
use std::path::Path;
use std::process::Command;

use privatus_tests::{init, privatus};
use serde_json::Value;

use super::{refused, vault, word};

fn with_password(vault: &Path, password: &str) -> Command {
    let mut command = privatus(vault);
    command.env("PRIVATUS_PASSWORD", password).arg("chats");
    command
}

fn with_code(vault: &Path, code: &str) -> Command {
    let mut command = privatus(vault);
    command
        .env_remove("PRIVATUS_PASSWORD")
        .env("PRIVATUS_RECOVERY_CODE", code)
        .arg("chats");
    command
}

fn code_of(made: &str) -> String {
    let made: Value = serde_json::from_str(made).unwrap();
    made["recovery_code"].as_str().unwrap().to_owned()
}

#[test]
fn a_wrong_password() {
    let (dir, vault) = vault();
    for wrong in [
        "wrong",
        " correct horse battery staple",
        "Correct horse battery staple",
    ] {
        refused(
            &vault,
            with_password(&vault, wrong),
            10,
            "try again, or use the other secret",
        );
    }
    refused(
        &vault,
        with_password(&vault, ""),
        10,
        "give at least one character",
    );
    refused(
        &vault,
        with_password(&vault, &"x".repeat(1_025)),
        10,
        "give a shorter one",
    );
    let file = dir.path().join("password");
    for (bytes, says) in [
        (&b"wrong\n"[..], "try again"),
        (b"\n", "at least one character"),
        (b"\xff\n", "save it as UTF-8"),
    ] {
        fs::write(&file, bytes).unwrap();
        #[cfg(unix)]
        fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let mut command = privatus(&vault);
        command.args(["--password-file", word(&file), "chats"]);
        refused(&vault, command, 10, says);
    }
}

#[test]
fn no_password_and_no_terminal() {
    let (dir, vault) = vault();
    let mut command = privatus(&vault);
    command.env_remove("PRIVATUS_PASSWORD").arg("chats");
    refused(&vault, command, 2, "use --password-file or PRIVATUS_PASSWORD");
    let mut command = privatus(&vault);
    command.args(["--password-file", word(&dir.path().join("none")), "chats"]);
    refused(&vault, command, 2, "cannot be read");
}

#[test]
fn a_recovery_code_mistyped_in_one_place() {
    let dir = tempfile::tempdir().unwrap();
    let vault = dir.path().join("vault");
    let code: Vec<char> = code_of(&init(&vault)).chars().collect();
    // A letter of each group, and of the checksum at the end, by another letter of the alphabet.
    for at in [0, 7, 13, 20, 25, 32, code.len() - 1] {
        let mut typed = code.clone();
        typed[at] = if code[at] == 'A' { 'B' } else { 'A' };
        let typed: String = typed.into_iter().collect();
        refused(&vault, with_code(&vault, &typed), 10, "mistyped");
    }
    let different = |two: &[char]| two[0] != two[1] && two[0] != '-' && two[1] != '-';
    let (mut swapped, at) = (code.clone(), code.windows(2).position(different).unwrap());
    swapped.swap(at, at + 1);
    let swapped: String = swapped.into_iter().collect();
    refused(
        &vault,
        with_code(&vault, &swapped),
        10,
        "compare it with the printed one",
    );
    let short: String = code.iter().take(code.len() - 1).collect();
    refused(&vault, with_code(&vault, &short), 10, "fewer than 34");
    let long: String = code.iter().chain(&['7']).collect();
    refused(&vault, with_code(&vault, &long), 10, "more than 34");
    refused(
        &vault,
        with_code(&vault, "no code!"),
        10,
        "recovery codes do not have",
    );
}

#[test]
fn a_well_formed_recovery_code_of_another_vault() {
    let (_dir, vault) = vault();
    let other = tempfile::tempdir().unwrap();
    let code = code_of(&init(&other.path().join("other")));
    refused(
        &vault,
        with_code(&vault, &code),
        10,
        "wrong password or recovery code",
    );
}

#[test]
fn a_password_change_with_a_wrong_old_password() {
    let (_dir, vault) = vault();
    let mut command = privatus(&vault);
    command
        .env("PRIVATUS_NEW_PASSWORD", "")
        .args(["passwd", "--kdf-iterations", "210000"]);
    refused(&vault, command, 10, "at least one character");
    let mut command = privatus(&vault);
    command
        .env("PRIVATUS_PASSWORD", "wrong")
        .env("PRIVATUS_NEW_PASSWORD", "another");
    command.args(["passwd", "--kdf-iterations", "210000"]);
    refused(&vault, command, 10, "wrong password");
    let mut command = privatus(&vault);
    command
        .env("PRIVATUS_NEW_PASSWORD", "x")
        .args(["passwd", "--kdf-iterations", "209999"]);
    refused(&vault, command, 2, "between 210,000 and 100,000,000");
}
