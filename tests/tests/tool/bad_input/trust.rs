//! Rights from a file: left out and reported, and accepted only from a whole export that somebody vouches for.

use std::fs;
use std::path::{Path, PathBuf};

use privatus_tests::{Database, init, ok, run, whole_export};
use serde_json::json as value;
use tempfile::TempDir;

use super::{json, refuses, word};

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// An export that gives four rights, and an empty vault.
fn export() -> (TempDir, PathBuf, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let first = dir.path().join("first");
    init(&first);
    ok(
        &first,
        &["contacts", "add", "Alice\u{1b}[2J", "--public-key", KEY],
    );
    ok(&first, &["contacts", "verify", "Alice\u{1b}[2J"]);
    ok(&first, &["settings", "set", "lock.after_minutes", "0"]);
    ok(&first, &["settings", "set", "identity.public_key", "--text", KEY]);
    ok(
        &first,
        &["access", "grant", "vault:*", "mallory", "--permissions", "admin"],
    );
    let file = dir.path().join("export.jsonl");
    ok(&first, &["export", word(&file)]);
    let vault = dir.path().join("vault");
    init(&vault);
    (dir, file, vault)
}

fn rights(vault: &Path) -> (usize, usize, bool) {
    let count = |words: &[&str], list: &str| json(vault, words)[list].as_array().unwrap().len();
    let settings = json(vault, &["settings", "list"]);
    let set = settings["settings"].as_array().unwrap().iter();
    let set = set.filter(|one| one["is_default"] == false).count();
    let contacts = json(vault, &["contacts", "list"]);
    let verified = contacts["contacts"][0]["is_verified"] == true;
    (count(&["access", "list"], "grants"), set, verified)
}

#[test]
fn what_gives_rights_is_left_out_and_told() {
    let (_dir, file, vault) = export();
    let said = ok(&vault, &["import", "privatus", word(&file)]);
    for words in [
        "left out, because the file is not trusted",
        "1 grant of access control",
        "1 own public key,",
        "1 setting,",
        "1 verified mark of a contact;",
        "--trust lists them, asks, and imports them",
    ] {
        assert!(said.contains(words), "{words} in {said}");
    }
    assert_eq!(rights(&vault), (0, 0, false));
    let report = json(&vault, &["import", "privatus", word(&file)]);
    assert_eq!(report["not_trusted"]["grant"], 1);
    assert_eq!(report["partial"], false);
}

#[test]
fn they_are_listed_and_asked_for() {
    let (_dir, file, vault) = export();
    let words = ["import", "privatus", word(&file), "--trust"];
    let output = run(&vault, &words);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{errors}");
    for words in [
        r#"would apply in this vault: contact "Alice\u{1b}[2J" (id ""#,
        "is verified; its half of the safety number is ",
        r#"would apply in this vault: setting "lock.after_minutes" is 0 (line "#,
        &format!(
            "would apply in this vault: your own public key is \"{KEY}\"; its half of the safety number is "
        ),
        r#"would apply in this vault: "mallory" may "admin" on "vault" "*" forever, granted by you (line "#,
        "would import 4 rights from",
        "--yes is needed",
        "nothing was changed",
    ] {
        assert!(errors.contains(words), "{words} in {errors}");
    }
    let output = run(&vault, &[&["--json"], &words[..]].concat());
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert_eq!(
        errors.matches("would apply in this vault: ").count(),
        4,
        "{errors}"
    );
    assert!(errors.contains("--yes is needed"), "{errors}");
}

#[test]
fn with_yes_they_are_taken() {
    let (_dir, file, vault) = export();
    let words = ["import", "privatus", word(&file), "--trust", "--yes"];
    let output = run(&vault, &words);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{errors}");
    assert_eq!(
        errors.matches("would apply in this vault: ").count(),
        4,
        "{errors}"
    );
    let said = String::from_utf8(output.stdout).unwrap();
    for words in [
        "1 new contact, 0 new groups, 2 settings, 1 grant, 1 contact verified\n",
        "rights imported: 4 of 4\n",
    ] {
        assert!(said.contains(words), "{words} in {said}");
    }
    assert_eq!(rights(&vault), (1, 2, true));
    // All of it exists: the second time nothing is imported.
    let said = ok(&vault, &words);
    assert!(
        said.contains("rights imported: 0 of 4, 4 already there\n"),
        "{said}"
    );
    assert!(!said.contains("not taken"), "{said}");
    let report = json(&vault, &words);
    let trusted = report["trusted"].as_array().unwrap();
    assert_eq!(trusted.len(), 4);
    let is_known = |one: &serde_json::Value| one["is_taken"] == false && one["is_known"] == true;
    assert!(trusted.iter().all(is_known), "{trusted:?}");
    assert_eq!(report["not_trusted"], serde_json::json!({}));
}

#[test]
fn a_file_that_was_changed_gives_nothing() {
    let (dir, file, vault) = export();
    let good = fs::read_to_string(&file).unwrap();
    let bad = dir.path().join("bad.jsonl");
    let trust = ["import", "privatus", word(&bad), "--trust", "--yes"];
    for (text, says) in [
        (good.replace("mallory", "eve"), "its checksum differs"),
        (
            good.replace("\"is_verified\":true", "\"is_verified\":false"),
            "its checksum differs",
        ),
        (good[..good.len() - 5].to_owned(), "is cut off"),
    ] {
        fs::write(&bad, text).unwrap();
        let output = run(&vault, &trust);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            (output.status.code(), errors.lines().count()),
            (Some(25), 1),
            "{errors}"
        );
        for words in [
            says,
            "nothing was imported",
            "leave out --trust to import only its content",
        ] {
            assert!(errors.contains(words), "{words} in {errors}");
        }
        assert_eq!(
            json(&vault, &["contacts", "list"])["contacts"]
                .as_array()
                .unwrap()
                .len(),
            0
        );
    }
    // A pipe is read once.
    let output = std::process::Command::new("sh")
        .args([
            "-c",
            "cat \"$2\" | \"$0\" --vault \"$1\" import privatus /dev/stdin --trust --yes",
        ])
        .arg(privatus_tests::tool())
        .args([&vault, &file])
        .env("PRIVATUS_PASSWORD", privatus_tests::PASSWORD)
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(25), "{errors}");
    assert!(errors.contains("is a pipe, a socket or a device"), "{errors}");
}

#[test]
fn it_is_for_our_own_export() {
    let (_dir, file, vault) = export();
    let telegram = ["import", "telegram", word(&file), "--trust", "--yes"];
    refuses(&vault, &telegram, 2, "--trust is only for `import privatus`");
    let output = run(&vault, &["import", "privatus", word(&file), "--yes"]);
    assert_eq!(output.status.code(), Some(2));
}

/// A group that nobody owns, as an older build or plain SQL left it, gets its creator as owner. The file decides
/// who that is only with `--trust`.
#[test]
fn a_group_without_an_owner_is_nobody_s_that_the_file_names() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("export.jsonl");
    let lines = [
        value!({"type": "header", "format": "privatus-export", "version": 1}),
        value!({"type": "contact", "id": "ann", "display_name": "Ann"}),
        value!({"type": "group", "id": "g", "name": "Tea party", "created_by": "ann", "members": [
            {"contact": "ann", "display_name": "Ann", "role": "member"},
            {"me": true, "display_name": "I", "role": "owner"}]}),
    ];
    fs::write(&file, whole_export(&lines)).unwrap();
    for (trust, owner) in [(&[][..], "I"), (&["--trust", "--yes"][..], "Ann")] {
        let vault = dir.path().join(owner);
        init(&vault);
        ok(&vault, &[&["import", "privatus", word(&file)], trust].concat());
        Database::open(&vault)
            .run("UPDATE group_members SET role = 'member'; UPDATE vault_state SET settled_version = 0")
            .unwrap();
        let members = json(&vault, &["groups", "members", "g", "--names"]);
        let members = members["members"].as_array().unwrap().iter();
        let owners = members.filter(|member| member["role"] == "owner");
        let owners: Vec<_> = owners.map(|member| &member["display_name"]).collect();
        assert_eq!(owners, [owner]);
    }
}
