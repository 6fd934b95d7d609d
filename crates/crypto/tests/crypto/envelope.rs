//! A value opens in its place and nowhere else.

use privatus_crypto::{
    Context, Digest, ENVELOPE_OVERHEAD, OpenError, TableKey, VaultId, envelope_key_number,
};
use proptest::prelude::*;

const VAULT: VaultId = VaultId::from_bytes([1; 16]);
const OTHER_VAULT: VaultId = VaultId::from_bytes([2; 16]);
const PLACE: Context<'_> = Context {
    vault: &VAULT,
    table: "messages",
    column: "content",
    row_id: b"\x01m-1",
    key_number: 7,
};

#[test]
fn a_value_that_takes_anothers_place_opens_like_it_and_repeats_no_randomness() {
    let key = TableKey::generate().unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..200 {
        let mut sealed = Vec::new();
        key.reseal_into(&PLACE, b"hello", &mut sealed).unwrap();
        assert_eq!(key.open(&PLACE, &sealed).unwrap().as_slice(), b"hello");
        assert!(seen.insert(sealed[6..38].to_vec()));
    }
}

#[test]
fn no_other_place_opens_it() {
    let key = TableKey::generate().unwrap();
    let sealed = key.seal(&PLACE, b"hello").unwrap();
    assert_eq!(key.open(&PLACE, &sealed).unwrap().as_slice(), b"hello");
    let other_places = [
        Context {
            vault: &OTHER_VAULT,
            ..PLACE
        },
        Context {
            table: "message_content",
            ..PLACE
        },
        Context {
            column: "contents",
            ..PLACE
        },
        Context {
            row_id: b"\x01m-2",
            ..PLACE
        },
        Context { row_id: b"", ..PLACE },
        Context {
            key_number: 8,
            ..PLACE
        },
        // The same letters, divided differently: lengths are part of the binding.
        Context {
            table: "message",
            column: "scontent",
            ..PLACE
        },
        Context {
            column: "content\x01",
            row_id: b"m-1",
            ..PLACE
        },
    ];
    for place in &other_places {
        assert_eq!(key.open(place, &sealed).unwrap_err(), OpenError, "{place:?}");
    }
    // The key number is bound, not only compared.
    let mut renumbered = sealed.clone();
    renumbered[2] = 8;
    assert_eq!(envelope_key_number(&renumbered), Ok(8));
    assert!(
        key.open(
            &Context {
                key_number: 8,
                ..PLACE
            },
            &renumbered
        )
        .is_err()
    );
    assert!(TableKey::generate().unwrap().open(&PLACE, &sealed).is_err());
}

#[test]
fn equal_values_look_different() {
    let key = TableKey::generate().unwrap();
    let (a, b) = (
        key.seal(&PLACE, b"hello").unwrap(),
        key.seal(&PLACE, b"hello").unwrap(),
    );
    assert_eq!(a[..6], b[..6]);
    assert_ne!(a[6..38], b[6..38]);
    assert_ne!(a[38..], b[38..]);
}

#[test]
fn appending_keeps_what_is_there() {
    let key = TableKey::generate().unwrap();
    let mut row = b"before".to_vec();
    key.seal_into(&PLACE, b"", &mut row).unwrap();
    assert_eq!(row.len(), 6 + ENVELOPE_OVERHEAD);
    let mut out = b"before".to_vec();
    key.open_into(&PLACE, &row[6..], &mut out).unwrap();
    assert_eq!(out, b"before", "an empty value is legal");
    key.seal_into(&PLACE, b"after", &mut row).unwrap();
    key.open_into(&PLACE, &row[6 + ENVELOPE_OVERHEAD..], &mut out)
        .unwrap();
    assert_eq!(out, b"beforeafter");
}

#[test]
fn wrapped_keys_open_in_their_row_only() {
    let master = privatus_crypto::KeyRing::create(
        &privatus_crypto::Password::new("p").unwrap(),
        &privatus_crypto::RecoveryCode::generate().unwrap(),
        privatus_crypto::KdfCost::minimum(),
        "2026-11-24",
    )
    .unwrap()
    .1;
    let store = master.master().key_store_key();
    let key = TableKey::generate().unwrap();
    let wrapped = store.wrap(&VAULT, 1, "table", "settings", &key).unwrap();
    assert_eq!(
        store.unwrap(&VAULT, 1, "table", "settings", &wrapped).unwrap(),
        key
    );
    assert!(
        store
            .unwrap(&OTHER_VAULT, 1, "table", "settings", &wrapped)
            .is_err()
    );
    assert!(store.unwrap(&VAULT, 2, "table", "settings", &wrapped).is_err());
    assert!(store.unwrap(&VAULT, 1, "id", "settings", &wrapped).is_err());
    assert!(store.unwrap(&VAULT, 1, "table", "contacts", &wrapped).is_err());
    assert!(store.unwrap(&VAULT, 1, "tables", "ettings", &wrapped).is_err());
    for at in 0..wrapped.len() {
        let mut wrong = wrapped.clone();
        wrong[at] ^= 1;
        assert!(
            store.unwrap(&VAULT, 1, "table", "settings", &wrong).is_err(),
            "{at}"
        );
        assert!(
            store
                .unwrap(&VAULT, 1, "table", "settings", &wrapped[..at])
                .is_err(),
            "{at}"
        );
    }
}

#[test]
fn ids_depend_on_label_and_every_border_between_fields() {
    let id = TableKey::generate().unwrap().into_id_key();
    let hash = id.hash16("message id", &[b"ab", b"c"]);
    assert_eq!(hash, id.hash16("message id", &[b"ab", b"c"]));
    for other in [
        id.hash16("message id", &[b"a", b"bc"]),
        id.hash16("message id", &[b"abc"]),
        id.hash16("message id", &[b"ab", b"c", b""]),
        id.hash16("message", &[b" id", b"ab", b"c"]),
        TableKey::generate()
            .unwrap()
            .into_id_key()
            .hash16("message id", &[b"ab", b"c"]),
    ] {
        assert_ne!(hash, other);
    }
}

#[test]
fn keys_show_nothing() {
    let key = TableKey::generate().unwrap();
    assert_eq!(format!("{key:?}"), "TableKey(redacted)");
    assert_eq!(format!("{:?}", key.into_id_key()), "IdKey(redacted)");
}

#[test]
fn the_checksum_is_blake2b_256() {
    let mut digest = Digest::new();
    digest.update(b"a");
    digest.update(b"");
    digest.update(b"bc");
    let hex: String = digest
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    // `printf abc | b2sum -l 256`
    assert_eq!(
        hex,
        "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"
    );
}

proptest! {
    #[test]
    fn what_was_sealed_opens(
        plaintext in proptest::collection::vec(any::<u8>(), 0..5_000),
        table in "[a-z_]{1,20}",
        column in "[a-z_]{1,20}",
        row_id in proptest::collection::vec(any::<u8>(), 0..1_100),
        key_number in any::<u32>(),
    ) {
        let key = TableKey::generate().unwrap();
        let place = Context { vault: &VAULT, table: &table, column: &column, row_id: &row_id, key_number };
        let sealed = key.seal(&place, &plaintext).unwrap();
        prop_assert_eq!(sealed.len(), plaintext.len() + ENVELOPE_OVERHEAD);
        prop_assert_eq!(envelope_key_number(&sealed).unwrap(), key_number);
        let opened = key.open(&place, &sealed).unwrap();
        prop_assert_eq!(opened.as_slice(), plaintext.as_slice());
        let mut longer = row_id.clone();
        longer.push(0);
        let moved = key.open(&Context { row_id: &longer, ..place }, &sealed);
        prop_assert!(moved.is_err());
    }
}

#[test]
fn a_value_that_is_too_short_has_no_key_number() {
    let sealed = TableKey::generate().unwrap().seal(&PLACE, b"").unwrap();
    assert_eq!(sealed.len(), ENVELOPE_OVERHEAD);
    assert_eq!(envelope_key_number(&sealed), Ok(PLACE.key_number));
    for size in 0..ENVELOPE_OVERHEAD {
        assert_eq!(envelope_key_number(&sealed[..size]), Err(OpenError), "{size}");
    }
}
