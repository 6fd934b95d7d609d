//! Key rings whose checksum was made valid again after a change, which only happens on purpose.

use crate::derive::{self, label};
use crate::digest::Digest;
use crate::frame::{Fields, fields};
use crate::key_ring::{KeyRing, SlotKind};
use crate::{KdfCost, KeyRingError, Password, RecoveryCode, Secret};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;

const GOLDEN: &[u8] = include_bytes!("../../tests/golden/key_ring_1.json");
const LATER: &[u8] = include_bytes!("../../tests/golden/key_ring_3_later_parts.json");

pub(super) fn values() -> Value {
    serde_json::from_slice(include_bytes!("../../tests/golden/values.json")).unwrap()
}

pub(super) fn recovery() -> Secret {
    let values = values();
    Secret::RecoveryCode(RecoveryCode::parse(values["recovery_code"].as_str().unwrap()).unwrap())
}

fn password() -> Secret {
    Secret::Password(Password::new(values()["password"].as_str().unwrap()).unwrap())
}

pub(super) fn body_of(file: &[u8]) -> Vec<u8> {
    let file: Value = serde_json::from_slice(file).unwrap();
    BASE64.decode(file["body"].as_str().unwrap()).unwrap()
}

/// The golden file with another body and a valid checksum.
fn with_body(body: &[u8]) -> Vec<u8> {
    let mut file: Value = serde_json::from_slice(GOLDEN).unwrap();
    file["body"] = BASE64.encode(body).into();
    file["checksum"] = BASE64.encode(Digest::of(body)).into();
    serde_json::to_vec(&file).unwrap()
}

/// The golden file with another body, and a valid checksum and MAC.
pub(super) fn sealed_anew(body: &[u8]) -> Vec<u8> {
    let ring = KeyRing::parse(GOLDEN).unwrap();
    let unlocked = ring.unlock(&recovery()).unwrap();
    let mac_key = derive::subkey(unlocked.master().bytes(), label::KEY_RING_MAC);
    let framed = fields(&[label::KEY_RING_BODY, b"privatus-keyring-1", body]).unwrap();
    let mac = derive::keyed_blake2b::<32>(&mac_key, &[&framed]);
    let mut file: Value = serde_json::from_slice(&with_body(body)).unwrap();
    file["mac"] = BASE64.encode(mac).into();
    serde_json::to_vec(&file).unwrap()
}

/// The fields of a body or a slot.
pub(super) fn split(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut reader = Fields::new(bytes);
    let mut parts = Vec::new();
    while !reader.is_at_end() {
        parts.push(reader.take().unwrap().to_vec());
    }
    parts
}

pub(super) fn join(parts: &[Vec<u8>]) -> Vec<u8> {
    fields(&parts.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap()
}

/// The golden body with one field of one slot (0: password, 1: recovery code) replaced.
fn with_slot_field(slot: usize, field: usize, value: &[u8]) -> Vec<u8> {
    let mut body = split(&body_of(GOLDEN));
    let mut parts = split(&body[7 + slot]);
    parts[field] = value.to_vec();
    body[7 + slot] = join(&parts);
    with_body(&join(&body))
}

fn open(file: &[u8], secret: &Secret) -> Result<(), KeyRingError> {
    KeyRing::parse(file)?.unlock(secret).map(|_| ())
}

#[test]
fn any_changed_byte_of_the_body_is_refused_and_never_called_damage() {
    let (body, secret) = (body_of(GOLDEN), recovery());
    let (mut wrong_secret, mut tampered, mut unknown_kdf) = (0, 0, 0);
    for at in 0..body.len() {
        for mask in [0x01, 0x80] {
            let mut changed = body.clone();
            changed[at] ^= mask;
            match open(&with_body(&changed), &secret).unwrap_err() {
                KeyRingError::WrongSecret => wrong_secret += 1,
                KeyRingError::UnknownKdf { slot: 2, .. } => unknown_kdf += 1,
                KeyRingError::Tampered(_) => tampered += 1,
                KeyRingError::KdfBelowFloor { .. } | KeyRingError::KdfAboveCeiling { .. } => {}
                error => panic!("byte {at}: {error}"),
            }
        }
    }
    // Salt and check of the recovery slot, and the names of its kind and KDF.
    assert_eq!(wrong_secret, 2 * (32 + 32) + RECOVERY_KIND_FLIPS);
    assert_eq!(unknown_kdf, RECOVERY_KDF_FLIPS);
    assert!(tampered > 700, "{tampered}");
}

/// `recovery-code` has 13 characters; with bit 7 set they are not a valid name.
const RECOVERY_KIND_FLIPS: usize = 13;
/// `hkdf-sha512` has 11; a name that is one byte shorter is unknown too.
const RECOVERY_KDF_FLIPS: usize = 12;

#[test]
fn any_cut_of_the_body_is_tampering() {
    let body = body_of(GOLDEN);
    for end in 0..body.len() {
        assert!(
            matches!(
                KeyRing::parse(&with_body(&body[..end])),
                Err(KeyRingError::Tampered(_))
            ),
            "{end}"
        );
    }
    let longer = [body.as_slice(), &[0]].concat();
    assert!(matches!(
        KeyRing::parse(&with_body(&longer)),
        Err(KeyRingError::Tampered(_))
    ));
}

#[test]
fn kdf_parameters_outside_the_limits_are_refused_before_any_derivation() {
    for (iterations, below) in [
        (0, true),
        (1, true),
        (209_999, true),
        (100_000_001, false),
        (u32::MAX, false),
    ] {
        let error = KeyRing::parse(&with_slot_field(0, 4, &iterations.to_le_bytes())).unwrap_err();
        let right = if below {
            KeyRingError::KdfBelowFloor { slot: 1, iterations }
        } else {
            KeyRingError::KdfAboveCeiling { slot: 1, iterations }
        };
        assert_eq!(error, right);
    }
    assert!(matches!(
        KeyRing::parse(&with_slot_field(0, 4, b"")),
        Err(KeyRingError::Tampered(_))
    ));
}

#[test]
fn password_slots_together_stay_under_the_ceiling() {
    let with_second = |iterations: u32| {
        let mut body = split(&body_of(GOLDEN));
        let mut slot = split(&body[7]);
        slot[0] = 3_u32.to_le_bytes().to_vec();
        slot[4] = iterations.to_le_bytes().to_vec();
        body.push(join(&slot));
        body[6] = 3_u32.to_le_bytes().to_vec();
        KeyRing::parse(&with_body(&join(&body))).map(|ring| ring.slots().len())
    };
    let rest = KdfCost::CEILING - 210_000;
    assert_eq!(with_second(rest), Ok(3));
    assert_eq!(
        with_second(rest + 1),
        Err(KeyRingError::KdfSumAboveCeiling {
            iterations: 100_000_001
        })
    );
}

#[test]
fn changed_fields_of_a_password_slot() {
    let slot = split(&split(&body_of(GOLDEN))[7]);
    let flipped = |field: usize| {
        let mut value = slot[field].clone();
        value[0] ^= 1;
        value
    };
    let tampered = |what| Err(KeyRingError::Tampered(what));
    let wrong = Err(KeyRingError::WrongSecret);
    let (unwraps, mac) = ("its master key does not unwrap", "its MAC does not match");
    let cases = [
        (0, 5_u32.to_le_bytes().to_vec(), tampered(unwraps)), // slot id
        (2, b"1999-01-01 00:00:00.000".to_vec(), tampered(mac)), // created at
        (4, 210_001_u32.to_le_bytes().to_vec(), wrong.clone()), // iterations
        (5, flipped(5), wrong.clone()),                       // salt
        (6, flipped(6), wrong.clone()),                       // key check
        (7, flipped(7), tampered(unwraps)),                   // wrapped master key
        (1, b"unknown".to_vec(), wrong),                      // kind
        (
            3,
            b"argon2id".to_vec(),
            Err(KeyRingError::UnknownKdf {
                slot: 1,
                kdf: "argon2id".into(),
            }),
        ), // KDF name
    ];
    for (field, value, right) in cases {
        let file = with_slot_field(0, field, &value);
        assert_eq!(open(&file, &password()), right, "field {field}");
        // The other secret still detects it: nothing in the body is outside the MAC.
        assert_eq!(open(&file, &recovery()), tampered(mac), "field {field}");
    }
}

#[test]
fn a_slot_of_another_vault_or_a_duplicate_is_refused() {
    let body = split(&body_of(GOLDEN));
    let mut other_vault = body.clone();
    other_vault[0] = vec![7; 16];
    assert_eq!(
        open(&with_body(&join(&other_vault)), &recovery()),
        Err(KeyRingError::Tampered("its master key does not unwrap"))
    );
    let mut twice = body.clone();
    twice[8] = twice[7].clone();
    assert!(matches!(
        KeyRing::parse(&with_body(&join(&twice))),
        Err(KeyRingError::Tampered(_))
    ));
    let mut no_slots = body[..7].to_vec();
    no_slots[6] = vec![0; 4];
    assert!(matches!(
        KeyRing::parse(&with_body(&join(&no_slots))),
        Err(KeyRingError::Tampered(_))
    ));
    let mut other_key = body;
    other_key[3][30] ^= 1;
    assert_eq!(
        open(&with_body(&join(&other_key)), &recovery()),
        Err(KeyRingError::Tampered("its MAC does not match"))
    );
}

#[test]
fn later_slots_survive_a_password_change() {
    let mut before = split(&body_of(LATER));
    (before[4], before[5]) = (Vec::new(), Vec::new());
    let ring = KeyRing::parse(&sealed_anew(&join(&before))).unwrap();
    let unlocked = ring.unlock(&recovery()).unwrap();
    let new = Password::new("third password").unwrap();
    let next = ring
        .replace_password(&unlocked, &new, KdfCost::minimum(), "2027-02-01", 0)
        .unwrap();
    let after = split(&body_of(&next.to_bytes()));
    assert_eq!(after[1], 4_u64.to_le_bytes());
    assert_eq!([&after[0]], [&before[0]]);
    assert_eq!(after[2..7], before[2..7]);
    assert_eq!(after[8..], before[8..], "the later slot and the recovery slot");
    let first = next.slots().first().unwrap();
    assert_eq!((first.id, first.kind), (10, SlotKind::Password));
    next.unlock(&Secret::Password(new)).unwrap();
    next.unlock(&recovery()).unwrap();
}

#[test]
fn a_pending_rotation_is_refused_once_the_key_ring_is_authentic() {
    let unlocked = KeyRing::parse(GOLDEN).unwrap().unlock(&recovery()).unwrap();
    let new = Password::new("new").unwrap();
    for field in [4, 5] {
        let mut body = split(&body_of(GOLDEN));
        body[field] = vec![7; 72];
        let body = join(&body);
        assert_eq!(
            open(&with_body(&body), &recovery()),
            Err(KeyRingError::Tampered("its MAC does not match"))
        );
        let file = sealed_anew(&body);
        for secret in [recovery(), password()] {
            assert_eq!(open(&file, &secret), Err(KeyRingError::RotationPending));
        }
        let ring = KeyRing::parse(&file).unwrap();
        let next = ring.replace_password(&unlocked, &new, KdfCost::minimum(), "2027-02-01", 0);
        assert_eq!(next.unwrap_err(), crate::CryptoError::RotationPending);
    }
}

#[test]
fn a_new_password_removes_password_slots_of_unknown_kdfs_too() {
    let mut body = split(&body_of(GOLDEN));
    let id = 5_u32.to_le_bytes();
    let slot: [&[u8]; 5] = [&id, b"password", b"2027-01-01", b"argon2id", b"t=3"];
    body.push(fields(&slot).unwrap());
    body[6] = 3_u32.to_le_bytes().to_vec();
    let ring = KeyRing::parse(&sealed_anew(&join(&body))).unwrap();
    assert_eq!(ring.slots()[2].kind, SlotKind::Other);
    let unlocked = ring.unlock(&recovery()).unwrap();
    let new = Password::new("new").unwrap();
    let next = ring
        .replace_password(&unlocked, &new, KdfCost::minimum(), "2027-02-01", 0)
        .unwrap();
    let left: Vec<_> = next.slots().iter().map(|slot| (slot.id, slot.kind)).collect();
    assert_eq!(left, [(6, SlotKind::Password), (2, SlotKind::RecoveryCode)]);
}

#[test]
fn a_secret_whose_slot_could_not_be_tried_is_not_called_wrong() {
    for (slot, secret, name) in [(0, password(), "argon2id"), (1, recovery(), "hkdf-sha3-512")] {
        let mut body = split(&body_of(GOLDEN));
        let mut fields = split(&body[7 + slot]);
        fields[3] = name.as_bytes().to_vec();
        body[7 + slot] = join(&fields);
        let file = sealed_anew(&join(&body));
        let unknown = KeyRingError::UnknownKdf {
            slot: u32::try_from(slot).unwrap() + 1,
            kdf: name.into(),
        };
        assert!(unknown.to_string().contains(name), "{unknown}");
        assert_eq!(open(&file, &secret), Err(unknown));
        // The other secret's slot is known, and opens.
        let other = if slot == 0 { recovery() } else { password() };
        assert_eq!(open(&file, &other), Ok(()));
    }
}

#[test]
fn the_next_generation_is_above_the_file_and_the_opened_key_ring() {
    let at = |generation: u64| {
        let mut body = split(&body_of(GOLDEN));
        body[1] = generation.to_le_bytes().to_vec();
        let ring = KeyRing::parse(&sealed_anew(&join(&body))).unwrap();
        let unlocked = ring.unlock(&recovery()).unwrap();
        (ring, unlocked)
    };
    let (old, new) = (at(3), at(8));
    let password = Password::new("new").unwrap();
    for (ring, unlocked) in [(&old.0, &new.1), (&new.0, &old.1)] {
        let next = ring.replace_password(unlocked, &password, KdfCost::minimum(), "2027-02-01", 0);
        assert_eq!(next.unwrap().generation(), 9);
    }
    let (last, unlocked) = at(u64::MAX);
    let next = last.replace_password(&unlocked, &password, KdfCost::minimum(), "2027-02-01", 0);
    assert_eq!(next.unwrap_err(), crate::CryptoError::Full);
}

#[test]
fn labels_are_dated_and_each_is_used_once() {
    let labels = [
        label::RECOVERY_SLOT,
        label::SLOT_CHECK,
        label::SLOT_WRAP,
        label::WRAPPED_MASTER,
        label::DATABASE_WRAP,
        label::WRAPPED_DATABASE,
        label::KEY_RING_MAC,
        label::KEY_RING_BODY,
        label::KEY_STORE,
        label::WRAPPED_TABLE,
        label::LEDGER_MAC,
        label::LEDGER_ROW,
        label::ROW,
        label::AUDIT_ENTRY,
        label::AUDIT_CHECKPOINT,
        label::FINGERPRINT,
        label::SNAPSHOT_MAC,
        label::SNAPSHOT_NOTE,
        label::ID,
    ];
    let source = include_str!("../derive.rs");
    assert_eq!(source.matches("pub(crate) const").count(), labels.len());
    let distinct: std::collections::HashSet<_> = labels.iter().collect();
    assert_eq!(distinct.len(), labels.len());
    assert!(labels.iter().all(|label| label.starts_with(b"privatus 20")));
}

#[test]
fn a_slot_has_one_form() {
    let is_form = |file: &[u8]| match KeyRing::parse(file) {
        Ok(_) => true,
        Err(KeyRingError::Tampered(_)) => false,
        other => panic!("{other:?}"),
    };
    for iterations in [KdfCost::FLOOR, KdfCost::CEILING] {
        assert!(is_form(&with_slot_field(0, 4, &iterations.to_le_bytes())));
    }
    assert!(is_form(&with_slot_field(1, 4, &[])));
    assert!(
        !is_form(&with_slot_field(1, 4, &[0])),
        "a recovery code has no parameters"
    );
    for slot in [0, 1] {
        for (field, size) in [(5, 31), (6, 33), (7, 71)] {
            assert!(
                !is_form(&with_slot_field(slot, field, &vec![0; size])),
                "{slot} {field}"
            );
        }
        let mut body = split(&body_of(GOLDEN));
        body[7 + slot].extend(fields(&[b"more"]).unwrap());
        assert!(!is_form(&with_body(&join(&body))), "{slot} with one field more");
    }
}
