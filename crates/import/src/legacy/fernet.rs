//! Fernet tokens (<https://github.com/fernet/spec/blob/master/Spec.md>): version 0x80, 8 bytes of time, 16 of IV,
//! AES-128-CBC with PKCS#7 padding, HMAC-SHA256; all in URL-safe base64.

use aes::cipher::{BlockModeDecrypt, KeyIvInit, block_padding::Pkcs7};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use hmac::{Hmac, KeyInit, Mac};
use zeroize::Zeroizing;

/// The size of an AES block.
pub(crate) const BLOCK: usize = 16;
const VERSION: u8 = 0x80;
const HEADER: usize = 1 + 8;
const MAC: usize = 32;

/// The maximum number of bytes in a token whose text has at most `text` bytes.
pub(crate) const fn token_limit(text: usize) -> usize {
    let raw = HEADER + BLOCK + (text / BLOCK + 1) * BLOCK + MAC;
    raw.div_ceil(3) * 4
}

/// A well-formed token; its MAC is not checked yet.
pub(crate) struct Token {
    raw: Vec<u8>,
}

/// The fields of a token.
struct Parts<'a> {
    signed: &'a [u8],
    iv: &'a [u8; BLOCK],
    ciphertext: &'a [u8],
    mac: &'a [u8; MAC],
}

impl Token {
    /// Decodes the base64 form; the error is a fixed text.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, &'static str> {
        let raw = URL_SAFE.decode(text).map_err(|_| "is not URL-safe base64")?;
        if raw.first().is_some_and(|&version| version != VERSION) {
            return Err("does not begin with the version 0x80");
        }
        let token = Self { raw };
        let parts = token.parts().ok_or("is too short for a token")?;
        if parts.ciphertext.is_empty() || !parts.ciphertext.len().is_multiple_of(BLOCK) {
            return Err("does not consist of whole AES blocks (it may be cut off)");
        }
        Ok(token)
    }

    fn parts(&self) -> Option<Parts<'_>> {
        let (signed, mac) = self.raw.split_last_chunk::<MAC>()?;
        let (_header, rest) = signed.split_first_chunk::<HEADER>()?;
        let (iv, ciphertext) = rest.split_first_chunk::<BLOCK>()?;
        Some(Parts {
            signed,
            iv,
            ciphertext,
            mac,
        })
    }

    /// The last block of ciphertext and the block (or IV) before it, which determine the padding.
    pub(crate) fn last_blocks(&self) -> Option<(&[u8; BLOCK], &[u8; BLOCK])> {
        let (signed, _mac) = self.raw.split_last_chunk::<MAC>()?;
        let (rest, last) = signed.split_last_chunk::<BLOCK>()?;
        Some((rest.last_chunk::<BLOCK>()?, last))
    }
}

/// The two keys of Fernet: the first half signs, the second encrypts. Boxed, so that moving it leaves no copy; wiped
/// on drop; its `Debug` shows nothing.
pub(crate) struct FernetKey(Box<Zeroizing<[u8; 32]>>);

impl FernetKey {
    /// Copies the bytes; the caller must wipe the argument.
    pub(crate) fn from_bytes(bytes: &[u8; 32]) -> Self {
        let mut key = Box::new(Zeroizing::new([0; 32]));
        key.copy_from_slice(bytes);
        Self(key)
    }

    /// Returns whether this key made the token.
    pub(crate) fn signed(&self, token: &Token) -> bool {
        let Some(parts) = token.parts() else { return false };
        let (signing, _) = self.0.split_at(16);
        let Ok(mut mac) = Hmac::<sha2::Sha256>::new_from_slice(signing) else {
            return false;
        };
        mac.update(parts.signed);
        mac.verify_slice(parts.mac).is_ok()
    }

    /// The plaintext; `None` if this key did not make the token.
    pub(crate) fn open(&self, token: &Token) -> Option<Zeroizing<Vec<u8>>> {
        if !self.signed(token) {
            return None;
        }
        let parts = token.parts()?;
        let encryption: &[u8; 16] = self.0.last_chunk()?;
        let cipher = cbc::Decryptor::<aes::Aes128>::new(encryption.into(), parts.iv.into());
        let mut text = Zeroizing::new(parts.ciphertext.to_vec());
        let length = cipher.decrypt_padded::<Pkcs7>(&mut text).ok()?.len();
        text.truncate(length);
        Some(text)
    }
}

impl std::fmt::Debug for FernetKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FernetKey(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The specification's own vectors, generate.json and verify.json.
    const TOKEN: &str = "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";
    const KEY: &str = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";

    fn key() -> FernetKey {
        FernetKey::from_bytes(&URL_SAFE.decode(KEY).unwrap().try_into().unwrap())
    }

    #[test]
    fn opens_the_vector_of_the_specification() {
        let token = Token::parse(TOKEN.as_bytes()).unwrap();
        assert_eq!(key().open(&token).unwrap().as_slice(), b"hello");
    }

    #[test]
    fn every_flipped_byte_and_every_cut_is_refused() {
        let raw = URL_SAFE.decode(TOKEN).unwrap();
        for place in 0..raw.len() {
            let mut bad = raw.clone();
            bad[place] ^= 1;
            let opened = Token::parse(URL_SAFE.encode(bad).as_bytes())
                .ok()
                .and_then(|token| key().open(&token));
            assert!(opened.is_none(), "byte {place}");
            let cut = URL_SAFE.encode(&raw[..place]);
            let opened = Token::parse(cut.as_bytes())
                .ok()
                .and_then(|token| key().open(&token));
            assert!(opened.is_none(), "cut at {place}");
        }
    }

    #[test]
    fn a_refusal_names_what_is_wrong() {
        assert_eq!(Token::parse(b"gAAA AAA").err(), Some("is not URL-safe base64"));
        assert_eq!(Token::parse(b"").err(), Some("is too short for a token"));
        assert_eq!(
            Token::parse(b"gQAA").err(),
            Some("does not begin with the version 0x80")
        );
    }

    #[test]
    fn the_limit_is_the_size_of_the_longest_token() {
        assert_eq!(token_limit(0), 100);
        assert_eq!(token_limit(15), 100);
        assert_eq!(token_limit(16), 120);
        assert_eq!(token_limit(1_048_576), 1_398_200);
    }
}
