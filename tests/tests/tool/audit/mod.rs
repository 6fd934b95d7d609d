//! `audit` and `keys`, typed: what is listed, checked, exported and removed; and the log altered without the tool.

mod altered;

use std::fs;
use std::path::Path;

use privatus_tests::{Database, PASSWORD, changed, fails, files, init, json, new_vault, ok, privatus};
use serde_json::Value;

/// Acts of the log, newest first.
pub(crate) fn acts(vault: &Path, words: &[&str]) -> Vec<String> {
    let listed = json(vault, &[&["audit", "list"], words].concat());
    let entries = listed["entries"].as_array().unwrap().iter();
    entries
        .map(|entry| {
            format!(
                "{} {}",
                entry["event_type"].as_str().unwrap(),
                entry["action"].as_str().unwrap()
            )
        })
        .collect()
}

#[test]
fn the_life_of_a_vault_is_listed() {
    let (dir, vault) = new_vault();
    let _ = privatus(&vault)
        .env("PRIVATUS_PASSWORD", "wrong")
        .arg("chats")
        .output()
        .unwrap();
    ok(
        &vault,
        &["import", "telegram", privatus_tests::history().to_str().unwrap()],
    );
    let out = dir.path().join("out.jsonl");
    ok(&vault, &["export", out.to_str().unwrap()]);
    let mut passwd = privatus(&vault);
    passwd.env("PRIVATUS_NEW_PASSWORD", PASSWORD);
    assert!(
        passwd
            .args(["passwd", "--kdf-iterations", "210000"])
            .output()
            .unwrap()
            .status
            .success()
    );
    let all = acts(&vault, &[]);
    for act in [
        "vault create",
        "authentication unlock_failed",
        "authentication unlock",
        "history import",
        "history export",
        "key password_change",
    ] {
        assert!(all.iter().any(|one| one == act), "{act} in {all:?}");
    }
    assert_eq!(
        acts(&vault, &["--event", "authentication", "--failed"]),
        ["authentication unlock_failed"]
    );
    assert_eq!(acts(&vault, &["--event", "key"]), ["key password_change"]);
    assert_eq!(
        acts(&vault, &["--resource", "vault", "--until", "2020-01-01"]),
        Vec::<String>::new()
    );
    let import = &json(&vault, &["audit", "list", "--event", "history"])["entries"][1];
    assert_eq!(import["details"]["messages"], 1067);
    // A page and the next.
    let first = json(&vault, &["audit", "list", "--limit", "2"]);
    let next = first["next"].as_i64().unwrap();
    assert_eq!(first["entries"].as_array().unwrap().len(), 2);
    let second = json(
        &vault,
        &["audit", "list", "--limit", "1", "--before", &next.to_string()],
    );
    assert_eq!(second["entries"][0]["log_id"], next - 1);
    let shown = ok(&vault, &["audit", "list", "--limit", "2"]);
    assert!(
        shown.ends_with(&format!("Older entries: --before {}\n", next + 2)),
        "{shown}"
    );
    assert!(ok(&vault, &["audit", "list", "--user", "nobody"]).contains("No matching entries"));
}

#[test]
fn an_exported_head_is_compared() {
    let (dir, vault) = new_vault();
    let head = ok(&vault, &["audit", "head"]);
    let file = dir.path().join("head.txt");
    fs::write(&file, &head).unwrap();
    let as_json = dir.path().join("head.json");
    fs::write(&as_json, ok(&vault, &["--json", "audit", "head"])).unwrap();
    let export = dir.path().join("audit.json");
    let told = json(&vault, &["audit", "export", export.to_str().unwrap()]);
    let exported: Value = serde_json::from_slice(&fs::read(&export).unwrap()).unwrap();
    assert_eq!(exported["head"], told["head"]);
    let entries = exported["entries"].as_array().unwrap();
    assert_eq!(told["entries"], entries.len());
    assert_eq!(entries.last().unwrap()["log_id"], told["head"]["log_id"]);
    assert_eq!(entries[0]["action"], "create");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&export).unwrap().permissions().mode() & 0o777, 0o600);
    }
    for kept in [
        head.trim(),
        file.to_str().unwrap(),
        as_json.to_str().unwrap(),
        export.to_str().unwrap(),
    ] {
        let checked = json(&vault, &["audit", "verify", "--head", kept]);
        assert_eq!(
            (&checked["ok"], &checked["anchored"]),
            (&true.into(), &true.into()),
            "{kept}"
        );
    }
    let other = dir.path().join("other");
    init(&other);
    let line = fails(
        &other,
        &["audit", "verify", "--head", as_json.to_str().unwrap()],
        23,
    );
    assert!(line.contains("another vault"), "{line}");

    // Entries cut off at the end with their counter: only the head knows.
    let last = told["head"]["log_id"].as_i64().unwrap();
    let cut = format!(
        "DELETE FROM audit_log WHERE log_id >= {last}; UPDATE sqlite_sequence SET seq = {} WHERE name = 'audit_log'",
        last - 1
    );
    Database::open(&vault).run(&cut).unwrap();
    let line = fails(
        &vault,
        &["audit", "verify", "--head", export.to_str().unwrap()],
        27,
    );
    assert!(line.contains(&format!("{last}")), "{line}");
    ok(&vault, &["audit", "verify", "--head", file.to_str().unwrap()]);
    ok(&vault, &["audit", "verify"]);
}

#[test]
fn the_oldest_entries_go_and_the_rest_holds() {
    let (_dir, vault) = new_vault();
    // Each change is an entry, and so is the unlock before it.
    for name in ["Alice", "Bob"] {
        ok(&vault, &["contacts", "add", name]);
    }
    let before = files(&vault);
    assert!(ok(&vault, &["audit", "prune"]).contains("nothing was removed"));
    let line = fails(&vault, &["audit", "prune", "--before", "9000-01-01"], 2);
    assert!(line.contains("--yes is needed"), "{line}");
    let line = fails(&vault, &["--json", "audit", "prune", "--before", "9000-01-01"], 2);
    assert!(
        line.contains("--yes is needed: this permanently removes the oldest"),
        "{line}"
    );
    assert_eq!(changed(&vault, &before), None);
    let told = json(&vault, &["audit", "prune", "--before", "9000-01-01", "--yes"]);
    assert!(told["removed"].as_u64().unwrap() >= 3, "{told}");
    let checked = json(&vault, &["audit", "verify"]);
    assert_eq!(checked["removed"], told["removed"]);
    assert_eq!(checked["first"], told["removed"].as_u64().unwrap() + 1);
    assert!(acts(&vault, &["--event", "audit"]).contains(&"audit prune".to_owned()));
    Database::open(&vault)
        .run("UPDATE vault_state SET audit_removed = audit_removed - 1")
        .unwrap();
    let line = fails(&vault, &["audit", "verify"], 27);
    assert!(line.contains("checkpoint"), "{line}");
}

#[test]
fn bad_input_is_named() {
    let (dir, vault) = new_vault();
    let (folder, none) = (dir.path().to_str().unwrap().to_owned(), "0".repeat(64));
    let wrong = dir.path().join("wrong.txt");
    fs::write(&wrong, "a note\n").unwrap();
    let before = files(&vault);
    for (words, code, says) in [
        (
            &["audit", "list", "--event", "login"][..],
            23,
            "authentication, vault, key",
        ),
        (
            &["audit", "list", "--since", "yesterday"],
            23,
            "\"yesterday\" is not a valid date",
        ),
        (&["audit", "list", "--user", " "], 23, "no visible character"),
        (&["audit", "list", "--resource", "person"], 23, "\"person\""),
        (
            &["audit", "list", "--resource", "contact:"],
            23,
            "1 to 1,024 characters",
        ),
        (&["audit", "list", "--limit", "0"], 2, "--limit"),
        (&["audit", "list", "--limit", "1001"], 2, "--limit"),
        (&["audit", "verify", "--head", "no/file"], 23, "NUMBER:MAC"),
        (
            &["audit", "verify", "--head", wrong.to_str().unwrap()],
            23,
            "wrong.txt contains no head of the audit log; a head is NUMBER:MAC, with the MAC as 64",
        ),
        (
            &["audit", "verify", "--head", "1:00"],
            23,
            "64 hexadecimal digits",
        ),
        (
            &["audit", "verify", "--head", &format!("1:{none}")],
            27,
            "entry 1 does not match",
        ),
        (
            &["audit", "verify", "--head", &format!("99:{none}")],
            27,
            "99 are missing at the end",
        ),
        (&["audit", "export", &folder], 2, "is a folder"),
        (
            &["audit", "export", vault.join("privatus.db").to_str().unwrap()],
            2,
            "is inside the vault",
        ),
        (
            &["audit", "prune", "--keep-days", "0"],
            23,
            "between 1 and 36,500, got 0",
        ),
        (
            &["audit", "prune", "--keep-days", "-3"],
            23,
            "between 1 and 36,500, got -3",
        ),
        (
            &["audit", "prune", "--keep-days", "3", "--before", "2025-01-01"],
            2,
            "cannot be used with",
        ),
        (
            &["security", "list", "--severity", "bad"],
            2,
            "low, medium, high, critical",
        ),
        (&["security", "list", "--type", "login"], 2, "key_ring_rollback"),
        (&["security", "show", "7"], 24, "security event 7"),
        (
            &["security", "resolve", "7", "--resolution", "x"],
            24,
            "security event 7",
        ),
        (
            &["security", "resolve", "7", "--resolution", " "],
            23,
            "1 to 4,096 characters",
        ),
        (&["security", "resolve", "7"], 2, "--resolution"),
        (
            &["keys", "list", "--type", "master"],
            2,
            "table, group, id, audit",
        ),
        (
            &["keys", "list", "--expiring", "-1"],
            23,
            "between 0 and 36,500, got -1",
        ),
        (
            &["keys", "expire", "1", "--at", "2001-01-01"],
            23,
            "2001-01-01T00:00:00.000Z is not after",
        ),
        (&["keys", "expire", "99", "--never"], 24, "key 99"),
        (&["keys", "expire", "1"], 2, "--at"),
    ] {
        let line = fails(&vault, words, code);
        assert!(line.contains(says), "{words:?}: {line}");
    }
    assert_eq!(changed(&vault, &before), None);
}
