//! The object of a name.

use crate::objects::OBJECTS;

/// Where in [`OBJECTS`] the object of this name stands.
#[must_use]
pub fn object_position(name: &str) -> Option<usize> {
    OBJECTS.binary_search_by(|object| object.name.cmp(name)).ok()
}
