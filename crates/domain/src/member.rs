//! Members of a group: added, read, banned.

use crate::contact::DisplayName;
use crate::group_json::MemberPermissions;
use crate::id::{AnonymousId, ContactId};
use crate::role::Role;
use crate::time::Timestamp;

/// A member to add.
#[derive(Debug, Clone)]
pub struct NewMember {
    /// The contact, or the vault's own user.
    pub contact: ContactId,
    /// The member's name in the group.
    pub display_name: DisplayName,
    /// The member's role.
    pub role: Role,
    /// When they joined; `None` means now.
    pub joined_at: Option<Timestamp>,
    /// The member's permissions.
    pub permissions: MemberPermissions,
    /// An anonymous id assigned elsewhere; if `None`, one is derived.
    pub anonymous_id: Option<AnonymousId>,
}

impl NewMember {
    /// A member with the plain role who joins now.
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

/// A member as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The contact, or the vault's own user.
    pub contact: ContactId,
    /// Whether this is the vault's own user.
    pub is_own: bool,
    /// The member's name in the group.
    pub display_name: String,
    /// The member's role.
    pub role: Role,
    /// When they joined.
    pub joined_at: Timestamp,
    /// The member's permissions.
    pub permissions: MemberPermissions,
    /// An anonymous id assigned elsewhere; all others are derived.
    pub anonymous_id: Option<AnonymousId>,
}

/// A ban from a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ban {
    /// The contact, or the vault's own user.
    pub contact: ContactId,
    /// Who imposed the ban.
    pub banned_by: ContactId,
    /// When the ban was imposed.
    pub banned_at: Timestamp,
}
