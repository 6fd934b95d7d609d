//! What an import accepts passes a check of the vault, and what it does not accept it reports.

mod mutated;

use privatus_domain::{ContactId, GrantFilter, GroupId, KnownSetting, PublicKey, Role, SettingKey};
use privatus_import::privatus::{Trust, Vouched, fuzz_export, import};
use privatus_import::{ImportError, Report};
use privatus_store::StoreError;
use serde_json::{Value, json};

use crate::telegram::own_export::{lines, whole};
use crate::telegram::vault::Vault;

const AT: &str = "2024-01-01T00:00:00.000Z";

fn contact(id: &str) -> Value {
    json!({"type": "contact", "id": id, "display_name": id, "public_key": "", "added_at": AT})
}

fn statistic(metric: &str, value: i64) -> Value {
    json!({"type": "statistic", "date": "2024-01-01", "metric": metric, "value": value})
}

fn grant(to: &str, permissions: &Value, end: Option<&str>) -> Value {
    json!({"type": "grant", "resource_type": "vault", "resource_id": "*", "user": to, "permissions": permissions,
        "granted_at": AT, "expires_at": end})
}

fn setting(key: &str, value: &Value) -> Value {
    json!({"type": "setting", "scope": "", "key": key, "value": value, "updated_at": AT})
}

fn group(id: &str, members: &Value, more: &Value) -> Value {
    let mut record = json!({"type": "group", "id": id, "name": "G", "kind": "private", "created_at": AT, "members": members});
    for (key, value) in more.as_object().unwrap() {
        record[key] = value.clone();
    }
    record
}

fn is_well(vault: &Vault) {
    let found = vault.store.read_long(|tx| tx.verify(&mut |_| ())).unwrap();
    assert!(found.is_content(), "{:?}", found.problems);
}

fn vouched(vault: &Vault, records: &[Value]) -> Report {
    let (report, result) = vault.own_vouched(&vault.write("export.jsonl", whole(&lines(records))));
    result.unwrap();
    report
}

/// The outcome of each right: its text, and `taken`, `known` or the reason.
fn fates(report: &Report) -> Vec<(&str, &str)> {
    let fate = |one| {
        let one: &privatus_import::TrustedItem = one;
        match (one.is_taken, one.is_known) {
            (true, _) => "taken",
            (_, true) => "known",
            _ => one.why_not.as_deref().unwrap(),
        }
    };
    let items = report.trusted.iter();
    items.map(|one| (one.item.text.as_str(), fate(one))).collect()
}

#[test]
fn figures_that_no_store_counts_stay_out_and_are_told() {
    let vault = Vault::new();
    let all = [
        statistic("a", -1),
        statistic("b", i64::MAX),
        statistic("c", (1 << 53) + 1),
        statistic(&"x".repeat(1_025), 1),
        statistic("d", 1 << 53),
        statistic("e", 0),
    ];
    let (report, result) = vault.own(&vault.write("export.jsonl", whole(&lines(&all))));
    result.unwrap();
    assert!(report.partial);
    assert_eq!(report.reasons.get("statistic refused"), Some(&4), "{report:?}");
    let rows = vault.store.read(|tx| tx.statistics()).unwrap();
    let metrics: Vec<&str> = rows.iter().map(|row| row.metric.as_str()).collect();
    assert_eq!(metrics, ["d", "e"]);
    is_well(&vault);
}

#[test]
fn grants_and_settings_are_checked_as_those_that_are_typed() {
    let vault = Vault::new();
    let own = KnownSetting::IdentityPublicKey.name();
    let read = json!(["read"]);
    let all = [
        grant("a", &json!(["read", "everything"]), None),
        grant("b", &json!([]), None),
        grant("c", &read, Some("2020-01-01T00:00:00.000Z")),
        grant("d", &read, Some(AT)),
        // It has expired, and was in effect once.
        grant("e", &read, Some("2024-02-01T00:00:00.000Z")),
        setting(own, &json!("notbase64!!")),
        setting("metrics.enabled", &json!("no")),
        setting("theme", &json!(1)),
    ];
    let report = vouched(&vault, &all);
    let why: Vec<&str> = fates(&report).into_iter().map(|(_, why)| why).collect();
    assert!(why[0].contains("unknown permission \"everything\""), "{why:?}");
    assert!(why[1].contains("at least one permission"), "{why:?}");
    assert!(
        why[2].contains("not after its start") && why[3].contains("not after its start"),
        "{why:?}"
    );
    assert_eq!(why[4], "taken");
    assert!(why[5].contains("a public key in base64"), "{why:?}");
    assert!(why[6].contains("true or false"), "{why:?}");
    assert_eq!(why[7], "taken");
    assert_eq!(report.reasons.get("grant refused"), Some(&4));
    let grants = vault
        .store
        .read(|tx| tx.access_list(&GrantFilter::default()))
        .unwrap();
    assert_eq!(grants.len(), 1);
    let key = SettingKey::new(own).unwrap();
    assert!(vault.store.read(|tx| tx.setting("", &key)).is_err());
    is_well(&vault);
    // The second time, existing rights are known, which is not a refusal.
    let report = vouched(&vault, &all);
    let known = report.trusted.iter().filter(|one| one.is_known).count();
    assert_eq!(known, 2, "{report:?}");
}

/// Among several owners, one stays. The result is listed before it is imported.
#[test]
fn owners_of_a_group_are_given_as_they_were_listed() {
    let member = |who: &str, role: &str, at: &str| json!({"contact": who, "display_name": who, "role": role, "joined_at": at});
    let me = |role: &str, at: &str| json!({"me": true, "display_name": "I", "role": role, "joined_at": at});
    let later = "2025-01-01T00:00:00.000Z";
    for (members, more, owner, admins) in [
        (
            json!([member("ann", "owner", AT), member("bo", "owner", AT)]),
            json!({"created_by": "bo"}),
            "bo",
            vec!["ann"],
        ),
        (
            json!([me("owner", later), member("ann", "owner", AT)]),
            json!({}),
            "ann",
            vec!["me"],
        ),
        (
            json!([member("ann", "member", AT), me("member", AT)]),
            json!({"created_by": "ann"}),
            "ann",
            vec![],
        ),
        (
            json!([member("ann", "admin", AT), me("member", AT)]),
            json!({}),
            "me",
            vec!["ann"],
        ),
        (
            json!([member("ann", "owner", AT), member("bo", "owner", later)]),
            json!({"bans": [{"contact": "ann", "banned_at": AT}]}),
            "bo",
            vec![],
        ),
    ] {
        let vault = Vault::new();
        let all = [contact("ann"), contact("bo"), group("g", &members, &more)];
        let report = vouched(&vault, &all);
        let group: GroupId = "g".parse().unwrap();
        let (own, found) = vault
            .store
            .read(|tx| Ok::<_, StoreError>((tx.own_id(), tx.group_members(&group)?)))
            .unwrap();
        let named = |id: &ContactId| match *id == own {
            true => "me".to_owned(),
            false => id.to_string(),
        };
        let with = |role: Role| -> Vec<String> {
            let found = found.iter().filter(|member| member.role == role);
            found.map(|member| named(&member.contact)).collect()
        };
        assert_eq!(
            (with(Role::Owner), with(Role::Admin)),
            (
                vec![owner.to_owned()],
                admins.iter().map(ToString::to_string).collect()
            ),
            "{members}"
        );
        for member in &found {
            let (who, role) = (named(&member.contact), member.role.to_string());
            if who == "me" && member.role == Role::Owner || who != "me" && member.role == Role::Member {
                continue;
            }
            let wanted = match who.as_str() {
                "me" => format!("you are \"{role}\" of"),
                who => format!("\"{who}\" (id \"{who}\") is \"{role}\" of"),
            };
            let is_listed = |(text, fate): &(&str, &str)| text.starts_with(&wanted) && *fate == "taken";
            assert!(fates(&report).iter().any(is_listed), "{wanted} in {report:?}");
        }
        is_well(&vault);
    }
}

#[test]
fn bans_keys_and_headers_that_do_not_come_over_are_told() {
    let vault = Vault::new();
    let key = PublicKey::new(vec![7; 32]).unwrap().to_base64();
    let path = vault.write("first.jsonl", whole(&lines(&[contact("ann")])));
    vault.own(&path).1.unwrap();
    let mut ann = contact("ann");
    ann["public_key"] = json!(key);
    ann["is_verified"] = json!(true);
    let bans = json!({"bans": [{"contact": "ann", "banned_at": AT}, {"contact": "eve", "banned_at": AT}]});
    let all = [
        ann,
        group(
            "g",
            &json!([{"me": true, "display_name": "I", "role": "owner"}]),
            &bans,
        ),
        json!({"type": "header", "format": "privatus-export", "version": 1}),
    ];
    let report = vouched(&vault, &all);
    assert_eq!(
        report.reasons.get("bans of a group refused"),
        Some(&1),
        "{report:?}"
    );
    assert_eq!(
        report.reasons.get("a header that is not the first line"),
        Some(&1),
        "{report:?}"
    );
    let notes: String = report.notes.iter().map(|note| note.text.clone() + "\n").collect();
    assert!(
        notes.contains("not contacts of the vault were left out: 1"),
        "{notes}"
    );
    assert!(notes.contains("keys for 1 of your contacts"), "{notes}");
    let fates = fates(&report);
    assert!(fates[0].1.contains("without a key"), "{fates:?}");
}

/// A group with many members has a long line, which the vault that wrote it can read.
#[test]
fn the_longest_line_of_an_own_export_comes_back() {
    let vault = Vault::new();
    let contacts: Vec<String> = (0..300).map(|number| format!("c{number:03}")).collect();
    let may = json!({ "may": "\u{85}".repeat(10_000) }).to_string();
    let members: Vec<Value> = contacts
        .iter()
        .map(|id| json!({"contact": id, "display_name": id, "permissions": may}))
        .chain([json!({"me": true, "display_name": "I", "role": "owner"})])
        .collect();
    let mut all: Vec<Value> = contacts.iter().map(|id| contact(id)).collect();
    all.push(group("g", &json!(members), &json!({"max_members": 1_000})));
    vouched(&vault, &all);
    let text = vault.export();
    assert!(text.lines().any(|line| line.len() > 17 << 20));
    let again = Vault::new();
    let (report, result) = again.own_vouched(&again.write("again.jsonl", &text));
    result.unwrap();
    assert!(!report.partial, "{:?}", report.reasons);
    assert_eq!(again.export(), text);
}

#[test]
fn what_an_import_did_not_come_to_is_not_told_as_refused() {
    let vault = Vault::new();
    let message = json!({"type": "message", "id": "m", "conversation": "ann", "direction": "in", "text": "t", "at": AT,
        "is_encrypted": true, "is_read": true});
    let conversation = |id: &str| json!({"type": "conversation", "id": id, "kind": "direct", "title": "T"});
    let mut other = message.clone();
    other["conversation"] = json!("bo");
    let all = [
        contact("ann"),
        contact("bo"),
        conversation("ann"),
        message,
        conversation("bo"),
        other,
        grant("eve", &json!(["read"]), None),
    ];
    let path = vault.write("export.jsonl", whole(&lines(&all)));
    let vouched = Vouched::read(&path, &mut |_| true).unwrap();
    let mut report = Report::new("privatus");
    let trust = Trust::Vouched(&vouched);
    let result = import(&vault.store, &path, trust, &mut report, &mut |_| false);
    assert!(matches!(result, Err(ImportError::Stopped)));
    assert_eq!(fates(&report)[0].1, "the import did not get this far");
}
