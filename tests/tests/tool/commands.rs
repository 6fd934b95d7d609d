//! Commands, typed: names, secrets, exports to odd places, wide names, replies.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use privatus_domain::SettingKey;
use privatus_store::{Password, Secret, Store, VaultOptions};
use privatus_tests::{
    PASSWORD, changed, files, history, init, json, new_vault, ok, privatus, run, telegram, tool,
};
use serde_json::Value;

#[test]
fn chats_are_named_by_id_beginning_title_or_peer() {
    let (_dir, vault) = new_vault();
    let id = |name: &str| {
        json(&vault, &["contacts", "add", name])["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let (alice, _) = (id("Alice"), id("Bob"));
    ok(&vault, &["import", "telegram", history().to_str().unwrap()]);
    let chats = json(&vault, &["chats"]);
    let group = chats["chats"]
        .as_array()
        .unwrap()
        .iter()
        .find(|chat| chat["kind"] == "group")
        .unwrap();
    let (group_id, title) = (group["id"].as_str().unwrap(), group["title"].as_str().unwrap());
    for name in [&alice, "Alice", &alice[..34]] {
        ok(&vault, &["send", name, "hello"]);
    }
    assert_eq!(
        json(&vault, &["show", "Alice"])["messages"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    for name in [group_id, title, &group_id[..8]] {
        assert_eq!(
            json(&vault, &["show", name, "--limit", "1"])["messages"][0]["conversation"],
            group_id
        );
    }
    ok(&vault, &["contacts", "rename", &alice[..34], "Alicia"]);
    assert_eq!(run(&vault, &["show", "Alice"]).status.code(), Some(24));
    assert_eq!(run(&vault, &["show", ""]).status.code(), Some(24));
}

/// More chats than any page holds: all are listed, unless fewer are asked for.
#[test]
fn all_chats_are_listed() {
    const CHATS: usize = 1_205;
    let (dir, vault) = new_vault();
    let source = dir.path().join("account.json");
    let chat = |number: usize| {
        telegram(&format!("Chat {number}"), &["text".into()]).replace("\"id\":7", &format!("\"id\":{number}"))
    };
    let chats: Vec<String> = (10..10 + CHATS).map(chat).collect();
    let account = format!("{{\"about\":\"\",\"chats\":{{\"list\":[{}]}}}}", chats.join(","));
    fs::write(&source, account).unwrap();
    ok(&vault, &["import", "telegram", source.to_str().unwrap()]);
    let listed = |words: &[&str]| json(&vault, words)["chats"].as_array().unwrap().len();
    assert_eq!(listed(&["chats"]), CHATS);
    assert_eq!(ok(&vault, &["chats"]).lines().count(), CHATS + 1);
    assert_eq!(listed(&["chats", "--limit", "7"]), 7);
    assert_eq!(
        json(&vault, &["contacts", "list"])["contacts"]
            .as_array()
            .unwrap()
            .len(),
        CHATS
    );
    assert_eq!(json(&vault, &["stats"])["conversations"], CHATS);
}

#[test]
fn pages_go_on_with_the_same_option() {
    let (dir, vault) = new_vault();
    let source = dir.path().join("source.json");
    let texts: Vec<String> = (0..7).map(|number| format!("text {number}")).collect();
    fs::write(&source, telegram("Alice", &texts)).unwrap();
    ok(&vault, &["import", "telegram", source.to_str().unwrap()]);
    let first = json(&vault, &["show", "Alice", "--limit", "7"]);
    let oldest = first["messages"][6]["id"].as_str().unwrap().to_owned();
    assert_eq!(first["next"], Value::Null);
    let (mut seen, mut cursor) = (vec![], Some(oldest));
    while let Some(after) = cursor {
        let page = json(&vault, &["show", "Alice", "--limit", "2", "--after", &after]);
        let mut texts: Vec<String> = page["messages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|message| message["text"].as_str().unwrap().to_owned())
            .collect();
        texts.reverse();
        seen.append(&mut texts);
        cursor = page["next"].as_str().map(str::to_owned);
    }
    assert_eq!(seen, texts[1..]);
}

#[test]
fn a_reply_shows_what_it_answers() {
    let (dir, vault) = new_vault();
    let source = dir.path().join("source.json");
    fs::write(&source, telegram("Alice", &["a question".into()])).unwrap();
    ok(&vault, &["import", "telegram", source.to_str().unwrap()]);
    let id = json(&vault, &["show", "Alice"])["messages"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    ok(&vault, &["send", "Alice", "an answer", "--reply-to", &id]);
    let shown = ok(&vault, &["show", "Alice", "--ids"]);
    assert!(
        shown.contains("↳ Alice “a question”") && shown.contains(&format!("id {id}")),
        "{shown}"
    );
    assert_eq!(
        run(&vault, &["send", "Alice", "x", "--reply-to", "no such id"])
            .status
            .code(),
        Some(24)
    );
}

#[test]
fn wide_names_keep_the_list_within_100_columns() {
    let (dir, vault) = new_vault();
    for (number, name) in [
        "日本語の会話".repeat(9),
        "👍🎉".repeat(20),
        "e\u{301}".repeat(90),
        "x".repeat(900),
    ]
    .iter()
    .enumerate()
    {
        let source = dir.path().join(format!("{number}.json"));
        let export = telegram(name, &["text".into()]).replace("\"id\":7", &format!("\"id\":1{number}"));
        fs::write(&source, export).unwrap();
        ok(&vault, &["import", "telegram", source.to_str().unwrap()]);
    }
    let shown = ok(&vault, &["chats"]);
    assert_eq!(shown.lines().count(), 5, "{shown}");
    let wide = |c: char| {
        if matches!(c, '\u{3000}'..='\u{9fff}' | '\u{1f000}'..='\u{1ffff}') {
            2
        } else {
            1
        }
    };
    for line in shown.lines() {
        // An upper bound of the columns: accents take none.
        let joined = |c: &char| !matches!(c, '\u{300}'..='\u{36f}');
        assert!(
            line.chars().filter(joined).map(wide).sum::<usize>() <= 100,
            "{line}"
        );
    }
    let end = |line: &str| line.find(" 1  ").is_some();
    assert!(shown.lines().skip(1).all(end), "{shown}");
}

#[test]
fn an_export_goes_to_a_regular_file_outside_the_vault() {
    let (dir, vault) = new_vault();
    let before = files(&vault);
    for inside in ["privatus.db", "keyring.json", "new.jsonl"] {
        let path = vault.join(inside);
        let output = run(&vault, &["export", path.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(2), "{inside}");
        assert!(
            String::from_utf8(output.stderr)
                .unwrap()
                .contains("is inside the vault")
        );
    }
    assert_eq!(
        run(&vault, &["export", dir.path().to_str().unwrap()])
            .status
            .code(),
        Some(2)
    );
    assert_eq!(changed(&vault, &before), None);
    assert_eq!(
        run(&vault, &["export", dir.path().join("no/where").to_str().unwrap()])
            .status
            .code(),
        Some(24)
    );

    let file = dir.path().join("out.jsonl");
    fs::write(&file, "an earlier export").unwrap();
    for command in [&["export"][..], &["audit", "export"]] {
        let words = [command, &[file.to_str().unwrap()]].concat();
        let refused = run(&vault, &words);
        assert_eq!(refused.status.code(), Some(23));
        let told = String::from_utf8(refused.stderr).unwrap();
        assert!(
            told.contains("already exists") && told.contains("--force"),
            "{told}"
        );
        assert_eq!(fs::read_to_string(&file).unwrap(), "an earlier export");
        ok(&vault, &[&words[..], &["--force"]].concat());
        assert!(fs::read_to_string(&file).unwrap().starts_with('{'));
        fs::write(&file, "an earlier export").unwrap();
    }
    ok(&vault, &["export", "--force", file.to_str().unwrap()]);
    assert!(
        fs::read_to_string(&file)
            .unwrap()
            .starts_with("{\"type\":\"header\"")
    );
    let names: Vec<_> = fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names.len(), 2, "nothing beside it is left: {names:?}");
    assert_eq!(
        ok(&vault, &["--json", "export", "-"]),
        fs::read_to_string(&file).unwrap()
    );
}

#[cfg(unix)]
#[test]
fn an_export_is_private_and_never_replaces_a_device_or_a_link() {
    use std::os::unix::fs::PermissionsExt;
    let (dir, vault) = new_vault();
    assert_eq!(run(&vault, &["export", "/dev/null"]).status.code(), Some(2));
    let (file, link) = (dir.path().join("out.jsonl"), dir.path().join("link"));
    fs::write(&file, "").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let refused = run(&vault, &["export", link.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(23));
    assert_eq!(fs::metadata(&file).unwrap().len(), 0);
    ok(&vault, &["export", "--force", link.to_str().unwrap()]);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    let data = fs::metadata(&file).unwrap();
    assert_eq!(data.permissions().mode() & 0o777, 0o600);
    assert!(data.len() > 0);
}

/// What the libraries tell, on standard error and without a word of anybody's.
#[test]
fn a_log_is_told_where_it_is_asked_for() {
    let (_dir, vault) = new_vault();
    ok(&vault, &["contacts", "add", "Alice"]);
    let said = |words: &[&str]| String::from_utf8(run(&vault, words).stderr).unwrap();
    let send = ["send", "Alice", "words that are nobody's business"];
    assert!(!said(&send).contains("DEBUG"));
    let told = said(&[&["--log", "privatus_store=debug"], &send[..]].concat());
    assert!(
        told.contains("DEBUG privatus_store") && told.contains("ok=true"),
        "{told}"
    );
    assert!(!told.contains("business"), "{told}");
    let wrong = run(&vault, &["--log", "a=b=c", "chats"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(
        String::from_utf8(wrong.stderr)
            .unwrap()
            .contains("--log needs a level")
    );
}

/// An editor's byte order mark is no part of a secret.
#[test]
fn a_byte_order_mark_before_a_password_is_passed_over() {
    let (dir, vault) = new_vault();
    let file = dir.path().join("marked");
    let marked = |text: &str| privatus_tests::secret_file(&file, format!("\u{feff}{text}\r\n"));
    let open = || run(&vault, &["--password-file", file.to_str().unwrap(), "chats"]);
    marked(PASSWORD);
    assert!(open().status.success(), "{:?}", open());
    marked("another");
    assert_eq!(open().status.code(), Some(10));
}

/// Where a link leads is shown, and files that stay with the source are told.
#[test]
fn links_show_their_address_and_files_are_told() {
    let (dir, vault) = new_vault();
    let source = dir.path().join("result.json");
    let at = r#""type": "message", "date": "2024-01-01T10:00:00", "date_unixtime": "1704103200""#;
    let link = r#"{"type": "text_link", "text": "here", "href": "https://example.org/a?b=c"}"#;
    fs::write(
        &source,
        format!(
            r#"{{"name": "Zed", "type": "personal_chat", "id": 77, "messages": [
            {{"id": 1, {at}, "from": "Zed", "from_id": "user77", "text": ["see ", {link}],
              "text_entities": [{{"type": "plain", "text": "see "}}, {link}]}},
            {{"id": 2, {at}, "from": "Zed", "from_id": "user77", "photo": "photos/1.jpg", "text": ""}}]}}"#
        ),
    )
    .unwrap();
    let import = ["import", "telegram", source.to_str().unwrap()];
    let told = ok(&vault, &import);
    assert!(told.contains("1 file is stored by reference only"), "{told}");
    assert!(!ok(&vault, &import).contains("by reference"));
    let shown = ok(&vault, &["show", "Zed"]);
    assert!(
        shown.contains("[link “here”: https://example.org/a?b=c]"),
        "{shown}"
    );
    let shown = json(&vault, &["show", "Zed"]);
    assert_eq!(
        shown["messages"][1]["links"],
        serde_json::json!([{"text": "here", "href": "https://example.org/a?b=c"}])
    );
}

#[test]
fn settings_are_json_and_never_rounded() {
    let (_dir, vault) = new_vault();
    for (word, value) in [
        ("\"dark\"", Value::from("dark")),
        ("12", Value::from(12)),
        ("\"12\"", Value::from("12")),
        ("18446744073709551615", Value::from(u64::MAX)),
        ("{\"a\":[1,null]}", serde_json::json!({"a": [1, null]})),
    ] {
        ok(&vault, &["settings", "set", "key", word]);
        assert_eq!(
            json(&vault, &["settings", "get", "key"])["value"],
            value,
            "{word}"
        );
    }
    for word in ["18446744073709551616", "[0.12345678901234567890]", "1e400"] {
        ok(&vault, &["settings", "set", "key", word]);
        for words in [
            &["settings", "get", "key"][..],
            &["--json", "settings", "get", "key"],
            &["--json", "settings", "list"],
        ] {
            let shown = ok(&vault, words);
            assert!(shown.contains(word), "{word} in {shown}");
        }
    }
}

/// The removal is committed, then the disk fills: no failure, and the next command deletes the rest.
#[cfg(unix)]
#[test]
fn a_contact_is_removed_also_when_its_messages_cannot_be_deleted_yet() {
    let (dir, vault) = new_vault();
    let source = dir.path().join("source.json");
    let texts: Vec<String> = (0..1_500).map(|_| "x".repeat(600)).collect();
    fs::write(&source, telegram("Alice", &texts)).unwrap();
    ok(&vault, &["import", "telegram", source.to_str().unwrap()]);
    // In blocks of 512 bytes: less than what the log needs.
    let blocks = fs::metadata(vault.join("privatus.db")).unwrap().len() * 3 / 4 / 512;
    let mut shell = Command::new("sh");
    shell.args([
        "-c",
        "ulimit -f $2; exec \"$0\" --vault \"$1\" contacts remove --yes Alice",
    ]);
    shell.arg(tool()).arg(&vault).arg(blocks.to_string());
    let output = shell.env("PRIVATUS_PASSWORD", PASSWORD).output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{errors}");
    assert!(
        errors.starts_with("privatus: warning: removed; not all removed messages are deleted yet")
            && errors.contains("`ulimit -f` shows it"),
        "{errors}"
    );
    assert_eq!(errors.lines().count(), 1, "{errors}");
    assert_eq!(output.stdout, b"Alice removed\n");
    assert_eq!(run(&vault, &["show", "Alice"]).status.code(), Some(24));
    assert_eq!(json(&vault, &["verify"])["messages"], 0);
}

/// As Python writes them: escapes of all that is not ASCII.
#[test]
fn settings_are_shown_readable_and_kept_as_written() {
    let (_dir, vault) = new_vault();
    assert!(ok(&vault, &["settings", "list"]).starts_with("No settings yet."));
    assert_eq!(
        json(&vault, &["settings", "list"])["settings"],
        Value::Array(vec![])
    );
    let written = r#"{"name":"\u65e5\u672c","esc":"\u001b\u009b"}"#;
    ok(&vault, &["settings", "set", "key", written]);
    for words in [&["settings", "get", "key"][..], &["settings", "list"]] {
        let shown = ok(&vault, words);
        assert!(
            shown.contains(r#"{"name":"日本","esc":"\u001b\u009b"}"#),
            "{shown}"
        );
        let exact = ok(&vault, &[&["--json"], words].concat());
        assert!(exact.contains(written), "{exact}");
    }
    assert!(ok(&vault, &["export", "-"]).contains(written));
    assert!(!ok(&vault, &["settings", "list"]).contains("scope"));
    let secret = Secret::Password(Password::new(PASSWORD).unwrap());
    let store = Store::unlock(&vault, &secret, &VaultOptions::default()).unwrap();
    let set = store.write("setting", |tx| {
        let (now, name) = (tx.now(), SettingKey::new("other")?);
        tx.setting_set("account:7", &name, Value::from(1), now)
    });
    set.unwrap();
    store.close().unwrap();
    let shown = ok(&vault, &["settings", "list"]);
    assert!(shown.contains("scope") && shown.contains("account:7"), "{shown}");
}

#[test]
fn secrets_are_taken_in_the_order_that_help_names() {
    let dir = tempfile::tempdir().unwrap();
    let vault = dir.path().join("vault");
    let made: Value = serde_json::from_str(&init(&vault)).unwrap();
    let code = made["recovery_code"].as_str().unwrap();
    let (right, wrong) = (dir.path().join("right"), dir.path().join("wrong"));
    fs::write(&right, format!("{PASSWORD}\n")).unwrap();
    fs::write(&wrong, "wrong").unwrap();
    let status = |file: Option<&Path>, password: Option<&str>, code: Option<&str>| {
        let mut command = privatus(&vault);
        command.env_remove("PRIVATUS_PASSWORD");
        if let Some(file) = file {
            command.arg("--password-file").arg(file);
        }
        if let Some(password) = password {
            command.env("PRIVATUS_PASSWORD", password);
        }
        if let Some(code) = code {
            command.env("PRIVATUS_RECOVERY_CODE", code);
        }
        command.arg("chats").output().unwrap().status.code().unwrap()
    };
    assert_eq!(status(Some(&right), Some("wrong"), Some("wrong")), 0);
    assert_eq!(status(Some(&wrong), Some(PASSWORD), Some(code)), 10);
    assert_eq!(status(None, Some(PASSWORD), Some("wrong")), 0);
    assert_eq!(status(None, Some("wrong"), Some(code)), 10);
    assert_eq!(status(None, None, Some(code)), 0);
    assert_eq!(status(None, None, None), 2, "no question without a terminal");
}

#[test]
fn an_empty_password_is_refused_and_a_short_one_is_remarked() {
    let dir = tempfile::tempdir().unwrap();
    let vault = dir.path().join("vault");
    let create = |password: &str| {
        let mut command = privatus(&vault);
        command.env("PRIVATUS_PASSWORD", password);
        command
            .args(["init", "--code-to-stdout", "--kdf-iterations", "210000"])
            .output()
            .unwrap()
    };
    assert_eq!(create("").status.code(), Some(10));
    assert_eq!(create(&"x".repeat(1_025)).status.code(), Some(10));
    assert!(!vault.exists());
    let short = create("short");
    assert!(short.status.success());
    assert!(
        String::from_utf8(short.stderr)
            .unwrap()
            .contains("password is short")
    );
}

#[cfg(target_os = "linux")]
#[test]
fn the_vault_lies_in_the_data_folder_unless_named() {
    let dir = tempfile::tempdir().unwrap();
    let command = |words: &[&str]| {
        let mut command = Command::new(tool());
        command
            .env_remove("PRIVATUS_VAULT")
            .env("XDG_DATA_HOME", dir.path().join("data"));
        command
            .env("PRIVATUS_PASSWORD", PASSWORD)
            .stdin(Stdio::null())
            .args(words);
        command.output().unwrap()
    };
    assert_eq!(command(&["chats"]).status.code(), Some(11));
    assert!(
        command(&["init", "--code-to-stdout", "--kdf-iterations", "210000"])
            .status
            .success()
    );
    assert!(dir.path().join("data/privatus/vault/privatus.db").is_file());
    assert!(command(&["chats"]).status.success());
}
