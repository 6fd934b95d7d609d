//! Transfers in an export and in an import.

use super::*;

#[test]
fn an_export_carries_them_byte_for_byte() {
    let (dir, vault) = vault();
    for (name, steps) in [
        ("one", &[][..]),
        ("two", &["active"]),
        ("three", &["active", "paused"]),
        ("four", &["active", "completed"]),
        ("five", &["active", "failed"]),
        ("six", &["cancelled"]),
    ] {
        ok(
            &vault,
            &[
                "transfers",
                "receive",
                name,
                "--from",
                "Alice",
                "--size",
                "5",
                "--hash",
                HASH,
            ],
        );
        for step in steps {
            ok(&vault, &["transfers", "set", name, step]);
        }
    }
    let file = dir.path().join("out.jsonl");
    ok(&vault, &["export", file.to_str().unwrap()]);
    let other = dir.path().join("other");
    init(&other);
    let import = ["import", "privatus", file.to_str().unwrap(), "--trust", "--yes"];
    let report = json(&other, &import);
    assert_eq!(report["transfers_imported"], 6, "{report}");
    let again = dir.path().join("again.jsonl");
    ok(&other, &["export", again.to_str().unwrap()]);
    assert_eq!(
        fs::read_to_string(&again).unwrap(),
        fs::read_to_string(&file).unwrap()
    );
    let report = json(&other, &["import", "privatus", file.to_str().unwrap()]);
    assert_eq!(report["transfers_imported"], 0, "{report}");
    assert_eq!(json(&other, &["verify"])["ok"], true);

    // No export has such a line, so the file was changed: what cannot be stored is left out and reported.
    let broken = fs::read_to_string(&file)
        .unwrap()
        .replace("\"cancelled\"", "\"vanished\"");
    fs::write(&file, broken).unwrap();
    let third = dir.path().join("third");
    init(&third);
    let output = run(&third, &["--json", "import", "privatus", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(25));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["transfers_imported"], 5, "{report}");
    assert_eq!(report["reasons"]["transfer refused"], 1, "{report}");
}

/// An invented export, with names that contain paths, and not in order of time.
#[test]
fn names_of_an_import_lead_nowhere_and_lists_stay_in_the_order_of_time() {
    let (dir, vault) = vault();
    let exported = ok(&vault, &["export", "-"]);
    let transfer = |id: &str, name: &str, hour: u8| {
        serde_json::json!({
            "type": "transfer", "id": id, "file_name": name, "file_size": 1, "file_hash": HASH,
            "direction": "inbound", "status": "pending", "created_at": format!("2025-06-01T{hour:02}:00:00.000Z"),
        })
    };
    let lines = [
        transfer("t1", "../../.ssh/config", 9),
        transfer("t2", "C:\\evil.exe", 7),
        transfer("t3", "..", 8),
        transfer("t4", "plain.txt", 10),
    ];
    let (before, _) = exported.trim_end().rsplit_once('\n').unwrap();
    let file = dir.path().join("made-up.jsonl");
    let lines: Vec<String> = before
        .lines()
        .map(str::to_owned)
        .chain(lines.iter().map(ToString::to_string))
        .collect();
    fs::write(&file, whole_export(&lines)).unwrap();
    let output = run(&vault, &["import", "privatus", file.to_str().unwrap()]);
    let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(told.contains("3 file names led to another folder"), "{told}");
    let listed = json(&vault, &["transfers", "list"]);
    let names: Vec<&str> = listed["transfers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["file_name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["plain.txt", "config", "unnamed file", "evil.exe"]);
}
