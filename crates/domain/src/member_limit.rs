//! A group's member limit.

use std::str::FromStr;

use crate::group_error::GroupError;
use crate::limits::{GROUP_MEMBERS_DEFAULT, GROUP_MEMBERS_MAX};

/// A group's member limit: 1 to 100,000. The vault's own user counts as a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemberLimit(u32);

impl MemberLimit {
    /// Checks a limit.
    ///
    /// # Errors
    /// [`GroupError::LimitOutOfRange`].
    pub const fn new(limit: u32) -> Result<Self, GroupError> {
        if limit == 0 || limit > GROUP_MEMBERS_MAX {
            return Err(GroupError::LimitOutOfRange(limit));
        }
        Ok(Self(limit))
    }

    /// Raises the limit to fit `count` members, up to the maximum. For histories created elsewhere.
    #[must_use]
    pub const fn for_count(self, count: u32) -> Self {
        if count <= self.0 {
            self
        } else if count > GROUP_MEMBERS_MAX {
            Self(GROUP_MEMBERS_MAX)
        } else {
            Self(count)
        }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Checks whether a group of `current` members can have this limit.
    ///
    /// # Errors
    /// [`GroupError::LimitBelowCount`].
    pub const fn holds(self, current: u32) -> Result<(), GroupError> {
        if current > self.0 {
            return Err(GroupError::LimitBelowCount {
                limit: self.0,
                current,
            });
        }
        Ok(())
    }

    /// Checks whether `adding` more members fit. The returned [`Admission`] is required to add them.
    ///
    /// # Errors
    /// [`GroupError::Full`].
    pub fn admit(self, current: u32, adding: u32) -> Result<Admission, GroupError> {
        if current.saturating_add(adding) > self.0 {
            return Err(GroupError::Full {
                current,
                adding,
                limit: self.0,
            });
        }
        Ok(Admission { adding })
    }
}

impl FromStr for MemberLimit {
    type Err = GroupError;

    fn from_str(text: &str) -> Result<Self, GroupError> {
        match text.trim().parse() {
            Ok(limit) => Self::new(limit),
            Err(_) => Err(GroupError::LimitNotTaken(text.chars().take(40).collect())),
        }
    }
}

impl Default for MemberLimit {
    fn default() -> Self {
        Self(GROUP_MEMBERS_DEFAULT)
    }
}

/// Proof that the member limit was checked in this transaction.
#[derive(Debug)]
pub struct Admission {
    adding: u32,
}

impl Admission {
    /// The number of members it admits.
    #[must_use]
    pub const fn adding(&self) -> u32 {
        self.adding
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_exact_and_never_overflows() {
        let limit = MemberLimit::new(3).unwrap();
        assert_eq!(limit.admit(1, 2).unwrap().adding(), 2);
        let full = GroupError::Full {
            current: 2,
            adding: 2,
            limit: 3,
        };
        assert_eq!(limit.admit(2, 2).unwrap_err(), full);
        assert_eq!(
            full.to_string(),
            "the group has no room for 2 more: it has 2 of 3 members"
        );
        assert_eq!(
            limit.admit(3, 1).unwrap_err().to_string(),
            "the group is full: it has 3 of 3 members"
        );
        assert!(limit.admit(u32::MAX, 1).is_err());
        assert!(MemberLimit::new(0).is_err() && MemberLimit::new(100_001).is_err());
        for text in ["-1", "12345678901234567890", "many", ""] {
            let error = text.parse::<MemberLimit>().unwrap_err().to_string();
            assert_eq!(
                error,
                format!("the member limit must be between 1 and 100,000, got {text}")
            );
        }
        assert_eq!("3".parse(), Ok(limit));
        assert!(MemberLimit::new(1).is_ok() && MemberLimit::new(100_000).is_ok());
    }

    #[test]
    fn a_limit_never_goes_below_the_count() {
        let limit = MemberLimit::new(3).unwrap();
        assert_eq!(limit.holds(3), Ok(()));
        let error = limit.holds(4).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the member limit 3 is below the group's 4 members"
        );
        assert_eq!(limit.for_count(2).get(), 3);
        assert_eq!(limit.for_count(7).get(), 7);
        assert_eq!(limit.for_count(u32::MAX).get(), 100_000);
    }
}
