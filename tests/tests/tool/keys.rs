//! `keys`, typed: what is listed, and keys that were taken away or planted.

use privatus_tests::{Database, fails, json, new_vault, ok, run};
use serde_json::Value;

use crate::audit::acts;

#[test]
fn keys_are_listed_without_their_bytes() {
    let (_dir, vault) = new_vault();
    ok(&vault, &["contacts", "add", "Alice"]);
    ok(&vault, &["send", "Alice", "hello"]);
    let keys = json(&vault, &["keys", "list"]);
    let keys = keys["keys"].as_array().unwrap();
    let audit = keys.iter().find(|key| key["key_type"] == "audit").unwrap();
    assert_eq!(
        (&audit["scope"], &audit["state"]),
        (&"audit_log".into(), &"living".into())
    );
    assert!(audit["usage_count"].as_u64().unwrap() > 1, "{audit}");
    assert!(keys.iter().all(|key| key.get("encrypted_key").is_none()));
    let number = audit["key_number"].to_string();
    assert_eq!(
        json(&vault, &["keys", "list", "--expiring", "36500"])["keys"],
        Value::Array(Vec::new())
    );
    let day = "2100-01-01";
    ok(&vault, &["keys", "expire", &number, "--at", day]);
    let expiring = json(&vault, &["keys", "list", "--expiring", "36500"]);
    assert_eq!(expiring["keys"][0]["expires_at"], "2100-01-01T00:00:00.000Z");
    assert_eq!(
        json(&vault, &["keys", "list", "--type", "audit"])["keys"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let table = ok(&vault, &["keys", "list"]);
    assert!(
        table.contains(day) && table.contains("active") && !table.contains("living"),
        "{table}"
    );
    ok(&vault, &["keys", "expire", &number, "--never"]);
    assert!(ok(&vault, &["keys", "list", "--expiring", "0"]).contains("No matching keys"));
    assert_eq!(
        acts(&vault, &["--resource", &format!("key:{number}")]),
        ["key expiry"; 2]
    );
}

/// Someone with the database key removes one key and plants another: it is reported at once, and settling repairs it.
#[test]
fn a_key_that_was_taken_away_is_warned_of_and_one_that_was_planted_goes() {
    let (_dir, vault) = new_vault();
    ok(&vault, &["contacts", "add", "Alice"]);
    ok(&vault, &["send", "Alice", "hello"]);
    Database::open(&vault)
        .run(
            "UPDATE key_store SET encrypted_key = x'' WHERE scope = 'audit_log.details'; \
             INSERT INTO key_store (key_id, key_number, key_type, scope, encrypted_key, algorithm) \
             SELECT '4000000000', 4000000000, 'table', 'planted', x'', algorithm FROM key_store LIMIT 1; \
             UPDATE vault_state SET settled_version = 9000000000000000000",
        )
        .unwrap();
    let mut warned = 0;
    for text in ["one", "two"] {
        let output = run(&vault, &["contacts", "add", text]);
        assert!(output.status.success());
        let said = String::from_utf8(output.stderr).unwrap();
        warned += said.matches("keys of the vault were lost or altered").count();
    }
    assert_eq!(warned, 1);
    let line = fails(&vault, &["verify"], 16);
    assert!(line.contains("key"), "{line}");
    let told = json(&vault, &["audit", "settle", "--accept-loss", "--yes"]);
    assert!(
        told["marks"]
            .to_string()
            .contains("key 4000000000 (table planted)")
            && told["marks"].to_string().contains("vault_state.settled_version"),
        "{told}"
    );
    let again = json(&vault, &["audit", "settle", "--accept-loss", "--yes"]);
    assert_eq!(again["settled"], false);
    ok(&vault, &["send", "Alice", "again"]);
    ok(&vault, &["verify"]);
}
