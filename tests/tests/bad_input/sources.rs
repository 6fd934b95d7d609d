//! Import sources: missing, a folder, another format, cut off, not UTF-8, wrong types.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use privatus_tests::{files, history, ok, run};
use serde_json::{Value, json as value};

use super::{json, one_line, refuses, vault, word};

const FORMATS: [&str; 3] = ["telegram", "privatus", "legacy"];

#[test]
fn missing_a_folder_or_another_format() {
    let (dir, vault) = vault();
    let source = dir.path().join("source");
    for format in FORMATS {
        refuses(&vault, &["import", format, word(&source)], 25, "");
    }
    let folder = dir.path().join("folder");
    fs::create_dir(&folder).unwrap();
    for (format, says) in
        FORMATS
            .into_iter()
            .zip(["name the result.json in it", "name the exported file", ".db"])
    {
        refuses(&vault, &["import", format, word(&folder)], 25, says);
    }
    for bytes in [
        &b""[..],
        b"From: someone\n",
        b"\xff\xfe\x00",
        b"{\"name\":\"\xff\"",
        b"[]",
        b"7",
        b"null",
        b"{}",
        b"SQLite format 3\0",
        b"\x1f\x8b\x08\0\0\0\0\0",
        b"{\"type\":\"header\"}\n",
    ] {
        fs::write(&source, bytes).unwrap();
        for format in FORMATS {
            refuses(&vault, &["import", format, word(&source)], 25, "source");
        }
    }
    // Our own files are no source: reading them would drop the locks on them.
    for name in files(&vault).keys() {
        refuses(
            &vault,
            &["import", "legacy", word(&vault.join(name))],
            25,
            "lies in the vault itself",
        );
    }
    assert_eq!(json(&vault, &["stats"])["messages"], 0);
}

/// Types an import of a source that ends too early: code 25, one line that says that a part was kept.
#[track_caller]
fn cut(vault: &Path, format: &str, source: &Path) -> String {
    let line = one_line(&run(vault, &["import", format, word(source)]), 25);
    assert!(line.contains(word(source)), "names the file: {line}");
    line
}

#[test]
fn a_cut_off_source_is_completed_by_the_whole() {
    let (dir, vault) = vault();
    let source = dir.path().join("cut.json");
    // A supergroup: cut off, it is told from a chat with one person only by what stands before its messages.
    let whole = fs::read(history()).unwrap();
    ok(&vault, &["settings", "set", "stood", "before"]);
    for length in [whole.len() / 2, whole.len() - 1, whole.len() - 20] {
        fs::write(&source, &whole[..length]).unwrap();
        assert!(cut(&vault, "telegram", &source).contains("cut off"));
    }
    fs::write(&source, &whole).unwrap();
    ok(&vault, &["import", "telegram", word(&source)]);
    assert_eq!(json(&vault, &["stats"])["messages"], 1067);
    assert!(ok(&vault, &["settings", "get", "stood"]).contains("before"));
    let exported = ok(&vault, &["export", "-"]);

    let second = dir.path().join("second");
    privatus_tests::init(&second);
    let lines: Vec<&str> = exported.lines().collect();
    for (kept, end) in [
        (1, ""),
        (700, ""),
        (700, "{\"type\":\"mess"),
        (lines.len() - 1, ""),
    ] {
        fs::write(&source, lines[..kept].join("\n") + "\n" + end).unwrap();
        cut(&second, "privatus", &source);
    }
    // The whole export with one letter of one message changed: readable, but its checksum tells.
    let at = exported.rfind("\"text\":\"").unwrap() + 8;
    let mut changed = exported.clone().into_bytes();
    changed[at] = if changed[at] == b'a' { b'b' } else { b'a' };
    let third = dir.path().join("third");
    privatus_tests::init(&third);
    fs::write(&source, &changed).unwrap();
    assert!(cut(&third, "privatus", &source).contains("checksum"));
    fs::write(&source, &exported).unwrap();
    ok(&second, &["import", "privatus", word(&source)]);
    assert!(ok(&second, &["export", "-"]) == exported);
    for vault in [&vault, &second, &third] {
        ok(vault, &["verify"]);
    }
}

#[test]
fn not_utf8_in_the_middle() {
    let (dir, vault) = vault();
    let source = dir.path().join("source.json");
    let mut bytes = fs::read(history()).unwrap();
    let at = bytes.windows(8).rposition(|at| at == b"\"text\": ").unwrap() + 9;
    bytes[at] = 0xff;
    fs::write(&source, &bytes).unwrap();
    assert!(cut(&vault, "telegram", &source).contains("not UTF-8"));
    ok(&vault, &["verify"]);
}

/// Values that no field expects.
fn wrong() -> [Value; 9] {
    let deep = (0..100).fold(value!(1), |inner, _| value!([inner]));
    [
        value!(null),
        value!(true),
        value!(-1.5e300),
        value!(18_446_744_073_709_551_615_u64),
        value!([]),
        value!({}),
        value!([7, null, {"text": 7}, {"type": "link"}]),
        value!({"text": ["x"]}),
        deep,
    ]
}

#[test]
fn a_wrong_type_in_a_field_of_telegram() {
    let (dir, vault) = vault();
    let source = dir.path().join("source.json");
    let base = value!({
        "id": 1, "type": "message", "date": "2024-01-02T03:04:05", "date_unixtime": "1704164645",
        "edited": "2024-01-02T03:05:05", "edited_unixtime": "1704164705", "from": "Someone", "from_id": "user7",
        "reply_to_message_id": 1, "forwarded_from": "Somebody", "text": "hello", "text_entities": [],
        "file": "files/a.txt", "file_name": "a.txt", "mime_type": "text/plain", "file_size": 7, "photo": "a.jpg",
        "media_type": "sticker", "location_information": {"latitude": 1.5, "longitude": 2.5}, "poll": {"question": "?"},
    });
    let mut messages = vec![value!(7), value!(null), value!([]), value!("text"), value!({})];
    for key in base.as_object().unwrap().keys() {
        for wrong in wrong() {
            let mut message = base.clone();
            message["id"] = (messages.len() + 10).into();
            message[key.as_str()] = wrong;
            messages.push(message);
        }
    }
    let mut plain = base.clone();
    plain["id"] = 2.into();
    messages.push(plain);
    let file = value!({"name": "Someone", "type": "personal_chat", "id": 7, "messages": &messages});
    fs::write(&source, file.to_string()).unwrap();
    let output = run(&vault, &["--json", "import", "telegram", word(&source)]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let count = |name: &str| report[name].as_u64().unwrap();
    assert_eq!(
        count("messages_imported") + count("messages_known") + count("messages_skipped"),
        messages.len() as u64,
        "{report}"
    );
    assert!(
        count("messages_imported") > 20 && count("messages_skipped") > 20,
        "{report}"
    );
    let code = if report["partial"] == true { 25 } else { 0 };
    assert_eq!(output.status.code(), Some(code), "{report}");
    let reasons: BTreeSet<&str> = report["reasons"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert!(
        reasons.iter().any(|reason| reason.contains("wrong type")),
        "{reasons:?}"
    );
    ok(&vault, &["verify"]);
}

#[test]
fn a_wrong_type_around_the_messages() {
    let (dir, vault) = vault();
    let source = dir.path().join("source.json");
    for file in [
        value!({"messages": 7}),
        value!({"messages": {"a": 1}}),
        value!({"messages": null, "name": "x"}),
        value!({"chats": []}),
        value!({"chats": {"list": 7}}),
        value!({"chats": {"list": [7]}}),
        value!({"chats": {"list": [{"messages": "none"}]}}),
    ] {
        fs::write(&source, file.to_string()).unwrap();
        refuses(&vault, &["import", "telegram", word(&source)], 25, word(&source));
    }
    // What only describes a chat may be anything.
    for wrong in wrong() {
        for key in ["name", "type", "id"] {
            let mut file = value!({"name": "A", "type": "personal_chat", "id": 1, "messages": [
                {"id": 1, "type": "message", "date": "2024-01-02T03:04:05", "from": "A", "from_id": "user1", "text": "t"}
            ]});
            file[key] = wrong.clone();
            fs::write(&source, file.to_string()).unwrap();
            let output = run(&vault, &["import", "telegram", word(&source)]);
            assert!(output.status.success(), "{key} {wrong}: {output:?}");
        }
    }
    ok(&vault, &["verify"]);
}

/// Each field of each record of an export by a wrong value: refused in one line, nothing half written.
#[test]
fn a_wrong_type_in_a_field_of_an_export() {
    let (dir, vault) = vault();
    ok(&vault, &["contacts", "add", "Someone", "--public-key", "AAAA"]);
    ok(&vault, &["settings", "set", "theme", "dark"]);
    ok(&vault, &["send", "Someone", "hello"]);
    let exported = ok(&vault, &["export", "-"]);
    let lines: Vec<Value> = exported
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let source = dir.path().join("source.jsonl");
    let second = dir.path().join("second");
    privatus_tests::init(&second);
    let mut refused = 0;
    for (at, line) in lines.iter().enumerate() {
        for key in line.as_object().unwrap().keys() {
            for wrong in [value!({"a": [1]}), value!(-7.5), value!("\u{0}")] {
                let mut changed = lines.clone();
                changed[at][key] = wrong;
                let text: String = changed.iter().map(|line| format!("{line}\n")).collect();
                fs::write(&source, text).unwrap();
                let output = run(&second, &["import", "privatus", word(&source)]);
                let errors = String::from_utf8(output.stderr).unwrap();
                assert!(matches!(output.status.code(), Some(23..=25)), "{key}: {errors}");
                assert_eq!(errors.lines().count(), 1, "{errors}");
                assert!(!errors.contains("panicked"), "{errors}");
                refused += 1;
            }
        }
    }
    assert!(refused > 60, "{refused}");
    ok(&second, &["verify"]);
}
