//! Group types: who can see a group, and who can join it.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::group_error::GroupError;
use crate::role::Role;

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

/// Who can bring a member into a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joining {
    /// Anyone can join; the owner and the admins can also add members.
    Oneself,
    /// The owner and the admins.
    OwnerOrAdmin,
    /// Only the owner.
    Owner,
}

/// The rules of a group type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindRules {
    /// Whether non-members can see that the group exists, its name and its members.
    pub is_listed: bool,
    /// Who can bring in a member.
    pub joining: Joining,
}

impl GroupKind {
    /// Every type.
    pub const ALL: [Self; 3] = [Self::Public, Self::Private, Self::Secret];

    /// The rules of each type. This is their only definition (docs/DATA_MODEL.md prints it).
    #[must_use]
    pub const fn rules(self) -> KindRules {
        let (is_listed, joining) = match self {
            Self::Public => (true, Joining::Oneself),
            Self::Private => (false, Joining::OwnerOrAdmin),
            Self::Secret => (false, Joining::Owner),
        };
        KindRules { is_listed, joining }
    }

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

impl Joining {
    /// Returns whether somebody with this role may add another member; `None` is a non-member.
    #[must_use]
    pub const fn lets_in(self, actor: Option<Role>) -> bool {
        match self {
            Self::Oneself | Self::OwnerOrAdmin => matches!(actor, Some(Role::Owner | Role::Admin)),
            Self::Owner => matches!(actor, Some(Role::Owner)),
        }
    }

    /// The rule in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Oneself => "anyone can join; the owner or an admin can add others",
            Self::OwnerOrAdmin => "only the owner or an admin can add members",
            Self::Owner => "only the owner can add members",
        }
    }
}

impl FromStr for GroupKind {
    type Err = GroupError;

    fn from_str(text: &str) -> Result<Self, GroupError> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| GroupError::UnknownKind(text.to_owned()))
    }
}

impl fmt::Display for GroupKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_says_what_a_type_means() {
        let mut table = String::from("| type | seen by | joining |\n|---|---|---|\n");
        for kind in GroupKind::ALL {
            let rules = kind.rules();
            let seen = if rules.is_listed {
                "everyone"
            } else {
                "its members"
            };
            table.push_str(&format!("| `{kind}` | {seen} | {} |\n", rules.joining.words()));
        }
        let document = include_str!("../../../docs/DATA_MODEL.md");
        assert!(
            document.contains(&table),
            "docs/DATA_MODEL.md needs this table:\n{table}"
        );
    }

    #[test]
    fn who_lets_somebody_in() {
        let roles = [None, Some(Role::Member), Some(Role::Admin), Some(Role::Owner)];
        for (kind, expected) in [
            (GroupKind::Public, [false, false, true, true]),
            (GroupKind::Private, [false, false, true, true]),
            (GroupKind::Secret, [false, false, false, true]),
        ] {
            assert_eq!(roles.map(|role| kind.rules().joining.lets_in(role)), expected);
            assert_eq!(kind.as_str().parse::<GroupKind>().unwrap(), kind);
        }
        let error = "open".parse::<GroupKind>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown group type \"open\"; use public, private or secret"
        );
    }
}
