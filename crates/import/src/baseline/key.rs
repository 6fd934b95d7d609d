//! The raw key of a database to adopt, as a file contains it.

use privatus_sqlite::RawKey;
use zeroize::Zeroizing;

const KEY: usize = 32;
const SALT: usize = 16;

/// The raw key of a SQLCipher database that another program created. Wiped on drop; its `Debug` shows nothing.
#[derive(Debug)]
pub struct SourceKey(RawKey);

/// The bytes are not a raw key. The error does not show them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a raw key: it must be 64 hexadecimal digits (the key) or 96 (the key and the salt), with nothing else \
     but x'…' around them and one line break"
)]
pub struct NotARawKey;

impl SourceKey {
    /// Reads 64 hexadecimal digits (the key) or 96 (key and salt), with or without SQLCipher's `x'…'`; one trailing
    /// line break is ignored.
    ///
    /// # Errors
    /// [`NotARawKey`] for anything else.
    pub fn from_file_bytes(bytes: &[u8]) -> Result<Self, NotARawKey> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let line = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let quoted = line.strip_prefix(b"x").or_else(|| line.strip_prefix(b"X"));
        let digits = match quoted {
            Some(rest) => rest
                .strip_prefix(b"'")
                .and_then(|rest| rest.strip_suffix(b"'"))
                .ok_or(NotARawKey)?,
            None => line,
        };
        let (key, salt) = digits.split_at_checked(2 * KEY).ok_or(NotARawKey)?;
        let key = decode::<KEY>(key)?;
        Ok(Self(if salt.is_empty() {
            RawKey::without_salt(&key)
        } else {
            let salt = decode::<SALT>(salt)?;
            RawKey::new(&key, &salt)
        }))
    }

    pub(super) const fn raw(&self) -> &RawKey {
        &self.0
    }
}

/// Boxed, so that moving it leaves no copy.
fn decode<const N: usize>(digits: &[u8]) -> Result<Box<Zeroizing<[u8; N]>>, NotARawKey> {
    let mut bytes = Box::new(Zeroizing::new([0_u8; N]));
    if digits.len() != 2 * N {
        return Err(NotARawKey);
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let mut value = 0;
        for digit in pair {
            let digit = char::from(*digit).to_digit(16).ok_or(NotARawKey)?;
            value = value * 16 + digit;
        }
        *byte = u8::try_from(value).map_err(|_| NotARawKey)?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_two_lengths_and_two_forms() {
        let (key, salt) = ("0f".repeat(32), "A1".repeat(16));
        for text in [
            key.clone(),
            format!("{key}{salt}"),
            format!("x'{key}'"),
            format!("X'{key}{salt}'\r\n"),
            format!("{key}\n"),
        ] {
            assert!(SourceKey::from_file_bytes(text.as_bytes()).is_ok(), "{text}");
        }
        for text in [
            String::new(),
            "\n".into(),
            "x''".into(),
            format!("{key}\n\n"),
            format!(" {key}"),
            format!("{key}0"),
            format!("{key}{salt}00"),
            format!("x'{key}"),
            format!("x{key}"),
            key.replace('f', "g"),
            "é".repeat(32),
            "passphrase".into(),
        ] {
            assert!(SourceKey::from_file_bytes(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn neither_the_key_nor_the_error_shows_digits() {
        let digits = "ab".repeat(32);
        let key = SourceKey::from_file_bytes(digits.as_bytes());
        assert!(!format!("{key:?}").contains("abab"), "{key:?}");
        let error = SourceKey::from_file_bytes(b"ababab").map(drop);
        assert!(!format!("{error:?} {NotARawKey}").contains("abab"));
    }
}
