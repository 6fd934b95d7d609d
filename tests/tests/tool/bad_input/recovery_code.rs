//! A recovery code that cannot be written: no vault is created. And the file to which it can be written.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use privatus_tests::{PASSWORD, privatus};
use serde_json::Value;

use super::{one_line, word};

const INIT: [&str; 3] = ["init", "--kdf-iterations", "210000"];

fn init(vault: &Path, words: &[&str]) -> Command {
    let mut command = privatus(vault);
    command
        .args(INIT)
        .args(words)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// The names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn without_a_terminal_it_has_to_be_said_where_it_goes() {
    let dir = tempfile::tempdir().unwrap();
    let vault = dir.path().join("vault");
    let line = one_line(&init(&vault, &[]).output().unwrap(), 2);
    for way in [
        "--recovery-code-file FILE",
        "--code-to-stdout",
        "nothing was created",
    ] {
        assert!(line.contains(way), "{line}");
    }
    assert_eq!(names(dir.path()), [""; 0]);
    // Before a password is asked for, and with both there is no saying which.
    let mut command = init(&vault, &[]);
    command.env_remove("PRIVATUS_PASSWORD");
    assert!(one_line(&command.output().unwrap(), 2).contains("--recovery-code-file"));
    let file = dir.path().join("code");
    let both = init(&vault, &["--code-to-stdout", "--recovery-code-file", word(&file)]);
    assert!(one_line(&{ both }.output().unwrap(), 2).contains("use only one of"));
    assert_eq!(names(dir.path()), [""; 0]);
    for way in [&["--code-to-stdout"][..], &["--json"]] {
        let vault = dir.path().join(way[0]);
        let output = init(&vault, way).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        assert!(vault.join("privatus.db").is_file());
    }
}

/// An output that is full, one whose reader left, one that is closed, one that cannot be written.
#[cfg(target_os = "linux")]
#[test]
fn a_code_that_cannot_be_printed_leaves_no_vault() {
    let dir = tempfile::tempdir().unwrap();
    let there = dir.path().join("there");
    fs::create_dir(&there).unwrap();
    let shell = |vault: &Path, redirected: &str, way: &str| {
        let mut shell = Command::new("sh");
        let script = format!("exec \"$0\" --vault \"$1\" init {way} --kdf-iterations 210000 {redirected}");
        shell.args(["-c", &script]).arg(privatus_tests::tool()).arg(vault);
        shell.env("PRIVATUS_PASSWORD", PASSWORD).stderr(Stdio::piped());
        shell
    };
    for vault in [dir.path().join("vault"), there.clone()] {
        for way in ["--json", "--code-to-stdout"] {
            for redirected in [">/dev/full", ">&-", ">/dev/null", "1</dev/zero"] {
                let output = shell(&vault, redirected, way).output().unwrap();
                let line = one_line_or_json(&output);
                let says = match redirected {
                    "1</dev/zero" => ["open for reading only", "nothing was done"],
                    _ => ["the recovery code could not be printed", "nothing was created"],
                };
                for says in says {
                    assert!(line.contains(says), "{redirected}: {line}");
                }
                assert_eq!(names(dir.path()), ["there"], "{redirected}");
                assert_eq!(names(&there), [""; 0], "{redirected}");
            }
            let mut child = init(&vault, &[way]).spawn().unwrap();
            drop(child.stdout.take());
            let line = one_line_or_json(&child.wait_with_output().unwrap());
            assert!(
                line.contains("could not be printed: nothing reads the other end of the pipe"),
                "{line}"
            );
            assert_eq!((names(dir.path()).len(), names(&there).len()), (1, 0));
        }
    }
}

fn one_line_or_json(output: &std::process::Output) -> String {
    let errors = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(
        (output.status.code(), errors.lines().count()),
        (Some(29), 1),
        "{errors}"
    );
    errors
}

/// A full pipe that nobody reads.
#[cfg(target_os = "linux")]
fn blocked(vault: &Path) -> (std::process::Child, std::io::PipeReader) {
    use std::io::Write;
    let (reader, mut writer) = std::io::pipe().unwrap();
    // The capacity of a pipe on Linux, unless somebody has too many.
    let full = fs::read_to_string("/proc/sys/fs/pipe-max-size").unwrap();
    assert!(full.trim().parse::<usize>().unwrap() >= 65_536);
    writer.write_all(&[b'.'; 65_536]).unwrap();
    let mut command = init(vault, &["--code-to-stdout"]);
    let child = command.stdout(writer).spawn().unwrap();
    // The key ring is the last file of a vault that is written.
    let built = |entry: &fs::DirEntry| entry.path().join("keyring.json.1").is_file();
    let folder = vault.parent().unwrap();
    while !fs::read_dir(folder).unwrap().any(|entry| built(&entry.unwrap())) {
        std::thread::yield_now();
    }
    (child, reader)
}

#[cfg(target_os = "linux")]
#[test]
fn a_kill_while_it_is_printed_leaves_no_vault_in_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let vault = dir.path().join("vault");
    let (mut child, reader) = blocked(&vault);
    assert!(!vault.exists(), "it is not there before its code is printed");
    child.kill().unwrap();
    child.wait().unwrap();
    drop(reader);
    assert!(!vault.exists());
    // What is left has a name that says what it is, and it blocks nothing.
    let [left] = &names(dir.path())[..] else {
        panic!("{:?}", names(dir.path()))
    };
    assert!(left.starts_with("vault.new-"));
    // Not those of another vault, nor what only looks like one.
    fs::create_dir(dir.path().join("other.new-0123456789abcdef")).unwrap();
    fs::write(dir.path().join("vault.new-0123456789abcdef"), "").unwrap();
    let output = init(&vault, &["--json"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(errors.matches("did not finish").count(), 1, "{errors}");
    assert!(
        errors.contains(left) && errors.contains("opens nothing; remove both"),
        "{errors}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_while_it_is_printed_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let vault = dir.path().join("vault");
    let (child, reader) = blocked(&vault);
    let stopped = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(stopped.unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert!(one_line(&output, 130).contains("nothing was created"));
    drop(reader);
    assert_eq!(names(dir.path()), [""; 0]);
}

/// The code is out, and another process takes the place before the vault does.
#[cfg(target_os = "linux")]
#[test]
fn a_printed_code_of_no_vault_is_told_to_open_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let vault = dir.path().join("vault");
    let (child, mut reader) = blocked(&vault);
    fs::create_dir(&vault).unwrap();
    fs::write(vault.join("letter"), "dear").unwrap();
    let printed = std::thread::spawn(move || {
        let mut printed = String::new();
        std::io::Read::read_to_string(&mut reader, &mut printed).unwrap();
        printed
    });
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        (output.status.code(), errors.lines().count()),
        (Some(12), 2),
        "{errors}"
    );
    assert!(
        errors.contains("the recovery code that was printed opens nothing"),
        "{errors}"
    );
    assert!(printed.join().unwrap().contains("Recovery code:"));
    assert_eq!(
        (names(dir.path()), names(&vault)),
        (vec!["vault".to_owned()], vec!["letter".to_owned()])
    );
}

#[test]
fn a_file_that_the_code_cannot_go_to() {
    let dir = tempfile::tempdir().unwrap();
    let (vault, there) = (dir.path().join("vault"), dir.path().join("there"));
    fs::create_dir(&there).unwrap();
    let taken = dir.path().join("taken");
    fs::write(&taken, "mine").unwrap();
    let mut cases = vec![
        (
            vault.clone(),
            taken.clone(),
            23,
            "It may contain the code of an `init` that did not finish",
        ),
        (
            vault.clone(),
            dir.path().join("missing/code"),
            24,
            "create it, or name a file in another folder",
        ),
        (vault.clone(), vault.clone(), 23, "is inside the vault's folder"),
        (
            vault.clone(),
            vault.join("code"),
            23,
            "is inside the vault's folder",
        ),
        (
            vault.clone(),
            dir.path().join("there/../vault/code"),
            23,
            "is inside the vault's folder",
        ),
        (
            there.clone(),
            there.join("code"),
            23,
            "is inside the vault's folder",
        ),
        (there.clone(), there.clone(), 23, "is inside the vault's folder"),
        (vault.clone(), there.clone(), 23, "is a folder"),
        (vault.clone(), "-".into(), 2, "--code-to-stdout prints the code"),
    ];
    #[cfg(unix)]
    {
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(dir.path().join("nowhere"), &link).unwrap();
        cases.push((vault.clone(), link, 23, "is a folder, a pipe, a link or a device"));
        cases.push((
            vault.clone(),
            "/dev/null".into(),
            23,
            "is a folder, a pipe, a link or a device",
        ));
        let folder = dir.path().join("folder");
        std::os::unix::fs::symlink(&there, &folder).unwrap();
        cases.push((
            there.clone(),
            folder.join("code"),
            23,
            "is inside the vault's folder",
        ));
    }
    let before = names(dir.path());
    for (vault, file, code, says) in cases {
        let mut command = init(&vault, &["--recovery-code-file", word(&file)]);
        command.env_remove("PRIVATUS_PASSWORD");
        let line = one_line(&command.output().unwrap(), code);
        assert!(line.contains(says), "{}: {line}", file.display());
        assert_eq!((names(dir.path()), names(&there).len()), (before.clone(), 0));
        assert_eq!(fs::read(&taken).unwrap(), b"mine");
    }
    // If no vault can be created, no code stays.
    let file = dir.path().join("code");
    let mut command = init(&taken.join("vault"), &["--recovery-code-file", word(&file)]);
    assert_eq!(command.output().unwrap().status.code(), Some(11));
    assert!(!file.exists());
}

#[test]
fn a_file_has_the_code_and_opens_the_vault() {
    let dir = tempfile::tempdir().unwrap();
    for way in [&[][..], &["--json"]] {
        let vault = dir.path().join(format!("vault{}", way.len()));
        let file = dir.path().join(format!("code{}", way.len()));
        let output = init(&vault, &[&["--recovery-code-file", word(&file)], way].concat())
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{said}");
        let code = fs::read_to_string(&file).unwrap();
        assert!(code.ends_with('\n') && code.len() == 41, "{}", code.len());
        assert!(
            !said.contains(code.trim()) && said.contains(word(&file)),
            "{said}"
        );
        if !way.is_empty() {
            let told: Value = serde_json::from_str(&said).unwrap();
            assert_eq!(
                (&told["recovery_code"], &told["recovery_code_file"]),
                (&Value::Null, &word(&file).into())
            );
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let mut command = privatus(&vault);
        command
            .env_remove("PRIVATUS_PASSWORD")
            .args(["--recovery-code-file", word(&file), "chats"]);
        assert!(command.output().unwrap().status.success());
        // A password file takes precedence over a code file, and a code file over the environment.
        let mut command = privatus(&vault);
        command
            .env("PRIVATUS_PASSWORD", "wrong")
            .args(["--recovery-code-file", word(&file), "chats"]);
        assert!(command.output().unwrap().status.success());
    }
}
