//! `access` and `--as-user`: what a user of the application can do through the tool.

use std::path::{Path, PathBuf};

use privatus_tests::{fails, init, json, new_vault, ok, refused, run, whole_export};
use serde_json::{Value, json};

/// A vault with the contacts Alice and Bob, and a message to each.
fn vault(folder: &Path) -> PathBuf {
    let vault = folder.join("vault");
    init(&vault);
    for name in ["Alice", "Bob"] {
        ok(&vault, &["contacts", "add", name]);
        ok(&vault, &["send", name, "hello"]);
    }
    vault
}

/// Code and line of a command that fails.
fn failed(vault: &Path, words: &[&str]) -> (i32, String) {
    let output = run(vault, words);
    let line = String::from_utf8(output.stderr).unwrap();
    (output.status.code().unwrap(), line)
}

#[test]
fn a_user_reaches_what_it_was_granted_until_that_is_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let vault = vault(folder.path());
    let as_ann = |words: &[&str]| {
        run(&vault, &[&["--as-user", "ann"], words].concat())
            .status
            .code()
    };
    assert_eq!(as_ann(&["show", "Alice"]), Some(28));
    assert_eq!(
        json(&vault, &["--as-user", "ann", "chats"]),
        json!({ "chats": [] })
    );
    for list in ["contacts", "groups", "transfers", "settings", "chats"] {
        let words = if list == "chats" {
            vec!["chats"]
        } else {
            vec![list, "list"]
        };
        let told = ok(&vault, &[&["--as-user", "ann"], words.as_slice()].concat());
        assert_eq!(told, format!("There are no {list} that ann may read.\n"));
    }

    let granted = json(
        &vault,
        &[
            "access",
            "grant",
            "conversation:Alice",
            "ann",
            "--permissions",
            "read",
        ],
    );
    assert_eq!(granted["permissions"], json!(["read"]));
    let id = granted["resource_id"].as_str().unwrap().to_owned();
    for (words, code) in [
        (&["show", "Alice"][..], 0),
        (&["show", &id], 0),
        (&["show", "Bob"], 28),
        (&["send", "Alice", "no"], 28),
        (&["mark-read", "Alice"], 28),
        (&["verify"], 28),
        (
            &["export", folder.path().join("export.jsonl").to_str().unwrap()],
            28,
        ),
        (
            &[
                "access",
                "grant",
                "conversation:Alice",
                "ann",
                "--permissions",
                "admin",
            ],
            28,
        ),
        (&["migrate", "status"], 2),
    ] {
        assert_eq!(as_ann(words), Some(code), "{words:?}");
    }
    let chats = json(&vault, &["--as-user", "ann", "chats"]);
    assert_eq!(chats["chats"].as_array().unwrap().len(), 1);

    ok(
        &vault,
        &[
            "access",
            "grant",
            "conversation:Alice",
            "ann",
            "--permissions",
            "write,read",
        ],
    );
    assert_eq!(as_ann(&["send", "Alice", "yes"]), Some(0));
    ok(&vault, &["access", "revoke", "conversation:Alice", "ann"]);
    assert_eq!(as_ann(&["show", "Alice"]), Some(28));
    let shown = ok(&vault, &["show", "Alice"]);
    assert!(shown.contains("yes") && !shown.contains("no\n"), "{shown}");
}

#[test]
fn grants_are_asked_and_listed() {
    let folder = tempfile::tempdir().unwrap();
    let vault = vault(folder.path());
    let check = |who: &str, permission: &str, on: &str| {
        let output = run(&vault, &["--json", "access", "check", on, who, permission]);
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        (
            answer["allowed"].as_bool().unwrap(),
            output.status.code().unwrap(),
        )
    };
    ok(
        &vault,
        &[
            "access",
            "grant",
            "contact:*",
            "--everyone",
            "--permissions",
            "read",
            "--for",
            "7d",
        ],
    );
    ok(
        &vault,
        &[
            "access",
            "grant",
            "vault:*",
            "root",
            "--permissions",
            "admin",
            "--expires",
            "2999-01-01",
        ],
    );
    assert_eq!(check("ann", "read", "contact:Alice"), (true, 0));
    assert_eq!(check("ann", "write", "contact:Alice"), (false, 28));
    assert_eq!(
        check("ann", "read", "conversation:Alice"),
        (false, 28),
        "a contact is not its conversation"
    );
    assert_eq!(check("root", "delete", "conversation:Alice"), (true, 0));
    let all = json(&vault, &["access", "list"]);
    let fields = |name: &str| -> Vec<Value> {
        all["grants"]
            .as_array()
            .unwrap()
            .iter()
            .map(|grant| grant[name].clone())
            .collect()
    };
    assert_eq!(fields("resource_type"), [json!("contact"), json!("vault")]);
    assert_eq!(fields("user_id"), [Value::Null, json!("root")]);
    assert_eq!(fields("is_expired"), [json!(false), json!(false)]);
    assert_eq!(fields("expires_at")[1], "2999-01-01T00:00:00.000Z");
    let of = |words: &[&str]| {
        let list = json(&vault, &[&["access", "list"], words].concat());
        list["grants"].as_array().unwrap().len()
    };
    assert_eq!(of(&["--user", "root"]), 1);
    assert_eq!(of(&["--resource", "contact:*"]), 1);
    assert_eq!(of(&["--resource", "contact:Alice"]), 0);
    let table = ok(&vault, &["access", "list"]);
    assert!(
        table.contains("(everyone)") && table.contains("2999-01-01 00:00"),
        "{table}"
    );
}

#[test]
fn each_rule_is_refused_with_a_line_and_nothing_is_granted() {
    let folder = tempfile::tempdir().unwrap();
    let vault = vault(folder.path());
    let long = "u".repeat(257);
    let contact = ["access", "grant", "contact:Alice"];
    let grant = |words: &[&str]| failed(&vault, &[&contact[..], words].concat());
    let read = ["--permissions", "read"];
    let on = |on: &str| failed(&vault, &["access", "grant", on, "ann", "--permissions", "read"]);
    for ((code, line), wanted, word) in [
        (grant(&["ann", "--permissions", "fly"]), 2, "'fly'"),
        (
            grant(&["ann", "--permissions", ""]),
            2,
            "read, write, delete, admin",
        ),
        (
            grant(&[&["ann", "--expires", "2020-01-01"], &read[..]].concat()),
            23,
            "in the past",
        ),
        (
            grant(&[&["ann", "--for", "0d"], &read[..]].concat()),
            23,
            "in the past",
        ),
        (
            grant(&[&["ann", "--expires", "soon"], &read[..]].concat()),
            23,
            "\"soon\"",
        ),
        (
            grant(&[&["ann", "--for", "9y"], &read[..]].concat()),
            23,
            "\"9y\"",
        ),
        (grant(&[&[long.as_str()], &read[..]].concat()), 23, "257"),
        (grant(&[&["  "], &read[..]].concat()), 23, "no visible character"),
        (grant(&[&["a\u{7}"], &read[..]].concat()), 23, "control"),
        (grant(&["ann"]), 2, "--permissions"),
        (grant(&read), 2, "USER"),
        (on("contact:Nobody"), 24, "Nobody"),
        (on("person:Alice"), 23, "\"person\""),
        (on("Alice"), 23, "TYPE:ID"),
        (on("contact:"), 23, "got 0"),
        (
            failed(&vault, &["access", "revoke", "contact:Alice", "ann"]),
            24,
            "a grant on contact:",
        ),
        (
            failed(&vault, &["access", "check", "contact:Alice", "ann", "see"]),
            2,
            "'see'",
        ),
        (failed(&vault, &["--as-user", "", "chats"]), 23, "got 0"),
    ] {
        assert_eq!(code, wanted, "{line}");
        assert!(line.contains(word), "{word}: {line}");
    }
    assert_eq!(json(&vault, &["access", "list"]), json!({ "grants": [] }));
}

/// A grant on a thing under the id `*`, which an export may have, would apply to everything of its type.
#[test]
fn nothing_is_named_as_all_of_a_kind() {
    let (folder, vault) = new_vault();
    let refusal = &["the id * stands for all resources of a type"];
    refused(&vault, &["contacts", "add", "Mallory", "--id", "*"], 23, refusal);
    let export = folder.path().join("export.jsonl");
    let lines = [
        r#"{"type":"header","format":"privatus-export","version":1}"#,
        r#"{"type":"contact","id":"*","display_name":"Mallory","public_key":"","is_verified":false,"added_at":"2025-06-15T12:00:00.000Z"}"#,
        r#"{"type":"group","id":"*","name":"All","kind":"private","max_members":9,"created_at":"2025-06-15T12:00:00.000Z"}"#,
    ];
    std::fs::write(&export, lines.join("\n")).unwrap();
    fails(&vault, &["import", "privatus", export.to_str().unwrap()], 25);
    for on in ["contact:Mallory", "group:All", "conversation:Mallory"] {
        refused(
            &vault,
            &["access", "grant", on, "bob", "--permissions", "read"],
            23,
            refusal,
        );
    }
    assert_eq!(json(&vault, &["access", "list"])["grants"], json!([]));
}

/// Grants that a user imports count as given by that user, and end with the user's own grant.
#[test]
fn a_grant_that_a_user_imports_outlives_none() {
    let folder = tempfile::tempdir().unwrap();
    let vault = vault(folder.path());
    let admin = ["--permissions", "admin,read,write", "--for"];
    for on in ["conversation:*", "contact:*", "vault:*"] {
        ok(
            &vault,
            &[&["access", "grant", on, "ann"], admin.as_slice(), &["1h"]].concat(),
        );
    }
    let export = folder.path().join("export.jsonl");
    let grant = |user: &str, end: &str| {
        format!(
            r#"{{"type":"grant","resource_type":"conversation","resource_id":"x","user":"{user}","permissions":["admin"],"granted_by":"root","granted_at":"2020-01-01T00:00:00.000Z"{end}}}"#
        )
    };
    let lines = [
        r#"{"type":"header","format":"privatus-export","version":1}"#.to_owned(),
        grant("forever", ""),
        grant("over", r#","expires_at":"2020-01-02T00:00:00.000Z""#),
    ];
    std::fs::write(&export, whole_export(&lines)).unwrap();
    let import = [
        "--as-user",
        "ann",
        "import",
        "privatus",
        export.to_str().unwrap(),
        "--trust",
        "--yes",
    ];
    assert!(!run(&vault, &import).status.success());
    let list = json(&vault, &["access", "list", "--resource", "conversation:x"]);
    let of = |user: &str| {
        let all = list["grants"].as_array().unwrap();
        all.iter().find(|grant| grant["user_id"] == user).cloned()
    };
    assert_eq!(of("forever"), None, "{list}");
    let over = of("over").unwrap();
    assert_eq!(over["granted_by"], "ann");
    assert_ne!(over["granted_at"], "2020-01-01T00:00:00.000Z");
}

/// What it answers is not there for the user, and the page is.
#[test]
fn a_page_is_read_though_it_answers_into_a_closed_conversation() {
    let (folder, vault) = new_vault();
    let export = folder.path().join("export.jsonl");
    let message = |id: &str, chat: &str, reply: &str| {
        format!(
            r#"{{"type":"message","id":"{id}","conversation":"{chat}","direction":"out","sender":null,"text":"of {chat}","at":"2025-06-15T12:00:00.000Z","is_encrypted":true,"is_read":true{reply}}}"#
        )
    };
    let chat = |id: &str| format!(r#"{{"type":"conversation","id":"{id}","kind":"direct","title":"{id}"}}"#);
    let lines = [
        r#"{"type":"header","format":"privatus-export","version":1}"#.to_owned(),
        chat("bob"),
        message("m1", "bob", ""),
        chat("alice"),
        message("m2", "alice", r#","reply_to":"m1""#),
    ];
    std::fs::write(&export, lines.join("\n")).unwrap();
    fails(&vault, &["import", "privatus", export.to_str().unwrap()], 25);
    ok(
        &vault,
        &[
            "access",
            "grant",
            "conversation:alice",
            "eve",
            "--permissions",
            "read",
        ],
    );
    let page = ok(&vault, &["--as-user", "eve", "show", "alice"]);
    assert!(
        page.contains("of alice") && page.contains("not in this vault"),
        "{page}"
    );
    assert!(!page.contains("bob"), "{page}");
    let refusals = json(&vault, &["audit", "list", "--failed", "--event", "access"]);
    assert_eq!(refusals["entries"], json!([]));
}
