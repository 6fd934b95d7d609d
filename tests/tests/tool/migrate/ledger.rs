//! A ledger, or a schema, that is not what the steps made.

use privatus_tests::run;
use serde_json::Value;

use super::{json_of, refused, sql, vault};

#[test]
fn altered_sql_is_not_run() {
    let (_dir, vault) = vault();
    sql(
        &vault,
        "UPDATE schema_migrations SET down_sql = 'DELETE FROM contacts' WHERE version = 20261124000002",
    );
    let said = [
        "migration 2026-11-24-000002_v1_1_0 has a way back that was altered",
        "nothing was changed",
    ];
    refused(&vault, &["migrate", "down", "--to", "1.0.0", "--yes"], 19, &said);
    refused(
        &vault,
        &["migrate", "verify"],
        19,
        &["1 problem", "its row was altered"],
    );
    let output = run(&vault, &["migrate", "verify"]);
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.starts_with("migration 2026-11-24-000002_v1_1_0: its row was altered (MAC)\n"));
    let output = run(&vault, &["--json", "migrate", "verify"]);
    let check: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (output.status.code(), check["problems"].as_array().unwrap().len()),
        (Some(19), 1)
    );
    let step = json_of(&vault, &["migrate", "status"])["migrations"][1].clone();
    assert_eq!(step["reversible"], false);
    assert_eq!(step["irreversible"], "its row in the vault was altered");
}

#[test]
fn a_ledger_that_differs_is_refused_untouched() {
    for (change, said) in [
        (
            "UPDATE schema_migrations SET success = 0 WHERE version = 20261124000002",
            "migration 2026-11-24-000002_v1_1_0 did not succeed",
        ),
        (
            "UPDATE schema_migrations SET checksum = 'other' WHERE version = 20261124000002",
            "migration 2026-11-24-000002_v1_1_0 has another checksum",
        ),
        (
            "UPDATE schema_migrations SET version = 20261124000000 WHERE version = 20261124000002",
            "migration 20261124000000 was applied, but this build does not know it",
        ),
        (
            "DELETE FROM __diesel_schema_migrations WHERE version = '20261124000002'",
            "migration 2026-11-24-000002_v1_1_0 is in the vault's ledger but not in diesel's",
        ),
    ] {
        let (_dir, vault) = vault();
        sql(&vault, change);
        for words in [&["chats"][..], &["migrate", "up"], &["migrate", "verify"]] {
            refused(
                &vault,
                words,
                19,
                &[said, "use the build that created it, or a backup"],
            );
        }
    }
    let (_dir, vault) = vault();
    sql(&vault, "DROP TABLE schema_migrations");
    for words in [
        &["chats"][..],
        &["migrate", "status"],
        &["migrate", "verify"],
        &["migrate", "down", "--to", "1.0.0", "--yes"],
    ] {
        refused(&vault, words, 19, &["ledger schema_migrations is missing"]);
    }
}

/// The schema is not what its steps make: this is reported, and nothing is repaired.
#[test]
fn verify_compares_the_schema() {
    let (_dir, vault) = vault();
    sql(&vault, "CREATE INDEX idx_stray ON contacts (display_name)");
    let output = run(&vault, &["migrate", "verify"]);
    let shown = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(19));
    assert!(
        shown.lines().next().unwrap().contains("idx_stray") && shown.contains("1 problem"),
        "{shown}"
    );
}
