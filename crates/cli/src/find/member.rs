//! Finds members of a group, and contacts that may become members, by contact id, anonymous id, name, or the beginning of one.
//! "me" is the vault's own user, unless somebody else has that name.

use std::collections::{BTreeMap, BTreeSet};

use privatus_domain::{ContactId, GroupId, Meant, Member, Named, ResourceKind, meant, meant_whole};
use privatus_store::{ReadTx, Store, StoreError};

use super::named::{nothing, several};
use super::thing::contact;
use crate::failure::Failure;
use crate::text::one_line;

/// The members of a group, with the ids and names that they can be named by.
struct Members {
    all: Vec<Member>,
    /// Their ids, and their names in the group.
    inside: Vec<Named>,
    /// Their ids, and the names of their contacts.
    outside: Vec<Named>,
    is_anonymous: bool,
}

impl Members {
    fn read(tx: &mut ReadTx<'_>, group: &GroupId) -> Result<Self, StoreError> {
        let is_anonymous = tx.group_by_id(group)?.is_anonymous;
        let all = tx.group_members(group)?;
        let contacts = tx.names(ResourceKind::Contact, None)?.into_iter();
        let contacts: BTreeMap<String, String> = contacts.map(|contact| (contact.id, contact.name)).collect();
        let (mut inside, mut outside) = (Vec::new(), Vec::new());
        for member in &all {
            let id = member.contact.to_string();
            let anonymous = tx.group_anonymous_id(group, &member.contact)?;
            outside.push(Named {
                id: id.clone(),
                also: None,
                name: contacts.get(&id).cloned().unwrap_or_default(),
            });
            inside.push(Named {
                id,
                also: Some(anonymous.to_string()),
                name: member.display_name.clone(),
            });
        }
        Ok(Self {
            all,
            inside,
            outside,
            is_anonymous,
        })
    }

    /// Matches whole ids and names. The name of a contact counts only if no member has that name in the group.
    fn whole(&self, wanted: &str) -> Meant {
        match meant_whole(&self.inside, wanted) {
            Meant::Nothing => meant_whole(&self.outside, wanted),
            found => found,
        }
    }

    /// Finds the member with this whole id or name, or by "me".
    fn whole_or_me(&self, wanted: &str) -> Result<Option<&Member>, Failure> {
        match self.whole(wanted) {
            Meant::One(at) => Ok(self.all.get(at)),
            Meant::Several(fits) => Err(several(&self.shown(), &fits, wanted, "member")),
            Meant::Nothing => Ok(self.all.iter().find(|member| member.is_own && is_me(wanted))),
        }
    }

    /// Finds the members whose id or name, in the group or as a contact, begins like `wanted`.
    fn begun(&self, wanted: &str) -> Vec<usize> {
        let lists = [&self.inside, &self.outside].into_iter();
        let fits: BTreeSet<usize> = lists.flat_map(|list| places(meant(list, wanted))).collect();
        fits.into_iter().collect()
    }

    /// Returns the members for an error: in an anonymous group by their anonymous ids only.
    fn shown(&self) -> Vec<Named> {
        let shown = |named: &Named| match (self.is_anonymous, &named.also) {
            (true, Some(anonymous)) => Named {
                id: anonymous.clone(),
                also: None,
                name: String::new(),
            },
            _ => named.clone(),
        };
        self.inside.iter().map(shown).collect()
    }
}

fn places(found: Meant) -> Vec<usize> {
    match found {
        Meant::Nothing => Vec::new(),
        Meant::One(at) => vec![at],
        Meant::Several(fits) => fits,
    }
}

/// Finds the member of a group that `wanted` names.
pub(crate) fn member(store: &Store, group: &GroupId, wanted: &str) -> Result<Member, Failure> {
    store.read(|tx| {
        let members = Members::read(tx, group)?;
        if let Some(member) = members.whole_or_me(wanted)? {
            return Ok(member.clone());
        }
        let fits = members.begun(wanted);
        match (fits.as_slice(), fits.first().and_then(|at| members.all.get(*at))) {
            ([_], Some(member)) => Ok(member.clone()),
            (_, None) => Err(nothing(&members.shown(), wanted, "member")),
            _ => Err(several(&members.shown(), &fits, wanted, "member")),
        }
    })
}

/// Finds a member, a contact, or the vault's own user.
pub(crate) fn party(store: &Store, group: &GroupId, wanted: &str) -> Result<ContactId, Failure> {
    let found = store.read(|tx| {
        let members = Members::read(tx, group)?;
        let contacts = tx.names(ResourceKind::Contact, Some(wanted))?;
        let called = places(meant_whole(&contacts, wanted));
        let mut called = called.into_iter().filter_map(|at| contacts.get(at));
        if let Some(member) = members.whole_or_me(wanted)? {
            let found = member.contact.to_string();
            return match called.find(|other| other.id != found) {
                Some(other) if found != wanted => Err(Failure::Refused(format!(
                    "“{}” is the name of a member in the group, and of another contact; name one by its id: {found}, {}",
                    one_line(wanted, 60),
                    other.id
                ))),
                _ => Ok(Some(member.contact.clone())),
            };
        }
        let fits = members.begun(wanted);
        if fits.is_empty() || called.next().is_some() {
            return Ok(None);
        }
        // The beginning may match a member and another contact.
        let shown = members.shown();
        let mut all: BTreeMap<String, Named> = BTreeMap::new();
        for at in places(meant(&contacts, wanted)) {
            let other = contacts.get(at).cloned();
            all.extend(other.map(|other| (other.id.clone(), other)));
        }
        for at in fits {
            let ids = members.inside.get(at).map(|named| named.id.clone());
            all.extend(ids.zip(shown.get(at).cloned()));
        }
        match all.first_key_value() {
            Some((id, _)) if all.len() == 1 => Ok(Some(id.parse().map_err(StoreError::from)?)),
            _ => {
                let fits: Vec<usize> = (0..all.len()).collect();
                Err(several(&all.into_values().collect::<Vec<_>>(), &fits, wanted, "contact"))
            }
        }
    })?;
    found.map_or_else(|| newcomer(store, wanted), Ok)
}

/// Finds a contact, or the vault's own user, who may become a member.
pub(crate) fn newcomer(store: &Store, wanted: &str) -> Result<ContactId, Failure> {
    let own = store.read(|tx| {
        let own = tx.own_id();
        let is_own = if is_me(wanted) {
            let contacts = tx.names(ResourceKind::Contact, Some(wanted))?;
            meant_whole(&contacts, wanted) == Meant::Nothing
        } else {
            wanted == own.to_string()
        };
        Ok::<_, StoreError>(is_own.then_some(own))
    })?;
    own.map_or_else(|| Ok(contact(store, wanted)?.id), Ok)
}

fn is_me(wanted: &str) -> bool {
    wanted.eq_ignore_ascii_case("me")
}
