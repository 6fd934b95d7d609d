//! The raw key of a SQLCipher database.

use zeroize::{ZeroizeOnDrop, Zeroizing};

const KEY: usize = 32;
const SALT: usize = 16;
/// `x'`, two hexadecimal digits per byte, `'`.
const SPEC: usize = 2 + 2 * (KEY + SALT) + 1;

/// A SQLCipher raw key: 32 bytes of AES-256 key and the 16 bytes of cipher salt that SQLCipher
/// otherwise reads from the start of the file.
///
/// Because the salt is passed with the key, a file whose first 16 bytes are lost still opens. Boxed, so that moving it
/// leaves no copy; wiped on drop; its `Debug` shows nothing.
pub struct RawKey {
    key: Box<Zeroizing<[u8; KEY]>>,
    /// Not secret: it is also at the beginning of the file.
    salt: Option<[u8; SALT]>,
}

impl ZeroizeOnDrop for RawKey {}

impl RawKey {
    /// Copies key and cipher salt; the caller must wipe the arguments.
    pub fn new(key: &[u8; 32], salt: &[u8; 16]) -> Self {
        Self {
            salt: Some(*salt),
            ..Self::without_salt(key)
        }
    }

    /// The key alone: the salt is the first 16 bytes of the file, or random for a new file.
    pub fn without_salt(key: &[u8; 32]) -> Self {
        let mut boxed = Box::new(Zeroizing::new([0; KEY]));
        boxed.copy_from_slice(key);
        Self {
            key: boxed,
            salt: None,
        }
    }

    /// SQLCipher's raw key notation, `x'<64 digits of key><32 digits of salt>'`; without a salt, its digits are
    /// omitted.
    pub(crate) fn spec(&self) -> Zeroizing<Vec<u8>> {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        // Allocated at once: a buffer that grew would leave a copy behind.
        let mut spec = Zeroizing::new(Vec::with_capacity(SPEC));
        spec.extend_from_slice(b"x'");
        for byte in self.key.iter().chain(self.salt.iter().flatten()) {
            for nibble in [byte >> 4, byte & 15] {
                spec.push(DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0'));
            }
        }
        spec.push(b'\'');
        spec
    }
}

impl std::fmt::Debug for RawKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RawKey(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spec_is_sqlciphers_raw_key_notation() {
        let key: [u8; 32] = std::array::from_fn(|i| u8::try_from(i).unwrap_or(0));
        let spec = RawKey::new(&key, &[0xfe; 16]).spec();
        assert_eq!(spec.capacity(), SPEC);
        let expected = "x'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\
                        fefefefefefefefefefefefefefefefe'";
        assert_eq!(std::str::from_utf8(&spec[..]), Ok(expected));
        let alone = RawKey::without_salt(&[0x0a; 32]).spec();
        let expected = format!("x'{}'", "0a".repeat(32));
        assert_eq!(std::str::from_utf8(&alone[..]), Ok(expected.as_str()));
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(
            format!("{:?}", RawKey::new(&[7; 32], &[9; 16])),
            "RawKey(redacted)"
        );
    }
}
