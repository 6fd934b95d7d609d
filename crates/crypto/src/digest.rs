//! A plain checksum, for files that carry one.

use orion::hazardous::hash::blake2::blake2b::Blake2b;

use crate::derive;

/// Streaming BLAKE2b-256 (RFC 7693, unkeyed, 32 bytes). It detects damage but does not prove origin.
pub struct Digest(Blake2b);

impl Digest {
    /// An empty digest.
    pub fn new() -> Self {
        Self(derive::blake2b_256())
    }

    /// Adds bytes; how they are divided into calls does not matter.
    #[expect(clippy::expect_used, reason = "fails only after finalize, which takes self")]
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes).expect("the state is not finalized");
    }

    /// The digest of everything added.
    #[expect(
        clippy::expect_used,
        reason = "fails only when called twice, and it takes self"
    )]
    pub fn finalize(mut self) -> [u8; 32] {
        let mut out = [0; 32];
        let digest = self.0.finalize().expect("finalized once");
        out.copy_from_slice(digest.as_ref());
        out
    }

    /// The digest of one slice.
    pub(crate) fn of(bytes: &[u8]) -> [u8; 32] {
        let mut digest = Self::new();
        digest.update(bytes);
        digest.finalize()
    }
}

impl Default for Digest {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Digest")
    }
}
