//! Sources at the limits of what is possible: one instant, the ends of time, long ids.

use std::fs;

use privatus_tests::{ok, run};
use serde_json::{Value, json as value};

use super::{json, vault, word};

fn chat(messages: &[Value]) -> String {
    value!({"name": "Someone", "type": "personal_chat", "id": 7, "messages": messages}).to_string()
}

#[test]
fn a_hundred_thousand_messages_of_one_instant() {
    const COUNT: usize = 100_000;
    let (dir, vault) = vault();
    let source = dir.path().join("source.json");
    let messages: Vec<Value> = (0..COUNT)
        .map(|n| {
            value!({"id": n, "type": "message", "date_unixtime": "1704164645", "from": "Someone",
                "from_id": "user7", "text": n.to_string()})
        })
        .collect();
    fs::write(&source, chat(&messages)).unwrap();
    let import = ["import", "telegram", word(&source)];
    assert_eq!(json(&vault, &import)["messages_imported"], COUNT);
    let page = json(&vault, &["show", "Someone", "--limit", "1000"]);
    let shown: Vec<usize> = page["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(text_number)
        .collect();
    assert_eq!(
        shown,
        (COUNT - 1_000..COUNT).rev().collect::<Vec<_>>(),
        "the newest page"
    );
    let older = json(
        &vault,
        &[
            "show",
            "Someone",
            "--limit",
            "7",
            "--before",
            page["next"].as_str().unwrap(),
        ],
    );
    assert_eq!(text_number(&older["messages"][0]), COUNT - 1_001);
    let exported = ok(&vault, &["export", "-"]);
    let order = exported
        .lines()
        .filter(|line| line.contains("\"type\":\"message\""))
        .map(|line| text_number(&serde_json::from_str(line).unwrap()));
    assert!(order.eq(0..COUNT), "the order of arrival");
}

fn text_number(message: &Value) -> usize {
    message["text"].as_str().unwrap().parse().unwrap()
}

#[test]
fn the_ends_of_time() {
    let (dir, vault) = vault();
    let source = dir.path().join("source.json");
    let good = [
        (value!({"date_unixtime": "0"}), "1970-01-01T00:00:00.000Z"),
        (value!({"date_unixtime": 1}), "1970-01-01T00:00:01.000Z"),
        (value!({"date_unixtime": "-1"}), "1969-12-31T23:59:59.000Z"),
        (value!({"date_unixtime": "946684799"}), "1999-12-31T23:59:59.000Z"),
        (
            value!({"date_unixtime": "4102444800"}),
            "2100-01-01T00:00:00.000Z",
        ),
        (
            value!({"date_unixtime": "253402300799"}),
            "9999-12-31T23:59:59.000Z",
        ),
        (
            value!({"date": "1970-01-01T00:00:00"}),
            "1970-01-01T00:00:00.000Z",
        ),
        (
            value!({"date": "9999-12-30T23:59:59"}),
            "9999-12-30T23:59:59.000Z",
        ),
    ];
    let bad = [
        value!({"date_unixtime": "253402300800"}),
        value!({"date_unixtime": "9223372036854775807"}),
        value!({"date_unixtime": "-9223372036854775808"}),
        value!({"date_unixtime": "99999999999999999999999"}),
        value!({"date_unixtime": "soon"}),
        value!({"date": "10000-01-01T00:00:00"}),
        value!({"date": "2024-02-30T00:00:00"}),
        value!({"date": ""}),
        value!({}),
    ];
    let messages: Vec<Value> = good
        .iter()
        .map(|(time, _)| time)
        .chain(&bad)
        .enumerate()
        .map(|(n, time)| {
            let mut message = value!({"id": n, "type": "message", "from": "Someone", "from_id": "user7",
                "text": n.to_string()});
            message
                .as_object_mut()
                .unwrap()
                .extend(time.as_object().unwrap().clone());
            message
        })
        .collect();
    fs::write(&source, chat(&messages)).unwrap();
    let output = run(
        &vault,
        &["--json", "import", "telegram", word(&source), "--timezone", "UTC"],
    );
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["messages_imported"], good.len(), "{report}");
    assert_eq!(report["messages_skipped"], bad.len(), "{report}");
    let page = json(&vault, &["show", "Someone"]);
    let shown = page["messages"].as_array().unwrap();
    for (n, (_, at)) in good.iter().enumerate() {
        let message = shown.iter().find(|message| text_number(message) == n).unwrap();
        assert_eq!(message["at"], *at);
    }
    let times: Vec<&str> = shown
        .iter()
        .map(|message| message["at"].as_str().unwrap())
        .collect();
    assert!(times.is_sorted_by(|newer, older| newer >= older), "{times:?}");
    ok(&vault, &["verify"]);
    let (exported, second) = (ok(&vault, &["export", "-"]), dir.path().join("second"));
    fs::write(&source, &exported).unwrap();
    privatus_tests::init(&second);
    ok(&second, &["import", "privatus", word(&source)]);
    assert!(ok(&second, &["export", "-"]) == exported);
}

#[test]
fn long_ids() {
    let (dir, vault) = vault();
    let source = dir.path().join("source.json");
    // Telegram's own ids are hashed, so their length is free; two that differ at the end stay two.
    let id = |end: &str| "i".repeat(2_000 - end.len()) + end;
    let message = |end: &str| {
        value!({"id": id(end), "type": "message", "date_unixtime": "1704164645", "from": "Someone",
            "from_id": id("x"), "reply_to_message_id": id("a"), "text": end})
    };
    let file = value!({"name": "Someone", "type": "personal_chat", "id": id("c"),
        "messages": [message("a"), message("b")]});
    fs::write(&source, file.to_string()).unwrap();
    let import = ["import", "telegram", word(&source)];
    assert_eq!(json(&vault, &import)["messages_imported"], 2);
    assert_eq!(json(&vault, &import)["messages_known"], 2);
    let page = json(&vault, &["show", "Someone"]);
    assert_eq!(page["messages"][0]["reply_to"], page["messages"][1]["id"]);

    // Ids of an export are kept as they are: up to 1,024 characters; for longer ones one is derived.
    let exported = ok(&vault, &["export", "-"]);
    let first = page["messages"][1]["id"].as_str().unwrap();
    for (length, fits) in [(1_024, true), (1_025, false), (2_000, false)] {
        let second = dir.path().join(format!("vault{length}"));
        privatus_tests::init(&second);
        let long = "é".repeat(length);
        // The checksum is of the bytes as they were: it differs, and what can be read is kept.
        fs::write(&source, exported.replace(first, &long)).unwrap();
        let output = run(&second, &["import", "privatus", word(&source)]);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(25), "{errors}");
        assert_eq!(errors.lines().count(), 1, "{errors}");
        assert!(errors.contains("checksum"), "{errors}");
        let page = json(&second, &["show", "Someone"]);
        assert_eq!(page["messages"].as_array().unwrap().len(), 2, "{page}");
        if fits {
            let page = json(&second, &["show", "Someone", "--around", &long]);
            assert_eq!(page["messages"][1]["id"], long.as_str());
        }
        ok(&second, &["verify"]);
    }
}
