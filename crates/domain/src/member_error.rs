//! Why a membership request was refused.

use std::str::FromStr;

use crate::group_kind::GroupKind;
use crate::id::{AnonymousId, ContactId};
use crate::role::{MemberAction, Role};

/// Why a membership request was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MemberError {
    /// The role is not one of [`Role::ALL`].
    #[error("unknown role {0:?}; use owner, admin or member")]
    UnknownRole(String),
    /// The table of roles does not allow it.
    #[error("{} may not {}{}{}; {allowed}", actor.words(), action.words(),
        if target.is_some() { " " } else { "" }, target.map_or("", Role::words))]
    NotAllowed {
        /// The role of the acting member.
        actor: Role,
        /// The action.
        action: MemberAction,
        /// The role of the target, if there is one.
        target: Option<Role>,
        /// Who may do it.
        allowed: &'static str,
    },
    /// Two members of a group cannot share an anonymous id.
    #[error("the anonymous id {0} belongs to another member of the group")]
    AnonymousTaken(AnonymousId),
    /// A group has exactly one owner.
    #[error("a group has one owner; hand the group over to make another member the owner")]
    SecondOwner,
    /// The owner cannot be removed, banned or given another role.
    #[error("the owner cannot be removed, banned or given another role; hand the group over first")]
    OwnerStays,
    /// The owner cannot leave.
    #[error("the owner cannot leave; hand the group over first, or delete it")]
    OwnerLeaves,
    /// The only member cannot leave.
    #[error("you are the only member; delete the group instead")]
    LastMember,
    /// The contact is already a member.
    #[error("{0} is already a member of the group (role: {1})")]
    Duplicate(ContactId, Role),
    /// The acting contact is not a member.
    #[error("{0} is not a member of this group; act as a member who may do that")]
    NoMember(ContactId),
    /// The contact is banned.
    #[error("{0} is banned from the group; unban them first")]
    Banned(ContactId),
    /// The contact is already banned.
    #[error("{0} is already banned from the group")]
    BannedAlready(ContactId),
    /// There is no ban to lift.
    #[error("{0} is not banned from the group")]
    NotBanned(ContactId),
    /// The group's type does not let this member in.
    #[error("the group is {0}: {joined}", joined = .0.rules().joining.words())]
    NotLetIn(GroupKind),
    /// A group without an owner cannot be joined.
    #[error("the group has no owner, so nobody can join it on their own")]
    NoOwner,
}

// Here and not in `role`: this error refers to roles itself.
impl FromStr for Role {
    type Err = MemberError;

    fn from_str(text: &str) -> Result<Self, MemberError> {
        let found = Self::ALL.into_iter().find(|role| role.as_str() == text);
        found.ok_or_else(|| MemberError::UnknownRole(text.to_owned()))
    }
}
