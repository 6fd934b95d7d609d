//! The outcome of the rights that a group in an export claims, according to what the vault has.

use std::collections::{HashMap, HashSet};

use privatus_domain::{ContactId, Group, GroupKind, Member, NewGroup, NewMember, Role};
use privatus_store::{StoreError, WriteTx};

use crate::authority::{AuthorityKind, Fate};
use crate::insert::is_absent;

/// The group as the vault has it.
pub(super) struct Found {
    pub(super) group: Group,
    pub(super) members: HashMap<ContactId, Member>,
    /// Who the record bans.
    pub(super) banned: HashSet<ContactId>,
    pub(super) own: ContactId,
    /// Whether the record created it.
    pub(super) is_new: bool,
}

/// Why nothing is imported for a group that exists.
const KNOWN: &str = "the group is already in the vault and stays unchanged";

impl Found {
    /// Rights that the vault now has: taken if the group is new, otherwise known.
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

    /// The outcome of rights about the group itself.
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

    /// The outcome of rights about a member.
    pub(super) fn member_fate(
        &self,
        tx: &mut WriteTx<'_>,
        member: &NewMember,
        kind: AuthorityKind,
    ) -> Result<Fate, StoreError> {
        let is_role = matches!(kind, AuthorityKind::GroupRole | AuthorityKind::OwnRole);
        if !is_role && member.permissions.as_json().is_none() {
            return Ok(Fate::refused("they are not a JSON object"));
        }
        let Some(there) = self.member(&member.contact) else {
            let is_banned = self.banned.contains(&member.contact);
            return Ok(Fate::refused(match () {
                () if !self.is_new => KNOWN,
                () if is_banned => "the member is banned from the group",
                () if member.contact != self.own && is_absent(tx.contact_by_id(&member.contact))? => {
                    "the member is not a contact of the vault"
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
                Fate::refused("nobody else can own the group, so the member is its owner")
            }
            false => Fate::refused("the member is listed twice, and the first entry counts"),
        })
    }

    /// The outcome of the statement that the vault's own user is not in the group.
    pub(super) fn absent_fate(&self) -> Fate {
        match self.member(&self.own) {
            None => self.stands(),
            Some(_) if self.is_new => Fate::refused("nobody else can own the group, so you do"),
            Some(_) => Fate::refused(KNOWN),
        }
    }
}
