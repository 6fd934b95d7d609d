//! Folders and files that other users may read or write: the tool says so, and does its work.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

use privatus_tests::{ok, privatus, run};

use super::{vault, word};

fn allow(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Standard error of a command that succeeded.
#[track_caller]
fn warned(output: &Output) -> String {
    let errors = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(output.status.success(), "{errors}");
    errors
}

#[test]
fn every_file_of_the_vault() {
    let (_dir, vault) = vault();
    assert_eq!(typed_wrong(&vault), 10);
    ok(&vault, &["chats"]);
    assert_eq!(warned(&run(&vault, &["chats"])), "");
    fs::write(vault.join("privatus.db.snapshot-mine"), "mine").unwrap();
    for (name, mode) in [
        ("", 0o777),
        ("", 0o750),
        ("privatus.db", 0o666),
        ("keyring.json", 0o644),
        ("keyring.json.1", 0o620),
        ("vault.lock", 0o666),
        ("privatus.db.snapshot-mine", 0o604),
    ] {
        let at = vault.join(name);
        let own = fs::metadata(&at).unwrap().permissions();
        allow(&at, mode);
        let errors = warned(&run(&vault, &["chats"]));
        let shown = if name.is_empty() { "the folder" } else { name };
        assert!(
            errors.contains("other users may read or write")
                && errors.contains(&format!("{shown} ({mode:04o})")),
            "{errors}"
        );
        assert_eq!(
            fs::metadata(&at).unwrap().permissions().mode() & 0o777,
            mode,
            "left as it is"
        );
        fs::set_permissions(&at, own).unwrap();
    }
}

fn typed_wrong(vault: &Path) -> i32 {
    let mut command = privatus(vault);
    command.env("PRIVATUS_PASSWORD", "wrong").arg("chats");
    command.output().unwrap().status.code().unwrap()
}

#[test]
fn a_folder_above_that_anybody_may_write() {
    let (dir, vault) = vault();
    allow(dir.path(), 0o777);
    let errors = warned(&run(&vault, &["chats"]));
    assert!(errors.contains("every user may write in"), "{errors}");
    // The bit that leaves everybody's files to their owners, as /tmp has it.
    allow(dir.path(), 0o1777);
    assert_eq!(warned(&run(&vault, &["chats"])), "");
    allow(dir.path(), 0o700);
}

#[test]
fn a_file_with_a_secret() {
    let (dir, vault) = vault();
    let file = dir.path().join("password");
    fs::write(&file, privatus_tests::PASSWORD).unwrap();
    let with_file = || {
        let mut command = privatus(&vault);
        command.env_remove("PRIVATUS_PASSWORD");
        command
            .args(["--password-file", word(&file), "chats"])
            .output()
            .unwrap()
    };
    for mode in [0o666, 0o644, 0o640, 0o602] {
        allow(&file, mode);
        let errors = warned(&with_file());
        assert!(
            errors.contains(word(&file)) && errors.contains("chmod 600"),
            "{mode:o}: {errors}"
        );
    }
    allow(&file, 0o600);
    assert_eq!(warned(&with_file()), "");
}
