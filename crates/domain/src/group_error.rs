//! Why a group was refused.

use crate::contact::ContactError;
use crate::counted::grouped;

/// Why a group was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GroupError {
    /// The type is not one of the specification's three.
    #[error("unknown group type {0:?}; use public, private or secret")]
    UnknownKind(String),
    /// The limit is out of range.
    #[error("the member limit must be between 1 and 100,000, got {0}")]
    LimitOutOfRange(u32),
    /// The text is not a valid limit.
    #[error("the member limit must be between 1 and 100,000, got {0}")]
    LimitNotTaken(String),
    /// The group already has more members than the limit allows.
    #[error("the member limit {limit} is below the group's {current} members")]
    LimitBelowCount {
        /// The new limit.
        limit: u32,
        /// The current number of members.
        current: u32,
    },
    /// The group would exceed its limit.
    #[error("{}", full(*.current, *.adding, *.limit))]
    Full {
        /// The current number of members.
        current: u32,
        /// The number of members to add.
        adding: u32,
        /// The group's `max_members`.
        limit: u32,
    },
    /// The description is longer than [`GROUP_DESCRIPTION_CHARS`](crate::limits::GROUP_DESCRIPTION_CHARS).
    #[error("the description has {0} characters; the limit is 4,096")]
    DescriptionTooLong(usize),
    /// The settings or permissions are not a JSON object.
    #[error("the {0} must be a JSON object")]
    NotAnObject(&'static str),
    /// A field that this build knows has a value of the wrong type, or occurs twice.
    #[error("the {0} have an unusable value or a repeated field at character {1}: {2}")]
    WrongField(&'static str, usize, &'static str),
    /// The settings or permissions exceed [`GROUP_JSON_BYTES`](crate::limits::GROUP_JSON_BYTES).
    #[error("the {0} have {1} bytes; the limit is 65,536")]
    JsonTooLong(&'static str, usize),
    /// The name was refused.
    #[error(transparent)]
    Name(#[from] ContactError),
}

fn full(current: u32, adding: u32, limit: u32) -> String {
    let members = format!(
        "it has {} of {} members",
        grouped(current.into()),
        grouped(limit.into())
    );
    match adding {
        1 => format!("the group is full: {members}"),
        _ => format!(
            "the group has no room for {} more: {members}",
            grouped(adding.into())
        ),
    }
}
