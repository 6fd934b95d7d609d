//! What a group is made of, as it is created, changed and read.

use std::fmt;

use crate::contact::DisplayName;
use crate::group_error::GroupError;
use crate::group_json::GroupSettings;
use crate::group_kind::GroupKind;
use crate::id::{ContactId, GroupId};
use crate::limits::GROUP_DESCRIPTION_CHARS;
use crate::member_limit::MemberLimit;
use crate::time::Timestamp;

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
    use super::*;

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

    #[test]
    fn a_description_is_redacted() {
        assert_eq!(
            format!("{:?}", Description::new("x").unwrap()),
            "Description(«redacted»)"
        );
    }
}
