//! What scripts and readers rely on: the help of every command, and the JSON field names of each, as snapshots.

use std::fmt::Write;
use std::process::Command;

use privatus_sqlite::{Connection, OpenMode, OpenOptions, PageMac, RawKey};
use privatus_tests::{history, init, ok, privatus, run, tool};
use serde_json::Value;

use crate::command_list::COMMANDS;

/// 32 bytes in base64.
const KEY: &str = "q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k=";

fn words(words: &[&str]) -> String {
    let output = Command::new(tool())
        .args(words)
        .env_remove("COLUMNS")
        .output()
        .unwrap();
    assert!(output.status.success(), "{words:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn help() {
    let mut all = String::new();
    for command in COMMANDS.into_iter().chain([&["completions"][..], &["man"]]) {
        let help = words(&[command, &["--help"]].concat());
        let name = [&["privatus"], command].concat().join(" ");
        assert!(help.contains("Example"), "{name} has no example");
        for line in help.lines() {
            assert!(line.chars().count() <= 100, "{name}: {line}");
        }
        let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
        writeln!(all, "$ {name} --help\n{}\n", lines.join("\n")).unwrap();
    }
    insta::assert_snapshot!(all);
}

#[test]
fn completions_and_manual() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = words(&["completions", shell]);
        assert!(
            script.contains("mark-read") && script.contains("password-file"),
            "{shell}"
        );
    }
    let page = words(&["man"]);
    assert!(page.contains(".TH") && page.contains("mark\\-read"), "{page}");
    for command in COMMANDS.iter().skip(1) {
        let page = words(&[&["man"], *command].concat());
        assert!(page.contains(".SH SYNOPSIS") && page.contains(&command[0].replace('-', "\\-")));
        let title = format!(
            ".TH privatus-{} 1  \"privatus {}\"",
            command.join("-"),
            env!("CARGO_PKG_VERSION")
        );
        assert!(page.contains(&title), "{title}: {page}");
    }
    assert_eq!(
        Command::new(tool())
            .args(["man", "nothing"])
            .output()
            .unwrap()
            .status
            .code(),
        Some(2)
    );
}

/// Returns field names and types; a list has those of all its items together.
fn shape(value: &Value, path: &str, out: &mut std::collections::BTreeMap<String, &'static str>) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(items) => {
            for item in items {
                shape(item, &format!("{path}[]"), out);
            }
            "list"
        }
        // Reasons and types of records are names of their own.
        Value::Object(fields) if path == ".reasons" || path == ".counts" => {
            assert!(fields.values().all(Value::is_u64));
            "counts by name"
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                shape(field, &format!("{path}.{name}"), out);
            }
            "object"
        }
    };
    let known = out.entry(path.to_owned()).or_insert(kind);
    if *known == "null" {
        *known = kind;
    }
}

/// Creates a database with the specification's tables and a key, and a file with its raw key; returns both paths.
fn other_database(folder: &std::path::Path) -> [String; 2] {
    let [database, file] = ["source.db", "source.key"].map(|name| folder.join(name));
    let key = RawKey::without_salt(&[0x11; 32]);
    let options = OpenOptions::new(OpenMode::Create)
        .with_key(&key)
        .with_page_mac(PageMac::Sha512);
    let mut connection = Connection::open(&database, &options).unwrap();
    let tables = include_str!("../../../crates/import/src/baseline/specification.sql");
    connection.execute_batch(tables).unwrap();
    let row =
        "INSERT INTO key_store (key_id, key_type, encrypted_key, algorithm) VALUES ('k', 't', x'00', 'a')";
    connection.execute_batch(row).unwrap();
    connection
        .execute_batch("DROP INDEX idx_messages_outgoing")
        .unwrap();
    std::fs::write(&file, "11".repeat(32)).unwrap();
    [database, file].map(|path| path.to_str().unwrap().to_owned())
}

#[test]
fn json_fields() {
    let dir = tempfile::tempdir().unwrap();
    let vault = dir.path().join("vault");
    let mut all = String::new();
    let mut note = |name: &str, text: &str| {
        let value: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut fields = std::collections::BTreeMap::new();
        shape(&value, "", &mut fields);
        writeln!(all, "{name}").unwrap();
        for (path, kind) in fields
            .iter()
            .filter(|(path, _)| !path.is_empty() && !path.ends_with("[]"))
        {
            writeln!(all, "    {}: {kind}", &path[1..]).unwrap();
        }
        value
    };
    note("init", &init(&vault));
    let source = history();
    let import = ["--json", "import", "telegram", source.to_str().unwrap()];
    note("import", &ok(&vault, &import));
    let chats = note("chats", &ok(&vault, &["--json", "chats"]));
    let chat = chats["chats"][0]["id"].as_str().unwrap().to_owned();
    let page = note("show", &ok(&vault, &["--json", "show", &chat, "--limit", "1000"]));
    let last = page["messages"][0]["id"].as_str().unwrap();
    note(
        "send",
        &ok(&vault, &["--json", "send", &chat, "words", "--reply-to", last]),
    );
    note("mark-read", &ok(&vault, &["--json", "mark-read", &chat]));
    note(
        "contacts add",
        &ok(
            &vault,
            &["--json", "contacts", "add", "Alice", "--public-key", KEY],
        ),
    );
    note("contacts list", &ok(&vault, &["--json", "contacts", "list"]));
    note(
        "contacts rename",
        &ok(&vault, &["--json", "contacts", "rename", "Alice", "Bob"]),
    );
    note(
        "contacts verify",
        &ok(&vault, &["--json", "contacts", "verify", "Bob"]),
    );
    for words in [
        &["set", "Bob", "--online"][..],
        &["block", "Bob"],
        &["show", "Bob"],
        &["safety-number", "Bob"],
    ] {
        let name = format!("contacts {}", words[0]);
        note(&name, &ok(&vault, &[&["--json", "contacts"], words].concat()));
    }
    note(
        "contacts remove",
        &ok(&vault, &["--json", "contacts", "remove", "Bob", "--yes"]),
    );
    ok(&vault, &["contacts", "add", "Carol"]);
    for (name, words) in [
        (
            "offer, receive",
            &["transfers", "offer", source.to_str().unwrap(), "--to", "Carol"][..],
        ),
        ("set, progress", &["transfers", "set", "result.json", "active"]),
        ("list", &["transfers", "list"]),
        ("show", &["transfers", "show", "result.json"]),
        (
            "verify",
            &["transfers", "verify", "result.json", source.to_str().unwrap()],
        ),
    ] {
        note(
            &format!("transfers {name}"),
            &ok(&vault, &[&["--json"], words].concat()),
        );
    }
    for (name, words) in [
        (
            "groups create",
            &["create", "Choir", "--type", "public", "--description", "We sing"][..],
        ),
        ("groups add", &["add", "Choir", "Carol"]),
        ("groups role", &["role", "Choir", "Carol", "admin"]),
        ("groups list", &["list"]),
        ("groups members", &["members", "Choir"]),
        ("groups ban", &["ban", "Choir", "Carol"]),
        ("groups show", &["show", "Choir"]),
        ("groups set", &["set", "Choir", "--max-members", "9"]),
        ("groups delete", &["delete", "Choir", "--yes"]),
    ] {
        note(name, &ok(&vault, &[&["--json", "groups"], words].concat()));
    }
    note(
        "settings set",
        &ok(&vault, &["--json", "settings", "set", "theme", "\"dark\""]),
    );
    note(
        "settings get",
        &ok(&vault, &["--json", "settings", "get", "theme"]),
    );
    note("settings list", &ok(&vault, &["--json", "settings", "list"]));
    let _ = privatus(&vault)
        .env("PRIVATUS_PASSWORD", "wrong")
        .arg("chats")
        .output()
        .unwrap();
    let audit = dir.path().join("audit.json");
    for words in [
        &["audit", "list", "--limit", "1000"][..],
        &["audit", "head"],
        &["audit", "verify"],
        &["audit", "export", audit.to_str().unwrap()],
        &["audit", "prune", "--before", "2020-01-01"],
        &["audit", "settle", "--accept-loss"],
        &["security", "list"],
        &["security", "show", "1"],
        &["security", "resolve", "1", "--resolution", "it was me"],
        &["keys", "list"],
        &["keys", "expire", "1", "--at", "9000-01-01"],
    ] {
        note(&words[..2].join(" "), &ok(&vault, &[&["--json"], words].concat()));
    }
    note("stats", &ok(&vault, &["--json", "stats"]));
    note("verify", &ok(&vault, &["--json", "verify"]));
    let out = dir.path().join("out.jsonl");
    note(
        "export FILE",
        &ok(&vault, &["--json", "export", out.to_str().unwrap()]),
    );
    note(
        "settings unset",
        &ok(&vault, &["--json", "settings", "unset", "theme"]),
    );
    for (name, words) in [
        ("migrate status", &["status"][..]),
        ("migrate verify", &["verify"]),
        ("migrate down", &["down", "--to", "1.0.0", "--yes"]),
        ("migrate up", &["up"]),
    ] {
        note(name, &ok(&vault, &[&["--json", "migrate"], words].concat()));
    }
    let mut passwd = privatus(&vault);
    passwd.env("PRIVATUS_NEW_PASSWORD", privatus_tests::PASSWORD);
    passwd.args(["--json", "passwd", "--kdf-iterations", "210000"]);
    note(
        "passwd",
        &String::from_utf8(passwd.output().unwrap().stdout).unwrap(),
    );
    let [database, key] = other_database(dir.path());
    let baseline = [
        "--json",
        "migrate",
        "baseline",
        &database,
        "--raw-key-file",
        &key,
        "--skip-keys",
    ];
    note("migrate baseline", &ok(&dir.path().join("adopted"), &baseline));
    for (words, code) in [(&["--json", "show", "nobody"][..], 24), (&["--json", "shwo"], 2)] {
        let refused = run(&vault, words);
        assert!(refused.stdout.is_empty());
        let error = note(
            "a refusal, on standard error",
            &String::from_utf8(refused.stderr).unwrap(),
        );
        assert_eq!(
            (refused.status.code(), &error["code"]),
            (Some(code), &Value::from(code))
        );
    }
    for line in std::fs::read_to_string(&out).unwrap().lines() {
        let kind = serde_json::from_str::<Value>(line).unwrap()["type"]
            .as_str()
            .unwrap()
            .to_owned();
        if kind == "header" || kind == "end" {
            note(&format!("export: {kind}"), line);
        }
    }
    insta::assert_snapshot!(all);
}

#[test]
fn the_demo_in_json() {
    let dir = tempfile::tempdir().unwrap();
    let shown: Value = serde_json::from_str(&ok(dir.path(), &["--json", "demo"])).unwrap();
    assert_eq!(shown["ok"], true);
    let steps: Vec<&str> = shown["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["step"].as_str().unwrap())
        .collect();
    let all = [
        "create",
        "rescue",
        "import",
        "import_again",
        "chats",
        "page",
        "reply",
        "verify",
        "bytes",
        "export",
    ];
    assert_eq!(steps, all);
    assert_eq!(
        std::fs::read_dir(dir.path()).unwrap().count(),
        0,
        "nothing is left behind"
    );
}
