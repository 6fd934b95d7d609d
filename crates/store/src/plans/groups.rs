//! The operations on groups and their members whose statements are checked.

use privatus_domain::{
    ContactId, Description, DisplayName, GroupChange, GroupId, GroupKind, MemberPermissions, NewGroup,
    NewMember, Role,
};

use crate::{Store, StoreError};

/// Runs every operation on a group, from creating it to removing it.
pub(super) fn groups(store: &Store) {
    let id: GroupId = "band".parse().unwrap();
    let people: Vec<ContactId> = ["ann", "ben", "cat"].map(|id| id.parse().unwrap()).into();
    store
        .write("group", |tx| {
            let (own, now) = (tx.own_id(), tx.now());
            for person in &people {
                tx.contact_create(&super::contact(person, now)?)?;
            }
            let name = DisplayName::new("Band")?;
            tx.group_create(&NewGroup::new(id.clone(), name.clone(), GroupKind::Private, now))?;
            for person in &people {
                let member = NewMember::new(person.clone(), name.clone());
                tx.group_member_add(&id, &member, &own)?;
            }
            let change = GroupChange {
                description: Some(Description::new("on Mondays")?),
                ..GroupChange::default()
            };
            tx.group_change(&id, &change, &own)?;
            let [ann, ben, cat] = &people[..] else {
                return Err(StoreError::Unexpected("three people".into()));
            };
            tx.group_member_role(&id, ann, Role::Admin, &own)?;
            let permissions = MemberPermissions::new(r#"{"write":false}"#)?;
            tx.member_permissions(&id, ben, &permissions, &own)?;
            read(tx, &id, ann)?;
            tx.group_member_ban(&id, ben, ann)?;
            tx.group_bans(&id)?;
            tx.group_member_unban(&id, ben, &own)?;
            tx.group_member_remove(&id, cat, &own)?;
            tx.group_transfer(&id, ann, &own)?;
            tx.group_member_leave(&id, &own)
        })
        .unwrap();
    // The owner leaves, then the group is removed.
    store
        .write("groups end", |tx| {
            let own = tx.own_id();
            for person in &people {
                tx.contact_remove(person)?;
            }
            tx.group_remove(&id, &own)
        })
        .unwrap();
    store.removals_sweep().unwrap();
}

fn read(tx: &mut crate::ReadTx<'_>, id: &GroupId, who: &ContactId) -> Result<(), StoreError> {
    tx.groups()?;
    tx.groups_seen_by(who)?;
    tx.group_by_id(id)?;
    tx.group_members(id)?;
    tx.group_member(id, who)?;
    tx.group_bans(id)?;
    tx.group_member_count(id)?;
    tx.group_anonymous_id(id, who).map(drop)
}
