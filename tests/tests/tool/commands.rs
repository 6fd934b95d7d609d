//! Commands, typed: names, secrets, exports to odd places, wide names, replies.

use std::fs;
use std::process::{Command, Stdio};

use privatus_domain::SettingKey;
use privatus_store::{Password, Secret, Store, VaultOptions};
use privatus_tests::{PASSWORD, changed, files, json, new_vault, ok, run, telegram, tool};
use serde_json::Value;

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

/// What the libraries log on standard error, without any text of messages or names.
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

/// Escapes of all characters that are not ASCII, as Python writes them.
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
