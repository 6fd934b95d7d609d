//! `security`, typed: failed unlocks, and what a person does about them.

use std::path::Path;

use privatus_tests::{Database, fails, json, new_vault, ok, privatus, run};

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
    assert!(ok(&vault, &["security", "list"]).contains("No matching events"));
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
            .contains("already resolved")
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

/// Events whose details no key opens are listed without them; an accepted loss records this permanently.
#[test]
fn events_whose_details_are_lost_are_listed_and_settled() {
    for planted in [
        "UPDATE key_store SET encrypted_key = x'' WHERE scope = 'security_events.raw_data'",
        "UPDATE key_store SET encrypted_key = zeroblob(72) WHERE scope = 'security_events.raw_data'",
        "DELETE FROM key_store WHERE scope = 'security_events.raw_data'",
    ] {
        let (_dir, vault) = new_vault();
        fail(&vault, 2);
        ok(&vault, &["chats"]);
        Database::open(&vault).run(planted).unwrap();
        for is_settled in [false, true] {
            if is_settled {
                let told = json(&vault, &["audit", "settle", "--accept-loss", "--yes"]);
                assert_eq!(told["settled"], true, "{planted}");
                // The check already wrote what it found under a new key: an emptied row is then not another loss.
                let lost = told["events_lost"].as_array().unwrap();
                assert_eq!(lost.len(), 1, "{planted}: {told}");
                ok(&vault, &["verify"]);
            } else {
                let checked = run(&vault, &["verify"]);
                let checked = String::from_utf8(checked.stdout).unwrap();
                assert!(
                    checked.contains("security_events.raw_data of row 1"),
                    "{planted}: {checked}"
                );
            }
            let events = json(&vault, &["security", "list"]);
            let event = events["events"]
                .as_array()
                .unwrap()
                .iter()
                .find(|event| event["event_id"] == 1);
            let event = event.unwrap_or_else(|| panic!("{planted}, settled {is_settled}: {events}"));
            assert_eq!(
                (&event["details_lost"], &event["raw_data"]),
                (&true.into(), &serde_json::Value::Null)
            );
            assert!(
                ok(&vault, &["security", "list"]).contains("details lost"),
                "{planted}"
            );
            assert!(
                ok(&vault, &["security", "show", "1"]).contains("details lost"),
                "{planted}"
            );
        }
        ok(&vault, &["security", "resolve", "1", "--resolution", "seen"]);
        let again = json(&vault, &["audit", "settle", "--accept-loss"]);
        assert_eq!(again["settled"], false, "{planted}");
        fail(&vault, 1);
        ok(&vault, &["verify"]);
    }
}

/// Any other unreadable value of an event ends the list until it is settled; the error names the row.
#[test]
fn an_event_that_does_not_read_is_named_and_settled() {
    let (_dir, vault) = new_vault();
    fail(&vault, 1);
    ok(&vault, &["chats"]);
    Database::open(&vault)
        .run("PRAGMA ignore_check_constraints = ON; UPDATE security_events SET event_type = x'ff', severity = 'zz'")
        .unwrap();
    let line = fails(&vault, &["security", "list"], 16);
    assert!(line.contains("security_events.event_type of row 1"), "{line}");
    assert!(line.contains("`privatus audit settle --accept-loss`"), "{line}");
    ok(&vault, &["audit", "settle", "--accept-loss", "--yes"]);
    ok(&vault, &["verify"]);
    let events = json(&vault, &["security", "list"]);
    let event = events["events"]
        .as_array()
        .unwrap()
        .iter()
        .find(|event| event["event_id"] == 1)
        .cloned();
    let event = event.unwrap();
    assert_eq!(
        (&event["event_type"], &event["severity"]),
        (&"tampering".into(), &"critical".into())
    );
}
