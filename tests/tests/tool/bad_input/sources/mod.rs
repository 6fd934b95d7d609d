//! Import sources: missing, a folder, another format, cut off, not UTF-8, wrong types.

mod legacy;
mod wrong_types;

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
    // Waiting for a pipe might never end, and a device has no end.
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
                // A refusal does not contain a count of what was imported.
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
    // Our own files are not a source: reading them would drop the locks on them.
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

/// Runs an import of a source that ends too early: code 25, one line that says that a part was kept.
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
    // A supergroup: if it is cut off, only what comes before its messages distinguishes it from a chat with one person.
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
    // The whole export with one letter of one message changed: readable, but its checksum is wrong.
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

/// Ctrl-C while a large export is imported: code 130, whole transactions stay, and the same command imports the rest.
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
