//! How things are named on the command line: a beginning in any letter case and Unicode form, a part of an id, a date.

mod messages;

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
