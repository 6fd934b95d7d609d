//! Members of a group: added, read, banned.

use crate::contact::DisplayName;
use crate::group_json::MemberPermissions;
use crate::id::{AnonymousId, ContactId};
use crate::role::Role;
use crate::time::Timestamp;

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
