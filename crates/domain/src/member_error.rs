//! Why something about a membership was refused.

use std::str::FromStr;

use crate::group_kind::GroupKind;
use crate::id::{AnonymousId, ContactId};
use crate::role::{MemberAction, Role};

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
    #[error("the anonymous id {0} belongs to another member of the group")]
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
    #[error("you are the only member; delete the group instead")]
    LastMember,
    /// It is one already.
    #[error("{0} is a member of the group already, as {1}")]
    Duplicate(ContactId, Role),
    /// Who acts is none.
    #[error("{0} is not a member of this group; act as a member who may do that")]
    NoMember(ContactId),
    /// It may not come back.
    #[error("{0} is banned from the group; unban them first")]
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
    #[error("the group has no owner, so nobody can join it on their own")]
    NoOwner,
}

// Here and not beside the role: the error names roles itself.
impl FromStr for Role {
    type Err = MemberError;

    fn from_str(text: &str) -> Result<Self, MemberError> {
        let found = Self::ALL.into_iter().find(|role| role.as_str() == text);
        found.ok_or_else(|| MemberError::UnknownRole(text.to_owned()))
    }
}
