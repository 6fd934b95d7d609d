//! Databases of the earlier Python application that are damaged, cut off or too long.

use std::fs;
use std::path::Path;

use privatus_tests::{ok, run};
use serde_json::Value;

use crate::bad_input::{json, refuses, vault, word};

/// The bundled legacy database in a new folder, with some of its pages overwritten.
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

/// Damages every page of a legacy database except the first in turn: what is on the other pages is imported.
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
    // A byte after the last page belongs to nothing.
    fs::write(&database, [&whole[..], b"x"].concat()).unwrap();
    assert!(json(&vault, &import)["messages_imported"] == 39);
}
