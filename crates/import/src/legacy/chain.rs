//! PBKDF2-HMAC-SHA256 with the output at every iteration count (RFC 8018, section 5.2).
//!
//! An output of 32 bytes is one block, T(n) = T(n-1) xor U(n) with U(n) = HMAC(password, U(n-1)), so one walk passes
//! the key of every count. The two HMAC states after the padded key are computed once, so each step is two
//! compressions of SHA-256.

use sha2::block_api::compress256;
use zeroize::{Zeroize, ZeroizeOnDrop};

const BLOCK: usize = 64;
/// The initial state of SHA-256 (FIPS 180-4, section 5.3.3).
const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];
/// The message of either hash in a step: these 32 bytes, after 64 bytes of padded key.
const STEP_BITS: u64 = 8 * (64 + 32);

/// The walk. It holds data derived from the password, is wiped on drop and has no `Debug`.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Chain {
    inner: [u32; 8],
    outer: [u32; 8],
    u: [u32; 8],
    t: [u32; 8],
    n: u64,
}

impl Chain {
    /// Starts at n = 1, the PBKDF2 output for one iteration.
    pub fn new(password: &[u8], salt: &[u8]) -> Self {
        let mut key = [0_u8; BLOCK];
        // RFC 2104: a key longer than the block is hashed first.
        if password.len() > BLOCK {
            let mut hashed = sha256(&INITIAL, 0, &[password]);
            put_words(&mut key, &hashed);
            hashed.zeroize();
        } else {
            key.iter_mut().zip(password).for_each(|(to, from)| *to = *from);
        }
        let inner = keyed_state(&mut key, 0x36);
        key.iter_mut().for_each(|byte| *byte ^= 0x36);
        let outer = keyed_state(&mut key, 0x5c);
        key.zeroize();

        let mut first = sha256(&inner, 64, &[salt, &[0, 0, 0, 1]]);
        let u = step_hash(&outer, &first);
        first.zeroize();
        Self {
            inner,
            outer,
            u,
            t: u,
            n: 1,
        }
    }

    /// Moves to the next iteration count.
    #[inline]
    pub fn step(&mut self) {
        self.u = step_hash(&self.outer, &step_hash(&self.inner, &self.u));
        self.t.iter_mut().zip(&self.u).for_each(|(t, u)| *t ^= u);
        self.n += 1;
    }

    /// The current iteration count.
    pub fn iterations(&self) -> u64 {
        self.n
    }

    /// Writes the PBKDF2 output for the current count; the caller must wipe it.
    #[inline]
    pub fn output_to(&self, out: &mut [u8; 32]) {
        put_words(out, &self.t);
    }
}

#[inline]
fn put_words(to: &mut [u8], words: &[u32; 8]) {
    let (places, _) = to.as_chunks_mut::<4>();
    places
        .iter_mut()
        .zip(words)
        .for_each(|(place, word)| *place = word.to_be_bytes());
}

/// The state after the padded key; `key` is left xored with `pad`.
fn keyed_state(key: &mut [u8; BLOCK], pad: u8) -> [u32; 8] {
    key.iter_mut().for_each(|byte| *byte ^= pad);
    let mut state = INITIAL;
    compress256(&mut state, std::slice::from_ref(key));
    state
}

/// Hashes 32 bytes from a keyed state: a single block, whose padding is constant.
#[inline]
fn step_hash(keyed: &[u32; 8], words: &[u32; 8]) -> [u32; 8] {
    const TEMPLATE: [u8; BLOCK] = {
        let mut block = [0_u8; BLOCK];
        block[32] = 0x80;
        let [.., high, low] = STEP_BITS.to_be_bytes();
        block[62] = high;
        block[63] = low;
        block
    };
    let mut block = TEMPLATE;
    put_words(&mut block, words);
    let mut state = *keyed;
    compress256(&mut state, std::slice::from_ref(&block));
    state
}

/// SHA-256 of the parts, from a state that already includes `before` bytes.
fn sha256(state: &[u32; 8], before: u64, parts: &[&[u8]]) -> [u32; 8] {
    let mut message: Vec<u8> = parts.concat();
    let bits = 8 * (before + u64::try_from(message.len()).unwrap_or(0));
    message.push(0x80);
    message.resize((message.len() + 8).next_multiple_of(BLOCK) - 8, 0);
    message.extend_from_slice(&bits.to_be_bytes());
    let mut state = *state;
    compress256(&mut state, message.as_chunks::<BLOCK>().0);
    message.zeroize();
    state
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|b| format!("{b:02x}")).collect()
    }

    fn at(password: &[u8], salt: &[u8], n: u64) -> String {
        let mut chain = Chain::new(password, salt);
        while chain.iterations() < n {
            chain.step();
        }
        let mut output = [0; 32];
        chain.output_to(&mut output);
        hex(&output)
    }

    #[test]
    fn gives_the_outputs_of_rfc_7914() {
        // Section 11: P="passwd", S="salt", c=1, and P="Password", S="NaCl", c=80000; first 32 bytes.
        assert_eq!(
            at(b"passwd", b"salt", 1),
            "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
        );
        assert_eq!(
            at(b"Password", b"NaCl", 80_000),
            "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"
        );
    }

    #[test]
    fn agrees_with_the_hmac_crate_at_key_lengths_around_the_block() {
        use hmac::{Hmac, KeyInit, Mac};
        for length in [0, 1, 63, 64, 65, 200] {
            for salt in [0, 16, 32, 55, 60, 64, 130] {
                let (password, salt) = (vec![0xa5; length], vec![0x3c; salt]);
                let mac = |data: &[u8]| {
                    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&password).unwrap();
                    mac.update(data);
                    <[u8; 32]>::from(mac.finalize().into_bytes())
                };
                let first = mac(&[&salt[..], &[0, 0, 0, 1]].concat());
                let second = mac(&first);
                let both: Vec<u8> = first.iter().zip(&second).map(|(a, b)| a ^ b).collect();
                assert_eq!(at(&password, &salt, 1), hex(&first));
                assert_eq!(at(&password, &salt, 2), hex(&both));
            }
        }
    }
}
