//! What version 1 wrote opens forever, and nothing that differs from it opens.

use privatus_crypto::{
    AuditNote, ENVELOPE_OVERHEAD, KeyRing, KeyRingError, MAX_KEY_RING_BYTES, Noted, OpenError, Password,
    Secret, SlotKind, envelope_key_number,
};

use crate::golden_files::{self, envelopes, key, recovery, unhex, unlocked, values};

#[test]
fn golden_key_rings_open() {
    let values = values();
    let linux = Password::new("caf\u{e9} au lait").unwrap();
    let second = Password::new("second password").unwrap();
    for (file, generation, password) in [
        (golden_files::KEY_RING, 1, linux),
        (golden_files::KEY_RING_2, 2, second),
    ] {
        let ring = KeyRing::parse(file).unwrap();
        assert_eq!(ring.generation(), generation);
        assert_eq!(ring.vault_id().as_bytes(), unhex(&values["vault_id"]).as_slice());
        assert_eq!(ring.to_bytes(), file);
        for (secret, kind) in [
            (Secret::Password(password), SlotKind::Password),
            (recovery(), SlotKind::RecoveryCode),
        ] {
            let unlocked = ring.unlock(&secret).unwrap();
            assert_eq!(unlocked.slot_kind(), kind);
            assert_eq!(unlocked.generation(), generation);
            assert_eq!(
                unlocked.database_key().dangerously_expose_bytes(),
                unhex(&values["database_key"]).as_slice()
            );
            assert_eq!(unlocked.cipher_salt(), unhex(&values["cipher_salt"]).as_slice());
        }
    }
}

#[test]
fn a_golden_key_ring_with_later_parts_is_read_and_its_rotation_left_alone() {
    let ring = KeyRing::parse(golden_files::KEY_RING_3).unwrap();
    assert_eq!(
        (ring.generation(), ring.to_bytes().as_slice()),
        (3, golden_files::KEY_RING_3)
    );
    let second = Secret::Password(Password::new("second password").unwrap());
    for secret in [second, recovery()] {
        assert_eq!(ring.unlock(&secret).unwrap_err(), KeyRingError::RotationPending);
    }
    let slots: Vec<_> = ring
        .slots()
        .iter()
        .map(|slot| (slot.id, slot.kind, slot.iterations, slot.created_at.clone()))
        .collect();
    let at = |time: &str| time.to_owned();
    assert_eq!(
        slots,
        [
            (
                3,
                SlotKind::Password,
                Some(210_001),
                at("2026-11-24 10:00:00.000")
            ),
            (9, SlotKind::Other, None, at("2027-01-01 00:00:00.000")),
            (2, SlotKind::RecoveryCode, None, at("2026-11-24 09:00:00.000")),
        ]
    );
}

/// Nothing in it is random: it can be created again from the key ring without one.
#[test]
fn a_golden_note_is_read_and_written_to_the_byte() {
    let second = Secret::Password(Password::new("second password").unwrap());
    let ring = KeyRing::parse(golden_files::KEY_RING_4).unwrap();
    assert_eq!(
        (ring.generation(), ring.to_bytes().as_slice()),
        (4, golden_files::KEY_RING_4)
    );
    let kinds: Vec<_> = ring.slots().iter().map(|slot| (slot.id, slot.kind)).collect();
    assert_eq!(
        kinds,
        [
            (3, SlotKind::Password),
            (2, SlotKind::RecoveryCode),
            (4, SlotKind::Note)
        ]
    );
    for secret in [second, recovery()] {
        assert_eq!(ring.unlock(&secret).unwrap().noted(), &Noted::Note(golden_note()));
    }
    let before = KeyRing::parse(golden_files::KEY_RING_2).unwrap();
    let unlocked = before.unlock(&recovery()).unwrap();
    assert_eq!(unlocked.noted(), &Noted::Nothing);
    let made = before
        .with_note(&unlocked, golden_note(), "2026-11-30 09:00:00.000", 3)
        .unwrap();
    assert_eq!(
        String::from_utf8(made.to_bytes()).unwrap(),
        String::from_utf8(golden_files::KEY_RING_4.to_vec()).unwrap()
    );
}

fn golden_note() -> AuditNote {
    AuditNote {
        schema: 20_261_125_000_003,
        going_to: 20_261_125_000_003,
        since: "2026-11-30 08:00:00.000".into(),
        generation: 4,
        log_id: 7,
        mac: [0xa7; 32],
        losses: 1,
        last_loss: 6,
    }
}

#[test]
fn a_replaced_password_opens_nothing() {
    let ring = KeyRing::parse(golden_files::KEY_RING_2).unwrap();
    assert_eq!(
        ring.unlock(&golden_files::password()).unwrap_err(),
        KeyRingError::WrongSecret
    );
}

#[test]
fn golden_keys_and_envelopes_open() {
    let (values, unlocked) = (values(), unlocked());
    let table_key = key(&unlocked, "table_key");
    assert_eq!(
        table_key.dangerously_expose_bytes(),
        unhex(&values["table_key"]["key"]).as_slice()
    );
    for sealed in envelopes() {
        assert_eq!(envelope_key_number(&sealed.envelope).unwrap(), 7);
        assert_eq!(sealed.envelope.len(), sealed.plaintext.len() + ENVELOPE_OVERHEAD);
        assert_eq!(
            *table_key.open(&sealed.context(), &sealed.envelope).unwrap(),
            sealed.plaintext
        );
    }
    let id = &values["id_key"];
    let hash = key(&unlocked, "id_key").into_id_key().hash16(
        golden_files::text(&id["label"]),
        &[golden_files::text(&id["field"]).as_bytes()],
    );
    assert_eq!(hash, unhex(&id["hash16"]).as_slice());
}

#[test]
fn a_golden_envelope_with_any_byte_changed_or_cut_is_refused() {
    let table_key = key(&unlocked(), "table_key");
    for sealed in envelopes() {
        let ctx = sealed.context();
        let mut out = b"kept".to_vec();
        for at in 0..sealed.envelope.len() {
            for mask in [0x01, 0x02, 0x80, 0xff] {
                let mut wrong = sealed.envelope.clone();
                wrong[at] ^= mask;
                assert_eq!(
                    table_key.open_into(&ctx, &wrong, &mut out),
                    Err(OpenError),
                    "{at}"
                );
            }
            assert_eq!(
                table_key.open_into(&ctx, &sealed.envelope[..at], &mut out),
                Err(OpenError)
            );
        }
        let longer = [sealed.envelope.as_slice(), &[0]].concat();
        assert_eq!(table_key.open_into(&ctx, &longer, &mut out), Err(OpenError));
        assert_eq!(out, b"kept");
        for (at, value) in [(0, 0), (0, 2), (1, 0), (1, 2)] {
            let mut other_version = sealed.envelope.clone();
            other_version[at] = value;
            assert_eq!(envelope_key_number(&other_version), Err(OpenError));
        }
    }
}

/// The position of `part` in the golden key ring.
fn place(part: &str) -> std::ops::Range<usize> {
    let file = std::str::from_utf8(golden_files::KEY_RING).unwrap();
    let member = format!("\"{part}\":\"");
    let start = file.find(&member).unwrap() + member.len();
    start..start + file[start..].find('"').unwrap()
}

#[test]
fn a_golden_key_ring_with_any_byte_changed_is_refused_with_the_right_error() {
    let mac = place("mac");
    let (mut tampered, mut damaged) = (0, 0);
    for at in 0..golden_files::KEY_RING.len() {
        for mask in [0x01, 0x02, 0x04, 0x20, 0x80, 0xff] {
            let mut wrong = golden_files::KEY_RING.to_vec();
            wrong[at] ^= mask;
            let error = match KeyRing::parse(&wrong) {
                Ok(ring) => {
                    assert!(mac.contains(&at), "byte {at} was not noticed");
                    ring.unlock(&recovery()).unwrap_err()
                }
                Err(error) => error,
            };
            let right = match &error {
                KeyRingError::Damaged => {
                    damaged += 1;
                    true
                }
                KeyRingError::Tampered(what) => {
                    tampered += 1;
                    mac.contains(&at) && *what == "its MAC does not match"
                }
                _ => false,
            };
            assert!(right, "byte {at} ^ {mask:#x}: {error}");
        }
    }
    assert!(
        tampered > 60 && damaged > 4000,
        "{tampered} tampered, {damaged} damaged"
    );
}

#[test]
fn a_golden_key_ring_cut_anywhere_is_damaged() {
    for end in 0..golden_files::KEY_RING.len() {
        assert_eq!(
            KeyRing::parse(&golden_files::KEY_RING[..end]).unwrap_err(),
            KeyRingError::Damaged,
            "{end}"
        );
    }
    let without_start = &golden_files::KEY_RING[1..];
    assert_eq!(KeyRing::parse(without_start).unwrap_err(), KeyRingError::Damaged);
}

#[test]
fn what_never_was_a_key_ring_is_called_so() {
    let padded = [golden_files::KEY_RING, &vec![b' '; MAX_KEY_RING_BYTES]].concat();
    for bytes in [
        &b"hello"[..],
        b"SQLite format 3\0",
        b"{}",
        b"[]",
        br#"{"format":"something else","body":"","checksum":"","mac":""}"#,
        &padded,
    ] {
        let error = KeyRing::parse(bytes).unwrap_err();
        assert_eq!(
            error,
            KeyRingError::NotAKeyRing,
            "{}",
            String::from_utf8_lossy(bytes)
        );
    }
}

#[test]
fn a_later_version_is_believed_only_when_its_checksum_fits() {
    // BLAKE2b-256 of `later`, from Python's hashlib.
    let right = "4GsOWv9z3EjasSLL6JuuOW0uRIYMjRa14c26vpb8fkg=";
    let other = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let file = |format: &str, checksum: &str| {
        let file =
            format!(r#"{{"format":"{format}","body":"bGF0ZXI=","checksum":"{checksum}","mac":"{other}"}}"#);
        KeyRing::parse(file.as_bytes()).unwrap_err()
    };
    let unsupported = KeyRingError::UnsupportedVersion("2".to_owned());
    assert_eq!(file("privatus-keyring-2", right), unsupported);
    assert_eq!(file("privatus-keyring-2", other), KeyRingError::Damaged);
    assert_eq!(file("something else", right), KeyRingError::NotAKeyRing);
    // The outer JSON is the same in every version.
    let cut = br#"{"format":"privatus-keyring-2","kdf":{}}"#;
    assert_eq!(KeyRing::parse(cut).unwrap_err(), KeyRingError::Damaged);
    // The golden body under another version's name: the name is what changed.
    let renamed = std::str::from_utf8(golden_files::KEY_RING)
        .unwrap()
        .replace("privatus-keyring-1", "privatus-keyring-3");
    assert_eq!(
        KeyRing::parse(renamed.as_bytes()).unwrap_err(),
        KeyRingError::Damaged
    );
}

#[test]
fn white_space_that_an_editor_adds_does_no_harm() {
    let file = std::str::from_utf8(golden_files::KEY_RING).unwrap();
    let edited = file.replace(",\"", ",\r\n  \"") + "\r\n";
    assert_eq!(
        KeyRing::parse(edited.as_bytes()).unwrap().to_bytes(),
        golden_files::KEY_RING
    );
}
