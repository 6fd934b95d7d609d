//! `migrate`, typed: the status, a step back with its losses, up again, and what each refusal says. Every refusal
//! leaves the vault's files as they were, byte for byte.

mod back;
mod copy;
mod ledger;
mod newer;

use std::fs;
use std::path::{Path, PathBuf};

use privatus_crypto::{KeyRing, Unlocked};
use privatus_migrate::Step;
use privatus_sqlite::{Connection, OpenMode, OpenOptions, RawKey};
use privatus_store::{Password, STEPS, Secret, Store, VaultOptions};
use privatus_tests::{PASSWORD, files, init, ok, privatus, run, telegram};
use serde_json::{Value, json};
use tempfile::TempDir;

const FIRST: i64 = 20_261_124_000_001;

/// The newest step of this build.
fn newest() -> &'static Step {
    STEPS.all().last().unwrap()
}

/// A step as the tool names it.
fn title(step: &Step) -> String {
    let (_, short) = step.name.split_once('_').unwrap();
    format!("{} ({short})", step.version())
}

/// The folders of all steps but the first.
fn after_first() -> Vec<&'static str> {
    STEPS.all().iter().skip(1).map(|step| step.name).collect()
}

/// What `status` says about every step, when those but the first are `pending`.
fn every_step(pending: bool) -> Vec<(i64, bool)> {
    let step = |step: &Step| (step.version(), pending && step.version() != FIRST);
    STEPS.all().iter().map(step).collect()
}

/// A vault with a reply and a profile picture: what version 1.0.0 has no place for.
fn vault() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let (vault, source) = (dir.path().join("vault"), dir.path().join("source.json"));
    init(&vault);
    fs::write(
        &source,
        telegram("Alice", &["a question".into(), "another".into()]),
    )
    .unwrap();
    ok(&vault, &["import", "telegram", source.to_str().unwrap()]);
    let id = json_of(&vault, &["show", "Alice"])["messages"][0]["id"].clone();
    let reply_to = ["--reply-to", id.as_str().unwrap()];
    ok(&vault, &[&["send", "Alice", "an answer"], &reply_to[..]].concat());
    ok(&vault, &[&["send", "Alice", "one more"], &reply_to[..]].concat());
    sql(&vault, "UPDATE contacts SET profile_picture = 'picture'");
    (dir, vault)
}

fn json_of(vault: &Path, words: &[&str]) -> Value {
    serde_json::from_str(&ok(vault, &[&["--json"], words].concat())).unwrap()
}

/// The vault's database without the store, as a newer build or an attacker with the password has it.
fn database(vault: &Path) -> (Connection, Unlocked) {
    let ring = KeyRing::parse(&fs::read(vault.join("keyring.json")).unwrap()).unwrap();
    let secret = Secret::Password(Password::new(PASSWORD).unwrap());
    let unlocked = ring.unlock(&secret).unwrap();
    let key = RawKey::new(
        unlocked.database_key().dangerously_expose_bytes(),
        unlocked.cipher_salt(),
    );
    let options = OpenOptions::new(OpenMode::ReadWrite).with_key(&key);
    let database = Connection::open(&vault.join("privatus.db"), &options).unwrap();
    (database, unlocked)
}

fn sql(vault: &Path, sql: &str) {
    database(vault).0.execute_batch(sql).unwrap();
}

/// The command is refused with this code and these words in one line, and changes no file.
#[track_caller]
fn refused(vault: &Path, words: &[&str], code: i32, said: &[&str]) {
    let before = files(vault);
    let output = run(vault, words);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{words:?}: {errors}");
    let last = errors.lines().last().unwrap_or_default();
    for part in said {
        assert!(last.contains(part), "{words:?}: {part:?} in {last}");
    }
    assert!(files(vault) == before, "{words:?} changed a file");
}

fn versions(vault: &Path) -> Vec<(i64, bool)> {
    let status = json_of(vault, &["migrate", "status"]);
    let steps = status["migrations"].as_array().unwrap();
    let of = |step: &Value| {
        (
            step["version"].as_i64().unwrap(),
            step["pending"].as_bool().unwrap(),
        )
    };
    steps.iter().map(of).collect()
}

#[test]
fn status_shows_every_step() {
    let (_dir, vault) = vault();
    let status = json_of(&vault, &["migrate", "status"]);
    let first = &status["migrations"][0];
    assert_eq!(first["version"], FIRST);
    assert_eq!(first["name"], "2026-11-24-000001_v1_0_0");
    assert_eq!(
        (&first["success"], &first["pending"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(
        (&first["reversible"], &first["known"]),
        (&json!(false), &json!(true))
    );
    assert!(first["irreversible"].as_str().unwrap().contains("the first"));
    assert!(first["description"].as_str().unwrap().contains("1.0.0"));
    assert!(first["applied_at"].as_str().unwrap().ends_with('Z'));
    assert_eq!(status["migrations"][1]["version"], 20_261_124_000_002_i64);
    assert_eq!(status["migrations"][1]["reversible"], true);
    assert_eq!(status["migrations"].as_array().unwrap().len(), STEPS.all().len());
    let text = ok(&vault, &["migrate", "status"]);
    assert!(
        text.contains("20261124000001  v1_0_0  applied") && text.contains("20261124000002  v1_1_0  applied"),
        "{text}"
    );
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");

    let check = json_of(&vault, &["migrate", "verify"]);
    let steps = STEPS.all().len();
    assert_eq!((&check["steps"], &check["problems"]), (&json!(steps), &json!([])));
    let objects = check["objects"].as_u64().unwrap();
    assert!(objects > 50);
    let said = format!("{steps} steps, {objects} objects checked: all is well\n");
    assert_eq!(ok(&vault, &["migrate", "verify"]), said);

    let nothing =
        json!({"from": newest().version(), "to": newest().version(), "steps": [], "snapshot": null});
    assert_eq!(json_of(&vault, &["migrate", "up"]), nothing);
    let to = newest().version().to_string();
    let said = ok(&vault, &["migrate", "down", "--to", &to]);
    assert_eq!(
        said,
        format!("Nothing to do: the vault is already at {}.\n", title(newest()))
    );
    let nothing = json!({"from": newest().version(), "to": newest().version(), "steps": [], "losses": [], "snapshot": null});
    assert_eq!(
        json_of(&vault, &["migrate", "down", "--to", newest().name, "--yes"]),
        nothing
    );
}

#[test]
fn words_that_name_no_step_are_answered_with_those_there_are() {
    let (_dir, vault) = vault();
    let all: Vec<String> = STEPS.all().iter().map(title).collect();
    let all = format!("the steps are {}", all.join(", "));
    for wanted in ["no_such", "99991231000009", "v1", ""] {
        refused(&vault, &["migrate", "down", "--to", wanted], 24, &[&all]);
    }
    // Below the first step there is none, and the error says why.
    let why = "the first step cannot be undone: it is the first";
    refused(&vault, &["migrate", "down", "--to", "0", "--yes"], 24, &[why]);
    let mut wrong = privatus(&vault);
    wrong.env("PRIVATUS_PASSWORD", "wrong");
    let output = wrong.args(["migrate", "status"]).output().unwrap();
    assert_eq!(output.status.code(), Some(10));
    let nowhere = vault.join("nowhere");
    assert_eq!(run(&nowhere, &["migrate", "status"]).status.code(), Some(11));
}

#[test]
fn a_vault_that_is_open_elsewhere_is_looked_at_and_not_changed() {
    let (_dir, vault) = vault();
    let secret = Secret::Password(Password::new(PASSWORD).unwrap());
    let store = Store::unlock(&vault, &secret, &VaultOptions::default()).unwrap();
    assert_eq!(versions(&vault), every_step(false));
    assert_eq!(json_of(&vault, &["migrate", "verify"])["problems"], json!([]));
    ok(&vault, &["migrate", "down", "--to", newest().name]);
    let output = run(&vault, &["migrate", "down", "--to", "1.0.0", "--yes"]);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(21), "{errors}");
    assert!(
        errors.contains("changing its schema needs exclusive access") && errors.lines().count() == 1,
        "{errors}"
    );
    store.close().unwrap();
    assert_eq!(versions(&vault), every_step(false));
}
