//! The contents of an export give nobody rights, unless somebody vouches for it.

mod keys;
mod passes;

use privatus_domain::{
    ContactId, GrantFilter, GroupId, GroupKind, KnownSetting, PublicKey, Role, Timestamp, TransferStatus,
};
use privatus_import::privatus::Vouched;
use privatus_import::{Advice, AuthorityKind};
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
        told.unwrap().text.contains("1 grant of access control, "),
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
