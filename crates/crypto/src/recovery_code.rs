//! The recovery code: 160 random bits and a 10-bit checksum as 34 characters of Crockford base32.

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::error::{CryptoError, SecretError};
use crate::random;
use crate::secret::{Boxed, on_wiped_stack};

/// Crockford's alphabet: no I, L, O and U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BYTES: usize = 20;
const CHARACTERS: usize = 34;
/// Characters per group, between hyphens.
const GROUP: usize = 5;

/// A recovery code; wiped on drop. Its 160 random bits need no stretching.
pub struct RecoveryCode(Boxed<BYTES>);

impl ZeroizeOnDrop for RecoveryCode {}

impl RecoveryCode {
    /// A new random code.
    ///
    /// # Errors
    /// [`CryptoError::NoRandomness`].
    pub fn generate() -> Result<Self, CryptoError> {
        random::boxed().map(Self)
    }

    /// Reads a code as typed: case, white space and hyphens do not matter; O is read as 0, I and L as 1.
    ///
    /// # Errors
    /// [`SecretError::Malformed`] if it has another form, [`SecretError::Mistyped`] if its checksum is wrong.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        on_wiped_stack(|| Self::read(text))
    }

    fn read(text: &str) -> Result<Self, SecretError> {
        let mut symbols = Zeroizing::new([0_u8; CHARACTERS]);
        let mut count = 0_usize;
        for c in text.chars().filter(|c| !is_separator(*c)) {
            let symbol = symbol(c).ok_or(SecretError::Malformed(
                "it contains a character that recovery codes do not have",
            ))?;
            if let Some(slot) = symbols.get_mut(count) {
                *slot = symbol;
            }
            count = count.saturating_add(1);
        }
        if count != CHARACTERS {
            return Err(SecretError::Malformed(if count < CHARACTERS {
                "it has fewer than 34 characters"
            } else {
                "it has more than 34 characters"
            }));
        }
        let mut code = Self(Boxed::default());
        let mut bits = 0_u32;
        let mut held = 0_u32;
        let mut bytes = code.0.iter_mut();
        for symbol in symbols.iter().take(CHARACTERS - 2) {
            bits = (bits << 5) | u32::from(*symbol);
            held += 5;
            if held >= 8 {
                held -= 8;
                if let (Some(byte), [.., low]) = (bytes.next(), (bits >> held).to_be_bytes()) {
                    *byte = low;
                }
                bits &= (1 << held) - 1;
            }
        }
        let given = match symbols.as_slice() {
            [.., high, low] => (u16::from(*high) << 5) | u16::from(*low),
            _ => return Err(SecretError::Mistyped),
        };
        if crc10(code.bytes()) != given {
            return Err(SecretError::Mistyped);
        }
        Ok(code)
    }

    /// The code as printed: upper case, six groups of five and one of four.
    pub fn reveal(&self) -> Zeroizing<String> {
        on_wiped_stack(|| self.write())
    }

    fn write(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(CHARACTERS + CHARACTERS / GROUP));
        let checksum = crc10(self.bytes());
        let mut bits = 0_u64;
        let mut held = 0_u32;
        let mut written = 0_usize;
        let mut push = |symbol: u64| {
            if written > 0 && written.is_multiple_of(GROUP) {
                text.push('-');
            }
            written = written.saturating_add(1);
            let index = usize::try_from(symbol & 31).unwrap_or_default();
            text.push(ALPHABET.get(index).map_or('0', |c| char::from(*c)));
        };
        for byte in self.0.iter().copied() {
            bits = (bits << 8) | u64::from(byte);
            held += 8;
            while held >= 5 {
                held -= 5;
                push(bits >> held);
                bits &= (1 << held) - 1;
            }
        }
        push(u64::from(checksum >> 5));
        push(u64::from(checksum));
        bits.zeroize();
        text
    }

    pub(crate) fn bytes(&self) -> &[u8; BYTES] {
        &self.0
    }

    #[cfg(test)]
    pub(crate) fn from_bytes(bytes: [u8; BYTES]) -> Self {
        Self(crate::secret::copied(&bytes))
    }
}

impl std::fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryCode(redacted)")
    }
}

/// White space, hyphens, and the dashes into which a word processor turns `-`.
fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ad}' | '\u{feff}'
        )
}

fn symbol(c: char) -> Option<u8> {
    let c = match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        c => c,
    };
    let index = ALPHABET.iter().position(|known| char::from(*known) == c)?;
    u8::try_from(index).ok()
}

/// CRC-10/CDMA2000 (polynomial 0x3d9, initial value 0x3ff, not reflected). A CRC of 10 bits detects every error within
/// 10 neighbouring bits, and so any change of one character or of two neighbours, including transposition.
pub(crate) fn crc10(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0x3ff, |crc, byte| {
        (0..8).rev().fold(crc, |crc: u16, bit| {
            let out = ((crc >> 9) ^ (u16::from(*byte) >> bit)) & 1;
            ((crc << 1) & 0x3ff) ^ (out * 0x3d9)
        })
    })
}
