//! Groups of every type: anonymous and not, with and without words and settings, owned by the vault's own user and by
//! another, left by it; members of every role, and bans.

use privatus_domain::{
    Description, DisplayName, GroupKind, GroupSettings, MemberLimit, MemberPermissions, NewGroup, NewMember,
    Role,
};
use privatus_store::{Store, StoreError, WriteTx};

use super::moments::minute;

/// Ids; the last is a contact's too, so that its conversation has another.
pub(crate) const PRIVATE: &str = "tea party";
pub(crate) const PUBLIC: &str = "0190163d-8694-739b-aea5-966c26f8ad92";
pub(crate) const SECRET: &str = "both";

pub(crate) fn fill(store: &Store) -> Result<(), StoreError> {
    store.write("filled", private)?;
    store.write("filled", public)?;
    store.write("filled", secret)
}

/// With everything that a group can have.
fn private(tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
    let (id, own) = (PRIVATE.parse()?, tx.own_id());
    let new = NewGroup {
        description: Description::new("No room!\n\"No room!\"")?,
        limit: MemberLimit::new(7)?,
        settings: GroupSettings::new(r#"{"slow_mode_seconds":30,"of a newer build":[1.50,null]}"#)?,
        own_name: Some(DisplayName::new("The host")?),
        ..NewGroup::new(id, DisplayName::new("Tea party")?, GroupKind::Private, minute(0)?)
    };
    tx.group_create(&new)?;
    for (contact, role) in [
        ("alice", Role::Admin),
        ("zoë@example.org", Role::Member),
        ("escape", Role::Member),
        (super::contacts::GONE, Role::Member),
    ] {
        let member = NewMember {
            role,
            ..NewMember::new(contact.parse()?, DisplayName::new(format!("{contact} here"))?)
        };
        tx.group_member_add(&new.id, &member, &own)?;
    }
    let permissions = MemberPermissions::new(r#"{"write":false,"of a newer build":{"a":1e400}}"#)?;
    tx.member_permissions(&new.id, &"zoë@example.org".parse()?, &permissions, &own)?;
    tx.group_member_ban(&new.id, &"escape".parse()?, &"alice".parse()?)?;
    tx.group_member_ban(&new.id, &"right to left".parse()?, &own)
}

/// Another user created and owns it; the vault's own user is an ordinary member, and optional values are missing.
fn public(tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
    let (id, own) = (PUBLIC.parse()?, tx.own_id());
    let new = NewGroup {
        created_by: Some("alice".parse()?),
        ..NewGroup::new(id, DisplayName::new("Ünïcode")?, GroupKind::Public, minute(1)?)
    };
    tx.group_create(&new)?;
    let alice = NewMember::new("alice".parse()?, DisplayName::new("Alice")?);
    tx.group_member_add(&new.id, &alice, &own)?;
    tx.group_transfer(&new.id, &alice.contact, &own)
}

/// An anonymous group that the vault's own user has left.
fn secret(tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
    let (id, own) = (SECRET.parse()?, tx.own_id());
    let new = NewGroup {
        is_anonymous: true,
        ..NewGroup::new(id, DisplayName::new("Nobody")?, GroupKind::Secret, minute(2)?)
    };
    tx.group_create(&new)?;
    for contact in ["alice", "both"] {
        let member = NewMember {
            anonymous_id: (contact == "both")
                .then(|| "given elsewhere".parse())
                .transpose()?,
            ..NewMember::new(contact.parse()?, DisplayName::new(contact)?)
        };
        tx.group_member_add(&new.id, &member, &own)?;
    }
    tx.group_transfer(&new.id, &"both".parse()?, &own)?;
    tx.group_member_leave(&new.id, &own)
}
