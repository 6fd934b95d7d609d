//! A key ring from its creation to a new password.

use privatus_crypto::{
    AuditNote, CryptoError, KdfCost, KeyRing, KeyRingError, Noted, Password, RecoveryCode, Secret, SlotKind,
};

const AT: &str = "2026-11-24 09:00:00.000";

fn password(text: &str) -> Password {
    Password::new(text).unwrap()
}

fn create() -> (KeyRing, privatus_crypto::Unlocked, RecoveryCode) {
    let code = RecoveryCode::generate().unwrap();
    let (ring, unlocked) = KeyRing::create(&password("old"), &code, KdfCost::minimum(), AT).unwrap();
    (ring, unlocked, code)
}

#[test]
fn both_secrets_open_it_and_others_do_not() {
    let (ring, created, code) = create();
    let ring = KeyRing::parse(&ring.to_bytes()).unwrap();
    let kinds: Vec<_> = ring.slots().iter().map(|slot| (slot.id, slot.kind)).collect();
    assert_eq!(kinds, [(1, SlotKind::Password), (2, SlotKind::RecoveryCode)]);
    assert_eq!((ring.generation(), ring.vault_id()), (1, created.vault_id()));
    for secret in [Secret::Password(password("old")), Secret::RecoveryCode(code)] {
        let unlocked = ring.unlock(&secret).unwrap();
        assert_eq!(unlocked.master(), created.master());
        assert_eq!(unlocked.database_key(), created.database_key());
        assert_eq!(unlocked.cipher_salt(), created.cipher_salt());
    }
    for secret in [
        Secret::Password(password("Old")),
        Secret::Password(password("old ")),
        Secret::RecoveryCode(RecoveryCode::generate().unwrap()),
    ] {
        assert_eq!(ring.unlock(&secret).unwrap_err(), KeyRingError::WrongSecret);
    }
}

#[test]
fn a_new_password_takes_the_old_ones_place() {
    let (ring, unlocked, code) = create();
    let cost = KdfCost::new(210_001).unwrap();
    let next = ring
        .replace_password(&unlocked, &password("new"), cost, AT, 0)
        .unwrap();
    let next = KeyRing::parse(&next.to_bytes()).unwrap();
    assert_eq!(next.generation(), 2);
    assert_eq!(next.slots()[0].iterations, Some(210_001));
    assert_eq!(next.slots().len(), 2);
    let wrong = next.unlock(&Secret::Password(password("old")));
    assert_eq!(wrong.unwrap_err(), KeyRingError::WrongSecret);
    let opened = next.unlock(&Secret::Password(password("new"))).unwrap();
    assert_eq!(opened.master(), unlocked.master());
    next.unlock(&Secret::RecoveryCode(code)).unwrap();

    let (other, ..) = create();
    let foreign = other.replace_password(&unlocked, &password("new"), cost, AT, 0);
    assert_eq!(foreign.unwrap_err(), CryptoError::OtherKeyRing);
}

#[test]
fn a_note_goes_with_the_key_ring_from_password_to_password() {
    let (ring, unlocked, code) = create();
    let note = AuditNote {
        schema: 3,
        going_to: 2,
        since: AT.into(),
        generation: 0,
        log_id: 9,
        mac: [1; 32],
        losses: 0,
        last_loss: 0,
    };
    let first = ring.with_first_note(&unlocked, note.clone(), AT).unwrap();
    assert_eq!(first.generation(), 1, "nobody saw the one before");
    let of = |generation| {
        Noted::Note(AuditNote {
            generation,
            ..note.clone()
        })
    };
    assert_eq!(first.noted(), of(1));
    let unlocked = first.unlock(&Secret::RecoveryCode(code)).unwrap();
    let next = first
        .replace_password(&unlocked, &password("new"), KdfCost::minimum(), AT, 0)
        .unwrap();
    let next = KeyRing::parse(&next.to_bytes()).unwrap();
    assert_eq!((next.generation(), next.noted()), (2, of(1)));
    let anew = next.with_note(&unlocked, note.clone(), AT, 7).unwrap();
    assert_eq!((anew.generation(), anew.noted()), (8, of(8)));
    let notes = anew.slots().iter().filter(|slot| slot.kind == SlotKind::Note);
    assert_eq!(notes.count(), 1);
    let bad = AuditNote {
        since: String::new(),
        ..note
    };
    let refused = anew.with_note(&unlocked, bad, AT, 0);
    assert_eq!(refused.unwrap_err(), CryptoError::CreatedAt);
}

#[test]
fn times_are_short_and_printable() {
    let (ring, unlocked, _) = create();
    for bad in ["", "\n", "é", &"9".repeat(65)] {
        let made = ring.replace_password(&unlocked, &password("p"), KdfCost::minimum(), bad, 0);
        assert_eq!(made.unwrap_err(), CryptoError::CreatedAt, "{bad:?}");
    }
}

#[test]
fn debug_shows_no_key() {
    let (ring, unlocked, _) = create();
    let shown = format!("{ring:?} {unlocked:?}");
    assert!(shown.contains("MasterKey(redacted)") && shown.contains("DatabaseKey(redacted)"));
    let named = format!(
        "KeyRing {{ vault_id: {:?}, generation: {}, slots: [SlotInfo",
        ring.vault_id(),
        ring.generation()
    );
    assert!(shown.starts_with(&named), "{shown}");
    assert!(!shown.contains(&format!(
        "{:?}",
        unlocked.database_key().dangerously_expose_bytes()
    )));
}

#[test]
fn known_keys_open_the_same_vault_again_and_no_other() {
    let (ring, unlocked, _) = create();
    let next = ring
        .replace_password(&unlocked, &password("new"), KdfCost::minimum(), AT, 0)
        .unwrap();
    for (ring, generation) in [(&ring, 1), (&next, 2)] {
        let again = ring.reopen(&unlocked).unwrap();
        assert_eq!(
            (again.generation(), again.slot_kind()),
            (generation, unlocked.slot_kind())
        );
        assert_eq!(again.master(), unlocked.master());
    }
    let (other, ..) = create();
    assert_eq!(other.reopen(&unlocked).unwrap_err(), KeyRingError::WrongSecret);
}

#[test]
fn the_salt_of_the_database_is_read_without_a_secret() {
    let (ring, unlocked, _) = create();
    assert_eq!(ring.cipher_salt(), unlocked.cipher_salt());
    assert_ne!(ring.cipher_salt(), create().0.cipher_salt());
}
