//! Records with each member changed, removed or given twice.

use super::*;

/// A record of every type, with every member.
fn whole_records() -> Vec<Value> {
    vec![
        json!({"type": "contact", "id": "@", "display_name": "N", "public_key": "", "is_verified": true, "is_online": true,
            "added_at": AT, "last_seen": AT, "profile_picture": "data:image/png;base64,AAAA", "blocked_at": AT,
            "muted_until": AT, "conversation": "c@"}),
        json!({"type": "group", "id": "@", "name": "N", "description": "D", "kind": "public", "max_members": 9,
            "is_anonymous": true, "settings": "{}", "created_by": "ann", "created_by_me": false, "created_at": AT,
            "members": [{"me": true, "display_name": "I", "role": "member", "joined_at": AT, "permissions": "{}"},
                {"contact": "ann", "display_name": "A", "role": "owner", "joined_at": AT, "permissions": "{}",
                    "anonymous_id": "x"}],
            "bans": [{"contact": "bo", "banned_by": "ann", "banned_at": AT}], "conversation": "g@"}),
        json!({"type": "setting", "scope": "", "key": "k@", "value": 1, "updated_at": AT}),
        json!({"type": "setting", "scope": "", "key": "metrics.enabled", "value": 1, "updated_at": AT}),
        json!({"type": "setting", "scope": "", "key": "identity.public_key", "value": 1, "updated_at": AT}),
        json!({"type": "grant", "resource_type": "contact", "resource_id": "@", "user": "u", "permissions": ["read"],
            "granted_by": "g", "granted_at": AT, "expires_at": "2030-01-01T00:00:00.000Z"}),
        json!({"type": "statistic", "date": "2024-01-01", "metric": "m@", "value": 3}),
        json!({"type": "transfer", "id": "@", "file_name": "f", "file_size": 5, "file_hash": "00".repeat(32),
            "contact": "ann", "group": null, "direction": "outbound", "status": "pending", "progress": 0,
            "created_at": AT, "completed_at": null, "error": null}),
        json!({"type": "conversation", "id": "@", "kind": "direct", "title": "T"}),
        json!({"type": "message", "id": "@", "conversation": "ann", "direction": "in", "sender": "S", "text": "t",
            "at": AT, "edited_at": AT, "deleted_at": null, "reply_to": "x", "media": {"kind": "photo"},
            "forwarded_from": "x", "entities": [], "is_encrypted": true, "is_read": true, "sender_contact": null,
            "sender_source": null, "sender_anonymous": null}),
    ]
}

/// Every member of every record with invalid values.
fn mutated() -> Vec<Value> {
    let numbers = [
        -1,
        0,
        101,
        1 << 31,
        (1 << 53) - 1,
        1 << 53,
        (1 << 53) + 1,
        i64::MIN,
        i64::MAX,
    ];
    let texts = [
        "",
        " ",
        "\u{200b}",
        "*",
        ".",
        "..",
        "../x",
        "C:evil",
        "CON",
        "a\0b",
        "\u{202e}x",
        "null",
        "true",
        "owner",
        "admin",
        "group",
        "active",
        "completed",
        "2024-01-01",
        "0000-01-01T00:00:00.000Z",
        "9999-12-31T23:59:59.999Z",
        "2024-02-30T00:00:00.000Z",
        "AAAA",
        "{\"a\":1}",
    ];
    let mut values: Vec<Value> = numbers.iter().map(|number| json!(number)).collect();
    values.extend(texts.map(Value::from));
    values.extend([
        json!(null),
        json!(true),
        json!(1.5),
        json!(u64::MAX),
        json!([]),
        json!({}),
        json!(["READ", "read"]),
    ]);
    values.extend([2_000, 20_000].map(|long| json!("x".repeat(long))));
    let mut all = Vec::new();
    for (of, record) in whole_records().iter().enumerate() {
        for key in record.as_object().unwrap().keys().filter(|key| *key != "type") {
            for value in &values {
                let number = all.len();
                let text = record.to_string().replace('@', &format!("{of}-{number}"));
                let mut record: Value = serde_json::from_str(&text).unwrap();
                record[key] = value.clone();
                all.push(record);
            }
        }
    }
    all
}

#[test]
fn whatever_a_record_says_the_vault_that_takes_it_is_well() {
    let mut all = vec![contact("ann"), contact("bo")];
    all.extend(mutated());
    // Keep only lines that are records.
    all.retain(|record| fuzz_export(record.to_string().as_bytes()) == 1);
    assert!(all.len() > 1_000, "{}", all.len());
    let text = whole(&lines(&all));
    for is_vouched in [false, true] {
        let vault = Vault::new();
        let path = vault.write("export.jsonl", &text);
        let (report, result) = match is_vouched {
            true => vault.own_vouched(&path),
            false => vault.own(&path),
        };
        result.unwrap();
        assert!(
            report.contacts_imported > 100 && report.messages_imported > 100,
            "{report:?}"
        );
        is_well(&vault);
        // What it says about itself is accepted by another vault.
        let again = Vault::new();
        let (_, result) = again.own_vouched(&again.write("again.jsonl", vault.export()));
        result.unwrap();
        is_well(&again);
    }
}
