//! The note on the audit log: one form, one place, and how builds that do not know it treat it.

use super::tampering::{body_of, join, recovery, sealed_anew, split};
use crate::key_ring::{KeyRing, Noted, SlotKind};
use crate::{CryptoError, KdfCost, KeyRingError, Password, Secret};

const NOTED: &[u8] = include_bytes!("../../tests/golden/key_ring_4_note.json");
/// The position of the note's slot in the body.
const SLOT: usize = 9;

/// The golden key ring with the note's slot changed, and a valid MAC.
fn with(change: &dyn Fn(&mut Vec<Vec<u8>>)) -> Result<KeyRing, KeyRingError> {
    let mut body = split(&body_of(NOTED));
    let mut slot = split(&body[SLOT]);
    change(&mut slot);
    body[SLOT] = join(&slot);
    KeyRing::parse(&sealed_anew(&join(&body)))
}

/// What released builds do: a kind that they do not know is kept and skipped.
#[test]
fn it_is_to_older_builds_a_slot_of_another_kind() {
    let ring = with(&|slot| {
        assert_eq!(slot[1], b"audit-log-note");
        slot[1] = b"audit-log-nose".to_vec();
    })
    .unwrap();
    assert_eq!(
        (ring.slots()[2].kind, ring.noted()),
        (SlotKind::Other, Noted::Nothing)
    );
    let unlocked = ring.unlock(&recovery()).unwrap();
    let new = Password::new("new").unwrap();
    let next = ring
        .replace_password(&unlocked, &new, KdfCost::minimum(), "2027-02-01", 0)
        .unwrap();
    let (before, after) = (
        split(&body_of(&ring.to_bytes())),
        split(&body_of(&next.to_bytes())),
    );
    assert_eq!(after[SLOT], before[SLOT], "kept to the byte");
    next.unlock(&Secret::Password(new)).unwrap();
}

#[test]
fn it_has_one_form() {
    for (field, wrong) in [
        (3, 0_u32.to_le_bytes().to_vec()),
        (3, Vec::new()),
        (4, vec![0; 7]),
        (6, b"\n".to_vec()),
        (6, Vec::new()),
        (9, vec![0; 31]),
        (11, vec![0; 9]),
    ] {
        let refused = with(&|slot| slot[field].clone_from(&wrong));
        assert!(matches!(refused, Err(KeyRingError::Tampered(_))), "{field}");
    }
    let longer = with(&|slot| slot.push(Vec::new()));
    assert!(matches!(longer, Err(KeyRingError::Tampered(_))));
}

#[test]
fn it_stands_once() {
    let mut twice = split(&body_of(NOTED));
    let mut second = split(&twice[SLOT]);
    second[0] = 9_u32.to_le_bytes().to_vec();
    twice.push(join(&second));
    twice[6] = 4_u32.to_le_bytes().to_vec();
    let twice = KeyRing::parse(&sealed_anew(&join(&twice)));
    assert!(matches!(twice, Err(KeyRingError::Tampered(_))));
}

#[test]
fn one_of_a_later_version_is_kept_and_not_written_over() {
    let later = with(&|slot| {
        slot[3] = 2_u32.to_le_bytes().to_vec();
        slot.push(b"more".to_vec());
    })
    .unwrap();
    let unlocked = later.unlock(&recovery()).unwrap();
    assert_eq!(unlocked.noted(), &Noted::Later);
    let known = KeyRing::parse(NOTED).unwrap().noted();
    let refused = later.with_note(&unlocked, known.note().unwrap().clone(), "2027-02-01", 0);
    assert_eq!(refused.unwrap_err(), CryptoError::LaterNote);
}
