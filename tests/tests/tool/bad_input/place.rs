//! A vault's place: nothing there, something else there, a part of a vault there.

use std::fs;

use privatus_tests::{changed, files, ok, privatus};

use super::{refused, refuses, vault};

const INIT: [&str; 4] = ["init", "--code-to-stdout", "--kdf-iterations", "210000"];
const FILES: [&str; 3] = ["privatus.db", "keyring.json", "keyring.json.1"];

#[test]
fn no_vault() {
    let dir = tempfile::tempdir().unwrap();
    let none = dir.path().join("none");
    refuses(&none, &["chats"], 11, "create one with `privatus init`");
    assert!(!none.exists());
    let mut command = privatus(&none);
    command.env_remove("PRIVATUS_PASSWORD").arg("chats");
    refused(&none, command, 11, "it does not exist");
    for words in [
        &["show", "x"][..],
        &["send", "x", "y"],
        &["verify"],
        &["passwd"],
        &["stats"],
    ] {
        refuses(dir.path(), words, 11, "neither a key ring nor a database");
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn a_file_where_the_vault_should_be() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "x").unwrap();
    refuses(&file, &["chats"], 11, "it is a file");
    refuses(&file, &INIT, 11, "not a folder");
    refuses(&file.join("below"), &["chats"], 11, "name another with --vault");
    assert_eq!(fs::read(&file).unwrap(), b"x");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_on_the_way() {
    let dir = tempfile::tempdir().unwrap();
    let link = dir.path().join("link");
    std::os::unix::fs::symlink(dir.path().join("nowhere"), &link).unwrap();
    for below in ["vault", "folder/vault"] {
        refuses(&link.join(below), &INIT, 11, "part of its path is a broken link");
    }
    refuses(&link, &INIT, 11, "it is a broken link");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn what_is_neither_a_folder_nor_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let [around, pipe, first, second] =
        ["around", "pipe", "first", "second"].map(|name| dir.path().join(name));
    std::os::unix::fs::symlink(&around, &around).unwrap();
    std::os::unix::fs::symlink(&second, &first).unwrap();
    std::os::unix::fs::symlink(&first, &second).unwrap();
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    for words in [&["chats"][..], &["migrate", "status"], &INIT] {
        for looping in [&around, &first, &second.join("vault")] {
            let mut command = privatus(looping);
            let output = command.args(words).output().unwrap();
            let line = super::one_line(&output, 17);
            assert!(
                line.contains(looping.to_str().unwrap())
                    && line.contains("points back to itself")
                    && line.contains("check where its links lead"),
                "{line}"
            );
        }
        refuses(&pipe, words, 11, "it is a pipe, not a folder");
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 4);
}

#[test]
fn init_where_something_is() {
    let (_dir, vault) = vault();
    refuses(&vault, &INIT, 12, "name another folder");
    for only in FILES {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(only), fs::read(vault.join(only)).unwrap()).unwrap();
        refuses(dir.path(), &INIT, 12, only);
        // Also a file that only has the name of a vault's file: it may be all that is left.
        fs::write(dir.path().join(only), "").unwrap();
        refuses(dir.path(), &INIT, 12, only);
    }
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("letter.txt"), "dear").unwrap();
    refuses(dir.path(), &INIT, 23, "name a new or an empty folder");
    let mut command = privatus(dir.path());
    command.args(["init", "--kdf-iterations", "1"]);
    refused(dir.path(), command, 23, "not empty");
}

/// Every part of a vault's three files: what is missing has its own name, and nothing is made in its place.
#[test]
fn parts_of_a_vault() {
    let (_dir, vault) = vault();
    let whole = files(&vault);
    for parts in 0..8_u8 {
        let has = |at: usize| parts & (1 << at) != 0;
        let (database, rings) = (has(0), u8::from(has(1)) + u8::from(has(2)));
        let dir = tempfile::tempdir().unwrap();
        for (at, name) in FILES.into_iter().enumerate().filter(|(at, _)| has(*at)) {
            assert_eq!(name, FILES[at]);
            fs::write(dir.path().join(name), &whole[name]).unwrap();
        }
        match (database, rings) {
            (false, 0) => refuses(dir.path(), &["chats"], 11, "neither a key ring nor a database"),
            (true, 0) => refuses(dir.path(), &["chats"], 13, "put keyring.json back"),
            (false, _) => refuses(dir.path(), &["chats"], 15, "put privatus.db back"),
            (true, _) => {
                ok(dir.path(), &["chats"]);
                // The other copy was made again.
                assert_eq!(changed(dir.path(), &whole), None);
            }
        }
    }
}
