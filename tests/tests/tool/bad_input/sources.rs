//! Import sources: missing, a folder, another format, cut off, not UTF-8, wrong types.

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
    // A pipe is waited for without end, and a device has none.
    #[cfg(unix)]
    {
        let pipe = dir.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        for strange in [pipe.as_path(), Path::new("/dev/zero")] {
            for format in ["telegram", "privatus"] {
                let words = ["import", format, word(strange)];
                refuses(&vault, &words, 25, "is a pipe, a socket or a device");
                let output = run(&vault, &words);
                // A count of what came over is no part of a refusal.
                assert!(output.stdout.is_empty(), "{output:?}");
            }
            refuses(
                &vault,
                &["import", "legacy", word(strange)],
                25,
                "neither a file nor a folder",
            );
        }
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
            "is inside the vault itself",
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
    ok(&vault, &["settings", "set", "stood", "before", "--text"]);
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
    ok(
        &second,
        &["import", "privatus", word(&source), "--trust", "--yes"],
    );
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
    assert_eq!(output.status.code(), Some(25), "{report}");
    let count = |name: &str| report[name].as_u64().unwrap();
    let all = messages.len() as u64;
    // No type costs the message but a wrong one of these: the entry's own type (all nine), and a text that is none and
    // has no part that is text (with the photo beside it the message still comes over). A wrong id is derived anew.
    assert_eq!(
        count("messages_imported") + count("messages_skipped"),
        all,
        "{report}"
    );
    assert_eq!(count("messages_skipped"), 5 + 9, "{report}");
    assert_eq!(report["reasons"]["an entry that is not an object"], 4);
    ok(&vault, &["verify"]);
    // What each message kept, by the field that was wrong.
    let exported = ok(&vault, &["export", "-"]);
    let kept: Vec<Value> = exported
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|line: &Value| line["type"] == "message")
        .collect();
    assert_eq!(kept.len() as u64, count("messages_imported"));
    let at = "2024-01-02T03:04:05.000Z";
    assert!(
        kept.iter().all(|one| one["at"] == at),
        "a wrong form of the time gives way to the other"
    );
    let with = |name: &str, wanted: &Value| kept.iter().filter(|one| one[name] == *wanted).count();
    let hello = with("text", &value!("hello"));
    // Of the nine wrong texts none says hello.
    assert_eq!(kept.len() - hello, 9, "{report}");
    let edited = with("edited_at", &value!("2024-01-02T03:05:05.000Z"));
    assert_eq!(edited, kept.len(), "the other form of the edit counts");
    let replies = kept.iter().filter(|one| !one["reply_to"].is_null()).count();
    assert!(
        (kept.len() - 9..kept.len()).contains(&replies),
        "{replies} of {}",
        kept.len()
    );
    let forwarded = with("forwarded_from", &value!("Somebody"));
    assert_eq!(forwarded, kept.len() - 9);
    let media = kept.iter().filter(|one| one["media"].is_object()).count();
    assert_eq!(media, kept.len(), "one kind of media stands in for another");
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
    let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    ok(&vault, &["contacts", "add", "Someone", "--public-key", key]);
    ok(&vault, &["settings", "set", "theme", "dark", "--text"]);
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

/// The bundled legacy database in a folder of its own, with some of its pages overwritten.
fn legacy(folder: &Path, pages: &[usize]) {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/cli/demo/legacy");
    fs::create_dir_all(folder).unwrap();
    for name in ["privatus_chat.salt", "password.txt"] {
        fs::copy(demo.join(name), folder.join(name)).unwrap();
    }
    let mut bytes = fs::read(demo.join("privatus_chat.db")).unwrap();
    for page in pages {
        bytes[page * 4096..][..4096].fill(0xff);
    }
    fs::write(folder.join("privatus_chat.db"), bytes).unwrap();
}

/// Every page of a legacy database but the first damaged in turn: what stands on the others comes over.
#[test]
fn a_damaged_page_of_a_legacy_database() {
    let (dir, _) = vault();
    let folder = dir.path().join("legacy");
    legacy(&folder, &[]);
    let password = folder.join("password.txt");
    let import = [
        "--json",
        "import",
        "legacy",
        word(&folder),
        "--source-password-file",
        word(&password),
    ];
    let whole_vault = dir.path().join("whole");
    privatus_tests::init(&whole_vault);
    let whole = json(&whole_vault, &import[1..]);
    let count = |report: &Value, name: &str| report[name].as_u64().unwrap();
    let all = count(&whole, "messages_imported");
    assert!(all == 39 && count(&whole, "settings_imported") > 0, "{whole}");
    let pages = fs::read(folder.join("privatus_chat.db")).unwrap().len() / 4096;
    let (mut harmless, mut partly) = (0, 0);
    for page in 1..pages {
        legacy(&folder, &[page]);
        let vault = dir.path().join(format!("vault{page}"));
        privatus_tests::init(&vault);
        let output = run(&vault, &import);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let came = count(&report, "messages_imported");
        assert_eq!(
            came + count(&report, "messages_skipped"),
            all,
            "page {page}: {report}"
        );
        if report["partial"] == true {
            assert_eq!(output.status.code(), Some(25), "page {page}");
            assert!(
                String::from_utf8_lossy(&output.stderr).contains("damaged"),
                "page {page}"
            );
            let rows = report["rows_left_out"].as_object().unwrap();
            assert!(
                rows.keys().all(|what| what.ends_with(": damaged")) && !rows.is_empty(),
                "{report}"
            );
            partly += usize::from(came == all) + usize::from((1..all).contains(&came));
        } else {
            assert_eq!(output.status.code(), Some(0));
            for name in ["messages_imported", "contacts_imported", "settings_imported"] {
                assert_eq!(report[name], whole[name], "page {page}");
            }
            harmless += 1;
        }
        ok(&vault, &["verify"]);
    }
    assert!(harmless > 1 && partly > 2, "{harmless} {partly} of {pages}");
}

#[test]
fn a_legacy_database_cut_inside_its_pages_or_too_long() {
    let (dir, vault) = vault();
    let folder = dir.path().join("legacy");
    legacy(&folder, &[]);
    let (database, password) = (folder.join("privatus_chat.db"), folder.join("password.txt"));
    let whole = fs::read(&database).unwrap();
    let import = [
        "import",
        "legacy",
        word(&folder),
        "--source-password-file",
        word(&password),
    ];
    for length in [whole.len() - 1, whole.len() - 4096, whole.len() / 2 + 7, 200, 60] {
        fs::write(&database, &whole[..length]).unwrap();
        refuses(&vault, &import, 25, "cut off");
    }
    // A byte behind the last page belongs to nobody.
    fs::write(&database, [&whole[..], b"x"].concat()).unwrap();
    assert!(json(&vault, &import)["messages_imported"] == 39);
}

#[test]
fn removed_and_imported_again() {
    let (dir, vault) = vault();
    let source = dir.path().join("b1.jsonl");
    ok(&vault, &["contacts", "add", "Bob"]);
    ok(&vault, &["send", "Bob", "hello"]);
    fs::write(&source, ok(&vault, &["export", "-"])).unwrap();
    ok(&vault, &["contacts", "remove", "Bob", "--yes"]);
    let said = ok(&vault, &["import", "privatus", word(&source)]);
    assert!(
        said.contains("1 message was removed from this vault and stays removed"),
        "{said}"
    );
    assert!(
        said.contains("0 messages imported, 0 already known, 1 previously removed"),
        "{said}"
    );
    assert!(
        !said.contains("was already there") && said.contains("0 new contacts"),
        "{said}"
    );
    assert_eq!(json(&vault, &["contacts", "list"])["contacts"], value!([]));
    let report = json(&vault, &["import", "privatus", word(&source)]);
    assert_eq!(
        (&report["messages_removed"], &report["messages_known"]),
        (&value!(1), &value!(0))
    );
}

/// Ctrl-C while a large export comes over: code 130, whole transactions stay, and the same command brings the rest.
#[cfg(unix)]
#[test]
fn an_interrupted_import_is_completed_by_a_second_one() {
    const COUNT: usize = 40_000;
    let (dir, vault) = vault();
    let source = dir.path().join("source.json");
    let texts: Vec<String> = (0..COUNT)
        .map(|number| format!("message number {number}"))
        .collect();
    fs::write(&source, privatus_tests::telegram("Someone", &texts)).unwrap();
    let log = dir.path().join("log");
    let mut import = privatus_tests::privatus(&vault);
    import.args(["--json", "import", "telegram", word(&source)]);
    let child = import
        .stdout(std::process::Stdio::piped())
        .stderr(fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    // The database grows with its first transaction; from then on there is something to interrupt.
    let size = || -> u64 {
        let entries = fs::read_dir(&vault).unwrap().flatten();
        entries
            .map(|entry| entry.metadata().map_or(0, |found| found.len()))
            .sum()
    };
    let (before, started) = (size(), std::time::Instant::now());
    while size() < before + 200_000 && started.elapsed().as_secs() < 120 {
        std::thread::yield_now();
    }
    let kill = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(kill.success());
    let output = child.wait_with_output().unwrap();
    let errors = fs::read_to_string(&log).unwrap();
    assert_eq!(output.status.code(), Some(130), "{errors}");
    assert!(
        errors.contains("stopped") && errors.lines().count() == 1,
        "{errors}"
    );
    let first: Value = serde_json::from_slice(&output.stdout).unwrap();
    let there = first["messages_imported"].as_u64().unwrap();
    assert!(there < COUNT as u64 && there.is_multiple_of(5_000), "{there}");
    assert_eq!(json(&vault, &["stats"])["messages"], there);
    let second = json(&vault, &["import", "telegram", word(&source)]);
    assert_eq!(second["messages_known"], there);
    assert_eq!(second["messages_imported"], COUNT as u64 - there);
    assert_eq!(second["partial"], false);
    ok(&vault, &["verify"]);
}
