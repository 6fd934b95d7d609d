//! `security`, typed: failed unlocks, and what a person does about them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    missing_docs
)]

use std::path::Path;

use privatus_tests::{json, new_vault, ok, privatus, run};

fn fail(vault: &Path, times: usize) {
    for _ in 0..times {
        let output = privatus(vault)
            .env("PRIVATUS_PASSWORD", "wrong")
            .arg("chats")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(10));
    }
}

#[test]
fn failed_unlocks_are_listed_shown_and_resolved() {
    let (_dir, vault) = new_vault();
    assert!(ok(&vault, &["security", "list"]).contains("No event matches"));
    fail(&vault, 2);
    let events = json(&vault, &["security", "list"]);
    let event = &events["events"][0];
    assert_eq!(event["event_type"], "authentication");
    assert_eq!(
        (&event["severity"], &event["resolved"]),
        (&"medium".into(), &false.into())
    );
    assert_eq!(event["raw_data"]["failed"], 2);
    assert_eq!(events["events"].as_array().unwrap().len(), 1);
    let id = event["event_id"].to_string();
    let shown = ok(&vault, &["security", "show", &id]);
    assert!(
        shown.contains("tried 2 times") && shown.contains("\"failed\":2"),
        "{shown}"
    );

    fail(&vault, 5);
    let types = |words: &[&str]| -> Vec<String> {
        let listed = json(&vault, &[&["security", "list"], words].concat());
        let events = listed["events"].as_array().unwrap().iter();
        events
            .map(|event| event["event_type"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(types(&[]), ["many_failures", "authentication", "authentication"]);
    assert_eq!(
        types(&["--severity", "high"]),
        ["many_failures", "authentication"]
    );
    assert_eq!(types(&["--type", "many_failures"]), ["many_failures"]);
    let page = json(&vault, &["security", "list", "--limit", "1"]);
    assert_eq!(page["next"], page["events"][0]["event_id"]);
    assert_eq!(types(&["--before", &page["next"].to_string()]).len(), 2);

    let resolve = ["security", "resolve", &id, "--resolution", "it was me\u{1b}[2J"];
    assert_eq!(ok(&vault, &resolve), format!("event {id} resolved\n"));
    let again = run(&vault, &resolve);
    assert_eq!(again.status.code(), Some(23));
    assert!(
        String::from_utf8(again.stderr)
            .unwrap()
            .contains("resolved already")
    );
    assert_eq!(types(&["--unresolved"]).len(), 2);
    let shown = ok(&vault, &["security", "show", &id]);
    assert!(
        shown.contains("it was me") && !shown.contains('\u{1b}'),
        "{shown:?}"
    );
    let entries = json(
        &vault,
        &["audit", "list", "--resource", &format!("security:{id}")],
    );
    assert_eq!(entries["entries"][0]["action"], "resolve");
}
