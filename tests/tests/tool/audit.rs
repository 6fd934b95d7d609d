//! `audit` and `keys`, typed: what is listed, checked, written out and removed; and the log altered past the tool.

use std::fs;
use std::path::Path;

use privatus_tests::{Database, PASSWORD, changed, fails, files, init, json, new_vault, ok, privatus, run};
use serde_json::Value;

/// Acts of the log, newest first.
fn acts(vault: &Path, words: &[&str]) -> Vec<String> {
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
fn an_entry_changed_with_the_key_is_found_and_named() {
    let (_dir, vault) = new_vault();
    ok(&vault, &["settings", "set", "theme", "dark", "--text"]);
    ok(&vault, &["verify"]);
    Database::open(&vault)
        .run("UPDATE audit_log SET action = 'x' WHERE log_id = 2")
        .unwrap();
    let output = run(&vault, &["--json", "audit", "verify"]);
    assert_eq!(output.status.code(), Some(27));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&found["ok"], &found["entry"]), (&false.into(), &2.into()));
    let refusal: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert!(
        refusal["error"].as_str().unwrap().contains("entry 2 was changed"),
        "{refusal}"
    );
    let line = fails(&vault, &["verify"], 27);
    assert!(line.contains("entry 2 was changed"), "{line}");
    let line = fails(&vault, &["audit", "prune", "--before", "9000-01-01", "--yes"], 27);
    assert!(line.contains("entry 2 was changed"), "{line}");
    let events = json(&vault, &["security", "list"]);
    assert_eq!(events["events"][0]["event_type"], "tampering");
    assert_eq!(events["events"].as_array().unwrap().len(), 1);
    assert!(acts(&vault, &["--failed"]).contains(&"vault verify_failed".to_owned()));
}

#[test]
fn the_oldest_entries_go_and_the_rest_holds() {
    let (_dir, vault) = new_vault();
    let before = files(&vault);
    assert!(ok(&vault, &["audit", "prune"]).contains("nothing was removed"));
    let line = fails(&vault, &["audit", "prune", "--before", "9000-01-01"], 2);
    assert!(line.contains("--yes is needed"), "{line}");
    let line = fails(&vault, &["--json", "audit", "prune", "--before", "9000-01-01"], 2);
    assert!(line.contains("--yes is needed: removes the oldest"), "{line}");
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
fn keys_are_listed_without_their_bytes() {
    let (_dir, vault) = new_vault();
    ok(&vault, &["contacts", "add", "Alice"]);
    ok(&vault, &["send", "Alice", "hello"]);
    let keys = json(&vault, &["keys", "list"]);
    let keys = keys["keys"].as_array().unwrap();
    let audit = keys.iter().find(|key| key["key_type"] == "audit").unwrap();
    assert_eq!(
        (&audit["scope"], &audit["state"]),
        (&"audit_log".into(), &"living".into())
    );
    assert!(audit["usage_count"].as_u64().unwrap() > 1, "{audit}");
    assert!(keys.iter().all(|key| key.get("encrypted_key").is_none()));
    let number = audit["key_number"].to_string();
    assert_eq!(
        json(&vault, &["keys", "list", "--expiring", "36500"])["keys"],
        Value::Array(Vec::new())
    );
    let day = "2100-01-01";
    ok(&vault, &["keys", "expire", &number, "--at", day]);
    let expiring = json(&vault, &["keys", "list", "--expiring", "36500"]);
    assert_eq!(expiring["keys"][0]["expires_at"], "2100-01-01T00:00:00.000Z");
    assert_eq!(
        json(&vault, &["keys", "list", "--type", "audit"])["keys"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert!(ok(&vault, &["keys", "list"]).contains(day));
    ok(&vault, &["keys", "expire", &number, "--never"]);
    assert!(ok(&vault, &["keys", "list", "--expiring", "0"]).contains("No matching keys"));
    assert_eq!(
        acts(&vault, &["--resource", &format!("key:{number}")]),
        ["key expiry"; 2]
    );
}

#[test]
fn bad_input_is_named() {
    let (dir, vault) = new_vault();
    let (folder, none) = (dir.path().to_str().unwrap().to_owned(), "0".repeat(64));
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
            &["audit", "verify", "--head", "1:00"],
            23,
            "64 hexadecimal digits",
        ),
        (
            &["audit", "verify", "--head", &format!("1:{none}")],
            27,
            "entry 1 is another",
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

/// The specification's statement runs, and the log says for ever that entries are missing: until that is accepted.
#[test]
fn entries_that_are_lost_are_accepted_with_a_trace() {
    let (_dir, vault) = new_vault();
    ok(&vault, &["settings", "set", "theme", "dark", "--text"]);
    let told = json(&vault, &["audit", "settle", "--accept-loss"]);
    assert_eq!(told["settled"], false);
    Database::open(&vault)
        .run(
            "UPDATE audit_log SET timestamp = '2020-01-01 00:00:00.000' WHERE log_id <= 2; \
             DELETE FROM audit_log WHERE timestamp < date('now', '-1 year')",
        )
        .unwrap();
    let line = fails(&vault, &["audit", "verify"], 27);
    assert!(line.contains("`privatus audit settle --accept-loss`"), "{line}");
    fails(&vault, &["audit", "settle"], 2);
    let line = fails(&vault, &["audit", "settle", "--accept-loss"], 2);
    assert!(
        line.contains("--yes is needed") && line.contains("2 entries (1 to 2)"),
        "{line}"
    );
    let line = fails(
        &vault,
        &["--as-user", "ann", "audit", "settle", "--accept-loss", "--yes"],
        28,
    );
    assert!(line.contains("ann"), "{line}");
    fails(&vault, &["audit", "verify"], 27);
    let told = json(&vault, &["audit", "settle", "--accept-loss", "--yes"]);
    assert_eq!(told["missing"]["ranges"], serde_json::json!([[1, 2]]));
    ok(&vault, &["audit", "verify"]);
    ok(&vault, &["verify"]);
    let events = json(&vault, &["security", "list"]);
    assert_eq!(events["events"][0]["event_type"], "audit_loss");
    let settled = json(&vault, &["audit", "list", "--event", "audit"]);
    let entry = settled["entries"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["action"] == "settle");
    assert_eq!(entry.unwrap()["details"]["missing"]["count"], 2);
    // Every open says so until somebody looked.
    let warned = |vault: &Path| String::from_utf8(run(vault, &["chats"]).stderr).unwrap();
    assert!(
        warned(&vault).contains("a loss in the audit log was accepted"),
        "{}",
        warned(&vault)
    );
    for event in events["events"].as_array().unwrap() {
        let id = event["event_id"].to_string();
        ok(
            &vault,
            &["security", "resolve", &id, "--resolution", "my own clean-up"],
        );
    }
    assert_eq!(warned(&vault), "");
}

/// One value that a list cannot read is named with its row, everything else goes on, and a loss that is accepted ends it.
#[test]
fn an_entry_that_does_not_read_is_named_and_settled() {
    for planted in [
        "timestamp = '2026-13-45 00:00:00'",
        "event_type = x'ff'",
        "success = 'zz'",
        "mac = 'abc'",
        "details = 'abc'",
    ] {
        let (_dir, vault) = new_vault();
        ok(&vault, &["contacts", "add", "bob"]);
        let newest = json(&vault, &["audit", "head"])["log_id"].to_string();
        Database::open(&vault)
            .run(&format!(
                "PRAGMA ignore_check_constraints = ON; UPDATE audit_log SET {planted} WHERE log_id = {newest}"
            ))
            .unwrap();
        ok(&vault, &["chats"]);
        ok(&vault, &["send", "bob", "hello"]);
        let line = fails(&vault, &["audit", "list"], 16);
        assert!(
            line.contains(&newest) && line.contains("`privatus audit settle --accept-loss`"),
            "{planted}: {line}"
        );
        let line = fails(&vault, &["audit", "verify"], 27);
        assert!(line.contains(&format!("entry {newest}")), "{planted}: {line}");
        let checked = run(&vault, &["verify"]);
        let checked = String::from_utf8(checked.stdout).unwrap();
        assert!(
            checked.contains(&format!("entry {newest}")),
            "{planted}: {checked}"
        );
        ok(&vault, &["audit", "settle", "--accept-loss", "--yes"]);
        ok(&vault, &["verify"]);
        ok(&vault, &["audit", "verify"]);
        ok(&vault, &["audit", "list"]);
        ok(&vault, &["audit", "export", "-"]);
        ok(&vault, &["send", "bob", "again"]);
        let again = json(&vault, &["audit", "settle", "--accept-loss"]);
        assert_eq!(again["settled"], false, "{planted}");
    }
}

/// An export left no entry, and said nothing of it.
#[test]
fn a_planted_trigger_stops_every_write_until_it_is_removed() {
    let (dir, vault) = new_vault();
    Database::open(&vault)
        .run(
            "CREATE TRIGGER off BEFORE INSERT ON audit_log BEGIN SELECT json('{'); END; \
             DELETE FROM audit_log WHERE log_id = 1",
        )
        .unwrap();
    let before = files(&vault);
    let to = dir.path().join("out.jsonl");
    let exported = run(&vault, &["export", to.to_str().unwrap()]);
    let warned = String::from_utf8(exported.stderr).unwrap();
    assert_eq!(exported.status.code(), Some(0), "{warned}");
    assert!(
        warned.contains("trigger off is not part of this build's schema")
            && warned.contains("`privatus audit settle --accept-loss` removes"),
        "{warned}"
    );
    let listed = run(&vault, &["--json", "chats"]);
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(
        (&listed["read_only"], &listed["schema_altered"]),
        (&true.into(), &true.into())
    );
    let refused = run(&vault, &["settings", "set", "theme", "dark", "--text"]);
    let line = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(16), "{line}");
    assert!(
        line.contains("nothing is written until that is repaired"),
        "{line}"
    );
    assert_eq!(changed(&vault, &before), None);
    let told = run(&vault, &["--json", "audit", "settle", "--accept-loss", "--yes"]);
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!(
        told["schema_repaired"][0],
        "trigger off is not part of this build's schema"
    );
    assert_eq!(told["missing"]["ranges"], serde_json::json!([[1, 1]]));
    assert_eq!(told["read_only"], Value::Null);
    assert!(acts(&vault, &["--event", "vault"]).contains(&"vault schema_repair".to_owned()));
    ok(&vault, &["verify"]);
}

/// Whoever has the database's key makes the log look as if it came from a build without a chain.
#[test]
fn a_log_that_is_laundered_is_told_of_at_the_open() {
    let (_dir, vault) = new_vault();
    ok(&vault, &["settings", "set", "theme", "dark", "--text"]);
    Database::open(&vault)
        .run(
            "UPDATE vault_state SET settled_version = 0; \
             UPDATE audit_log SET mac = NULL, key_number = NULL, action = 'forged'; \
             DELETE FROM key_store WHERE key_type = 'audit'",
        )
        .unwrap();
    let warned = String::from_utf8(run(&vault, &["chats"]).stderr).unwrap();
    assert!(
        warned.contains("is not the one that the key ring notes"),
        "{warned}"
    );
    let events = json(&vault, &["security", "list", "--type", "audit_contradicted"]);
    assert_eq!(events["events"][0]["severity"], "critical");
    assert!(acts(&vault, &["--failed"]).contains(&"audit contradicted".to_owned()));
    fails(&vault, &["audit", "verify"], 27);
    // The last traces go too: what is lost is named all the same.
    Database::open(&vault)
        .run(
            "DELETE FROM audit_log; DELETE FROM security_events; DELETE FROM sqlite_sequence; \
             DELETE FROM key_store WHERE key_type = 'audit'",
        )
        .unwrap();
    let settled = json(&vault, &["audit", "settle", "--accept-loss", "--yes"]);
    assert_eq!(settled["noted_entry_lost"], 1, "{settled}");
    assert_eq!(
        settled["unproven"]["ranges"],
        serde_json::json!([[1, 1]]),
        "{settled}"
    );
    ok(&vault, &["audit", "verify"]);
}

/// Whoever has the database's key takes one key away and plants another: it is told at once, and settling gives a way back.
#[test]
fn a_key_that_was_taken_away_is_warned_of_and_one_that_was_planted_goes() {
    let (_dir, vault) = new_vault();
    ok(&vault, &["contacts", "add", "Alice"]);
    ok(&vault, &["send", "Alice", "hello"]);
    Database::open(&vault)
        .run(
            "UPDATE key_store SET encrypted_key = x'' WHERE scope = 'audit_log.details'; \
             INSERT INTO key_store (key_id, key_number, key_type, scope, encrypted_key, algorithm) \
             SELECT '4000000000', 4000000000, 'table', 'planted', x'', algorithm FROM key_store LIMIT 1; \
             UPDATE vault_state SET settled_version = 9000000000000000000",
        )
        .unwrap();
    let mut warned = 0;
    for text in ["one", "two"] {
        let output = run(&vault, &["contacts", "add", text]);
        assert!(output.status.success());
        let said = String::from_utf8(output.stderr).unwrap();
        warned += said.matches("keys of the vault were lost or altered").count();
    }
    assert_eq!(warned, 1);
    let line = fails(&vault, &["verify"], 16);
    assert!(line.contains("key"), "{line}");
    let told = json(&vault, &["audit", "settle", "--accept-loss", "--yes"]);
    assert!(
        told["marks"]
            .to_string()
            .contains("key 4000000000 (table planted)")
            && told["marks"].to_string().contains("vault_state.settled_version"),
        "{told}"
    );
    let again = json(&vault, &["audit", "settle", "--accept-loss", "--yes"]);
    assert_eq!(again["settled"], false);
    ok(&vault, &["send", "Alice", "again"]);
    ok(&vault, &["verify"]);
}
