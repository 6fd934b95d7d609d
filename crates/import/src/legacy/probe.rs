//! A quick test of one candidate key on a few tokens.
//!
//! The padding of a token's last block is valid by chance for one key in 255, so a single AES block rules out nearly
//! every candidate, and the HMAC is computed only for the rest. All tokens share the key schedule, so several cost
//! little more than one.

use aes::Aes128Dec;
use aes::cipher::{Array, BlockCipherDecrypt, KeyInit, consts::U16};

use super::fernet::{BLOCK, FernetKey, Token};

/// A token to try candidates on, and what it belongs to.
struct Probe<T> {
    token: Token,
    previous: [u8; BLOCK],
    tag: T,
}

/// Tokens to try candidates on; `T` identifies a token.
pub struct ProbeSet<T = usize> {
    probes: Vec<Probe<T>>,
    last: Vec<Array<u8, U16>>,
    scratch: Vec<Array<u8, U16>>,
}

impl<T: Copy + PartialEq> ProbeSet<T> {
    /// An empty set, which no key opens.
    pub fn new() -> Self {
        Self {
            probes: Vec::new(),
            last: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// Parses a token's text and adds it.
    ///
    /// # Errors
    ///
    /// A fixed text that says what is wrong with the token.
    pub fn push(&mut self, text: &[u8], tag: T) -> Result<(), &'static str> {
        let token = Token::parse(text)?;
        let (previous, last) = token.last_blocks().ok_or("is too short for a token")?;
        let (previous, last) = (*previous, Array::from(*last));
        self.last.push(last);
        self.scratch.push(last);
        self.probes.push(Probe { token, previous, tag });
        Ok(())
    }

    /// The number of tokens.
    pub fn len(&self) -> usize {
        self.probes.len()
    }

    /// Returns whether there are no tokens.
    pub fn is_empty(&self) -> bool {
        self.probes.is_empty()
    }

    /// The identities of the tokens.
    pub(crate) fn tags(&self) -> impl Iterator<Item = T> {
        self.probes.iter().map(|probe| probe.tag)
    }

    /// Keeps the tokens whose identity passes the filter.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(T) -> bool) {
        let kept: Vec<bool> = self.probes.iter().map(|probe| keep(probe.tag)).collect();
        let mut marks = kept.iter();
        self.probes.retain(|_| marks.next() == Some(&true));
        let mut marks = kept.iter();
        self.last.retain(|_| marks.next() == Some(&true));
        self.scratch.truncate(self.last.len());
    }

    /// Moves the tokens of another set into this one.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.probes.append(&mut other.probes);
        self.last.append(&mut other.last);
        self.scratch.append(&mut other.scratch);
    }

    /// Returns whether the 32 bytes are a Fernet key that made one of the tokens.
    #[inline]
    pub fn opened_by(&mut self, key: &[u8; 32]) -> bool {
        let Some(encryption) = key.last_chunk::<16>() else {
            return false;
        };
        let cipher = Aes128Dec::new(encryption.into());
        self.scratch.copy_from_slice(&self.last);
        cipher.decrypt_blocks(&mut self.scratch);
        let mut padded = self
            .scratch
            .iter()
            .zip(&self.probes)
            .filter(|(block, probe)| padding_fits(block, probe));
        padded.any(|(_, probe)| FernetKey::from_bytes(key).signed(&probe.token))
    }
}

impl<T: Copy + PartialEq> Default for ProbeSet<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// PKCS#7: the last byte is 1 to 16, and that many bytes at the end have its value.
#[inline]
fn padding_fits<T>(block: &Array<u8, U16>, probe: &Probe<T>) -> bool {
    let [.., last] = block.0;
    let [.., previous] = probe.previous;
    let pad = last ^ previous;
    (1..=16).contains(&pad)
        && block
            .iter()
            .zip(&probe.previous)
            .rev()
            .take(usize::from(pad))
            .all(|(a, b)| a ^ b == pad)
}
