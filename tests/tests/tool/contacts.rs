//! `contacts` as a person types it: two that are verified by their safety number, and every rule broken once.

use std::path::Path;

use privatus_domain::{Act, AuditFilter, Body, Contact, ContactError, NewMessage, PublicKey, SenderRef};
use privatus_store::{Password, Secret, Store, StoreError, VaultOptions};
use privatus_tests::{PASSWORD, init, json, new_vault, ok, run, whole_export};
use serde_json::{Value, json};

fn key(first: u8, bytes: u8) -> String {
    PublicKey::kept((first..first + bytes).collect())
        .unwrap()
        .to_base64()
}

fn unlock(vault: &Path) -> Store {
    let secret = Secret::Password(Password::new(PASSWORD).unwrap());
    Store::unlock(vault, &secret, &VaultOptions::default()).unwrap()
}

/// Each of two vaults has the other's key, and both show one number.
#[test]
fn two_people_verify_each_other() {
    let (_one, one) = new_vault();
    let (_other, other) = new_vault();
    let (alice, bob) = (key(0, 32), key(32, 33));
    for (vault, own, name, theirs) in [(&one, &alice, "Bob", &bob), (&other, &bob, "Alice", &alice)] {
        ok(vault, &["contacts", "add", name, "--public-key", theirs]);
        let output = run(vault, &["contacts", "safety-number", name]);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(
            output.status.success() && told.contains("settings set identity.public_key"),
            "{told}"
        );
        assert_eq!(output.stdout.len(), 36, "30 digits in groups, and a line end");
        ok(
            vault,
            &["settings", "set", "identity.public_key", &format!("\"{own}\"")],
        );
    }
    let number = ok(&one, &["contacts", "safety-number", "Bob"]);
    assert_eq!(ok(&other, &["contacts", "safety-number", "Alice"]), number);
    let golden = "50318 41019 01520 05049 38277 28756 90575 64675 27244 77774 60939 74423";
    assert_eq!(number.trim_end(), golden);

    let wrong = number.replace("50318", "50319");
    let refused = run(&one, &["contacts", "verify", "Bob", "--safety-number", &wrong]);
    assert_eq!(refused.status.code(), Some(23));
    assert_eq!(json(&one, &["contacts", "show", "Bob"])["is_verified"], false);
    // The name behind the number is a name.
    assert_eq!(
        ok(&one, &["contacts", "verify", "--safety-number", golden, "Bob"]),
        "Bob verified\n"
    );
    assert!(ok(&one, &["contacts", "list"]).contains(" verified"));

    let output = run(&one, &["contacts", "set", "Bob", "--public-key", &alice]);
    assert!(output.status.success());
    assert!(String::from_utf8(output.stderr).unwrap().contains("compare"));
    assert_eq!(json(&one, &["contacts", "show", "Bob"])["is_verified"], false);
    // Two contacts with one key have one number, of whichever first.
    ok(
        &one,
        &["contacts", "add", "Carol", "--public-key", &bob, "--id", "carol"],
    );
    assert_eq!(ok(&one, &["contacts", "safety-number", "Bob", "carol"]), number);
    assert_eq!(ok(&one, &["contacts", "safety-number", "Carol", "Bob"]), number);
}

#[test]
fn a_refused_word_changes_nothing_and_says_what_it_broke() {
    let (_dir, vault) = new_vault();
    let good = key(0, 32);
    ok(
        &vault,
        &["contacts", "add", "Alice", "--id", "alice", "--public-key", &good],
    );
    ok(&vault, &["contacts", "add", "Bare", "--id", "bare"]);
    let before = (json(&vault, &["contacts", "list"]), acts(&vault).len());
    let (long, short) = ("x".repeat(10_000), key(0, 31));
    let large = PublicKey::kept(vec![0; 16_384])
        .unwrap()
        .to_base64()
        .replace('=', "A")
        + "AAAA";
    let picture = "x".repeat(100_000);
    let cases: &[(&[&str], i32, &str)] = &[
        (&["add", ""], 23, "1 to 1,024"),
        (&["add", "  \u{3000}"], 23, "no visible character"),
        (&["add", &long], 23, "10000 characters; the limit is 1,024"),
        (
            &["add", "New", "--public-key", &short],
            23,
            "at least 32 bytes, got 31",
        ),
        (
            &["add", "New", "--public-key", ""],
            23,
            "at least 32 bytes, got 0",
        ),
        (&["add", "New", "--public-key", &large], 23, "limit is 16,384"),
        (
            &["add", "New", "--public-key", "not base64!"],
            23,
            "not valid base64",
        ),
        (&["add", "New", "--id", "alice"], 23, "alice already exists"),
        (&["rename", "alice", " "], 23, "no visible character"),
        (
            &["set", "alice", "--online", "--name", ""],
            23,
            "the name is empty",
        ),
        (
            &["set", "alice", "--name", "Changed", "--public-key", &short],
            23,
            "at least 32 bytes, got 31",
        ),
        (
            &[
                "set",
                "alice",
                "--name",
                "Changed",
                "--last-seen",
                "2999-01-01T00:00:00Z",
            ],
            23,
            "a day ahead",
        ),
        (&["set", "alice", "--picture", ""], 23, "empty"),
        (
            &["set", "alice", "--online", "--mute-until", "2001-01-01T00:00:00Z"],
            23,
            "has passed",
        ),
        (
            &["set", "alice", "--mute-until", "soon"],
            23,
            "\"soon\" is not a valid date",
        ),
        (
            &["set", "alice", "--last-seen", "junk"],
            23,
            "\"junk\" is not a valid date",
        ),
        (&["set", "alice"], 2, "required"),
        (&["set", "alice", "--online", "--offline"], 2, "cannot be used"),
        (&["set", "nobody", "--online"], 24, "nobody"),
        (&["verify", "bare"], 23, "no public key"),
        (
            &["verify", "alice", "--safety-number", "12345"],
            23,
            "30 or 60 digits, got 5",
        ),
        (
            &["verify", "alice", "--safety-number", "five"],
            23,
            "only digits and spaces",
        ),
        (&["safety-number", "bare"], 23, "no safety number"),
        (&["safety-number", "alice", "bare"], 23, "no safety number"),
        (&["block", "nobody"], 24, "nobody"),
        (&["show", "nobody"], 24, "nobody"),
    ];
    for (words, code, why) in cases {
        let output = run(&vault, &[&["contacts"], *words].concat());
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(*code), "{words:?}: {told}");
        assert!(
            told.contains(why) && output.stdout.is_empty(),
            "{words:?}: {told}"
        );
        assert!(*code == 2 || told.lines().count() == 1, "{told}");
    }
    assert_eq!((json(&vault, &["contacts", "list"]), acts(&vault).len()), before);
    ok(&vault, &["contacts", "set", "alice", "--picture", &picture]);
    let shown = ok(&vault, &["contacts", "show", "alice"]);
    assert!(shown.lines().all(|line| line.chars().count() <= 100), "{shown}");
}

fn acts(vault: &Path) -> Vec<String> {
    let filter = AuditFilter {
        event_type: Some(Act::ContactAdd.event_type().into()),
        ..AuditFilter::default()
    };
    let store = unlock(vault);
    let entries = store.read(|tx| tx.audit_entries(&filter, 1_000)).unwrap();
    store.close().unwrap();
    entries.into_iter().rev().map(|entry| entry.action).collect()
}

#[test]
fn states_are_listed_searched_audited_and_exported() {
    let (dir, vault) = new_vault();
    ok(
        &vault,
        &[
            "contacts",
            "add",
            "ZOË Liddell",
            "--id",
            "zoe",
            "--public-key",
            &key(0, 32),
        ],
    );
    ok(
        &vault,
        &["contacts", "add", "Bob\u{1b}[31m\u{202e}", "--id", "bob"],
    );
    let change = [
        "contacts",
        "set",
        "zoe",
        "--online",
        "--picture",
        "file:zoe.png",
        "--mute",
    ];
    ok(&vault, &change);
    ok(&vault, &["contacts", "verify", "zoe"]);
    ok(&vault, &["contacts", "block", "bob"]);
    assert!(ok(&vault, &["contacts", "block", "bob"]).contains("already"));

    let ids = |words: &[&str]| {
        let list = json(&vault, &[&["contacts"], words].concat());
        let ids = list["contacts"].as_array().unwrap().iter();
        ids.map(|one| one["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    for (words, found) in [
        (&["list"][..], &["bob", "zoe"][..]),
        (&["list", "--blocked"], &["bob"]),
        (&["list", "--online"], &["zoe"]),
        (&["list", "--online", "--blocked"], &[]),
        (&["list", "--search", "zoe\u{308}"], &["zoe"]),
        (&["search", "LIDD"], &["zoe"]),
        (&["search", "iddell"], &[]),
        (&["search", "zoe"], &[]),
    ] {
        assert_eq!(ids(words), found, "{words:?}");
    }
    let shown = ok(&vault, &["contacts", "list"]);
    assert!(
        shown.contains("online, muted") && shown.contains("blocked"),
        "{shown}"
    );
    assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown}");
    assert!(ok(&vault, &["contacts", "show", "zoe"]).contains("forever"));
    assert!(!ok(&vault, &["contacts", "show", "bob"]).contains(['\u{1b}', '\u{202e}']));

    let refused = receive(&vault, "bob").unwrap_err();
    assert!(
        matches!(refused, StoreError::Contact(ContactError::Blocked(_))),
        "{refused}"
    );
    assert_eq!(
        acts(&vault),
        ["add", "add", "change", "verify", "block"],
        "presence and mute are not audited"
    );
    let (out, again) = (dir.path().join("out.jsonl"), dir.path().join("again.jsonl"));
    ok(&vault, &["export", out.to_str().unwrap()]);
    let second = dir.path().join("second");
    init(&second);
    ok(
        &second,
        &["import", "privatus", out.to_str().unwrap(), "--trust", "--yes"],
    );
    ok(&second, &["export", again.to_str().unwrap()]);
    assert_eq!(std::fs::read(&out).unwrap(), std::fs::read(&again).unwrap());
    assert_eq!(
        json(&second, &["contacts", "list"]),
        json(&vault, &["contacts", "list"])
    );

    // What the vault has stays as it is.
    ok(&vault, &["contacts", "unblock", "bob"]);
    ok(
        &vault,
        &["contacts", "set", "zoe", "--offline", "--no-picture", "--unmute"],
    );
    let before = json(&vault, &["contacts", "list"]);
    ok(&vault, &["import", "privatus", again.to_str().unwrap()]);
    assert_eq!(json(&vault, &["contacts", "list"]), before);
    assert!(receive(&vault, "bob").unwrap());
    assert_eq!(json(&vault, &["chats"])["chats"].as_array().unwrap().len(), 2);
}

/// A message that arrives live.
fn receive(vault: &Path, from: &str) -> Result<bool, StoreError> {
    let store = unlock(vault);
    let received = store.write("receive", |tx| {
        let contact: Contact = tx.contact_by_id(&from.parse()?)?;
        let sender = SenderRef::Contact(contact.id);
        let new = NewMessage::received(tx.new_id()?.into(), sender, Body::text("hello")?, tx.now());
        tx.message_insert(&from.parse()?, &new)
    });
    store.close().unwrap();
    received
}

/// An export of a build that had no states, and one with a picture that no vault takes.
#[test]
fn older_and_odd_exports_come_in() {
    let (dir, vault) = new_vault();
    let header = json!({ "type": "header", "format": "privatus-export", "version": 1 });
    let old = json!({ "type": "contact", "id": "old", "display_name": " ", "public_key": "q83v", "added_at": null });
    let odd = json!({
        "type": "contact", "id": "odd", "display_name": "Odd", "added_at": null, "profile_picture": "x".repeat(262_145),
        "is_online": true,
    });
    let file = dir.path().join("odd.jsonl");
    std::fs::write(&file, format!("{header}\n{old}\n{odd}\n")).unwrap();
    let output = run(&vault, &["--json", "import", "privatus", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(25), "it has no end");
    let list = json(&vault, &["contacts", "list"]);
    let (odd, old) = (&list["contacts"][0], &list["contacts"][1]);
    assert_eq!(
        (&odd["is_online"], &odd["profile_picture"]),
        (&json!(true), &Value::Null)
    );
    assert_eq!(
        (&old["display_name"], &old["public_key"]),
        (&json!(" "), &json!("q83v"))
    );
}

/// An export that somebody made up: a key that is none is not verified by saying so, and nobody can verify it.
#[test]
fn a_key_that_is_none_is_never_verified() {
    let (dir, vault) = new_vault();
    let header = json!({ "type": "header", "format": "privatus-export", "version": 1 });
    let contact = |id: &str, key: &str| {
        json!({
            "type": "contact", "id": id, "display_name": id, "public_key": key, "is_verified": true, "added_at": null,
        })
    };
    let lines = [
        header,
        contact("good", &key(0, 32)),
        contact("none", ""),
        contact("short", "AAAA"),
    ];
    let file = dir.path().join("made-up.jsonl");
    std::fs::write(&file, whole_export(&lines)).unwrap();
    let import = ["import", "privatus", file.to_str().unwrap(), "--trust", "--yes"];
    let output = run(&vault, &import);
    let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(told.contains("1 contact imported as verified"), "{told}");
    for (id, verified, has_number) in [
        ("good", true, true),
        ("none", false, false),
        ("short", false, false),
    ] {
        let shown = json(&vault, &["contacts", "show", id]);
        assert_eq!(shown["is_verified"], verified, "{shown}");
        assert_eq!(shown["key_number"].is_string(), has_number, "{shown}");
    }
    let number = "0".repeat(30);
    for words in [
        &["verify", "short"][..],
        &["verify", "short", "--safety-number", &number],
        &["safety-number", "short"],
        &["safety-number", "good", "short"],
    ] {
        let output = run(&vault, &[&["contacts"], words].concat());
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(23), "{words:?}");
        assert!(told.contains("at least 32 bytes, got 3"), "{words:?}: {told}");
    }
    assert_eq!(json(&vault, &["contacts", "show", "short"])["is_verified"], false);
}

/// Nobody is there to be asked: it has to be said.
#[test]
fn a_contact_goes_only_when_that_was_meant() {
    let (_dir, vault) = new_vault();
    ok(&vault, &["contacts", "add", "Alice", "--id", "alice"]);
    for words in [
        &["contacts", "remove", "alice"][..],
        &["--json", "contacts", "remove", "alice"],
    ] {
        let output = run(&vault, words);
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(
            told.contains("--yes is needed") && told.contains("nothing was changed"),
            "{told}"
        );
        assert_eq!(json(&vault, &["contacts", "show", "alice"])["id"], "alice");
    }
    ok(&vault, &["contacts", "remove", "alice", "--yes"]);
    assert_eq!(json(&vault, &["contacts", "list"])["contacts"], json!([]));
}
