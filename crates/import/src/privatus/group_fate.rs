//! What became of the rights that a group of an export claims, by what stands in the vault.

use std::collections::{HashMap, HashSet};

use privatus_domain::{ContactId, Group, GroupKind, Member, NewGroup, NewMember, Role};
use privatus_store::{StoreError, WriteTx};

use crate::authority::{AuthorityKind, Fate};
use crate::insert::is_absent;

/// The group as it stands in the vault.
pub(super) struct Found {
    pub(super) group: Group,
    pub(super) members: HashMap<ContactId, Member>,
    /// Whom the record bans.
    pub(super) banned: HashSet<ContactId>,
    pub(super) own: ContactId,
    /// Whether it came with the record.
    pub(super) is_new: bool,
}

/// Why nothing of a group comes over that is there.
const KNOWN: &str = "the group is in the vault already, and stays as it is";

impl Found {
    /// What stands is taken where the group is new, and known where it is not.
    fn stands(&self) -> Fate {
        match self.is_new {
            true => Fate::Taken,
            false => Fate::Known,
        }
    }

    fn when(&self, stands: bool) -> Fate {
        match stands {
            true => self.stands(),
            false => Fate::refused(KNOWN),
        }
    }

    fn member(&self, contact: &ContactId) -> Option<&Member> {
        self.members.get(contact)
    }

    /// Of what is said of the group itself.
    pub(super) fn group_fate(&self, new: &NewGroup, members: &[NewMember], kind: AuthorityKind) -> Fate {
        self.when(
            self.is_new
                || match kind {
                    AuthorityKind::PublicGroup => self.group.kind == GroupKind::Public,
                    AuthorityKind::GroupSettings => self.group.settings == new.settings,
                    AuthorityKind::GroupCreator => self.group.created_by == new.created_by,
                    _ => {
                        let joined = |member: &NewMember| (member.contact.clone(), member.joined_at);
                        let wanted: HashMap<_, _> = members.iter().map(joined).collect();
                        self.members
                            .values()
                            .all(|there| wanted.get(&there.contact) == Some(&Some(there.joined_at)))
                    }
                },
        )
    }

    /// Of what is said of a member.
    pub(super) fn member_fate(
        &self,
        tx: &mut WriteTx<'_>,
        member: &NewMember,
        kind: AuthorityKind,
    ) -> Result<Fate, StoreError> {
        let is_role = matches!(kind, AuthorityKind::GroupRole | AuthorityKind::OwnRole);
        if !is_role && member.permissions.as_json().is_none() {
            return Ok(Fate::refused("they are no JSON object"));
        }
        let Some(there) = self.member(&member.contact) else {
            let is_banned = self.banned.contains(&member.contact);
            return Ok(Fate::refused(match () {
                () if !self.is_new => KNOWN,
                () if is_banned => "the member is banned from the group",
                () if member.contact != self.own && is_absent(tx.contact_by_id(&member.contact))? => {
                    "the member is no contact of the vault"
                }
                () => "the group is full",
            }));
        };
        let is_same = match is_role {
            true => there.role == member.role,
            false => there.permissions == member.permissions,
        };
        Ok(match is_same {
            true => self.stands(),
            false if !self.is_new => Fate::refused(KNOWN),
            false if there.role == Role::Owner => {
                Fate::refused("nobody else may own the group, so the member is its owner")
            }
            false => Fate::refused("the member stands there twice, and the first counts"),
        })
    }

    /// Of that the vault's own user is not in it.
    pub(super) fn absent_fate(&self) -> Fate {
        match self.member(&self.own) {
            None => self.stands(),
            Some(_) if self.is_new => Fate::refused("nobody else may own the group, so you do"),
            Some(_) => Fate::refused(KNOWN),
        }
    }
}
