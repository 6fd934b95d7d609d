//! The copy of the database that a change of its schema leaves.

use std::fs;

use privatus_tests::{PASSWORD, files, ok};
use serde_json::json;

use super::{every_step, json_of, newest, vault, versions};

/// The copy does not fit: nothing is changed, and the earlier copy, with what was lost, stays.
#[cfg(unix)]
#[test]
fn a_copy_that_does_not_fit_takes_no_other_away() {
    let (_dir, vault) = vault();
    ok(&vault, &["migrate", "down", "--to", "1.0.0", "--yes"]);
    let before = files(&vault);
    assert!(before.contains_key(&format!("privatus.db.snapshot-{}", newest().version())));
    // In blocks of 512 bytes: less than the copy needs.
    let blocks = fs::metadata(vault.join("privatus.db")).unwrap().len() / 2 / 512;
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", "ulimit -f $2; exec \"$0\" --vault \"$1\" migrate up"]);
    shell
        .arg(privatus_tests::tool())
        .arg(&vault)
        .arg(blocks.to_string());
    let output = shell.env("PRIVATUS_PASSWORD", PASSWORD).output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(26), "{errors}");
    assert!(
        errors.contains("`ulimit -f` shows it") && errors.lines().count() == 1,
        "{errors}"
    );
    assert!(files(&vault) == before, "{:?}", files(&vault).keys());
    ok(&vault, &["migrate", "up"]);
}

/// The restored copy is the vault as it was; inspecting it does not even set its journal mode.
#[test]
fn the_copy_put_back_has_what_was_lost() {
    let (_dir, vault) = vault();
    let export = ok(&vault, &["export", "-"]);
    assert_eq!(export.matches("reply_to").count(), 2);
    ok(&vault, &["migrate", "down", "--to", "1.0.0", "--yes"]);
    fs::rename(
        vault.join(format!("privatus.db.snapshot-{}", newest().version())),
        vault.join("privatus.db"),
    )
    .unwrap();
    let before = files(&vault);
    assert_eq!(versions(&vault), every_step(false));
    assert_eq!(json_of(&vault, &["migrate", "verify"])["problems"], json!([]));
    assert!(files(&vault) == before);
    assert_eq!(ok(&vault, &["export", "-"]), export);
}
