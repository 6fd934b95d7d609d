//! Roles of a group's members, and the actions of members.

use std::fmt;

use serde::Serialize;

/// The specification's `role`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// `owner`: exactly one while the group exists.
    Owner,
    /// `admin`
    Admin,
    /// `member`
    Member,
}

impl Role {
    /// Every role, highest first.
    pub const ALL: [Self; 3] = [Self::Owner, Self::Admin, Self::Member];

    /// The value in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Member => "member",
        }
    }

    /// The role with its article, for use in a sentence.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Owner => "the owner",
            Self::Admin => "an admin",
            Self::Member => "a member",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a member can do in their group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MemberAction {
    /// To add somebody; the target is the role they get.
    Add,
    /// To remove a member.
    Remove,
    /// To ban a member or a non-member.
    Ban,
    /// To lift a ban.
    Unban,
    /// To promote a member to admin, or demote an admin to member.
    ChangeRole,
    /// To set a member's permissions.
    ChangePermissions,
    /// To make another member the owner.
    Transfer,
    /// To leave.
    Leave,
    /// To change the group's name, description, limit or settings.
    ChangeGroup,
    /// To change the group's type.
    ChangeType,
    /// To remove the group.
    RemoveGroup,
}

impl MemberAction {
    /// The action in words that can be followed by a target.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Ban => "ban",
            Self::Unban => "unban a contact",
            Self::ChangeRole => "change the role of",
            Self::ChangePermissions => "change the permissions of",
            Self::Transfer => "hand the group over to",
            Self::Leave => "leave",
            Self::ChangeGroup => "change the group",
            Self::ChangeType => "change the group's type",
            Self::RemoveGroup => "remove the group",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_is_read_back() {
        assert_eq!(
            Role::ALL.map(|role| role.to_string()),
            ["owner", "admin", "member"]
        );
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
    }
}
