//! What a command has done to something.

/// What was done: in JSON, and in words after the name of the thing.
pub(in crate::command) struct Done<'a> {
    /// The value of `result`, which stays the same for programs.
    pub(in crate::command) result: &'a str,
    /// The words for a person.
    pub(in crate::command) words: &'a str,
}

impl<'a> From<&'a str> for Done<'a> {
    fn from(result: &'a str) -> Self {
        Self {
            result,
            words: result,
        }
    }
}
