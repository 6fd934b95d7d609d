//! Why a group was refused.

use crate::contact::ContactError;

/// Why a group was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GroupError {
    /// Not one of the specification's three types.
    #[error("a group is public, private or secret, not {0:?}")]
    UnknownKind(String),
    /// The limit itself is out of bounds.
    #[error("the member limit must be between 1 and 100,000, got {0}")]
    LimitOutOfRange(u32),
    /// The limit is no number, or none that a limit can be.
    #[error("the member limit must be between 1 and 100,000, got {0}")]
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
    /// The description is longer than [`GROUP_DESCRIPTION_CHARS`](crate::limits::GROUP_DESCRIPTION_CHARS).
    #[error("the description has {0} characters; at most 4,096 are kept")]
    DescriptionTooLong(usize),
    /// The settings or permissions are no JSON object.
    #[error("the {0} must be a JSON object")]
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
