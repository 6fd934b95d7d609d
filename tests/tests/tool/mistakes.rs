//! Mistakes that somebody makes who does not know the tool, and what it tells them; and the words of results.

use std::fs;

use privatus_tests::{fails, json, new_vault, ok, privatus, refused};

#[test]
fn without_a_command_the_help_follows() {
    let (_dir, vault) = new_vault();
    for words in [&[][..], &["contacts"], &["--log", "off", "keys"]] {
        let told = fails(&vault, words, 2);
        assert!(told.starts_with("privatus: a command is required\n\n"), "{told}");
        assert!(told.contains("\nUsage: privatus "), "{told}");
    }
    let told = fails(&vault, &["--json", "contacts"], 2);
    assert!(
        told.contains("a command is required; see `privatus --help`"),
        "{told}"
    );
}

#[test]
fn a_number_is_a_number_within_its_limits() {
    let (_dir, vault) = new_vault();
    let huge = "9".repeat(40);
    for (words, says) in [
        (
            &["chats", "--limit", "x"][..],
            "--limit <N> must be a whole number, not 'x'",
        ),
        (
            &["show", "A", "--limit", "1.5"],
            "must be a whole number, not '1.5'",
        ),
        (
            &["audit", "list", "--limit", ""],
            "must be a whole number, not ''",
        ),
        (
            &["security", "show", "x"],
            "<EVENT> must be a whole number, not 'x'",
        ),
        (
            &["keys", "expire", "x", "--never"],
            "<KEY> must be a whole number",
        ),
        (&["chats", "--limit", &huge], "--limit <N> is too large"),
        (&["chats", "--limit", "0"], "--limit must be at least 1"),
        (&["audit", "list", "--limit", "0"], "must be between 1 and 1,000"),
        (
            &["security", "list", "--limit", "1001"],
            "must be between 1 and 1,000",
        ),
        (&["stats", "--days", "366"], "must be between 1 and 365"),
    ] {
        refused(&vault, words, 2, &[says]);
    }
}

#[test]
fn a_text_without_quotes() {
    let (_dir, vault) = new_vault();
    refused(
        &vault,
        &["send", "Alice", "hi", "there"],
        2,
        &["tip: put the text in quotes: privatus send CHAT 'hi there'"],
    );
    let told = fails(&vault, &["send", "Alice", "hi", "--there"], 2);
    assert!(!told.contains("quotes"), "{told}");
}

#[test]
fn an_option_of_import_is_for_its_formats() {
    let (dir, vault) = new_vault();
    let source = dir.path().join("source");
    fs::write(&source, "").unwrap();
    let source = source.to_str().unwrap();
    for (formats, option, says) in [
        (
            &["privatus", "legacy"][..],
            "--me",
            "--me is only for `import telegram`",
        ),
        (
            &["privatus", "legacy"],
            "--chat",
            "--chat is only for `import telegram`",
        ),
        (
            &["privatus"],
            "--timezone",
            "--timezone is only for `import telegram` and `import legacy`",
        ),
        (
            &["telegram", "privatus"],
            "--original-path",
            "only for `import legacy`",
        ),
        (
            &["telegram", "privatus"],
            "--max-iterations",
            "only for `import legacy`",
        ),
        (
            &["telegram", "privatus"],
            "--source-password-file",
            "only for `import legacy`",
        ),
    ] {
        for format in formats {
            refused(&vault, &["import", format, source, option, "1"], 2, &[says]);
        }
    }
}

#[test]
fn what_is_not_found_is_listed_by_a_command() {
    let (_dir, vault) = new_vault();
    ok(&vault, &["contacts", "add", "Alice"]);
    for (words, says) in [
        (
            &["security", "resolve", "9", "--resolution", "x"][..],
            "not found: security event 9; `privatus security list` lists them",
        ),
        (
            &["settings", "get", "nosuch"],
            "not found: setting nosuch; `privatus settings list --all` lists them",
        ),
        (
            &["access", "revoke", "contact:*", "bob"],
            "`privatus access list` lists all grants",
        ),
        (
            &["show", "Alice", "--before", "zzzz"],
            "not found: message or date “zzzz”; `show CHAT --ids` shows ids (at least four characters of one are needed); \
             a date is 2025-06-15 or \"2025-06-15 12:30\" (UTC)",
        ),
    ] {
        refused(&vault, words, 24, &[says]);
    }
    refused(
        &vault,
        &["--as-user", "bob", "show", "Alice"],
        28,
        &[
            "bob has no read permission on",
            "the vault's owner can allow it with `privatus access grant`",
        ],
    );
}

#[test]
fn a_file_without_a_head() {
    let (dir, vault) = new_vault();
    let file = dir.path().join("head.txt");
    for text in ["something else", "{\"log_id\":1}"] {
        fs::write(&file, text).unwrap();
        refused(
            &vault,
            &["audit", "verify", "--head", file.to_str().unwrap()],
            23,
            &[
                "head.txt contains no head of the audit log; a head is NUMBER:MAC, with the MAC as 64 hexadecimal digits",
            ],
        );
    }
}

#[test]
fn results_are_sentences_and_their_json_stays() {
    let (dir, vault) = new_vault();
    for name in ["Alice", "Dan"] {
        ok(&vault, &["contacts", "add", name]);
    }
    ok(&vault, &["contacts", "block", "Alice"]);
    assert_eq!(
        ok(&vault, &["contacts", "block", "Alice"]),
        "Alice is already blocked\n"
    );
    let again = json(&vault, &["contacts", "block", "Alice"]);
    assert_eq!(again["result"], "is blocked already");
    ok(&vault, &["contacts", "unblock", "Alice"]);

    ok(&vault, &["groups", "create", "Choir", "--type", "private"]);
    for (words, told) in [
        (&["add", "Choir", "Dan"][..], "Choir: Dan added as a member\n"),
        (&["role", "Choir", "Dan", "admin"], "Choir: Dan is now an admin\n"),
        (&["transfer", "Choir", "Dan"], "Choir: Dan is now the owner\n"),
    ] {
        assert_eq!(ok(&vault, &[&["groups"], words].concat()), told);
    }
    let added = json(&vault, &["groups", "add", "Choir", "Alice", "--by", "Dan"]);
    assert_eq!(added["result"], "added as member");

    ok(&vault, &["send", "Alice", ""]);
    assert!(ok(&vault, &["show", "Alice"]).ends_with("  you\n    (empty)\n"));

    let file = dir.path().join("file");
    fs::write(&file, "hello").unwrap();
    let offered = ok(
        &vault,
        &["transfers", "offer", file.to_str().unwrap(), "--to", "Alice"],
    );
    assert!(offered.starts_with("Offered "), "{offered}");
    assert_eq!(
        ok(&vault, &["transfers", "set", "file", "active"]),
        "file active, 0%\n"
    );

    let expires = ok(&vault, &["keys", "expire", "1", "--at", "2099-01-01"]);
    assert_eq!(expires, "Key 1 expires at 2099-01-01T00:00:00.000Z\n");
    assert!(ok(&vault, &["keys", "list"]).contains("active"));
    assert_eq!(json(&vault, &["keys", "list"])["keys"][0]["state"], "living");

    let told = ok(&vault, &["audit", "verify"]);
    assert!(told.contains(" entries checked, the last is number "), "{told}");
    assert!(told.ends_with(": the chain is intact\n"), "{told}");
}

#[test]
fn the_demo_fits_its_output() {
    let (_dir, vault) = new_vault();
    let output = privatus(&vault)
        .arg("demo")
        .env("COLUMNS", "60")
        .output()
        .unwrap();
    assert!(output.status.success());
    let shown = String::from_utf8(output.stdout).unwrap();
    for line in shown.lines() {
        // A dump is not broken, and the time comes after the last word.
        let is_whole = line.contains('|') || line.ends_with(" s)") || line.ends_with("ms)");
        assert!(is_whole || line.chars().count() <= 60, "{line}");
    }
}
