//! The contents of an export give nobody rights, unless somebody vouches for it.

use std::path::Path;

use privatus_domain::{
    ContactId, DisplayName, GrantFilter, GroupId, GroupKind, JsonText, KnownSetting, NewContact, PublicKey,
    Role, SecurityFilter, SecurityKind, Timestamp, TransferStatus,
};
use privatus_import::privatus::{Trust, Vouched, import};
use privatus_import::{Advice, AuthorityKind, ImportError, Report};
use privatus_store::StoreError;
use serde_json::{Value, json};

use crate::telegram::own_export::{lines, whole};
use crate::telegram::vault::Vault;

const AT: &str = "2024-01-01T00:00:00.000Z";

fn key(byte: u8) -> PublicKey {
    PublicKey::new(vec![byte; 32]).unwrap()
}

fn ann(byte: u8) -> Value {
    json!({"type": "contact", "id": "ann", "display_name": "Ann", "public_key": key(byte).to_base64(),
        "is_verified": true, "added_at": AT, "blocked_at": AT})
}

fn setting(name: &str, value: &Value) -> Value {
    json!({"type": "setting", "scope": "", "key": name, "value": value, "updated_at": "9999-01-01T00:00:00.000Z"})
}

fn grant(to: &str) -> Value {
    json!({"type": "grant", "resource_type": "vault", "resource_id": "*", "user": to, "permissions": ["admin"],
        "granted_at": AT})
}

/// A record of every kind, with every field that grants somebody something.
fn records() -> Vec<Value> {
    vec![
        ann(1),
        json!({"type": "contact", "id": "bo", "display_name": "Bo", "public_key": key(2).to_base64(), "added_at": AT}),
        json!({"type": "group", "id": "g", "name": "Tea party", "kind": "public", "max_members": 2,
            "settings": "{\"history_visible\":true}", "created_by": "ann", "created_at": AT, "members": [
                {"contact": "ann", "display_name": "Ann", "role": "owner", "joined_at": AT, "permissions": "{\"pin\":true}"},
                {"contact": "bo", "display_name": "Bo", "role": "admin"}],
            "bans": [{"me": true, "banned_by": "ann", "banned_at": AT}]}),
        setting("lock.after_minutes", &json!(0)),
        setting(KnownSetting::IdentityPublicKey.name(), &json!(key(9).to_base64())),
        grant("mallory"),
        json!({"type": "transfer", "id": "t", "file_name": "keys.txt", "file_size": 3, "file_hash": "00".repeat(32),
            "contact": "ann", "direction": "outbound", "status": "pending", "created_at": AT}),
    ]
}

fn text(records: &[Value]) -> String {
    whole(&lines(records))
}

struct Seen {
    ann_is_verified: bool,
    grants: usize,
    settings: usize,
    kind: GroupKind,
    group_settings: bool,
    ann_is: Option<Role>,
    ann_may: bool,
    own_role: Option<Role>,
    made_by: Option<ContactId>,
    ann_joined: Timestamp,
    transfer: TransferStatus,
}

fn seen(vault: &Vault) -> Seen {
    let group: GroupId = "g".parse().unwrap();
    vault
        .store
        .read(|tx| {
            let (ann, own) = ("ann".parse::<ContactId>().unwrap(), tx.own_id());
            let members = tx.group_members(&group)?;
            let member = |id: &ContactId| members.iter().find(|member| member.contact == *id);
            let of = tx.group_by_id(&group)?;
            Ok::<_, StoreError>(Seen {
                ann_is_verified: tx.contact_by_id(&ann)?.is_verified,
                grants: tx.access_list(&GrantFilter::default())?.len(),
                settings: tx.settings()?.len(),
                kind: of.kind,
                group_settings: of.settings.as_json().is_some(),
                ann_is: member(&ann).map(|member| member.role),
                ann_may: member(&ann).unwrap().permissions.as_json().is_some(),
                own_role: member(&own).map(|member| member.role),
                made_by: of.created_by,
                ann_joined: member(&ann).unwrap().joined_at,
                transfer: tx.transfers_by_id(None)?[0].state.status(),
            })
        })
        .unwrap()
}

#[test]
fn an_export_that_nobody_vouches_for_gives_no_rights() {
    let vault = Vault::new();
    let path = vault.write("export.jsonl", text(&records()));
    let (report, result) = vault.own(&path);
    result.unwrap();
    assert!(!report.partial && report.reasons.is_empty(), "{report:?}");
    assert_eq!((report.contacts_imported, report.groups_imported), (2, 1));
    let counted: Vec<(AuthorityKind, u64)> = report.not_trusted.clone().into_iter().collect();
    assert_eq!(
        counted,
        [
            (AuthorityKind::Grant, 1),
            (AuthorityKind::OwnKey, 1),
            (AuthorityKind::Setting, 1),
            (AuthorityKind::VerifiedContact, 1),
            (AuthorityKind::GroupRole, 2),
            (AuthorityKind::OwnRole, 1),
            (AuthorityKind::OwnBan, 1),
            (AuthorityKind::GroupCreator, 1),
            (AuthorityKind::GroupOrder, 1),
            (AuthorityKind::MemberPermissions, 1),
            (AuthorityKind::GroupSettings, 1),
            (AuthorityKind::PublicGroup, 1),
            (AuthorityKind::OpenTransfer, 1),
        ]
    );
    let told = report
        .notes
        .iter()
        .find(|note| note.advice == Some(Advice::Trust));
    assert!(
        told.unwrap().text.contains("1 grants of access control"),
        "{told:?}"
    );
    let found = seen(&vault);
    assert!(!found.ann_is_verified && !found.group_settings && !found.ann_may);
    assert_eq!((found.grants, found.settings), (0, 0));
    assert_eq!(
        (found.kind, found.transfer),
        (GroupKind::Private, TransferStatus::Paused)
    );
    assert_eq!(
        (found.ann_is, found.own_role),
        (Some(Role::Member), Some(Role::Owner))
    );
    let own = vault.store.read(|tx| Ok::<_, StoreError>(tx.own_id())).unwrap();
    let at = Timestamp::parse(AT).unwrap();
    assert!(found.made_by == Some(own) && found.ann_joined > at);
    // A block takes rights away, so it is imported.
    let ann = vault
        .store
        .read(|tx| tx.contact_by_id(&"ann".parse().unwrap()))
        .unwrap();
    assert!(ann.blocked_at.is_some());

    let other = Vault::new();
    let path = other.write("export.jsonl", text(&records()));
    let (report, result) = other.own_vouched(&path);
    result.unwrap();
    assert!(report.not_trusted.is_empty(), "{report:?}");
    assert!(report.trusted.iter().all(|one| one.is_taken), "{report:?}");
    let found = seen(&other);
    assert!(found.ann_is_verified && found.group_settings && found.ann_may);
    assert_eq!((found.grants, found.settings), (1, 2));
    assert_eq!(
        (found.kind, found.transfer),
        (GroupKind::Public, TransferStatus::Pending)
    );
    assert_eq!((found.ann_is, found.own_role), (Some(Role::Owner), None));
    let ann = "ann".parse().ok();
    assert_eq!((found.made_by, found.ann_joined), (ann, at));
    for vault in [&vault, &other] {
        let found = vault.store.read_long(|tx| tx.verify(&mut |_| ())).unwrap();
        assert!(found.is_content(), "{:?}", found.problems);
    }
}

#[test]
fn what_is_refused_is_not_told_as_taken() {
    let vault = Vault::new();
    let mut all = records();
    // The second admin is unknown, and the permissions are not an object.
    all[2]["members"] = json!([
        {"contact": "ann", "display_name": "Ann", "role": "owner", "permissions": "[1]"},
        {"contact": "bo", "display_name": "Bo", "role": "admin", "permissions": "{}"},
        {"contact": "eve", "display_name": "Eve", "role": "admin"}]);
    let mut lasting = setting("theme", &json!("dark"));
    lasting["updated_at"] = json!(AT);
    all.push(lasting.clone());
    lasting["value"] = json!("older");
    lasting["updated_at"] = json!("2020-01-01T00:00:00.000Z");
    all.push(lasting);
    let (report, result) = vault.own_vouched(&vault.write("export.jsonl", text(&all)));
    result.unwrap();
    let untaken = report.trusted.iter().filter(|one| !one.is_taken);
    let untaken: Vec<_> = untaken.map(|one| one.item.text.as_str()).collect();
    assert_eq!(
        untaken,
        [
            r#"the permissions of "Ann" (id "ann") in group "Tea party" (id "g") are [1]"#,
            r#""Eve" (id "eve") is "admin" of group "Tea party" (id "g")"#,
            r#"setting "theme" is "older""#
        ]
    );
}

/// The store gives such a group to the first member: the file must not decide that.
#[test]
fn a_group_whose_owner_is_removed_goes_to_nobody_that_a_file_put_first() {
    for is_vouched in [false, true] {
        let vault = Vault::new();
        let own = vault.store.read(|tx| Ok::<_, StoreError>(tx.own_id())).unwrap();
        let group: GroupId = "g".parse().unwrap();
        let [ann, bo]: [ContactId; 2] = ["ann", "bo"].map(|id| id.parse().unwrap());
        let mut all = records();
        all[2]["bans"] = json!([]);
        let me = json!({"me": true, "display_name": "I", "joined_at": "2030-01-01T00:00:00.000Z"});
        all[2]["members"].as_array_mut().unwrap().push(me);
        let path = vault.write("export.jsonl", text(&all));
        let (_, result) = match is_vouched {
            true => vault.own_vouched(&path),
            false => vault.own(&path),
        };
        result.unwrap();
        let first = if is_vouched { &ann } else { &own };
        vault
            .store
            .write("test", |tx| {
                tx.group_transfer(&group, &bo, first)?;
                tx.group_member_role(&group, first, Role::Member, &bo)?;
                tx.contact_remove(&bo)
            })
            .unwrap();
        let members = vault.store.read(|tx| tx.group_members(&group)).unwrap();
        let owners = members.iter().filter(|member| member.role == Role::Owner);
        let owners: Vec<_> = owners.map(|member| &member.contact).collect();
        assert_eq!(owners, [first], "vouched: {is_vouched}");
    }
}

/// Nobody else becomes the owner of a group, however the record names the vault's own user.
#[test]
fn a_ban_of_the_vault_s_own_user_gives_the_group_to_nobody() {
    let vault = Vault::new();
    let own = vault.store.read(|tx| Ok::<_, StoreError>(tx.own_id())).unwrap();
    let group = json!({"type": "group", "id": "g", "name": "G", "created_at": AT, "created_by": "ann", "members": [
            {"contact": "ann", "display_name": "Ann"}, {"contact": own, "display_name": "I", "role": "member"}],
        "bans": [{"contact": own, "banned_by": "ann", "banned_at": AT}]});
    vault
        .own(&vault.write("a.jsonl", text(&[ann(1), group])))
        .1
        .unwrap();
    let members = vault
        .store
        .read(|tx| tx.group_members(&"g".parse().unwrap()))
        .unwrap();
    let owners: Vec<_> = members
        .iter()
        .filter(|member| member.role == Role::Owner)
        .collect();
    assert_eq!((members.len(), owners.len()), (2, 1));
    assert_eq!(owners[0].contact, own);
}

fn differing(vault: &Vault) -> Vec<String> {
    let filter = SecurityFilter {
        kind: Some(SecurityKind::PublicKeyDiffers),
        ..SecurityFilter::default()
    };
    let events = vault.store.read(|tx| tx.security_events(&filter, 100)).unwrap();
    events.iter().map(|event| event.severity.to_string()).collect()
}

#[test]
fn another_key_than_the_vault_s_is_an_event_and_replaces_none() {
    for is_vouched in [false, true] {
        let vault = Vault::new();
        let identity = KnownSetting::IdentityPublicKey.key();
        let id: ContactId = "ann".parse().unwrap();
        let new = NewContact {
            id: id.clone(),
            display_name: DisplayName::new("Ann").unwrap(),
            public_key: key(7),
            is_verified: true,
            added_at: vault.store.now(),
            last_seen: None,
        };
        let own = JsonText::from(json!(key(8).to_base64()));
        vault
            .store
            .write("test", |tx| {
                tx.contact_create(&new)?;
                tx.setting_set("", &identity, own.clone(), tx.now())
            })
            .unwrap();
        let again =
            json!({"type": "contact", "id": "ann", "display_name": "Ann", "public_key": key(2).to_base64()});
        let mut all = records();
        all.extend([again, setting(identity.as_str(), &json!(key(6).to_base64()))]);
        let path = vault.write("export.jsonl", text(&all));
        let (report, result) = if is_vouched {
            vault.own_vouched(&path)
        } else {
            vault.own(&path)
        };
        result.unwrap();
        let known = vault.store.read(|tx| tx.contact_by_id(&id)).unwrap();
        assert_eq!((known.public_key, known.is_verified), (key(7), true));
        assert_eq!(
            vault.store.read(|tx| tx.setting("", &identity)).unwrap().value,
            own
        );
        assert!(report.keys_differing >= 2, "{report:?}");
        assert!(
            report
                .notes
                .iter()
                .any(|note| note.advice == Some(Advice::SecurityEvents))
        );
        // However often an export repeats it, there is one event per contact.
        let events = differing(&vault);
        assert!(events.iter().all(|severity| severity == "high"), "{events:?}");
        assert_eq!(events.len(), if is_vouched { 3 } else { 2 });
        // An identical key does not differ.
        let same = text(&[ann(7), setting(identity.as_str(), &own.to_value())]);
        let (report, _) = vault.own(&vault.write("same.jsonl", same));
        assert_eq!(
            (report.keys_differing, differing(&vault).len()),
            (0, events.len())
        );
    }
}

#[test]
fn rights_are_taken_only_out_of_a_whole_export() {
    let vault = Vault::new();
    let good = text(&records());
    let (before, end) = good.split_at(good.trim_end().rfind('\n').unwrap() + 1);
    for (name, bad, why) in [
        (
            "a grant more",
            format!("{before}{}\n{end}", grant("eve")),
            "its counts of records differ",
        ),
        (
            "another grantee",
            good.replace("mallory", "eve"),
            "its checksum differs",
        ),
        (
            "another own key",
            good.replace(&key(9).to_base64(), &key(5).to_base64()),
            "its checksum differs",
        ),
        (
            "verified now",
            good.replace(
                "\"display_name\":\"Bo\"",
                "\"is_verified\":true,\"display_name\":\"Bo\"",
            ),
            "its checksum differs",
        ),
        (
            "another checksum",
            good.replace("\"checksum\":\"", "\"checksum\":\"0"),
            "its checksum differs",
        ),
        ("no end", before.to_owned(), "its end record is missing"),
        ("cut", good[..good.len() - 9].to_owned(), "is cut off in line"),
        (
            "more behind",
            format!("{good}{}\n", grant("eve")),
            "continues after its end record",
        ),
    ] {
        assert_ne!(bad, good, "{name}");
        let path = vault.write("bad.jsonl", &bad);
        let error = Vouched::read(&path, &mut |_| true).unwrap_err();
        assert!(
            matches!(error, ImportError::Unvouched { .. }),
            "{name}: {error:?}"
        );
        let said = error.to_string();
        assert!(
            said.contains(why) && said.contains("nothing was imported"),
            "{name}: {said}"
        );
        // Its content is imported all the same, and nothing that grants rights.
        let other = Vault::new();
        let (report, _) = other.own(&other.write("bad.jsonl", &bad));
        assert_eq!(report.contacts_imported, 2, "{name}");
        let found = seen(&other);
        assert!(!found.ann_is_verified, "{name}");
        assert_eq!((found.grants, found.settings), (0, 0), "{name}");
    }
    let not_ours = vault.write("other.json", "{\"chats\":[]}\n");
    assert!(matches!(
        Vouched::read(&not_ours, &mut |_| true),
        Err(ImportError::Source { .. })
    ));
}

/// Whoever vouches for a file sees whom it lets do what: names, values, ends, and digits of keys, each part shortened
/// separately, with nothing that controls a terminal or can be mistaken for the tool's own words.
#[test]
fn the_list_is_whole_and_readable() {
    let vault = Vault::new();
    let mut all = records();
    all[0]["display_name"] = json!(format!("A\u{1b}[2J\u{202e}\" is{}", "n".repeat(5_000)));
    all[2]["members"][0]["joined_at"] = json!("2024-05-01T00:00:00.000Z");
    all.push(json!({"type": "group", "id": "h", "name": "H", "members": [
        {"contact": "bo", "display_name": "Bo", "role": "owner"},
        {"me": true, "display_name": "I", "role": "admin", "permissions": "{\"pin\":\"\u{9b}\"}"}]}));
    let mut limited = grant("eve");
    limited["expires_at"] = json!("2030-01-01T00:00:00.000Z");
    limited["permissions"] = json!(
        (0..50)
            .map(|word| format!("w{word}"))
            .chain(["admin".into()])
            .collect::<Vec<_>>()
    );
    limited["granted_by"] = json!("ann");
    all.push(limited);
    let mut long = setting("long", &json!("x".repeat(1_000)));
    long["scope"] = json!("bo");
    all.push(long);
    let path = vault.write("list.jsonl", text(&all));
    let vouched = Vouched::read(&path, &mut |_| true).unwrap();
    let items = vouched.items().iter();
    let listed: Vec<String> = items.map(|item| format!("{} {}", item.line, item.text)).collect();
    insta::assert_snapshot!(listed.join("\n"));
    assert!(
        listed
            .iter()
            .all(|text| text.chars().count() < 1_200 && !text.contains(privatus_import::steering::steers))
    );
    let (report, result) = vault.own_vouched(&path);
    result.unwrap();
    // These words are not in this build.
    let untaken: Vec<_> = report.trusted.iter().filter(|one| !one.is_taken).collect();
    assert!(
        untaken.len() == 1 && untaken[0].item.text.starts_with("\"eve\" may"),
        "{untaken:?}"
    );
}

/// Listed as somebody else, the vault's own user would take a place in the group that nobody saw.
#[test]
fn the_vault_s_own_user_is_listed_as_such_or_refused() {
    let vault = Vault::new();
    let own = vault.store.read(|tx| Ok::<_, StoreError>(tx.own_id())).unwrap();
    let group = |id: &str, member: Value, bans: Value| {
        json!({"type": "group", "id": id, "name": "G", "kind": "public", "bans": bans, "members": [member,
            {"contact": "ann", "display_name": "Ann"}, {"me": true, "display_name": "I", "role": "owner"}]})
    };
    let by_id = json!({"contact": own, "display_name": "Bo"});
    let bo = json!({"contact": "bo", "display_name": "Bo"});
    let ban = json!([{"contact": own, "banned_at": AT}]);
    let all = [ann(1), group("g", by_id, json!([])), group("h", bo, ban)];
    let (report, result) = vault.own_vouched(&vault.write("own.jsonl", text(&all)));
    result.unwrap();
    assert_eq!(report.reasons.get("group refused"), Some(&1), "{report:?}");
    let group = "h".parse().unwrap();
    let members = vault.store.read(|tx| tx.group_members(&group)).unwrap();
    let own = members.iter().find(|member| member.contact == own);
    assert_eq!(own.map(|own| own.role), Some(Role::Owner));
}

fn import_as(vault: &Vault, path: &Path, vouched: &Vouched) -> (Report, ImportError) {
    let mut report = Report::new("privatus");
    let trust = Trust::Vouched(vouched);
    let result = import(&vault.store, path, trust, &mut report, &mut |_| true);
    (report, result.unwrap_err())
}

/// Its checksum is right at every moment, and only what was listed grants rights.
#[test]
fn what_changes_between_the_passes_gives_no_rights() {
    let others = |change: &dyn Fn(&mut Vec<Value>)| {
        let mut records = records();
        change(&mut records);
        text(&records)
    };
    for (name, changed, grants, is_verified) in [
        (
            "a grant more",
            others(&|records| records.push(grant("eve"))),
            1,
            true,
        ),
        (
            "another grantee",
            others(&|records| records[5] = grant("eve")),
            0,
            true,
        ),
        ("another key", others(&|records| records[0] = ann(5)), 1, false),
        // The listed line is there, after one that is another contact under the same id.
        (
            "a contact before it",
            others(&|records| {
                let mut planted = ann(5);
                planted["is_verified"] = json!(false);
                records.insert(0, planted);
            }),
            1,
            false,
        ),
        ("nothing any more", String::new(), 0, false),
    ] {
        let vault = Vault::new();
        let path = vault.write("export.jsonl", text(&records()));
        let vouched = Vouched::read(&path, &mut |_| true).unwrap();
        std::fs::write(&path, &changed).unwrap();
        let (_, error) = import_as(&vault, &path, &vouched);
        assert!(
            error.to_string().contains("was changed while it was read"),
            "{name}: {error}"
        );
        let given = vault
            .store
            .read(|tx| tx.access_list(&GrantFilter::default()))
            .unwrap();
        assert_eq!(given.len(), grants, "{name}");
        assert!(
            given
                .iter()
                .all(|grant| grant.to.as_ref().unwrap().as_str() == "mallory"),
            "{name}"
        );
        let ann = vault.store.read(|tx| tx.contact_by_id(&"ann".parse().unwrap()));
        assert_eq!(ann.is_ok_and(|ann| ann.is_verified), is_verified, "{name}");
    }
    // Another file under its name is not the one that was read.
    let vault = Vault::new();
    let path = vault.write("export.jsonl", text(&records()));
    let vouched = Vouched::read(&path, &mut |_| true).unwrap();
    std::fs::rename(vault.write("other.jsonl", text(&[grant("eve")])), &path).unwrap();
    let mut report = Report::new("privatus");
    let trust = Trust::Vouched(&vouched);
    import(&vault.store, &path, trust, &mut report, &mut |_| true).unwrap();
    assert_eq!(report.grants_imported, 1);
    assert!(vault.export().contains("mallory") && !vault.export().contains("eve"));
}
