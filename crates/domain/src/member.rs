//! Members of a group: added, read, banned.

use crate::contact::DisplayName;
use crate::group::GroupKind;
use crate::group_json::MemberPermissions;
use crate::id::{AnonymousId, ContactId};
use crate::role::{MemberAction, Role};
use crate::time::Timestamp;

/// Why something about a membership was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MemberError {
    /// Not one of [`Role::ALL`].
    #[error("a role is owner, admin or member, not {0:?}")]
    UnknownRole(String),
    /// The table of roles forbids it.
    #[error("{} may not {}{}{}; {allowed}", actor.words(), action.words(),
        if target.is_some() { " " } else { "" }, target.map_or("", Role::words))]
    NotAllowed {
        /// Who acts.
        actor: Role,
        /// What it wants.
        action: MemberAction,
        /// On whom.
        target: Option<Role>,
        /// Who may.
        allowed: &'static str,
    },
    /// Two members of a group under one anonymous id could not be told apart.
    #[error("the anonymous id {0} is another member's of the group")]
    AnonymousTaken(AnonymousId),
    /// Two owners would not be one.
    #[error("a group has one owner; hand the group over to make another member the owner")]
    SecondOwner,
    /// The owner is not removed, banned or made less.
    #[error("the owner stays the owner until the group is handed over; hand it over first")]
    OwnerStays,
    /// The owner cannot leave.
    #[error("the owner cannot leave; hand the group over first, or delete it")]
    OwnerLeaves,
    /// Nobody would be left.
    #[error("the last of 1 member cannot leave; delete the group instead")]
    LastMember,
    /// It is one already.
    #[error("{0} is a member of the group already, as {1}")]
    Duplicate(ContactId, Role),
    /// Who acts is none.
    #[error("{0} is no member of the group, and acts in it; name a member who may")]
    NoMember(ContactId),
    /// It may not come back.
    #[error("{0} is banned from the group; unban it first")]
    Banned(ContactId),
    /// It is banned already.
    #[error("{0} is banned from the group already")]
    BannedAlready(ContactId),
    /// There is no ban to take back.
    #[error("{0} is not banned from the group")]
    NotBanned(ContactId),
    /// The group's type lets nobody in this way.
    #[error("a {0} group is joined by {joined}", joined = .0.rules().joining.words())]
    NotLetIn(GroupKind),
    /// Nobody joins what belongs to nobody.
    #[error("the group has no owner; nobody joins it by oneself")]
    NoOwner,
}

/// A member to be added.
#[derive(Debug, Clone)]
pub struct NewMember {
    /// The contact, or the vault's own user.
    pub contact: ContactId,
    /// The name it has in the group.
    pub display_name: DisplayName,
    /// Its role.
    pub role: Role,
    /// When it joined; `None` is now.
    pub joined_at: Option<Timestamp>,
    /// What it may do.
    pub permissions: MemberPermissions,
    /// An anonymous id that was given to it elsewhere; `None` derives one.
    pub anonymous_id: Option<AnonymousId>,
}

impl NewMember {
    /// A plain member that joins now.
    #[must_use]
    pub fn new(contact: ContactId, display_name: DisplayName) -> Self {
        Self {
            contact,
            display_name,
            role: Role::Member,
            joined_at: None,
            permissions: MemberPermissions::default(),
            anonymous_id: None,
        }
    }
}

/// A member as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The contact, or the vault's own user.
    pub contact: ContactId,
    /// Whether it is the vault's own user.
    pub is_own: bool,
    /// The name it has in the group.
    pub display_name: String,
    /// Its role.
    pub role: Role,
    /// When it joined.
    pub joined_at: Timestamp,
    /// What it may do.
    pub permissions: MemberPermissions,
    /// An anonymous id that was given to it elsewhere; others are derived.
    pub anonymous_id: Option<AnonymousId>,
}

/// Who may not come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ban {
    /// The contact, or the vault's own user.
    pub contact: ContactId,
    /// Who banned it.
    pub banned_by: ContactId,
    /// When.
    pub banned_at: Timestamp,
}
