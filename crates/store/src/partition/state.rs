//! What the catalogue says of a month.

/// A month that the view `messages` shows.
pub(crate) const LIVE: &str = "live";
/// A month that the view `messages_archive` shows.
pub(crate) const ARCHIVED: &str = "archived";
