//! Safety numbers: two people compare them to check that they have each other's keys.

use std::fmt;

/// Bytes of a key's fingerprint that go into its number: six groups of five.
pub const FINGERPRINT_BYTES: usize = 30;

/// Digits for one key.
const HALF: usize = 30;

/// Why a safety number was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SafetyNumberError {
    /// A safety number covers one key or two.
    #[error("a safety number must have 30 or 60 digits, got {0}")]
    Length(usize),
    /// A safety number contains only digits and whitespace.
    #[error("a safety number can contain only digits and spaces")]
    NoDigit,
    /// The number does not match.
    #[error(
        "the safety number does not match: the other side has a different key, or the number was mistyped"
    )]
    Differs,
}

/// The digits of one key (30), or of two (60), in which the order of the keys does not matter.
#[derive(Clone, PartialEq, Eq)]
pub struct SafetyNumber(String);

impl SafetyNumber {
    /// Computes the number of one key: each five bytes of its fingerprint, big-endian, modulo 100,000, as five digits.
    #[must_use]
    pub fn of_one(fingerprint: &[u8; FINGERPRINT_BYTES]) -> Self {
        let group = |bytes: &[u8]| {
            let number = bytes.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
            format!("{:05}", number % 100_000)
        };
        Self(fingerprint.chunks(5).map(group).collect())
    }

    /// Computes the number of two keys: the digits of both, the lower first.
    #[must_use]
    pub fn of_two(one: &[u8; FINGERPRINT_BYTES], other: &[u8; FINGERPRINT_BYTES]) -> Self {
        let mut halves = [one, other].map(|half| Self::of_one(half).0);
        halves.sort();
        Self(halves.concat())
    }

    /// Reads typed digits; ignores whitespace.
    ///
    /// # Errors
    /// [`SafetyNumberError::NoDigit`] or [`SafetyNumberError::Length`].
    pub fn parse(text: &str) -> Result<Self, SafetyNumberError> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(SafetyNumberError::NoDigit);
        }
        match digits.len() {
            HALF => Ok(Self(digits)),
            len if len == 2 * HALF => Ok(Self(digits)),
            len => Err(SafetyNumberError::Length(len)),
        }
    }

    /// Returns whether it covers two keys.
    #[must_use]
    pub const fn is_of_two(&self) -> bool {
        self.0.len() > HALF
    }

    /// The digits without spaces.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// Its groups of five digits.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        (0..self.0.len())
            .step_by(5)
            .filter_map(|at| self.0.get(at..at + 5))
    }
}

impl fmt::Display for SafetyNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.groups().collect::<Vec<_>>().join(" "))
    }
}

impl fmt::Debug for SafetyNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SafetyNumber({self})")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn both_sides_read_the_same(one: [u8; 30], other: [u8; 30]) {
            let number = SafetyNumber::of_two(&one, &other);
            prop_assert_eq!(&number, &SafetyNumber::of_two(&other, &one));
            prop_assert_eq!(number.digits().len(), 60);
            prop_assert_eq!(&SafetyNumber::parse(&number.to_string()).unwrap(), &number);
            let mut halves = [one, other].map(|half| SafetyNumber::of_one(&half).digits().to_owned());
            halves.sort();
            prop_assert_eq!(halves.concat(), number.digits());
        }
    }

    #[test]
    fn digits_are_in_groups_of_five() {
        let mut fingerprint = [0; 30];
        fingerprint[3..5].copy_from_slice(&[1, 2]);
        fingerprint[25..].copy_from_slice(&[255; 5]);
        let number = SafetyNumber::of_one(&fingerprint);
        assert_eq!(number.to_string(), "00258 00000 00000 00000 00000 27775");
    }

    #[test]
    fn what_is_no_number_is_refused() {
        assert_eq!(SafetyNumber::parse(""), Err(SafetyNumberError::Length(0)));
        assert_eq!(
            SafetyNumber::parse(&"1".repeat(31)),
            Err(SafetyNumberError::Length(31))
        );
        assert_eq!(SafetyNumber::parse("12345-"), Err(SafetyNumberError::NoDigit));
    }

    #[test]
    fn a_number_is_of_one_key_or_of_two() {
        let (one, two) = (
            SafetyNumber::of_one(&[1; 30]),
            SafetyNumber::of_two(&[1; 30], &[2; 30]),
        );
        assert_eq!((one.is_of_two(), two.is_of_two()), (false, true));
        assert_eq!(format!("{one:?}"), format!("SafetyNumber({one})"));
    }
}
