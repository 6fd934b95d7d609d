//! A step back, first announced, and the way up again.

use std::fs;
use std::path::Path;

use privatus_tests::{files, ok, run};
use serde_json::{Value, json};

use super::{FIRST, after_first, every_step, json_of, newest, refused, title, vault, versions};

/// The export without what a step back to 1.0.0 loses, and without the checksum over it.
fn export_of_1_0_0(vault: &Path) -> Vec<Value> {
    let export = ok(vault, &["export", "-"]);
    let mut records: Vec<Value> = export
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for record in records.iter_mut().filter_map(Value::as_object_mut) {
        record.remove("reply_to");
        record.remove("profile_picture");
        record.remove("checksum");
    }
    records
}

/// What is lost of the step to 1.1.0; the store creates again what the step after it made.
fn of_1_1_0(losses: &Value) -> Vec<&Value> {
    let made_anew = ["audit_log", "vault_state"];
    let losses = losses.as_array().unwrap().iter();
    losses
        .filter(|loss| {
            !made_anew.contains(&loss["table"].as_str().unwrap()) && loss["column"] != "folded_name"
        })
        .collect()
}

#[test]
fn a_step_back_says_what_it_loses_and_the_next_open_goes_up_again() {
    let (_dir, vault) = vault();
    let export = export_of_1_0_0(&vault);
    let before = files(&vault);
    let losses = [
        &json!({"table": "contacts", "column": "profile_picture", "values": 1}),
        &json!({"table": "messages", "column": "reply_to", "values": 2}),
    ];
    let down = ["migrate", "down", "--to", "1.0.0"];
    // No question and no `--yes`: the losses are only listed.
    let output = run(&vault, &down);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{errors}");
    let from = format!(
        "privatus: from {} back to 20261124000001 (v1_0_0)",
        title(newest())
    );
    for line in [
        from.as_str(),
        "privatus: loses contacts.profile_picture, 1 value",
        "privatus: loses messages.reply_to, 2 values",
        "privatus: --yes is needed: there is no terminal to ask on; nothing was changed",
    ] {
        assert!(errors.lines().any(|found| found == line), "{line} in {errors}");
    }
    assert!(output.stdout.is_empty() && files(&vault) == before);
    refused(
        &vault,
        &[&["--json"], &down[..]].concat(),
        2,
        &["messages.reply_to, 2 values", "--yes"],
    );
    let planned = json_of(&vault, &[&down[..], &["--dry-run"]].concat());
    assert_eq!(of_1_1_0(&planned["losses"]), losses);
    assert_eq!(planned["snapshot"], Value::Null);
    let shown = ok(&vault, &[&down[..], &["--dry-run"]].concat());
    assert!(
        shown.contains("messages.reply_to, 2 values") && shown.ends_with("Nothing was changed.\n"),
        "{shown}"
    );
    assert!(files(&vault) == before, "a plan is undone");

    let done = json_of(&vault, &[&down[..], &["--yes"]].concat());
    assert_eq!(
        (&done["from"], &done["to"]),
        (&json!(newest().version()), &json!(FIRST))
    );
    let back: Vec<&str> = after_first().into_iter().rev().collect();
    assert_eq!(done["steps"], json!(back));
    assert_eq!(of_1_1_0(&done["losses"]), losses);
    let copy = vault.join(format!("privatus.db.snapshot-{}", newest().version()));
    assert_eq!(done["snapshot"]["path"], copy.to_str().unwrap());
    let data = fs::metadata(&copy).unwrap();
    assert_eq!(done["snapshot"]["bytes"], data.len());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(data.permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(versions(&vault), every_step(true));
    let shown = ok(&vault, &["migrate", "status"]);
    assert!(
        shown.contains("v1_1_0  pending") && shown.contains(" pending: "),
        "{shown}"
    );
    let pending = json_of(&vault, &["migrate", "status"])["migrations"][1].clone();
    assert_eq!(
        (&pending["applied_at"], &pending["success"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(json_of(&vault, &["migrate", "verify"])["problems"], json!([]));
    refused(
        &vault,
        &["migrate", "down", "--to", newest().name],
        24,
        &["not applied yet", "privatus migrate up"],
    );

    // Any command upgrades it, says so on standard error, and leaves a copy until the next open.
    let output = run(&vault, &["--json", "chats"]);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{errors}");
    let chats: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(chats["chats"][0]["messages"], 4);
    let lines: Vec<&str> = errors.lines().collect();
    let brought = format!(
        "privatus: the vault's schema was upgraded from 20261124000001 (v1_0_0) to {}",
        title(newest())
    );
    assert_eq!((lines.len(), lines[0]), (2, brought.as_str()), "{errors}");
    let before_up = vault.join(format!("privatus.db.snapshot-{FIRST}"));
    for part in [
        before_up.to_str().unwrap(),
        ",",
        " bytes; the next successful open removes it",
    ] {
        assert!(lines[1].contains(part), "{part} in {errors}");
    }
    assert!(copy.exists() && before_up.exists());
    let output = run(&vault, &["chats"]);
    assert!(output.status.success() && output.stderr.is_empty());
    assert!(!copy.exists() && !before_up.exists());
    assert_eq!(versions(&vault), every_step(false));
    assert_eq!(export_of_1_0_0(&vault), export);
    assert_eq!(json_of(&vault, &["migrate", "verify"])["problems"], json!([]));
    assert_eq!(json_of(&vault, &["verify"])["ok"], true);
}

#[test]
fn up_does_it_without_another_command() {
    let (_dir, vault) = vault();
    // What is lost is printed on standard error, so that a closed pipe does not stop the command.
    let output = run(&vault, &["migrate", "down", "--to", "20261124000001", "--yes"]);
    assert!(output.status.success());
    let (said, told) = (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    );
    assert!(told.contains("loses messages.reply_to, 2 values\n"), "{told}");
    let stepped = format!(
        "Stepped back from {} to 20261124000001 (v1_0_0).\n",
        title(newest())
    );
    for part in [
        stepped.as_str(),
        "\nSaved: the previous database, ",
        "the next successful open removes it. Copy it elsewhere to keep it.\n",
        "so open it with the older build next.\n",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    let nothing = ok(&vault, &["migrate", "down", "--to", "1.0.0"]);
    assert!(nothing.starts_with("Nothing to do"), "{nothing}");
    let up = json_of(&vault, &["migrate", "up"]);
    assert_eq!(
        (&up["from"], &up["to"]),
        (&json!(FIRST), &json!(newest().version()))
    );
    assert_eq!(up["steps"], json!(after_first()));
    assert!(up["snapshot"]["bytes"].as_u64().unwrap() > 0);
    ok(&vault, &["migrate", "down", "--to", "v1_0_0", "--yes"]);
    let said = ok(&vault, &["migrate", "up"]);
    let brought = format!(
        "Schema upgraded from 20261124000001 (v1_0_0) to {}.\nSaved: ",
        title(newest())
    );
    assert!(said.starts_with(&brought), "{said}");
}
