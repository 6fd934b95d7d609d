//! Measures sealing and opening a message of 120 bytes, compared with orion's own AEAD in the same run: `cargo run
//! --release -p privatus-crypto --example seal_cost`.
#![allow(clippy::print_stdout, clippy::expect_used)]

use std::hint::black_box;
use std::time::Instant;

use orion::hazardous::aead::chacha20poly1305::{ChaCha20Poly1305, Nonce, SecretKey};
use privatus_crypto::{Context, TableKey, VaultId};

const RUNS: u32 = 200_000;
const MESSAGE: [u8; 120] = [b'x'; 120];

/// Nanoseconds per call, the best of five rounds.
fn nanos(mut call: impl FnMut()) -> u128 {
    (0..5)
        .map(|_| {
            let start = Instant::now();
            (0..RUNS).for_each(|_| call());
            start.elapsed().as_nanos() / u128::from(RUNS)
        })
        .min()
        .unwrap_or_default()
}

fn main() {
    let (vault, row_id) = (VaultId::from_bytes([1; 16]), [0; 17]);
    let place = Context {
        vault: &vault,
        table: "messages",
        column: "content",
        row_id: &row_id,
        key_number: 7,
    };
    let key = TableKey::generate().expect("random bytes");
    let mut out = Vec::with_capacity(256);
    let seal = nanos(|| {
        out.clear();
        key.seal_into(&place, black_box(&MESSAGE), &mut out)
            .expect("sealing");
    });
    let mut plain = Vec::with_capacity(256);
    let open = nanos(|| {
        plain.clear();
        key.open_into(&place, black_box(&out), &mut plain)
            .expect("opening");
    });
    let aead_key = SecretKey::try_from(&[7; 32]).expect("a key");
    let nonce = Nonce::from([0; 12]);
    let mut raw = [0; 136];
    let own = nanos(|| {
        ChaCha20Poly1305::seal(&aead_key, &nonce, black_box(&MESSAGE), Some(&[1; 74]), &mut raw)
            .expect("sealing");
    });
    println!("seal {seal} ns, open {open} ns, orion's seal alone {own} ns");
}
