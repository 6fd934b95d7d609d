//! Envelope v1: one sealed value.
//!
//! version (1) · algorithm (1) · key number (u32 LE) · random bytes (32) · ciphertext · tag (16)

use zeroize::Zeroizing;

use crate::aead::{self, TAG};
use crate::error::{CryptoError, OpenError};
use crate::frame::Scratch;
use crate::key::TableKey;
use crate::random;
use crate::vault_id::VaultId;

const VERSION: u8 = 1;
/// ChaCha20-Poly1305 under a row key derived by keyed BLAKE2b.
const ALGORITHM: u8 = 1;
const HEADER: usize = 6;
const RANDOM: usize = 32;

/// How many bytes an envelope is longer than its plaintext.
pub const ENVELOPE_OVERHEAD: usize = HEADER + RANDOM + TAG;

/// The place of a value. A value opens only in the place it was sealed for.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The vault.
    pub vault: &'a VaultId,
    /// The *logical* table: `messages`, whichever month or archive contains the row.
    pub table: &'a str,
    /// The column.
    pub column: &'a str,
    /// The specification's primary key in canonical bytes, never a rowid.
    pub row_id: &'a [u8],
    /// The number of the table key in `key_store`.
    pub key_number: u32,
}

/// Returns the number of the key that an envelope needs, without checking the value itself.
///
/// # Errors
/// [`OpenError`] if it is too short or of an unknown version.
pub fn envelope_key_number(envelope: &[u8]) -> Result<u32, OpenError> {
    match envelope {
        [VERSION, ALGORITHM, a, b, c, d, ..] if envelope.len() >= ENVELOPE_OVERHEAD => {
            Ok(u32::from_le_bytes([*a, *b, *c, *d]))
        }
        _ => Err(OpenError),
    }
}

/// Collects the fields for the row key after its label; the associated data is their end, from the given index.
fn material(
    scratch: &mut Scratch,
    ctx: &Context<'_>,
    header: &[u8; HEADER],
    random: &[u8; RANDOM],
) -> Result<usize, CryptoError> {
    let parts: [&[u8]; 5] = [
        header,
        ctx.vault.as_bytes(),
        ctx.table.as_bytes(),
        ctx.column.as_bytes(),
        ctx.row_id,
    ];
    let associated_length = parts
        .iter()
        .try_fold(0_usize, |sum, part| sum.checked_add(4)?.checked_add(part.len()))
        .and_then(|sum| u32::try_from(sum).ok())
        .ok_or(CryptoError::TooLong)?;
    scratch.push_field(header)?;
    scratch.push_field(random)?;
    scratch.push(&associated_length.to_le_bytes());
    let associated_from = scratch.as_slice().len();
    for part in parts {
        scratch.push_field(part)?;
    }
    Ok(associated_from)
}

impl TableKey {
    /// Seals a value for its place and appends the envelope to `out`. Empty values are legal.
    ///
    /// # Errors
    /// [`CryptoError::NoRandomness`]; [`CryptoError::TooLong`] above 256 GiB. On an error `out` is unchanged.
    pub fn seal_into(
        &self,
        ctx: &Context<'_>,
        plaintext: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), CryptoError> {
        self.seal_with(ctx, plaintext, &random::for_value()?, out)
    }

    /// Seals a value that replaces another: like [`Self::seal_into`], but its random bytes come directly from the
    /// operating system, not from the buffer.
    ///
    /// # Errors
    /// See [`Self::seal_into`].
    pub fn reseal_into(
        &self,
        ctx: &Context<'_>,
        plaintext: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), CryptoError> {
        self.seal_with(ctx, plaintext, &*random::array()?, out)
    }

    /// [`Self::seal_into`] with given random bytes; only it and tests call this.
    pub(crate) fn seal_with(
        &self,
        ctx: &Context<'_>,
        plaintext: &[u8],
        random: &[u8; RANDOM],
        out: &mut Vec<u8>,
    ) -> Result<(), CryptoError> {
        let [a, b, c, d] = ctx.key_number.to_le_bytes();
        let header = [VERSION, ALGORITHM, a, b, c, d];
        let mut scratch = Scratch::new();
        let associated_from = material(&mut scratch, ctx, &header, random)?;
        let material = scratch.as_slice();
        let mut row_key = Zeroizing::new([0; 32]);
        self.row_key(material, &mut row_key);

        let start = out.len();
        let size = plaintext
            .len()
            .checked_add(ENVELOPE_OVERHEAD)
            .ok_or(CryptoError::TooLong)?;
        out.reserve(size);
        out.extend_from_slice(&header);
        out.extend_from_slice(random);
        let body = out.len();
        out.resize(start.saturating_add(size), 0);
        let sealed = aead::seal_one_time(
            &row_key,
            plaintext,
            material.get(associated_from..).unwrap_or_default(),
            out.get_mut(body..).unwrap_or_default(),
        );
        if sealed.is_err() {
            out.truncate(start);
        }
        sealed
    }

    /// Opens an envelope in its place and appends the plaintext to `out`.
    ///
    /// # Errors
    /// [`OpenError`], whatever the cause; `out` is then unchanged.
    pub fn open_into(&self, ctx: &Context<'_>, envelope: &[u8], out: &mut Vec<u8>) -> Result<(), OpenError> {
        if envelope_key_number(envelope)? != ctx.key_number {
            return Err(OpenError);
        }
        let (header, rest) = envelope.split_first_chunk::<HEADER>().ok_or(OpenError)?;
        let (random, body) = rest.split_first_chunk::<RANDOM>().ok_or(OpenError)?;
        let mut scratch = Scratch::new();
        let associated_from = material(&mut scratch, ctx, header, random).map_err(|_| OpenError)?;
        let material = scratch.as_slice();
        let mut row_key = Zeroizing::new([0; 32]);
        self.row_key(material, &mut row_key);

        let start = out.len();
        out.resize(start.saturating_add(body.len().saturating_sub(TAG)), 0);
        let opened = aead::open_one_time(
            &row_key,
            body,
            material.get(associated_from..).unwrap_or_default(),
            out.get_mut(start..).unwrap_or_default(),
        );
        if opened.is_err() {
            out.truncate(start);
        }
        opened
    }

    /// Seals into a new vector, like [`Self::seal_into`].
    ///
    /// # Errors
    /// See [`Self::seal_into`].
    pub fn seal(&self, ctx: &Context<'_>, plaintext: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let mut out = Vec::new();
        self.seal_into(ctx, plaintext, &mut out)?;
        Ok(out)
    }

    /// Opens into a new vector that wipes itself, like [`Self::open_into`].
    ///
    /// # Errors
    /// See [`Self::open_into`].
    pub fn open(&self, ctx: &Context<'_>, envelope: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let mut out = Zeroizing::new(Vec::new());
        self.open_into(ctx, envelope, &mut out)?;
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::derive::label;

    /// Why the label is padded: BLAKE2b hashes blocks of 128 bytes, and the padded key is one block.
    #[test]
    fn a_message_adds_one_block_to_those_of_its_table_key() {
        const BLOCK: usize = 128;
        assert_eq!(label::ROW.len(), BLOCK);
        assert_eq!(label::ROW[..26], *b"privatus 2026-11-24 row v1");
        assert_eq!(label::ROW[26..], [0; 102]);

        let vault = VaultId::from_bytes([1; 16]);
        let ctx = Context {
            vault: &vault,
            table: "messages",
            column: "content",
            row_id: &[0; 17],
            key_number: 7,
        };
        let mut scratch = Scratch::new();
        material(&mut scratch, &ctx, &[0; HEADER], &[0; RANDOM]).unwrap();
        // The key, the label's length and the label fill two blocks; these bytes go into the message's block.
        let begun = (BLOCK + 4 + label::ROW.len()) % BLOCK;
        assert_eq!(begun + scratch.as_slice().len(), BLOCK);
    }
}
