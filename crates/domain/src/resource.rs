//! The resources of the audit log and access control: a kind, and an id.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::limits::ID_CHARS;

/// Why a resource was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResourceError {
    /// The type is not one of [`ResourceKind::ALL`].
    #[error("unknown resource type {0:?}; the types are {known}", known = known())]
    UnknownKind(String),
    /// The id does not have 1 to [`ID_CHARS`] characters.
    #[error("a resource's id must have 1 to 1,024 characters, got {0}")]
    Length(usize),
    /// A resource with the id [`Resource::EVERY`] could not be granted alone.
    #[error("the id * stands for all resources of a type; use another id")]
    Every,
    /// The form is `TYPE:ID`.
    #[error("write a resource as TYPE:ID, such as contact:*; the types are {known}", known = known())]
    Form,
}

fn known() -> String {
    ResourceKind::ALL.map(ResourceKind::as_str).join(", ")
}

/// `resource_type` of the tables `audit_log` and `access_control`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ResourceKind {
    /// The vault as a whole.
    Vault,
    /// A contact.
    Contact,
    /// A group and its memberships.
    Group,
    /// A conversation and its messages.
    Conversation,
    /// A message.
    Message,
    /// A file transfer.
    Transfer,
    /// A setting; its id is the setting's name, for a user's setting preceded by the user and a slash.
    Setting,
    /// A grant of access control.
    Grant,
    /// The audit log.
    Audit,
    /// A security event.
    Security,
    /// A row of `key_store`.
    Key,
}

impl ResourceKind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::Vault,
        Self::Contact,
        Self::Group,
        Self::Conversation,
        Self::Message,
        Self::Transfer,
        Self::Setting,
        Self::Grant,
        Self::Audit,
        Self::Security,
        Self::Key,
    ];

    /// The value in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Vault => "vault",
            Self::Contact => "contact",
            Self::Group => "group",
            Self::Conversation => "conversation",
            Self::Message => "message",
            Self::Transfer => "transfer",
            Self::Setting => "setting",
            Self::Grant => "grant",
            Self::Audit => "audit",
            Self::Security => "security",
            Self::Key => "key",
        }
    }
}

impl FromStr for ResourceKind {
    type Err = ResourceError;

    fn from_str(text: &str) -> Result<Self, ResourceError> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| ResourceError::UnknownKind(text.to_owned()))
    }
}

impl fmt::Display for ResourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ResourceKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// One resource, or with the id `*` all of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Resource {
    /// Its kind.
    #[serde(rename = "resource_type")]
    pub kind: ResourceKind,
    /// Its id, as text.
    #[serde(rename = "resource_id")]
    id: Box<str>,
}

impl Resource {
    /// The id that means every resource of a kind.
    pub const EVERY: &'static str = "*";

    /// Refuses an id for a new resource that would stand for all of its kind.
    ///
    /// # Errors
    /// [`ResourceError::Every`].
    pub fn check_new(id: &str) -> Result<(), ResourceError> {
        if id == Self::EVERY {
            return Err(ResourceError::Every);
        }
        Ok(())
    }

    /// Checks an id.
    ///
    /// # Errors
    /// [`ResourceError::Length`].
    pub fn new(kind: ResourceKind, id: &str) -> Result<Self, ResourceError> {
        let chars = id.chars().count();
        if chars == 0 || chars > ID_CHARS {
            return Err(ResourceError::Length(chars));
        }
        Ok(Self { kind, id: id.into() })
    }

    /// A resource with an id of the model.
    #[must_use]
    pub fn of(kind: ResourceKind, id: impl fmt::Display) -> Self {
        Self {
            kind,
            id: id.to_string().into(),
        }
    }

    /// All resources of a kind.
    #[must_use]
    pub fn every(kind: ResourceKind) -> Self {
        Self {
            kind,
            id: Self::EVERY.into(),
        }
    }

    /// Its id; `*` for all of its kind.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl FromStr for Resource {
    type Err = ResourceError;

    /// Reads `TYPE:ID`; the id may contain colons.
    fn from_str(text: &str) -> Result<Self, ResourceError> {
        let (kind, id) = text.split_once(':').ok_or(ResourceError::Form)?;
        Self::new(kind.parse()?, id)
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_read_back() {
        for kind in ResourceKind::ALL {
            assert_eq!(kind.as_str().parse::<ResourceKind>().unwrap(), kind);
            let one: Resource = format!("{kind}:a:b").parse().unwrap();
            assert_eq!((one.kind, one.id()), (kind, "a:b"));
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, word) in [
            ("contact", "TYPE:ID"),
            ("contact:", "got 0"),
            ("person:x", "\"person\""),
        ] {
            let error = text.parse::<Resource>().unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }

    #[test]
    fn the_types_are_listed_where_one_is_wrong() {
        let known =
            "vault, contact, group, conversation, message, transfer, setting, grant, audit, security, key";
        for text in ["contact", "person:x"] {
            let error = text.parse::<Resource>().unwrap_err().to_string();
            assert!(error.contains(known), "{error}");
        }
    }

    #[test]
    fn nothing_new_stands_for_all() {
        assert_eq!(Resource::check_new("*"), Err(ResourceError::Every));
        assert_eq!(Resource::check_new("a"), Ok(()));
    }

    #[test]
    fn a_resource_is_shown_as_it_is_written() {
        let (one, all) = (
            Resource::of(ResourceKind::Group, "team"),
            Resource::every(ResourceKind::Key),
        );
        assert_eq!(
            (one.to_string(), all.to_string()),
            ("group:team".into(), "key:*".into())
        );
    }
}
