//! How things are named on the command line: a beginning in any letter case and Unicode form, a part of an id, a date.

use std::path::Path;

use privatus_tests::{fails, json, new_vault, ok, refused, telegram};
use serde_json::{Value, json};

/// Contacts by id and name.
const CONTACTS: [(&str, &str); 10] = [
    ("c-zoe", "Zoe\u{308} Müller"),
    ("c-ann", "Ann"),
    ("c-anna", "Anna Lena"),
    ("c-street", "Straße"),
    ("c-isik", "Işık"),
    ("c-istanbul", "İstanbul"),
    ("c-dev", "👩\u{200d}💻 Dev"),
    ("fade-1", "Gil"),
    ("c-fade", "Fadela"),
    ("c-bead", "bead"),
];

fn filled(vault: &Path) {
    for (id, name) in CONTACTS {
        ok(vault, &["contacts", "add", name, "--id", id]);
    }
    ok(vault, &["contacts", "add", "Bea", "--id", "bead-1"]);
}

/// Words, and the contact that each of them means.
const MEANT: [(&str, &str); 20] = [
    ("c-zoe", "c-zoe"),
    ("zo\u{eb}", "c-zoe"),
    ("ZOE\u{308} MU\u{308}", "c-zoe"),
    ("Zoë Mu\u{308}ller", "c-zoe"),
    ("ann", "c-ann"),
    ("ANN", "c-ann"),
    ("anna", "c-anna"),
    ("Ann", "c-ann"),
    ("STRASSE", "c-street"),
    ("strass", "c-street"),
    ("stra\u{df}", "c-street"),
    ("IŞIK", "c-isik"),
    ("işik", "c-isik"),
    ("is\u{327}", "c-isik"),
    ("i\u{307}sta", "c-istanbul"),
    ("👩\u{200d}💻", "c-dev"),
    ("👩", "c-dev"),
    ("fadel", "c-fade"),
    ("fade-", "fade-1"),
    ("bead", "c-bead"),
];

#[test]
fn any_unambiguous_beginning_names_a_contact_and_its_chat() {
    let (_folder, vault) = new_vault();
    filled(&vault);
    for (word, id) in MEANT {
        assert_eq!(json(&vault, &["contacts", "show", word])["id"], id, "{word}");
        let sent = json(&vault, &["send", word, "hello"]);
        assert_eq!(sent["conversation"], id, "{word}");
    }
    // An id and a name begin with it: nothing is guessed.
    let line = fails(&vault, &["send", "fade", "hello"], 23);
    assert!(
        line.contains("“fade” matches 2 chats; name one by its id: c-fade “Fadela”, fade-1 “Gil”"),
        "{line}"
    );
    let line = fails(&vault, &["contacts", "show", "c-"], 23);
    assert!(
        line.contains("“c-” matches 9 contacts; name one by its id") && line.contains(" and 4 more"),
        "{line}"
    );
    for word in ["", " ", "\u{200d}", "nn", "*"] {
        refused(&vault, &["contacts", "show", word], 24, &["lists them"]);
    }
}

#[test]
fn near_names_are_told_where_nothing_fits() {
    let (_folder, vault) = new_vault();
    filled(&vault);
    for (word, near) in [
        ("Müller", "did you mean “Zoe\u{308} Müller”?"),
        ("Anan", "did you mean “Ann”"),
        ("istanbul", "did you mean “İstanbul”?"),
        ("Strase", "did you mean “Straße”?"),
    ] {
        refused(
            &vault,
            &["show", word],
            24,
            &[near, "`privatus chats` lists them"],
        );
        refused(&vault, &["contacts", "show", word], 24, &[near]);
    }
    let line = fails(&vault, &["show", "qqqq"], 24);
    assert!(!line.contains("did you mean"), "{line}");
    // Only of what the user may see.
    for on in ["contact:c-zoe", "contact:nobody"] {
        ok(
            &vault,
            &["access", "grant", "contact:Zoë", "ann", "--permissions", "read"],
        );
        let as_ann = [
            "--as-user",
            "ann",
            "contacts",
            "show",
            on.trim_start_matches("contact:"),
        ];
        if on == "contact:nobody" {
            let line = fails(&vault, &as_ann, 28);
            assert!(!line.contains("did you mean"), "{line}");
        } else {
            ok(&vault, &as_ann);
        }
    }
    refused(
        &vault,
        &["--as-user", "ann", "contacts", "show", "Strase"],
        28,
        &[" permission on "],
    );
    // Nor is a beginning ambiguous because of what the user may not see.
    ok(
        &vault,
        &[
            "access",
            "grant",
            "contact:c-anna",
            "ann",
            "--permissions",
            "read",
        ],
    );
    let shown = json(&vault, &["--as-user", "ann", "contacts", "show", "an"]);
    assert_eq!(shown["id"], "c-anna");
}

#[test]
fn groups_members_and_peers_of_transfers_are_named_so_too() {
    let (folder, vault) = new_vault();
    filled(&vault);
    ok(&vault, &["contacts", "add", "Mehmet", "--id", "c-mehmet"]);
    ok(&vault, &["groups", "create", "Chöre", "--type", "private"]);
    ok(&vault, &["groups", "create", "Anno", "--type", "private"]);
    for (contact, id) in [("zo\u{eb}", "c-zoe"), ("mehm", "c-mehmet"), ("anna", "c-anna")] {
        assert_eq!(
            json(&vault, &["groups", "add", "CHO\u{308}", contact])["contact_id"],
            id
        );
    }
    let role = |word: &str| json(&vault, &["groups", "role", "chö", word, "admin"])["contact_id"].clone();
    assert_eq!(role("ZOE\u{308}"), "c-zoe");
    assert_eq!(role("an"), "c-anna", "the only member that begins so");
    // "me" is oneself, even if a member's name begins with it.
    let own = json(&vault, &["groups", "members", "chö"])["members"][0]["contact_id"].clone();
    let line = fails(&vault, &["groups", "role", "chö", "me", "admin"], 23);
    assert!(line.contains("owner"), "{own}: {line}");
    // A member and another contact begin with it.
    refused(
        &vault,
        &["groups", "ban", "chö", "an"],
        23,
        &["matches 2", "c-ann “Ann”", "c-anna"],
    );
    refused(
        &vault,
        &["groups", "remove", "chö", "Mehmt"],
        24,
        &["did you mean “Mehmet”"],
    );

    let file = folder.path().join("Fotos é.txt");
    std::fs::write(&file, "x").unwrap();
    let file = file.to_str().unwrap();
    ok(&vault, &["transfers", "offer", file, "--to", "mehm"]);
    let shown = json(&vault, &["transfers", "show", "FOTOS E\u{301}"]);
    assert_eq!(shown["contact"], "c-mehmet");
    ok(&vault, &["transfers", "offer", file, "--to", "anno"]);
    refused(
        &vault,
        &["transfers", "show", "fotos"],
        23,
        &["“fotos” matches 2 transfers; name one by its id"],
    );
    refused(
        &vault,
        &["transfers", "offer", file, "--to", "an"],
        23,
        &["matches 3 ", "“Anno”"],
    );
    // In an anonymous group nobody is named.
    ok(
        &vault,
        &["groups", "create", "Mask", "--type", "private", "--anonymous"],
    );
    for name in ["Ann", "anna"] {
        ok(&vault, &["groups", "add", "mask", name]);
    }
    for (word, code) in [("an", 23), ("Annb", 24)] {
        let line = fails(&vault, &["groups", "remove", "mask", word], code);
        assert!(!line.contains("Ann") || line.contains("“Annb”"), "{line}");
        assert!(!line.contains("Anna") && !line.contains("c-ann"), "{line}");
    }
}

/// The messages of a page, by their texts, the oldest first.
fn texts(vault: &Path, words: &[&str]) -> Vec<String> {
    let page = json(vault, &[&["show", "Alice"], words].concat());
    let mut texts: Vec<String> = page["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["text"].as_str().unwrap().to_owned())
        .collect();
    texts.reverse();
    texts
}

#[test]
fn a_message_is_named_by_the_beginning_of_its_id() {
    let (folder, vault) = new_vault();
    let source = folder.path().join("source.json");
    let all: Vec<String> = (0..40).map(|at| format!("text {at}")).collect();
    std::fs::write(&source, telegram("Alice", &all)).unwrap();
    ok(&vault, &["import", "telegram", source.to_str().unwrap()]);
    let page = json(&vault, &["show", "ali"]);
    let messages = page["messages"].as_array().unwrap();
    let id = |at: usize| messages[at]["id"].as_str().unwrap();
    let begun = &id(20)[..8];
    assert_eq!(texts(&vault, &["--around", begun, "--limit", "1"]), ["text 19"]);
    assert_eq!(texts(&vault, &["--before", begun, "--limit", "1"]), ["text 18"]);
    assert_eq!(texts(&vault, &["--after", begun, "--limit", "1"]), ["text 20"]);
    assert_eq!(
        texts(&vault, &["--around", &id(20)[..20], "--limit", "1"]),
        ["text 19"]
    );
    let sent = json(&vault, &["send", "alice", "an answer", "--reply-to", begun]);
    let newest = &json(&vault, &["show", "alice", "--limit", "1"])["messages"][0];
    assert_eq!(
        (&newest["id"], &newest["reply_to"]),
        (&sent["id"], &json!(id(20)))
    );
    ok(&vault, &["mark-read", "alice", "--up-to", begun]);

    // Ids of one second begin alike.
    let second = json(&vault, &["send", "alice", "another"]);
    let second = second["id"].as_str().unwrap();
    refused(
        &vault,
        &["show", "alice", "--around", &second[..8]],
        23,
        &["matches 2 messages; name one by its id", second],
    );
    assert_eq!(texts(&vault, &["--around", second, "--limit", "1"]), ["another"]);
    // Messages of another chat do not match, and three characters are too few.
    ok(&vault, &["contacts", "add", "Bob"]);
    for words in [
        &["show", "Bob", "--around", begun][..],
        &["show", "Alice", "--around", &begun[..3]],
        &["show", "Alice", "--around", "zzzz"],
        &["mark-read", "Bob", "--up-to", begun],
        &["send", "Bob", "x", "--reply-to", begun],
    ] {
        refused(&vault, words, 24, &["message", "four characters"]);
    }
}

#[test]
fn a_page_begins_at_a_date() {
    let (folder, vault) = new_vault();
    let source = folder.path().join("source.json");
    let mut export: Value = serde_json::from_str(&telegram("Alice", &[])).unwrap();
    let times = [
        "1714435200", // 2024-04-30 00:00
        "1714521599", // 2024-04-30 23:59:59
        "1714521600", // 2024-05-01 00:00
        "1714566600", // 2024-05-01 12:30
        "1717200000", // 2024-06-01 00:00
    ];
    let message = |(at, time): (usize, &&str)| {
        json!({
            "id": at + 1, "type": "message", "date_unixtime": time, "from": "Alice", "from_id": "user7",
            "text": format!("t{at}"),
        })
    };
    export["messages"] = times.iter().enumerate().map(message).collect();
    std::fs::write(&source, export.to_string()).unwrap();
    ok(&vault, &["import", "telegram", source.to_str().unwrap()]);
    for (words, shown) in [
        (&["--before", "2024-05-01"][..], &["t0", "t1"][..]),
        (&["--after", "2024-05-01"], &["t2", "t3", "t4"]),
        (&["--before", "2024-05-01 12:30"], &["t0", "t1", "t2"]),
        (&["--after", "2024-05-01T12:30:00Z"], &["t3", "t4"]),
        (&["--after", "2024-05-01T14:30:00+02:00"], &["t3", "t4"]),
        (&["--after", "2024-05-01", "--limit", "1"], &["t2"]),
        (&["--before", "2024-05-01", "--limit", "1"], &["t1"]),
        (&["--around", "2024-05-01", "--limit", "2"], &["t1", "t2"]),
        (&["--around", "2024-05-01", "--limit", "3"], &["t1", "t2", "t3"]),
        (&["--around", "2024-05-15", "--limit", "2"], &["t3", "t4"]),
        (&["--around", "2030-01-01", "--limit", "2"], &["t3", "t4"]),
        (&["--after", "2024-06-02"], &[]),
        (&["--before", "1990-01-01"], &[]),
    ] {
        assert_eq!(texts(&vault, words), shown, "{words:?}");
    }
    // The hints continue in both directions.
    let shown = ok(
        &vault,
        &["show", "Alice", "--around", "2024-05-01", "--limit", "2"],
    );
    assert!(shown.contains("… older: privatus show Alice"), "{shown}");
    assert!(shown.contains("… newer: privatus show Alice"), "{shown}");
    for wrong in ["2024-13-01", "2024-05-01 25:00", "2024-05"] {
        refused(
            &vault,
            &["show", "Alice", "--before", wrong],
            23,
            &["is not a valid date", wrong],
        );
    }
}

/// What the audit log says about the last refusal.
fn last_refusal(vault: &Path) -> (Value, Value) {
    let list = json(
        vault,
        &["audit", "list", "--event", "access", "--failed", "--limit", "1"],
    );
    let entry = &list["entries"][0];
    (entry["resource_type"].clone(), entry["resource_id"].clone())
}

#[test]
fn a_refusal_is_logged_under_the_id_and_never_under_the_word() {
    let (_folder, vault) = new_vault();
    filled(&vault);
    ok(&vault, &["groups", "create", "Choir", "--type", "private"]);
    let group = json(&vault, &["groups", "list"])["groups"][0]["id"].clone();
    for (words, on) in [
        (&["show", "zo\u{eb}"][..], ("conversation", json!("c-zoe"))),
        (&["show", "c-zoe"], ("conversation", json!("c-zoe"))),
        (&["send", "Straße", "hello"], ("conversation", json!("c-street"))),
        (&["contacts", "show", "ANNA"], ("contact", json!("c-anna"))),
        (&["groups", "show", "choir"], ("group", group)),
        (
            &["access", "grant", "contact:Gil", "bob", "--permissions", "read"],
            ("contact", json!("fade-1")),
        ),
        (
            &["access", "check", "conversation:Gil", "bob", "read"],
            ("conversation", json!("fade-1")),
        ),
        // Nobody has that name, or several begin with it: the log does not contain the word.
        (&["show", "Private matter"], ("conversation", Value::Null)),
        (&["contacts", "show", "an"], ("contact", Value::Null)),
        (&["transfers", "show", "secret.txt"], ("transfer", Value::Null)),
    ] {
        // To the user, an existing thing and a missing one look the same.
        refused(
            &vault,
            &[&["--as-user", "ann"], words].concat(),
            28,
            &[" permission on "],
        );
        let (kind, id) = on;
        assert_eq!(last_refusal(&vault), (json!(kind), id), "{words:?}");
    }
    // A user who may read all chats learns that none has the name; even then the log does not contain it.
    let read = ["--permissions", "read"];
    ok(
        &vault,
        &[&["access", "grant", "conversation:*", "eve"], &read[..]].concat(),
    );
    for (words, id) in [
        (
            &["access", "revoke", "conversation:Private matter", "bob"][..],
            Value::Null,
        ),
        (
            &["access", "check", "conversation:Private matter", "bob", "read"],
            Value::Null,
        ),
        (&["access", "revoke", "conversation:Gil", "bob"], json!("fade-1")),
        (&["access", "revoke", "conversation:*", "bob"], json!("*")),
    ] {
        refused(
            &vault,
            &[&["--as-user", "eve"], words].concat(),
            28,
            &[" permission on "],
        );
        assert_eq!(last_refusal(&vault), (json!("conversation"), id), "{words:?}");
    }
    for list in [&["audit", "list", "--limit", "1000"][..], &["security", "list"]] {
        let logged = json(&vault, list).to_string();
        assert!(
            !logged.contains("Private matter") && !logged.contains("secret.txt"),
            "{logged}"
        );
    }
    ok(&vault, &["audit", "verify"]);
    ok(&vault, &["verify"]);
}
