//! Groups, as far as a group message needs them: a type, a name, members by name and a size limit.

use std::fmt;

use serde::Serialize;

use crate::contact::{ContactError, DisplayName};
use crate::id::{ContactId, GroupId};
use crate::limits::{GROUP_MEMBERS_DEFAULT, GROUP_MEMBERS_MAX};
use crate::time::Timestamp;

/// Why a group or a membership was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GroupError {
    /// Not one of the specification's three types.
    #[error("a group is public, private or secret")]
    UnknownKind,
    /// The limit itself is out of bounds.
    #[error("a group takes 1 to 100,000 members, not {0}")]
    LimitOutOfRange(u32),
    /// The group would grow past its limit.
    #[error("the group has {current} of {limit} members; {adding} more do not fit")]
    Full {
        /// Members now.
        current: u32,
        /// Members asked for.
        adding: u32,
        /// The group's `max_members`.
        limit: u32,
    },
    /// The name is no name.
    #[error(transparent)]
    Name(#[from] ContactError),
}

/// The specification's `group_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupKind {
    /// `public`
    Public,
    /// `private`
    Private,
    /// `secret`
    Secret,
}

impl GroupKind {
    /// The value in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Secret => "secret",
        }
    }
}

impl std::str::FromStr for GroupKind {
    type Err = GroupError;

    fn from_str(text: &str) -> Result<Self, GroupError> {
        match text {
            "public" => Ok(Self::Public),
            "private" => Ok(Self::Private),
            "secret" => Ok(Self::Secret),
            _ => Err(GroupError::UnknownKind),
        }
    }
}

impl fmt::Display for GroupKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How many members a group takes: 1 to 100,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemberLimit(u32);

impl MemberLimit {
    /// Checks a limit.
    ///
    /// # Errors
    /// [`GroupError::LimitOutOfRange`].
    pub const fn new(limit: u32) -> Result<Self, GroupError> {
        if limit == 0 || limit > GROUP_MEMBERS_MAX {
            return Err(GroupError::LimitOutOfRange(limit));
        }
        Ok(Self(limit))
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Whether `adding` members still fit; only its [`Admission`] lets them in.
    ///
    /// # Errors
    /// [`GroupError::Full`].
    pub const fn admit(self, current: u32, adding: u32) -> Result<Admission, GroupError> {
        if current.saturating_add(adding) > self.0 {
            return Err(GroupError::Full {
                current,
                adding,
                limit: self.0,
            });
        }
        Ok(Admission { adding })
    }
}

impl Default for MemberLimit {
    fn default() -> Self {
        Self(GROUP_MEMBERS_DEFAULT)
    }
}

/// Proof that the size rule was asked in this transaction.
#[derive(Debug)]
pub struct Admission {
    adding: u32,
}

impl Admission {
    /// How many members it lets in.
    #[must_use]
    pub const fn adding(&self) -> u32 {
        self.adding
    }
}

/// A group to be created.
#[derive(Debug, Clone)]
pub struct NewGroup {
    /// Its id.
    pub id: GroupId,
    /// Its name.
    pub name: DisplayName,
    /// Its type.
    pub kind: GroupKind,
    /// Its size limit.
    pub limit: MemberLimit,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A member to be added.
#[derive(Debug, Clone)]
pub struct NewMember {
    /// The contact.
    pub contact: ContactId,
    /// The name it has in the group.
    pub display_name: DisplayName,
}

/// A group as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: GroupKind,
    /// Its size limit.
    pub limit: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// Members by contact id and name.
    pub members: Vec<(ContactId, String)>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_limit_is_exact_and_never_overflows() {
        let limit = MemberLimit::new(3).unwrap();
        assert_eq!(limit.admit(1, 2).unwrap().adding(), 2);
        assert_eq!(
            limit.admit(2, 2).unwrap_err(),
            GroupError::Full {
                current: 2,
                adding: 2,
                limit: 3
            }
        );
        assert!(limit.admit(u32::MAX, 1).is_err());
        assert!(MemberLimit::new(0).is_err() && MemberLimit::new(100_001).is_err());
        assert!(MemberLimit::new(1).is_ok() && MemberLimit::new(100_000).is_ok());
    }
}
