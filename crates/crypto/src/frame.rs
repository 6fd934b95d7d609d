//! Length-prefixed fields: the only encoding for hashes, MACs, associated data and the key ring's body. A field is a
//! u32 little-endian length and that many bytes.

use crate::error::CryptoError;

/// Appends one field.
pub(crate) fn push_field(out: &mut Vec<u8>, field: &[u8]) -> Result<(), CryptoError> {
    out.extend_from_slice(&length(field)?);
    out.extend_from_slice(field);
    Ok(())
}

/// The fields, one after another.
pub(crate) fn fields(parts: &[&[u8]]) -> Result<Vec<u8>, CryptoError> {
    let size = parts.iter().map(|part| part.len().saturating_add(4)).sum();
    let mut out = Vec::with_capacity(size);
    for part in parts {
        push_field(&mut out, part)?;
    }
    Ok(out)
}

/// A field's length prefix.
pub(crate) fn length(field: &[u8]) -> Result<[u8; 4], CryptoError> {
    u32::try_from(field.len())
        .map(u32::to_le_bytes)
        .map_err(|_| CryptoError::TooLong)
}

/// Reads fields from the front of a slice.
pub(crate) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next field; `None` if fewer bytes are left than its length.
    pub(crate) fn take(&mut self) -> Option<&'a [u8]> {
        let (prefix, rest) = self.0.split_first_chunk::<4>()?;
        let size = usize::try_from(u32::from_le_bytes(*prefix)).ok()?;
        let (field, rest) = rest.split_at_checked(size)?;
        self.0 = rest;
        Some(field)
    }

    /// The next field, which must have exactly `N` bytes.
    pub(crate) fn take_array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take()?.try_into().ok()
    }

    /// Returns whether every byte was read.
    pub(crate) fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }
}

/// Fields gathered on the stack, so that sealing a value allocates only its output; what does not fit (row ids of more
/// than about a hundred bytes) goes to the heap.
pub(crate) struct Scratch {
    inline: [u8; Self::INLINE],
    used: usize,
    spill: Vec<u8>,
}

impl Scratch {
    const INLINE: usize = 320;

    pub(crate) fn new() -> Self {
        Self {
            inline: [0; Self::INLINE],
            used: 0,
            spill: Vec::new(),
        }
    }

    /// Appends bytes without a prefix.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        if self.spill.is_empty() {
            let end = self.used.saturating_add(bytes.len());
            if let Some(room) = self.inline.get_mut(self.used..end) {
                room.copy_from_slice(bytes);
                self.used = end;
                return;
            }
            self.spill
                .extend_from_slice(self.inline.get(..self.used).unwrap_or_default());
        }
        self.spill.extend_from_slice(bytes);
    }

    /// Appends one field.
    pub(crate) fn push_field(&mut self, field: &[u8]) -> Result<(), CryptoError> {
        self.push(&length(field)?);
        self.push(field);
        Ok(())
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        if self.spill.is_empty() {
            self.inline.get(..self.used).unwrap_or_default()
        } else {
            &self.spill
        }
    }
}
