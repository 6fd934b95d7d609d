//! What a change of a group leaves in the audit log.

use privatus_domain::{AuditFilter, GroupChange, GroupKind, ResourceKind, Role};

use crate::groups::{World, id, name, team};

#[test]
fn each_change_is_written_down_without_names() {
    let world = World::new();
    world.group(GroupKind::Private, 9);
    let (own, alice, bob) = (world.own.clone(), id("alice"), id("bob"));
    world.add(&alice, Role::Member, &own).unwrap();
    world.add(&bob, Role::Member, &own).unwrap();
    world
        .store
        .write("changes", |tx| {
            tx.group_member_role(&team(), &alice, Role::Admin, &own)?;
            tx.group_member_role(&team(), &alice, Role::Admin, &own)?;
            tx.group_transfer(&team(), &alice, &own)?;
            tx.group_member_ban(&team(), &bob, &alice)?;
            tx.group_member_unban(&team(), &bob, &own)?;
            let change = GroupChange {
                name: Some(name("Hidden words")),
                ..GroupChange::default()
            };
            tx.group_change(&team(), &change, &alice)?;
            tx.group_member_leave(&team(), &own)?;
            tx.contact_remove(&alice)?;
            tx.group_remove(&team(), &own)
        })
        .unwrap();
    let filter = AuditFilter {
        on: Some((ResourceKind::Group, Some("team".into()))),
        ..AuditFilter::default()
    };
    let entries = world.store.read(|tx| tx.audit_entries(&filter, 100)).unwrap();
    let mut acts: Vec<String> = entries
        .iter()
        .map(|entry| format!("{} {}", entry.event_type, entry.action))
        .collect();
    acts.reverse();
    assert_eq!(
        acts,
        [
            "group create",
            "membership add",
            "membership add",
            "membership role",
            "membership transfer",
            "key group_rotate",
            "membership ban",
            "membership unban",
            "group change",
            "key group_rotate",
            "membership leave",
            "key group_rotate",
            "membership transfer",
            "group remove",
        ]
    );
    let details: Vec<String> = entries
        .iter()
        .filter_map(|entry| Some(entry.details.as_ref()?.to_string()))
        .collect();
    let all = details.join("\n");
    let role = r#""from":"member","member":"alice","to":"admin""#;
    assert!(all.contains(role), "{all}");
    assert!(!all.contains("Hidden") && !all.contains("Team"), "{all}");
}
