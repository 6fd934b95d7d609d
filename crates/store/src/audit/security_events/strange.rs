//! Values in a security event that no build writes, even if a list can show them. A check reports them, and settling
//! repairs them.

use privatus_domain::{Resolution, SecurityKind, UserId};

/// The values of a row that are checked; unreadable ones are `None`.
pub(crate) struct EventValues<'a> {
    /// The event's number.
    pub(crate) event_id: i64,
    /// Whether it has a time.
    pub(crate) is_dated: bool,
    /// The event's type.
    pub(crate) event_type: &'a str,
    /// Whether it has an address.
    pub(crate) has_address: bool,
    /// The user that it is about.
    pub(crate) user_id: Option<&'a str>,
    /// The description.
    pub(crate) description: Option<&'a str>,
    /// Whether it is resolved.
    pub(crate) resolved: bool,
    /// Whether it has the time of its resolution.
    pub(crate) is_resolution_dated: bool,
    /// What was found or done.
    pub(crate) resolution: Option<&'a str>,
}

impl EventValues<'_> {
    /// Returns the columns with values that no build writes.
    pub(crate) fn strange(&self) -> Vec<&'static str> {
        let is_resolution = |text: &str| Resolution::new(text).is_ok();
        let checks = [
            (self.event_id > 0, "event_id"),
            (self.is_dated, "timestamp"),
            (self.event_type.parse::<SecurityKind>().is_ok(), "event_type"),
            (!self.has_address, "source_ip"),
            (
                self.user_id.is_none_or(|user| UserId::new(user).is_ok()),
                "user_id",
            ),
            (
                self.description.is_some_and(|text| !text.is_empty()),
                "description",
            ),
            (self.resolved == self.is_resolution_dated, "resolved_at"),
            (
                self.resolved == self.resolution.is_some() && self.resolution.is_none_or(is_resolution),
                "resolution",
            ),
        ];
        let strange = checks.into_iter().filter(|(holds, _)| !holds);
        strange.map(|(_, column)| column).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_numbered_from_one() {
        let strange = |event_id| {
            let values = EventValues {
                event_id,
                is_dated: true,
                event_type: SecurityKind::Tampering.as_str(),
                has_address: false,
                user_id: None,
                description: Some("a row was changed"),
                resolved: false,
                is_resolution_dated: false,
                resolution: None,
            };
            values.strange()
        };
        assert!(strange(1).is_empty() && strange(i64::MAX).is_empty());
        for event_id in [0, -1] {
            assert_eq!(strange(event_id), ["event_id"]);
        }
    }
}
