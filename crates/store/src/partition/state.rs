//! The states that the catalogue records for a month.

/// The month is shown in the view `messages`.
pub(crate) const LIVE: &str = "live";
/// The month is shown in the view `messages_archive`.
pub(crate) const ARCHIVED: &str = "archived";
