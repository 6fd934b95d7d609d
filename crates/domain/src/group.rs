//! Groups: what a type means for who sees and joins one, and what a group is made of.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::contact::{ContactError, DisplayName};
use crate::group_json::GroupSettings;
use crate::id::{ContactId, GroupId};
use crate::limits::GROUP_DESCRIPTION_CHARS;
use crate::member_limit::MemberLimit;
use crate::role::Role;
use crate::time::Timestamp;

/// Why a group was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GroupError {
    /// Not one of the specification's three types.
    #[error("a group is public, private or secret, not {0:?}")]
    UnknownKind(String),
    /// The limit itself is out of bounds.
    #[error("a group takes 1 to 100,000 members, not {0}")]
    LimitOutOfRange(u32),
    /// The limit is no number, or none that a limit can be.
    #[error("a group takes 1 to 100,000 members, not {0}")]
    LimitNotTaken(String),
    /// The limit would leave members outside.
    #[error("the limit of {limit} members is below the {current} that the group has")]
    LimitBelowCount {
        /// The limit asked for.
        limit: u32,
        /// Members now.
        current: u32,
    },
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
    /// The description is longer than [`GROUP_DESCRIPTION_CHARS`].
    #[error("the description has {0} characters; at most 4,096 are kept")]
    DescriptionTooLong(usize),
    /// The settings or permissions are no JSON object.
    #[error("the {0} are no JSON object")]
    NotAnObject(&'static str),
    /// A field that this build knows has a value of another type.
    #[error("the {0} have a known field twice or of another type, at character {1}: {2}")]
    WrongField(&'static str, usize, &'static str),
    /// They are larger than [`GROUP_JSON_BYTES`](crate::limits::GROUP_JSON_BYTES).
    #[error("the {0} have {1} bytes; at most 65,536 are kept")]
    JsonTooLong(&'static str, usize),
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

/// Who lets somebody into a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joining {
    /// Whoever wants to, and whom the owner or an admin adds.
    Oneself,
    /// The owner or an admin.
    OwnerOrAdmin,
    /// The owner alone.
    Owner,
}

/// What a type means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindRules {
    /// Whether who is no member sees that the group is there, its name and its members.
    pub is_listed: bool,
    /// Who lets somebody in.
    pub joining: Joining,
}

impl GroupKind {
    /// Every type.
    pub const ALL: [Self; 3] = [Self::Public, Self::Private, Self::Secret];

    /// What each type means: the one place that says it (docs/DATA_MODEL.md prints it).
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
    /// Whether somebody of this role, `None` for who is no member, lets another one in.
    #[must_use]
    pub const fn lets_in(self, actor: Option<Role>) -> bool {
        match self {
            Self::Oneself | Self::OwnerOrAdmin => matches!(actor, Some(Role::Owner | Role::Admin)),
            Self::Owner => matches!(actor, Some(Role::Owner)),
        }
    }

    /// Who does it, in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Oneself => "whoever wants to, or whom the owner or an admin adds",
            Self::OwnerOrAdmin => "whom the owner or an admin adds",
            Self::Owner => "whom the owner adds",
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

/// What a group is about: at most 4,096 characters; empty is none.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Description(String);

impl Description {
    /// Checks a description.
    ///
    /// # Errors
    /// [`GroupError::DescriptionTooLong`].
    pub fn new(text: impl Into<String>) -> Result<Self, GroupError> {
        let text = text.into();
        match text.chars().count() {
            chars if chars > GROUP_DESCRIPTION_CHARS => Err(GroupError::DescriptionTooLong(chars)),
            _ => Ok(Self(text)),
        }
    }

    /// One of a source that nobody checked: a long one is cut.
    #[must_use]
    pub fn lenient(text: &str) -> Self {
        Self(text.chars().take(GROUP_DESCRIPTION_CHARS).collect())
    }

    /// The text; `None` when there is none.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        Some(self.0.as_str()).filter(|text| !text.is_empty())
    }
}

impl fmt::Debug for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Description(«redacted»)")
    }
}

/// A group to be created.
#[derive(Debug, Clone)]
pub struct NewGroup {
    /// Its id.
    pub id: GroupId,
    /// Its name.
    pub name: DisplayName,
    /// What it is about.
    pub description: Description,
    /// Its type.
    pub kind: GroupKind,
    /// Its size limit.
    pub limit: MemberLimit,
    /// Whether its members know each other by anonymous ids.
    pub is_anonymous: bool,
    /// Its settings.
    pub settings: GroupSettings,
    /// Who made it; `None` is the vault's own user, and in a history nobody known.
    pub created_by: Option<ContactId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The name that the vault's own user has in it; `None` is "Me".
    pub own_name: Option<DisplayName>,
}

impl NewGroup {
    /// A group with nothing but what every group has.
    #[must_use]
    pub fn new(id: GroupId, name: DisplayName, kind: GroupKind, created_at: Timestamp) -> Self {
        Self {
            id,
            name,
            description: Description::default(),
            kind,
            limit: MemberLimit::default(),
            is_anonymous: false,
            settings: GroupSettings::default(),
            created_by: None,
            created_at,
            own_name: None,
        }
    }
}

/// What is to be changed in a group; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct GroupChange {
    /// Its name.
    pub name: Option<DisplayName>,
    /// What it is about; an empty one takes it away.
    pub description: Option<Description>,
    /// Its type.
    pub kind: Option<GroupKind>,
    /// Its size limit.
    pub limit: Option<MemberLimit>,
    /// Its settings, all of them.
    pub settings: Option<GroupSettings>,
}

/// A group as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// Its name.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// Its type.
    pub kind: GroupKind,
    /// Its size limit.
    pub limit: u32,
    /// Members now, the vault's own user among them.
    pub member_count: u32,
    /// Whether its members know each other by anonymous ids.
    pub is_anonymous: bool,
    /// Its settings.
    pub settings: GroupSettings,
    /// Who made it, where that is known.
    pub created_by: Option<ContactId>,
    /// When it was made.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_document_says_what_a_type_means() {
        let mut table = String::from("| type | seen by | joined by |\n|---|---|---|\n");
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
            "a group is public, private or secret, not \"open\""
        );
    }

    #[test]
    fn descriptions_have_a_limit() {
        assert_eq!(Description::new("").unwrap().as_text(), None);
        assert!(Description::new("é".repeat(4_096)).is_ok());
        assert_eq!(
            Description::new("é".repeat(4_097)),
            Err(GroupError::DescriptionTooLong(4_097))
        );
        assert_eq!(
            Description::lenient(&"x".repeat(5_000)).as_text().unwrap().len(),
            4_096
        );
    }
}
