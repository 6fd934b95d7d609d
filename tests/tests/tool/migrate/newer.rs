//! A vault of a newer build: refused unchanged, and stepped back with the SQL that it stores.

use std::path::Path;

use privatus_migrate::{NoPartitions, Runner, Seal, Step};
use privatus_tests::{ok, run};
use serde_json::json;

use super::{database, every_step, json_of, newest, refused, title, vault, versions};

/// Applies a step that this build does not know, as the build that knows it would.
fn apply(vault: &Path, step: Step) {
    let (mut database, unlocked) = database(vault);
    let (key, id) = (unlocked.master().ledger_key(), unlocked.vault_id());
    let mut runner = Runner {
        host: &mut NoPartitions,
        seal: Seal {
            key: &key,
            vault: id.as_bytes(),
        },
        now: "2027-01-01 00:00:00.000",
        tool: "9.9.9",
        event: &mut |_| (),
    };
    runner.up(&mut database, &[step]).unwrap();
}

const FUTURE: Step = Step::new(
    "9999-01-01-000001_future",
    "things",
    "CREATE TABLE things (thing TEXT NOT NULL); INSERT INTO things VALUES ('one'), ('two');",
    "DROP TABLE things;",
);

#[test]
fn a_newer_vault_is_refused_untouched_and_stepped_back() {
    let (dir, vault) = vault();
    apply(&vault, FUTURE);
    let source = dir.path().join("source.json");
    let source = source.to_str().unwrap();
    let said = [
        "migration 9999-01-01-000001_future, applied by privatus 9.9.9",
        &format!("privatus migrate down --to {}", newest().version()),
        "nothing was changed",
    ];
    for words in [
        &["chats"][..],
        &["show", "Alice"],
        &["send", "Alice", "text"],
        &["mark-read", "Alice"],
        &["import", "telegram", source],
        &["contacts", "list"],
        &["contacts", "add", "Bob"],
        &["settings", "list"],
        &["settings", "set", "theme", "1"],
        &["stats"],
        &["verify"],
        &["export", "-"],
        &["passwd", "--new-password-file", source],
        &["migrate", "up"],
        &["migrate", "verify"],
    ] {
        refused(&vault, words, 18, &said);
    }
    let status = json_of(&vault, &["migrate", "status"]);
    let future = status["migrations"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&future["known"], &future["tool_version"]),
        (&json!(false), &json!("9.9.9"))
    );
    assert_eq!(future["applied_at"], "2027-01-01T00:00:00.000Z");
    let shown = ok(&vault, &["migrate", "status"]);
    assert!(
        shown.contains("future  unknown")
            && shown.contains(&format!("`privatus migrate down --to {}`", newest().version())),
        "{shown}"
    );

    let output = run(&vault, &["migrate", "down", "--to", newest().name, "--yes"]);
    let told = String::from_utf8(output.stderr).unwrap();
    let from = format!("from 99990101000001 (future) back to {}\n", title(newest()));
    for part in [from.as_str(), "loses things, 2 rows\n"] {
        assert!(told.contains(part), "{part} in {told}");
    }
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.contains("This build can open it now; a newer build upgrades it again.\n"),
        "{said}"
    );
    let output = run(&vault, &["chats"]);
    assert!(output.status.success() && output.stderr.is_empty());
    assert_eq!(versions(&vault), every_step(false));
    assert_eq!(json_of(&vault, &["migrate", "verify"])["problems"], json!([]));
}

#[test]
fn a_step_without_a_way_back_stays() {
    let (_dir, vault) = vault();
    apply(&vault, FUTURE.with_no_way_back("the old values are gone"));
    let said = [
        "refused: migration 9999-01-01-000001_future cannot be undone: the old values are gone",
        "nothing was changed",
    ];
    for words in [&["--yes"][..], &["--dry-run"], &[]] {
        refused(
            &vault,
            &[&["migrate", "down", "--to", newest().name], words].concat(),
            23,
            &said,
        );
    }
    assert_eq!(
        json_of(&vault, &["migrate", "status"])["migrations"]
            .as_array()
            .unwrap()
            .last()
            .unwrap()["irreversible"],
        "the old values are gone"
    );
}
