//! `transfers` by a person: a file offered, paused, completed; wrong input; and in an export.

mod carried;

use std::fs;
use std::path::{Path, PathBuf};

use privatus_tests::{init, json, new_vault, ok, run, whole_export};
use serde_json::{Value, json};

const HASH: &str = "324dcf027dd4a30a932c441f365a25e86b173defa4b8e58948253471b81b72cf";

fn vault() -> (tempfile::TempDir, PathBuf) {
    let (dir, vault) = new_vault();
    ok(&vault, &["contacts", "add", "Alice"]);
    (dir, vault)
}

/// Refused with this code, one line that says so, and nothing changed.
#[track_caller]
fn refused(vault: &Path, words: &[&str], code: i32, says: &[&str]) {
    let before = ok(vault, &["--json", "transfers", "list"]);
    privatus_tests::refused(vault, words, code, says);
    assert_eq!(ok(vault, &["--json", "transfers", "list"]), before);
}

#[test]
fn a_file_is_offered_paused_and_completed() {
    let (dir, vault) = vault();
    let file = dir.path().join("größe.txt");
    fs::write(&file, "hello").unwrap();
    let path = file.to_str().unwrap();
    let offered = json(&vault, &["transfers", "offer", path, "--to", "Alice"]);
    assert_eq!(
        (&offered["status"], &offered["file_size"], &offered["file_hash"]),
        (&json!("pending"), &json!(5), &json!(HASH))
    );
    let id = offered["id"].as_str().unwrap();
    for (words, status, progress) in [
        (&["set", id, "active"][..], "active", 0),
        (&["progress", "größe.txt", "40"], "active", 40),
        (&["set", &id[..13], "paused"], "paused", 40),
        (&["set", id, "active"], "active", 40),
        (&["progress", id, "99"], "active", 99),
        (&["set", id, "failed", "--error", "the line broke"], "failed", 99),
        (&["set", id, "pending"], "pending", 0),
        (&["set", id, "active"], "active", 0),
        (&["set", id, "completed"], "completed", 100),
    ] {
        let now = json(&vault, &[&["transfers"], words].concat());
        assert_eq!(
            (&now["status"], &now["progress"]),
            (&json!(status), &json!(progress)),
            "{words:?}"
        );
        if status == "failed" {
            assert_eq!(
                json(&vault, &["transfers", "show", id])["error"],
                "the line broke"
            );
            assert!(ok(&vault, &["transfers", "show", id]).contains("the line broke"));
        }
    }
    let shown = json(&vault, &["transfers", "show", id]);
    assert_eq!(shown["file_name"], "größe.txt");
    assert!(shown["completed_at"].is_string() && shown["error"].is_null());
    assert!(ok(&vault, &["transfers", "list"]).contains("to Alice"));
    assert_eq!(
        json(&vault, &["transfers", "verify", id, path])["result"],
        "verified"
    );
    fs::write(&file, "hullo").unwrap();
    refused(
        &vault,
        &["transfers", "verify", id, path],
        23,
        &["this is not the offered file", "hash"],
    );
    fs::write(&file, "hello!").unwrap();
    refused(
        &vault,
        &["transfers", "verify", id, path],
        23,
        &["6 bytes", "5 were"],
    );
}

#[test]
fn lists_are_filtered_and_paged() {
    let (dir, vault) = vault();
    ok(&vault, &["contacts", "add", "Bob"]);
    let file = dir.path().join("f");
    fs::write(&file, "").unwrap();
    let path = file.to_str().unwrap();
    for (name, to) in [
        ("1", "Alice"),
        ("2", "Bob"),
        ("3", "Alice"),
        ("4", "Bob"),
        ("5", "Alice"),
    ] {
        ok(&vault, &["transfers", "offer", path, "--to", to, "--name", name]);
    }
    ok(&vault, &["transfers", "set", "3", "cancelled"]);
    let names = |words: &[&str]| {
        let page = json(&vault, &[&["transfers", "list"], words].concat());
        let names: Vec<String> = page["transfers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["file_name"].as_str().unwrap().to_owned())
            .collect();
        (names.join(""), page["next"].as_str().map(str::to_owned))
    };
    assert_eq!(names(&[]).0, "54321");
    assert_eq!(names(&["--contact", "Alice"]).0, "531");
    assert_eq!(names(&["--status", "cancelled"]).0, "3");
    assert_eq!(names(&["--status", "pending", "--contact", "Alice"]).0, "51");
    let (first, next) = names(&["--limit", "2"]);
    assert_eq!(first, "54");
    let (second, next) = names(&["--limit", "3", "--before", &next.unwrap()]);
    assert_eq!((second.as_str(), next), ("321", None));
    // A removed contact's transfers stay.
    ok(&vault, &["contacts", "remove", "Bob", "--yes"]);
    assert_eq!(names(&[]).0, "54321");
    assert!(ok(&vault, &["transfers", "list"]).contains("(removed)"));
}

#[test]
fn each_rule_broken_is_named() {
    let (dir, vault) = vault();
    let receive = |name: &str, size: &str, hash: &str| -> Vec<String> {
        [
            "transfers",
            "receive",
            name,
            "--from",
            "Alice",
            "--size",
            size,
            "--hash",
            hash,
        ]
        .map(str::to_owned)
        .to_vec()
    };
    let long = "n".repeat(10_000);
    for (words, says) in [
        (receive("", "1", HASH), ["1 to 1,024", "got 0"]),
        (receive(&long, "1", HASH), ["1 to 1,024", "got 10000"]),
        (receive("   ", "1", HASH), ["name", "no visible character"]),
        (receive("../evil", "1", HASH), ["cannot be a path", ".."]),
        (receive("a\\b", "1", HASH), ["cannot be a path", "\\"]),
        (receive("..", "1", HASH), ["cannot be a path", ".."]),
        (
            receive("a", "-1", HASH),
            ["between 0 and 9,223,372,036,854,775,807", "got -1"],
        ),
        (
            receive("a", "9223372036854775808", HASH),
            ["bytes", "got 9223372036854775808"],
        ),
        (receive("a", "1", "00ff"), ["16 to 64 bytes", "got 2"]),
        (receive("a", "1", "hello"), ["hash", "hexadecimal"]),
        (receive("a", "1", &"00".repeat(65)), ["16 to 64 bytes", "got 65"]),
    ] {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        refused(&vault, &words, 23, &says);
    }
    let taken = json(
        &vault,
        &receive("photo.jpg", "5", HASH)
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>(),
    );
    let id = taken["id"].as_str().unwrap();
    assert_eq!(json(&vault, &["transfers", "show", id])["direction"], "inbound");
    refused(
        &vault,
        &["transfers", "progress", id, "10"],
        23,
        &["only an active", "pending"],
    );
    refused(
        &vault,
        &["transfers", "set", id, "completed"],
        23,
        &["pending", "completed", "only become active or cancelled"],
    );
    ok(&vault, &["transfers", "set", id, "active"]);
    ok(&vault, &["transfers", "progress", id, "40"]);
    for (percent, says) in [
        ("101", ["between 0 and 99 percent, got", "got 101"]),
        ("-1", ["between 0 and 99 percent, got", "got -1"]),
        ("39", ["at 40", "39"]),
        ("100", ["99", "completed"]),
    ] {
        refused(&vault, &["transfers", "progress", id, percent], 23, &says);
    }
    refused(
        &vault,
        &["transfers", "set", id, "done"],
        2,
        &["pending, active", "'done'"],
    );
    refused(
        &vault,
        &["transfers", "set", id, "paused", "--error", "x"],
        23,
        &["only a failed", "paused"],
    );
    refused(
        &vault,
        &["transfers", "set", id, "failed", "--error", &long],
        23,
        &["1 to 1,024", "10000"],
    );
    ok(&vault, &["transfers", "set", id, "completed"]);
    refused(
        &vault,
        &["transfers", "set", id, "active"],
        23,
        &["completed", "active", "is final"],
    );
    refused(
        &vault,
        &["transfers", "set", "nothing", "active"],
        24,
        &["transfer", "transfers list"],
    );
    refused(&vault, &["transfers", "list", "--status", "done"], 2, &["'done'"]);
    refused(
        &vault,
        &["transfers", "list", "--contact", "Nobody"],
        24,
        &["Nobody"],
    );
    refused(
        &vault,
        &["transfers", "list", "--limit", "0"],
        2,
        &["--limit must be between 1 and 1,000, got 0"],
    );

    let missing = dir.path().join("missing");
    let file = dir.path().join("file");
    fs::write(&file, "hello").unwrap();
    let offer =
        |path: &Path, to: &str| ["transfers", "offer", path.to_str().unwrap(), "--to", to].map(str::to_owned);
    for (words, code, says) in [
        (offer(&missing, "Alice"), 24, "missing"),
        (offer(&file.join("below"), "Alice"), 24, "below"),
        (offer(dir.path(), "Alice"), 23, "is a folder"),
        (offer(&file, "Nobody"), 24, "contacts list"),
    ] {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        refused(&vault, &words, code, &[says]);
    }
    #[cfg(unix)]
    {
        let pipe = dir.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        let words = offer(&pipe, "Alice");
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        refused(&vault, &words, 23, &["not a regular file"]);
    }
}

#[test]
fn nothing_of_a_name_steers_a_terminal() {
    let (_dir, vault) = vault();
    let evil = "a\u{1b}[31m\u{202e}gpj.exe";
    ok(
        &vault,
        &[
            "transfers",
            "receive",
            evil,
            "--from",
            "Alice",
            "--size",
            "5",
            "--hash",
            HASH,
        ],
    );
    for words in [
        &["transfers", "list"][..],
        &["transfers", "show", evil],
        &["--json", "transfers", "list"],
        &["transfers", "set", evil, "active"],
        &["export", "-"],
    ] {
        let shown = ok(&vault, words);
        assert!(
            !shown.contains('\u{1b}') && !shown.contains('\u{202e}'),
            "{words:?}: {shown}"
        );
    }
    assert_eq!(
        json(&vault, &["transfers", "list"])["transfers"][0]["file_name"],
        evil
    );
}
