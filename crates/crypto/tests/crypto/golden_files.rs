//! The golden files, for every test that needs a vault without creating one.

use privatus_crypto::{KeyRing, Password, RecoveryCode, Secret, TableKey, Unlocked, VaultId};
use serde_json::Value;

pub(crate) const KEY_RING: &[u8] = include_bytes!("../golden/key_ring_1.json");
pub(crate) const KEY_RING_2: &[u8] = include_bytes!("../golden/key_ring_2.json");
pub(crate) const KEY_RING_3: &[u8] = include_bytes!("../golden/key_ring_3_later_parts.json");

pub(crate) const KEY_RING_4: &[u8] = include_bytes!("../golden/key_ring_4_note.json");

pub(crate) fn values() -> Value {
    serde_json::from_slice(include_bytes!("../golden/values.json")).unwrap()
}

pub(crate) fn unhex(value: &Value) -> Vec<u8> {
    let digits = value.as_str().unwrap();
    assert_eq!(digits.len() % 2, 0);
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect()
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

pub(crate) fn recovery() -> Secret {
    Secret::RecoveryCode(RecoveryCode::parse(text(&values()["recovery_code"])).unwrap())
}

pub(crate) fn password() -> Secret {
    Secret::Password(Password::new(text(&values()["password"])).unwrap())
}

/// Opened with the recovery code, which needs no slow key derivation.
pub(crate) fn unlocked() -> Unlocked {
    KeyRing::parse(KEY_RING).unwrap().unlock(&recovery()).unwrap()
}

/// One of the two wrapped keys: `table_key` or `id_key`.
pub(crate) fn key(unlocked: &Unlocked, name: &str) -> TableKey {
    let values = values();
    let entry = &values[name];
    unlocked
        .master()
        .key_store_key()
        .unwrap(
            &unlocked.vault_id(),
            u32::try_from(entry["number"].as_u64().unwrap()).unwrap(),
            text(&entry["key_type"]),
            text(&entry["scope"]),
            &unhex(&entry["wrapped"]),
        )
        .unwrap()
}

/// An envelope and everything it is bound to.
pub(crate) struct Sealed {
    pub(crate) vault: VaultId,
    pub(crate) table: String,
    pub(crate) column: String,
    pub(crate) row_id: Vec<u8>,
    pub(crate) key_number: u32,
    pub(crate) plaintext: Vec<u8>,
    pub(crate) envelope: Vec<u8>,
}

impl Sealed {
    pub(crate) fn context(&self) -> privatus_crypto::Context<'_> {
        privatus_crypto::Context {
            vault: &self.vault,
            table: &self.table,
            column: &self.column,
            row_id: &self.row_id,
            key_number: self.key_number,
        }
    }
}

pub(crate) fn envelopes() -> Vec<Sealed> {
    let values = values();
    let vault = VaultId::from_bytes(unhex(&values["vault_id"]).try_into().unwrap());
    let sealed = |entry: &Value| Sealed {
        vault,
        table: text(&entry["table"]).to_owned(),
        column: text(&entry["column"]).to_owned(),
        row_id: unhex(&entry["row_id"]),
        key_number: u32::try_from(entry["key_number"].as_u64().unwrap()).unwrap(),
        plaintext: unhex(&entry["plaintext"]),
        envelope: unhex(&entry["envelope"]),
    };
    values["envelopes"]
        .as_array()
        .unwrap()
        .iter()
        .map(sealed)
        .collect()
}
