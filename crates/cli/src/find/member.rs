//! Members of a group, and who may become one: by contact id, anonymous id, a beginning of one, or name; "me" is the
//! vault's own user, unless somebody else has that name.

use privatus_domain::{AnonymousId, ContactId, GroupId, Member};
use privatus_store::{Store, StoreError};

use super::{contact, one};

/// The one member of a group that is meant.
pub(crate) fn member(store: &Store, group: &GroupId, wanted: &str) -> Result<Member, StoreError> {
    store.read(|tx| {
        let mut all: Vec<(Member, AnonymousId)> = Vec::new();
        for member in tx.group_members(group)? {
            let anonymous = tx.group_anonymous_id(group, &member.contact)?;
            all.push((member, anonymous));
        }
        let own = all.iter().find(|(member, _)| member.is_own).cloned();
        let found = one(all, wanted, "member", |(member, anonymous)| {
            let ids = [member.contact.to_string(), anonymous.to_string()];
            (ids, member.display_name.clone())
        });
        match (found, own) {
            (Err(StoreError::NotFound(_)), Some(own)) if is_me(wanted) => Ok(own.0),
            (found, _) => found.map(|(member, _)| member),
        }
    })
}

/// Somebody who may be a member: one that is, a contact, or the vault's own user.
pub(crate) fn party(store: &Store, group: &GroupId, wanted: &str) -> Result<ContactId, StoreError> {
    match member(store, group, wanted) {
        Ok(member) => Ok(member.contact),
        Err(StoreError::NotFound(_)) => newcomer(store, wanted),
        Err(error) => Err(error),
    }
}

/// Somebody who may become a member: a contact, or the vault's own user.
pub(crate) fn newcomer(store: &Store, wanted: &str) -> Result<ContactId, StoreError> {
    let own = store.read(|tx| Ok::<_, StoreError>(tx.own_id()))?;
    if wanted == own.to_string() {
        return Ok(own);
    }
    match contact(store, wanted) {
        Ok(contact) => Ok(contact.id),
        Err(StoreError::NotFound(_)) if is_me(wanted) => Ok(own),
        Err(error) => Err(error),
    }
}

fn is_me(wanted: &str) -> bool {
    wanted.eq_ignore_ascii_case("me")
}
