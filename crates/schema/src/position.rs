//! Looks up a schema object by name.

use crate::objects::OBJECTS;

/// The position in [`OBJECTS`] of the object with this name.
#[must_use]
pub fn object_position(name: &str) -> Option<usize> {
    OBJECTS.binary_search_by(|object| object.name.cmp(name)).ok()
}
