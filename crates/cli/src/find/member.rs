//! Members of a group, and who may become one: by contact id, anonymous id, a beginning of one, or name; "me" is the
//! vault's own user, unless somebody else has that name.

use privatus_domain::{AnonymousId, ContactId, GroupId, Member};
use privatus_store::{ReadTx, Store, StoreError};

use super::named::one;
use super::thing::contact;
use crate::failure::Failure;
use crate::text::one_line;

/// The one member of a group that is meant; by the name of its contact where nobody in the group has that name.
pub(crate) fn member(store: &Store, group: &GroupId, wanted: &str) -> Result<Member, Failure> {
    store.read(|tx| {
        let mut all: Vec<(Member, AnonymousId)> = Vec::new();
        for member in tx.group_members(group)? {
            let anonymous = tx.group_anonymous_id(group, &member.contact)?;
            all.push((member, anonymous));
        }
        let own = all.iter().find(|(member, _)| member.is_own).cloned();
        let called: Vec<ContactId> = called(tx, wanted)?;
        let mut outside = all.iter().filter(|(member, _)| called.contains(&member.contact));
        let by_contact = outside.next().cloned().filter(|_| outside.next().is_none());
        let found = one(all, wanted, "member", |(member, anonymous)| {
            let ids = [member.contact.to_string(), anonymous.to_string()];
            (ids, member.display_name.clone())
        });
        match (found, by_contact, own) {
            (Err(error), Some((member, _)), _) if error.is_not_found() => Ok(member),
            (Err(error), None, Some((own, _))) if error.is_not_found() && is_me(wanted) => Ok(own),
            (found, ..) => found.map(|(member, _)| member),
        }
    })
}

/// The contacts that have a name.
fn called(tx: &mut ReadTx<'_>, name: &str) -> Result<Vec<ContactId>, StoreError> {
    let all = tx.contacts()?.into_iter();
    let called = all.filter(|contact| contact.display_name == name);
    Ok(called.map(|contact| contact.id).collect())
}

/// Somebody who may be a member: one that is, a contact, or the vault's own user.
pub(crate) fn party(store: &Store, group: &GroupId, wanted: &str) -> Result<ContactId, Failure> {
    let found = match member(store, group, wanted) {
        Ok(member) => member.contact,
        Err(error) if error.is_not_found() => return newcomer(store, wanted),
        Err(error) => return Err(error),
    };
    if found.to_string() == wanted {
        return Ok(found);
    }
    let called = store.read(|tx| called(tx, wanted))?;
    match called.iter().find(|other| **other != found) {
        None => Ok(found),
        Some(other) => Err(Failure::Refused(format!(
            "“{}” is a member by its name in the group, and another contact; name one by its id: {found}, {other}",
            one_line(wanted, 60)
        ))),
    }
}

/// Somebody who may become a member: a contact, or the vault's own user.
pub(crate) fn newcomer(store: &Store, wanted: &str) -> Result<ContactId, Failure> {
    let own = store.read(|tx| Ok::<_, StoreError>(tx.own_id()))?;
    if wanted == own.to_string() {
        return Ok(own);
    }
    match contact(store, wanted) {
        Ok(contact) => Ok(contact.id),
        Err(error) if error.is_not_found() && is_me(wanted) => Ok(own),
        Err(error) => Err(error),
    }
}

fn is_me(wanted: &str) -> bool {
    wanted.eq_ignore_ascii_case("me")
}
