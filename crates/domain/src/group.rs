//! A group's fields: as it is created, changed and read.

use std::fmt;

use crate::contact::DisplayName;
use crate::group_error::GroupError;
use crate::group_json::GroupSettings;
use crate::group_kind::GroupKind;
use crate::id::{ContactId, GroupId};
use crate::limits::GROUP_DESCRIPTION_CHARS;
use crate::member_limit::MemberLimit;
use crate::time::Timestamp;

/// A group's description: at most 4,096 characters; an empty one counts as none.
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

    /// A description from a source that does not check its length; a long one is truncated.
    #[must_use]
    pub fn lenient(text: &str) -> Self {
        Self(text.chars().take(GROUP_DESCRIPTION_CHARS).collect())
    }

    /// The text; `None` if empty.
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

/// A group to create.
#[derive(Debug, Clone)]
pub struct NewGroup {
    /// Its id.
    pub id: GroupId,
    /// Its name.
    pub name: DisplayName,
    /// Its description.
    pub description: Description,
    /// Its type.
    pub kind: GroupKind,
    /// Its member limit.
    pub limit: MemberLimit,
    /// Whether members know each other only by anonymous ids.
    pub is_anonymous: bool,
    /// Its settings.
    pub settings: GroupSettings,
    /// Who created it; `None` is the vault's own user, or in an imported history somebody unknown.
    pub created_by: Option<ContactId>,
    /// When it was created.
    pub created_at: Timestamp,
    /// The name of the vault's own user in the group; `None` means "Me".
    pub own_name: Option<DisplayName>,
}

impl NewGroup {
    /// A group with defaults for everything optional.
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

/// The changes to make to a group; a field that is `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct GroupChange {
    /// Its name.
    pub name: Option<DisplayName>,
    /// Its description; an empty one removes it.
    pub description: Option<Description>,
    /// Its type.
    pub kind: Option<GroupKind>,
    /// Its member limit.
    pub limit: Option<MemberLimit>,
    /// All of its settings.
    pub settings: Option<GroupSettings>,
}

/// A group as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: Option<String>,
    /// Its type.
    pub kind: GroupKind,
    /// Its member limit.
    pub limit: u32,
    /// The number of members, including the vault's own user.
    pub member_count: u32,
    /// Whether members know each other only by anonymous ids.
    pub is_anonymous: bool,
    /// Its settings.
    pub settings: GroupSettings,
    /// Who created it, if known.
    pub created_by: Option<ContactId>,
    /// When it was created.
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
