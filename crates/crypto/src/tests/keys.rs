//! Keys: what each MAC covers, which keys are equal, and what `Debug` shows.

use crate::derive::{self, label};
use crate::digest::Digest;
use crate::frame;
use crate::key::{AuditKey, LedgerKey, MasterKey, SnapshotKey, TableKey};
use crate::secret::copied;
use crate::vault_id::VaultId;

const BYTES: [u8; 32] = [7; 32];

/// BLAKE2b of the label and the fields, each preceded by its length.
fn expected(label: &[u8], fields: &[&[u8]]) -> [u8; 32] {
    let parts: Vec<&[u8]> = std::iter::once(label).chain(fields.iter().copied()).collect();
    derive::keyed_blake2b(&BYTES, &[&frame::fields(&parts).unwrap()])
}

#[test]
fn each_mac_is_of_its_label_and_fields() {
    let fields: &[&[u8]] = &[b"ab", b"", b"c"];
    let audit = AuditKey::new(copied(&BYTES));
    assert_eq!(audit.entry_mac(fields), expected(label::AUDIT_ENTRY, fields));
    assert_eq!(
        audit.checkpoint_mac(fields),
        expected(label::AUDIT_CHECKPOINT, fields)
    );
    assert_eq!(TableKey::new(copied(&BYTES)).to_audit_key(), audit);
    let ledger = LedgerKey::new(copied(&BYTES));
    assert_eq!(ledger.mac(fields), expected(label::LEDGER_ROW, fields));
    let snapshot = SnapshotKey::new(copied(&BYTES));
    assert_eq!(snapshot.mac(fields), expected(label::SNAPSHOT_NOTE, fields));
}

#[test]
fn a_mac_is_that_of_its_fields_alone() {
    let fields: &[&[u8]] = &[b"ab", b"c"];
    let (ledger, snapshot) = (LedgerKey::new(copied(&BYTES)), SnapshotKey::new(copied(&BYTES)));
    let (of_ledger, of_snapshot) = (ledger.mac(fields), snapshot.mac(fields));
    assert!(ledger.is_mac(fields, &of_ledger) && snapshot.is_mac(fields, &of_snapshot));
    for wrong in [&of_ledger[..31], &[0; 32], b"", &of_snapshot] {
        assert!(!ledger.is_mac(fields, wrong));
    }
    for wrong in [&of_snapshot[..31], &[0; 32], b"", &of_ledger] {
        assert!(!snapshot.is_mac(fields, wrong));
    }
    assert!(!ledger.is_mac(&[b"a", b"bc"], &of_ledger) && !snapshot.is_mac(&[b"a", b"bc"], &of_snapshot));
}

#[test]
fn a_master_key_derives_each_key_by_its_label() {
    let master = MasterKey::new(copied(&BYTES));
    assert_eq!(master.dangerously_expose_bytes(), &BYTES);
    assert_eq!(master.duplicate(), master);
    let subkey = |label| *derive::subkey(&BYTES, label);
    assert_eq!(*master.key_store_key().bytes(), *subkey(label::KEY_STORE));
    assert_eq!(*master.ledger_key().bytes(), *subkey(label::LEDGER_MAC));
    assert_eq!(*master.snapshot_key().bytes(), *subkey(label::SNAPSHOT_MAC));
}

#[test]
fn keys_are_equal_when_their_bytes_are() {
    let table = |byte| TableKey::new(copied(&[byte; 32]));
    assert!(table(1) == table(1) && table(1) != table(2));
    let id = |byte| table(byte).into_id_key();
    assert!(id(1) == id(1) && id(1) != id(2));
    let ledger = |byte| LedgerKey::new(copied(&[byte; 32]));
    assert!(ledger(1) == ledger(1) && ledger(1) != ledger(2));
}

#[test]
fn a_vault_is_shown_by_its_digits_and_a_digest_not_at_all() {
    assert_eq!(format!("{:?}", VaultId::from_bytes([0xa7; 16])), "a7".repeat(16));
    assert_eq!(format!("{:?}", Digest::new()), "Digest");
}

#[test]
fn no_key_shows_its_bytes() {
    let table = || TableKey::new(copied(&BYTES));
    assert_eq!(format!("{:?}", table()), "TableKey(redacted)");
    assert_eq!(format!("{:?}", table().into_id_key()), "IdKey(redacted)");
}
