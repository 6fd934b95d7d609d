//! What somebody puts at the names that a vault uses, without any secret: links to files outside, pipes, folders, a
//! journal. It is refused by its name, nothing hangs, and no file outside is written to or gets another mode.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::mpsc;
use std::time::Duration;

use privatus_tests::{files, ok, privatus};
use serde_json::Value;

use super::{json, one_line, vault, word};

/// Longer than any command takes; one that hangs takes forever.
const DEADLINE: Duration = Duration::from_secs(120);

/// Names at which the vault has its own file or none.
const ONE: [&str; 6] = [
    "privatus.db",
    "privatus.db-wal",
    "privatus.db-shm",
    "vault.lock",
    "keyring.lock",
    "attempts.json",
];
/// Two copies with the same content: the other one is used.
const COPIES: [&str; 2] = ["keyring.json", "keyring.json.1"];

/// What is planted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plant {
    Link,
    HardLink,
    Dangling,
    Loop,
    Pipe,
    Socket,
    Folder,
}

impl Plant {
    const ALL: [Self; 7] = [
        Self::Link,
        Self::HardLink,
        Self::Dangling,
        Self::Loop,
        Self::Pipe,
        Self::Socket,
        Self::Folder,
    ];

    /// Puts it at `at`, in place of what is there; `outside` is the target of a link.
    fn put(self, at: &Path, outside: &Path) {
        let _ = fs::remove_file(at);
        match self {
            Self::Link => symlink(outside, at).unwrap(),
            Self::HardLink => fs::hard_link(outside, at).unwrap(),
            Self::Dangling => symlink(outside.with_extension("none"), at).unwrap(),
            Self::Loop => symlink(at, at).unwrap(),
            Self::Pipe => {
                assert!(Command::new("mkfifo").arg(at).status().unwrap().success());
            }
            Self::Socket => drop(UnixListener::bind(at).unwrap()),
            Self::Folder => fs::create_dir(at).unwrap(),
        }
    }

    fn says(self) -> &'static str {
        match self {
            Self::Link | Self::Dangling | Self::Loop => "is a symbolic link",
            Self::HardLink => "has another name elsewhere",
            Self::Pipe => "is a pipe",
            Self::Socket => "is a socket",
            Self::Folder => "is a folder",
        }
    }
}

/// A file outside that nobody may touch.
struct Outside {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl Outside {
    fn new(folder: &Path, bytes: Vec<u8>) -> Self {
        let path = folder.join("outside");
        fs::write(&path, &bytes).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        Self { path, bytes }
    }

    #[track_caller]
    fn is_untouched(&self, what: &str) {
        assert!(fs::read(&self.path).unwrap() == self.bytes, "{what}: written to");
        assert_eq!(fs::metadata(&self.path).unwrap().mode() & 0o7777, 0o644, "{what}");
        assert!(!self.path.with_extension("none").exists(), "{what}: made");
    }
}

/// Runs a command that must end.
#[track_caller]
fn ends(mut command: Command) -> Output {
    let child = command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let id = child.id().to_string();
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || tell.send(child.wait_with_output().unwrap()));
    told.recv_timeout(DEADLINE).unwrap_or_else(|_| {
        let _ = Command::new("kill").arg(&id).status();
        panic!("{command:?} hangs")
    })
}

fn typed(vault: &Path, words: &[&str], password: &str) -> Output {
    let mut command = privatus(vault);
    command
        .env("PRIVATUS_PASSWORD", password)
        .env("PRIVATUS_NEW_PASSWORD", "another password");
    command.args(words);
    ends(command)
}

#[test]
fn at_a_name_of_one_file() {
    let (dir, vault) = vault();
    for name in ONE {
        let at = vault.join(name);
        let own = fs::read(&at).ok();
        for plant in Plant::ALL {
            // The target of a link could be mistaken for the vault's own file.
            let outside = Outside::new(dir.path(), own.clone().unwrap_or_else(|| b"precious".to_vec()));
            plant.put(&at, &outside.path);
            let before = files(&vault);
            for (words, password) in [
                (&["chats"][..], privatus_tests::PASSWORD),
                (&["passwd"], privatus_tests::PASSWORD),
                (&["migrate", "status"], privatus_tests::PASSWORD),
                (&["chats"], "wrong"),
            ] {
                let what = format!("{name}, {plant:?}, {words:?}");
                let line = one_line(&typed(&vault, words, password), 17);
                assert!(
                    line.contains(word(&at)) && line.contains(plant.says()),
                    "{what}: {line}"
                );
                outside.is_untouched(&what);
                assert!(files(&vault) == before, "{what}: the vault changed");
            }
            let found = fs::symlink_metadata(&at).unwrap();
            assert_eq!(
                found.is_symlink(),
                plant.says() == "is a symbolic link",
                "stands still"
            );
            fs::remove_dir(&at).or_else(|_| fs::remove_file(&at)).unwrap();
            if let Some(own) = &own {
                fs::write(&at, own).unwrap();
            }
        }
    }
    ok(&vault, &["chats"]);
}

/// The commands in the refusal restore the vault.
#[test]
fn the_way_back_that_is_told() {
    for (name, plant) in [
        ("privatus.db", Plant::Link),
        ("privatus.db", Plant::HardLink),
        ("vault.lock", Plant::HardLink),
        ("attempts.json", Plant::Dangling),
    ] {
        let (dir, vault) = vault();
        let at = vault.join(name);
        let bytes = fs::read(&at).unwrap_or_default();
        let outside = Outside::new(dir.path(), bytes);
        plant.put(&at, &outside.path);
        let line = one_line(&typed(&vault, &["chats"], privatus_tests::PASSWORD), 17);
        let told = line.split('`').nth(1).unwrap();
        assert!(
            Command::new("sh").args(["-c", told]).status().unwrap().success(),
            "{told}"
        );
        ok(&vault, &["chats"]);
        assert!(fs::symlink_metadata(&at).map_or(true, |found| found.is_file()));
        outside.is_untouched(told);
    }
}

/// A journal that is made without a key: SQLite would cut the database to nothing with it.
fn journal(database: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
    let page = [7_u8; 4096];
    let nonce = 1_u32;
    // One page; the database had one page when it began; sectors of 512 bytes, pages of 4,096.
    for number in [1, nonce, 1, 512, 4096] {
        bytes.extend(u32::to_be_bytes(number));
    }
    bytes.resize(512, 0);
    bytes.extend(1_u32.to_be_bytes());
    bytes.extend(page);
    // The checksum of a page is the nonce and every 200th byte, from the end.
    let sum = (1..=20).map(|n| u32::from(page[4096 - 200 * n])).sum::<u32>();
    bytes.extend((nonce + sum).to_be_bytes());
    assert!(bytes.len() < database.len());
    bytes
}

#[test]
fn a_journal_beside_the_database() {
    let (dir, vault) = vault();
    ok(&vault, &["contacts", "add", "Someone"]);
    let at = vault.join("privatus.db-journal");
    let whole = fs::read(vault.join("privatus.db")).unwrap();
    for bytes in [journal(&whole), b"x".to_vec(), Vec::new()] {
        fs::write(&at, &bytes).unwrap();
        for words in [
            &["chats"][..],
            &["send", "Someone", "hello"],
            &["verify"],
            &["migrate", "up"],
        ] {
            let line = one_line(&typed(&vault, words, privatus_tests::PASSWORD), 17);
            assert!(
                line.contains(word(&at)) && line.contains("rollback journal") && line.contains("`mv "),
                "{line}"
            );
            assert!(fs::read(vault.join("privatus.db")).unwrap() == whole, "{words:?}");
            assert_eq!(fs::read(&at).unwrap(), bytes, "{words:?}");
        }
    }
    for plant in Plant::ALL {
        let outside = Outside::new(dir.path(), journal(&whole));
        plant.put(&at, &outside.path);
        let line = one_line(&typed(&vault, &["chats"], privatus_tests::PASSWORD), 17);
        assert!(line.contains(word(&at)) && line.contains(plant.says()), "{line}");
        outside.is_untouched(&line);
        fs::remove_dir(&at).or_else(|_| fs::remove_file(&at)).unwrap();
    }
    assert!(fs::read(vault.join("privatus.db")).unwrap() == whole);
    ok(&vault, &["send", "Someone", "hello"]);
}

/// One copy of the key ring is a link or no file: the other opens the vault, the name is replaced, and what it led to
/// stays.
#[test]
fn at_one_copy_of_the_key_ring() {
    for name in COPIES {
        for plant in Plant::ALL {
            let (dir, vault) = vault();
            let at = vault.join(name);
            let good = fs::read(&at).unwrap();
            let outside = Outside::new(dir.path(), good.clone());
            plant.put(&at, &outside.path);
            let what = format!("{name}, {plant:?}");
            let output = typed(&vault, &["chats"], privatus_tests::PASSWORD);
            let errors = String::from_utf8(output.stderr).unwrap();
            assert!(output.status.success(), "{what}: {errors}");
            assert!(
                errors.contains(name) && errors.contains(plant.says()),
                "{what}: {errors}"
            );
            outside.is_untouched(&what);
            if plant == Plant::Folder {
                assert!(errors.contains("could not be rewritten"), "{what}: {errors}");
                // A change of the password would leave one copy: refused, with nothing changed.
                let line = typed(&vault, &["passwd"], privatus_tests::PASSWORD);
                assert_eq!(line.status.code(), Some(17), "{what}: {line:?}");
                fs::remove_dir(&at).unwrap();
                ok(&vault, &["chats"]);
            }
            let found = fs::symlink_metadata(&at).unwrap();
            assert!(found.is_file() && found.nlink() == 1, "{what}");
            assert_eq!(found.mode() & 0o777, 0o600, "{what}");
            assert!(fs::read(&at).unwrap() == good, "{what}");
            let events = json(&vault, &["security", "list", "--type", "key_ring_copy"]);
            let of_plant =
                |event: &&Value| event["raw_data"]["was"] == "no_file" && event["severity"] == "high";
            let events = events["events"].as_array().unwrap();
            assert_eq!(events.iter().filter(of_plant).count(), 1, "{what}: {events:?}");
            let entries = json(&vault, &["audit", "list", "--event", "key"]).to_string();
            assert!(entries.contains("ring_heal"), "{what}: {entries}");
            // A new password reaches both copies, and no other file.
            ok_with_new_password(&vault);
            outside.is_untouched(&what);
        }
    }
}

fn ok_with_new_password(vault: &Path) {
    let output = typed(vault, &["passwd"], privatus_tests::PASSWORD);
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn at_both_copies_of_the_key_ring() {
    for plant in Plant::ALL {
        let (dir, vault) = vault();
        let outside = Outside::new(dir.path(), fs::read(vault.join(COPIES[0])).unwrap());
        for name in COPIES {
            plant.put(&vault.join(name), &outside.path);
        }
        let line = one_line(&typed(&vault, &["chats"], privatus_tests::PASSWORD), 17);
        assert!(
            line.contains("keyring.json") && line.contains(plant.says()),
            "{line}"
        );
        outside.is_untouched(&line);
    }
}

/// Names that earlier builds wrote to, and that can be guessed: they are neither followed nor removed.
#[test]
fn at_the_names_of_partial_files() {
    const PARTIAL: [&str; 5] = [
        "attempts.partial",
        "keyring.partial",
        "keyring.json.partial",
        "privatus.db.snapshot.partial",
        ".privatus-ring-0123456789abcdef.partial",
    ];
    for plant in [
        Plant::Link,
        Plant::HardLink,
        Plant::Dangling,
        Plant::Loop,
        Plant::Pipe,
        Plant::Folder,
    ] {
        let (dir, vault) = vault();
        let outside = Outside::new(dir.path(), b"precious".to_vec());
        for name in PARTIAL {
            plant.put(&vault.join(name), &outside.path);
        }
        assert_eq!(typed(&vault, &["chats"], "wrong").status.code(), Some(10));
        ok(&vault, &["chats"]);
        ok(&vault, &["migrate", "down", "--to", "1.0.0", "--yes"]);
        ok(&vault, &["migrate", "up"]);
        ok_with_new_password(&vault);
        outside.is_untouched(&format!("{plant:?}"));
        for name in PARTIAL {
            fs::symlink_metadata(vault.join(name)).unwrap_or_else(|_| panic!("{name} is gone"));
        }
    }
}

/// What a killed process left of a key ring may open with a password that is changed since.
#[test]
fn what_a_killed_process_left_goes() {
    let (_dir, vault) = vault();
    let left = vault.join(".privatus-ring-0123456789abcdef.partial");
    fs::copy(vault.join("keyring.json"), &left).unwrap();
    ok_with_new_password(&vault);
    assert!(!left.exists());
    for kind in ["ring", "copy", "note", "attempts", "probe"] {
        let left = vault.join(format!(".privatus-{kind}-00000000000000ff.partial"));
        fs::write(&left, "half").unwrap();
        let other = vault.join(format!(".privatus-{kind}-mine.partial"));
        fs::write(&other, "mine").unwrap();
        let output = typed(&vault, &["chats"], "another password");
        assert!(
            output.status.success() && !left.exists() && other.exists(),
            "{kind}"
        );
    }
}
