//! The audit log altered without the tool: found, named, and settled.

use std::path::Path;

use privatus_tests::{Database, changed, fails, files, json, new_vault, ok, run};
use serde_json::Value;

use super::acts;

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

/// The specification's statement runs, and the log says that entries are missing until that is accepted.
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
    // Every open says so until somebody resolves it.
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

/// One value that a list cannot read is named with its row, everything else works, and accepting the loss removes it.
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

/// An export left no entry and did not say so.
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

/// Someone with the database key makes the log look as if it came from a build without a chain.
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
    // The last traces are removed too: the loss is still named.
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
