//! What must hold for any bytes given to `privatus-crypto`. The fuzz targets and the stable
//! mutation run of that crate call the same functions.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use privatus_crypto::{
    Context, Digest, ENVELOPE_OVERHEAD, KeyRing, KeyRingError, RecoveryCode, Secret, SlotKind, TableKey,
    Unlocked, VaultId, envelope_key_number,
};

/// The golden vault: fuzzing starts from what opens.
const KEY_RING: &[u8] = include_bytes!("../../crates/crypto/tests/golden/key_ring_1.json");
const VALUES: &str = include_str!("../../crates/crypto/tests/golden/values.json");

struct Vault {
    id: VaultId,
    code: Secret,
    table_key: TableKey,
}

/// The text of a member of the golden values; their names are unique where this is used.
fn golden(member: &str) -> &'static str {
    let name = format!("\"{member}\": \"");
    let start = VALUES.find(&name).expect("the golden values have it") + name.len();
    VALUES[start..].split('"').next().expect("it is a string")
}

fn unhex(digits: &str) -> Vec<u8> {
    digits
        .as_bytes()
        .chunks(2)
        .map(|pair| {
            let pair = std::str::from_utf8(pair).expect("digits are ASCII");
            u8::from_str_radix(pair, 16).expect("digits are hexadecimal")
        })
        .collect()
}

fn vault() -> &'static Vault {
    static VAULT: OnceLock<Vault> = OnceLock::new();
    VAULT.get_or_init(|| {
        let code = Secret::RecoveryCode(RecoveryCode::parse(golden("recovery_code")).expect("golden"));
        let unlocked: Unlocked = KeyRing::parse(KEY_RING)
            .and_then(|ring| ring.unlock(&code))
            .expect("the golden key ring opens");
        // The table key is the last of the two wrapped keys in the file.
        let wrapped = VALUES.rfind("\"wrapped\": \"").expect("golden") + "\"wrapped\": \"".len();
        let wrapped = unhex(VALUES[wrapped..].split('"').next().expect("golden"));
        let id = unlocked.vault_id();
        let table_key = unlocked
            .master()
            .key_store_key()
            .unwrap(&id, 7, "table", "messages/2026-11", &wrapped)
            .expect("the golden table key unwraps");
        Vault { id, code, table_key }
    })
}

/// The row that the envelopes in the corpus belong to.
fn place(vault: &Vault, key_number: u32) -> Context<'_> {
    Context {
        vault: &vault.id,
        table: "messages",
        column: "content",
        row_id: b"\x01fuzz",
        key_number,
    }
}

/// An envelope in the place of the corpus, for `fuzz/corpus/envelope`.
pub fn seal_for_corpus(plaintext: &[u8]) -> Vec<u8> {
    let vault = vault();
    vault
        .table_key
        .seal(&place(vault, 7), plaintext)
        .expect("sealing works")
}

/// Opens `data` as an envelope, and seals it as a value. Returns whether it opened.
pub fn envelope(data: &[u8]) -> bool {
    let vault = vault();
    let number = envelope_key_number(data);
    assert!(number.is_ok() || vault.table_key.open(&place(vault, 7), data).is_err());
    let ctx = place(vault, number.unwrap_or(7));
    let mut out = b"kept".to_vec();
    let opened = vault.table_key.open_into(&ctx, data, &mut out).is_ok();
    if opened {
        assert_eq!(out.len() - 4 + ENVELOPE_OVERHEAD, data.len());
    } else {
        assert_eq!(out, b"kept", "a refused envelope leaves no bytes behind");
    }
    let sealed = vault.table_key.seal(&ctx, data).expect("sealing works");
    assert_eq!(
        vault.table_key.open(&ctx, &sealed).expect("it opens").as_slice(),
        data
    );
    opened
}

/// Reads `data` as a key ring, and as the body of one with a matching checksum, and tries the golden
/// recovery code on it (no slow derivation). Returns whether it opened.
pub fn key_ring(data: &[u8]) -> bool {
    let mut digest = Digest::new();
    digest.update(data);
    let file = format!(
        r#"{{"format":"privatus-keyring-1","body":"{}","checksum":"{}",{}"#,
        BASE64.encode(data),
        BASE64.encode(digest.finalize()),
        golden_mac()
    );
    key_ring_file(data) | key_ring_file(file.as_bytes())
}

/// The last member of the golden key ring, to the end of the file.
fn golden_mac() -> &'static str {
    let file = std::str::from_utf8(KEY_RING).expect("JSON is UTF-8");
    &file[file.find("\"mac\"").expect("it has a MAC")..]
}

fn key_ring_file(data: &[u8]) -> bool {
    let Ok(ring) = KeyRing::parse(data) else {
        return false;
    };
    let bytes = ring.to_bytes();
    let again = KeyRing::parse(&bytes).expect("what was read can be read again");
    assert_eq!(again.to_bytes(), bytes);
    assert_eq!(again.slots(), ring.slots());
    match ring.unlock(&vault().code) {
        Ok(unlocked) => {
            assert_eq!(unlocked.slot_kind(), SlotKind::RecoveryCode);
            assert_eq!(
                unlocked.vault_id(),
                vault().id,
                "only the golden vault has this code"
            );
            true
        }
        Err(
            KeyRingError::WrongSecret
            | KeyRingError::UnknownKdf { .. }
            | KeyRingError::Tampered(_)
            | KeyRingError::RotationPending,
        ) => false,
        Err(error) => panic!("{error} must be found before unlocking"),
    }
}

/// Reads `data` as a recovery code. Returns whether it is one.
pub fn recovery_code(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else {
        return false;
    };
    let Ok(code) = RecoveryCode::parse(text) else {
        return false;
    };
    let shown = code.reveal();
    assert_eq!(shown.len(), 40);
    assert_eq!(
        *RecoveryCode::parse(&shown).expect("it reads itself").reveal(),
        *shown
    );
    true
}
