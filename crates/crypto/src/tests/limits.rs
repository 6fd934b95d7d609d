//! How many slots a key ring can have, and how large its file can be.

use super::tampering::{body_of, join, recovery, sealed_anew, split};
use crate::key_ring::{KeyRing, MAX_KEY_RING_BYTES};
use crate::{CryptoError, KeyRingError};

const GOLDEN: &[u8] = include_bytes!("../../tests/golden/key_ring_1.json");
const NOTED: &[u8] = include_bytes!("../../tests/golden/key_ring_4_note.json");

/// The golden key ring with its recovery slot repeated under other ids until it has this many slots; the MAC is valid.
fn with_slots(count: u32) -> Result<KeyRing, KeyRingError> {
    let mut body = split(&body_of(GOLDEN));
    for id in 3..=count {
        let mut slot = split(&body[8]);
        slot[0] = id.to_le_bytes().to_vec();
        body.push(join(&slot));
    }
    body[6] = count.to_le_bytes().to_vec();
    KeyRing::parse(&sealed_anew(&join(&body)))
}

#[test]
fn sixteen_slots_are_the_most() {
    assert_eq!(with_slots(16).unwrap().slots().len(), 16);
    assert!(matches!(with_slots(17), Err(KeyRingError::Tampered(_))));

    let noted = KeyRing::parse(NOTED).unwrap().noted();
    let with_note = |count| {
        let ring = with_slots(count).unwrap();
        let unlocked = ring.unlock(&recovery()).unwrap();
        let next = ring.with_note(&unlocked, noted.note().unwrap().clone(), "2027-02-01", 0);
        next.map(|next| next.slots().len())
    };
    assert_eq!(with_note(14), Ok(15));
    assert_eq!(with_note(15), Ok(16));
    assert_eq!(with_note(16), Err(CryptoError::Full));
}

#[test]
fn a_key_ring_has_a_generation() {
    let mut body = split(&body_of(GOLDEN));
    body[1] = vec![0; 8];
    let refused = KeyRing::parse(&sealed_anew(&join(&body)));
    assert!(matches!(refused, Err(KeyRingError::Tampered(_))));
}

#[test]
fn the_size_of_a_file_has_a_limit() {
    assert_eq!(MAX_KEY_RING_BYTES, 65_536);
    let padded = |size: usize| [GOLDEN, &vec![b' '; size - GOLDEN.len()]].concat();
    assert!(KeyRing::parse(&padded(65_536)).is_ok());
    assert_eq!(
        KeyRing::parse(&padded(65_537)).unwrap_err(),
        KeyRingError::NotAKeyRing
    );
}
