//! Folders and files that other users may read or write: the tool warns, and does its work.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::Path;
use std::process::{Command, Output};

use privatus_tests::{ok, privatus, run};

use super::{one_line, vault, word};

/// `nobody` on most systems; any user and group except root's would do.
const OTHER: u32 = 65_534;

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
    assert!(errors.contains("every user may write to"), "{errors}");
    // The sticky bit, as on /tmp: only owners can replace their files.
    allow(dir.path(), 0o1777);
    assert_eq!(warned(&run(&vault, &["chats"])), "");
    // A link to the vault can be replaced in the link's folder.
    let shared = tempfile::tempdir().unwrap();
    let link = shared.path().join("link");
    symlink(&vault, &link).unwrap();
    assert_eq!(warned(&run(&link, &["chats"])), "");
    allow(shared.path(), 0o777);
    let errors = warned(&run(&link, &["chats"]));
    assert!(
        errors.contains(&format!("every user may write to {}", shared.path().display())),
        "{errors}"
    );
    allow(dir.path(), 0o700);
}

/// The tool would wait silently for a pipe in a folder; a pipe that is already open is what a shell passes.
#[test]
fn a_secret_out_of_what_is_no_file() {
    let (dir, vault) = vault();
    let pipe = dir.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let link = dir.path().join("link");
    symlink(&pipe, &link).unwrap();
    let database = [
        "migrate",
        "baseline",
        word(&pipe),
        "--code-to-stdout",
        "--raw-key-file",
        word(&pipe),
    ];
    for words in [
        &["--password-file", word(&pipe), "chats"][..],
        &["--password-file", word(&link), "chats"],
        &["--recovery-code-file", word(&pipe), "chats"],
        &["passwd", "--new-password-file", word(&pipe)],
        &["--password-file", "/dev/null", "chats"],
        &["--password-file", word(dir.path()), "chats"],
    ] {
        let mut command = privatus(&vault);
        if !words.contains(&"passwd") {
            command.env_remove("PRIVATUS_PASSWORD");
        }
        let line = one_line(&command.args(words).output().unwrap(), 2);
        assert!(
            line.contains("it is a pipe") || line.contains("it is a folder"),
            "{line}"
        );
    }
    let fresh = dir.path().join("fresh");
    let line = one_line(&privatus(&fresh).args(database).output().unwrap(), 2);
    assert!(line.contains("it is a pipe"), "{line}");
    for way in [
        "printf %s \"$2\" | \"$0\" --vault \"$1\" --password-file /dev/stdin chats",
        "\"$0\" --vault \"$1\" --password-file <(printf %s \"$2\") chats",
        "\"$0\" --vault \"$1\" --password-file /proc/self/fd/7 chats 7< <(printf %s \"$2\")",
        "printf %s \"$2\" >\"$1.secret\"; chmod 600 \"$1.secret\"; \"$0\" --vault \"$1\" --password-file /dev/stdin chats <\"$1.secret\"",
    ] {
        let mut shell = Command::new("bash");
        shell
            .args(["-c", way])
            .arg(privatus_tests::tool())
            .arg(&vault)
            .arg(privatus_tests::PASSWORD);
        assert_eq!(
            warned(&shell.env_remove("PRIVATUS_PASSWORD").output().unwrap()),
            "",
            "{way}"
        );
    }
}

/// A file that a shell opened is still checked as a file.
#[test]
fn a_secret_on_standard_input_that_others_may_read() {
    let (dir, vault) = vault();
    let secret = dir.path().join("secret");
    fs::write(&secret, privatus_tests::PASSWORD).unwrap();
    for (mode, is_told) in [(0o640, true), (0o600, false)] {
        allow(&secret, mode);
        for name in ["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"] {
            let mut command = privatus(&vault);
            command.env_remove("PRIVATUS_PASSWORD");
            command.args(["--password-file", name, "chats"]);
            let errors = warned(&command.stdin(fs::File::open(&secret).unwrap()).output().unwrap());
            let told = errors.contains("other users can read ") && errors.contains("(mode 0640)");
            assert_eq!(told, is_told, "{name}: {errors}");
        }
    }
}

/// A group and another user, if the tests may change owners; `owner.rs` tests whose groups are private.
#[test]
fn what_another_user_or_a_group_may_change() {
    let (dir, vault) = vault();
    if fs::metadata(dir.path()).unwrap().uid() != 0 {
        let kept = chown(dir.path(), Some(OTHER), Some(OTHER)).unwrap_err();
        assert_eq!(
            kept.kind(),
            std::io::ErrorKind::PermissionDenied,
            "only root gives files away"
        );
        return;
    }
    let secret = dir.path().join("password");
    fs::write(&secret, privatus_tests::PASSWORD).unwrap();
    allow(&secret, 0o600);
    let errors = || {
        let mut command = privatus(&vault);
        command.env_remove("PRIVATUS_PASSWORD");
        warned(
            &command
                .args(["--password-file", word(&secret), "chats"])
                .output()
                .unwrap(),
        )
    };
    let own = |path: &Path| chown(path, Some(0), Some(0)).unwrap();
    // root's own group has no other member.
    for mode in [0o775, 0o1775] {
        allow(dir.path(), mode);
        assert_eq!(errors(), "", "{mode:o}");
    }
    chown(dir.path(), None, Some(OTHER)).unwrap();
    assert_eq!(errors(), "", "sticky");
    allow(dir.path(), 0o775);
    let told = errors();
    let group = format!("the users of group {OTHER} may write to {}", dir.path().display());
    assert_eq!(
        told.matches(&group).count(),
        2,
        "for the vault and for the password: {told}"
    );
    // The owner of a folder is above its sticky bit.
    for mode in [0o755, 0o1777] {
        allow(dir.path(), mode);
        chown(dir.path(), Some(OTHER), None).unwrap();
        let told = errors();
        let owner = format!("another user owns {}", dir.path().display());
        assert_eq!(told.matches(&owner).count(), 2, "{told}");
    }
    own(dir.path());
    allow(dir.path(), 0o700);
    for (path, says) in [
        (vault.clone(), "another user owns part of the vault: the folder"),
        (
            vault.join("keyring.json"),
            "another user owns part of the vault: keyring.json",
        ),
        (secret.clone(), "which contains a secret"),
    ] {
        chown(&path, Some(OTHER), None).unwrap();
        let told = errors();
        assert!(told.contains(says) && told.lines().count() == 1, "{told}");
        own(&path);
    }
    assert_eq!(errors(), "");
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
