//! The quick test of one candidate key against a few tokens.
//!
//! The padding of a token's last block comes out right by chance for one key in 255, so one AES
//! block rules nearly every candidate out, and the HMAC is computed for the few others. The key
//! schedule is shared by all tokens, so that several of them cost little more than one.

use aes::Aes128Dec;
use aes::cipher::{Array, BlockCipherDecrypt, KeyInit, consts::U16};

use super::fernet::{BLOCK, FernetKey, Token};

/// A token that a candidate is tried on, and whose it is.
struct Probe<T> {
    token: Token,
    previous: [u8; BLOCK],
    tag: T,
}

/// Tokens that candidates are tried on; `T` names a token.
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
    /// What is wrong with the token, in fixed words.
    pub fn push(&mut self, text: &[u8], tag: T) -> Result<(), &'static str> {
        let token = Token::parse(text)?;
        let (previous, last) = token.last_blocks().ok_or("is too short for a token")?;
        let (previous, last) = (*previous, Array::from(*last));
        self.last.push(last);
        self.scratch.push(last);
        self.probes.push(Probe { token, previous, tag });
        Ok(())
    }

    /// How many tokens there are.
    pub fn len(&self) -> usize {
        self.probes.len()
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.probes.is_empty()
    }

    /// The names of the tokens.
    pub(crate) fn tags(&self) -> impl Iterator<Item = T> {
        self.probes.iter().map(|probe| probe.tag)
    }

    /// Keeps the tokens whose name passes.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(T) -> bool) {
        let kept: Vec<bool> = self.probes.iter().map(|probe| keep(probe.tag)).collect();
        let mut marks = kept.iter();
        self.probes.retain(|_| marks.next() == Some(&true));
        let mut marks = kept.iter();
        self.last.retain(|_| marks.next() == Some(&true));
        self.scratch.truncate(self.last.len());
    }

    /// Takes over the tokens of another set.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.probes.append(&mut other.probes);
        self.last.append(&mut other.last);
        self.scratch.append(&mut other.scratch);
    }

    /// Whether the 32 bytes are a Fernet key that made one of the tokens.
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

/// PKCS#7: the last byte is 1 to 16, and so many bytes at the end have its value.
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
