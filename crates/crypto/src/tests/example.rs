//! The worked example of `docs/CRYPTO.md`: every step recomputed from the golden files.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use super::tampering::values;
use crate::derive::{self, label};
use crate::frame::{Fields, fields};
use crate::secret;
use crate::{Context, Digest, KeyRing, Password, RecoveryCode, TableKey, VaultId, fingerprint, wrap};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

const FILE: &[u8] = include_bytes!("../../tests/golden/key_ring_1.json");

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(value: &Value) -> Vec<u8> {
    let digits = value.as_str().unwrap();
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect()
}

struct Example(String);

impl Example {
    fn title(&mut self, text: &str) {
        writeln!(self.0, "{}{text}", if self.0.is_empty() { "" } else { "\n" }).unwrap();
    }

    fn line(&mut self, name: &str, value: impl AsRef<str>) {
        writeln!(self.0, "  {name:<16} {}", value.as_ref()).unwrap();
    }

    fn bytes(&mut self, name: &str, value: impl AsRef<[u8]>) {
        let digits = hex(value);
        self.line(name, if digits.is_empty() { "(none)" } else { &digits });
    }
}

/// Prints one slot and returns the master key in it.
fn slot(example: &mut Example, vault: &VaultId, bytes: &[u8], secret: &[u8]) -> [u8; 32] {
    let mut parts = Fields::new(bytes);
    let id: [u8; 4] = parts.take_array().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let (kind, created, kdf) = (
        parts.take().unwrap(),
        parts.take().unwrap(),
        parts.take().unwrap(),
    );
    let parameters = parts.take().unwrap();
    let (salt, check): ([u8; 32], [u8; 32]) = (parts.take_array().unwrap(), parts.take_array().unwrap());
    let wrapped = parts.take().unwrap();
    assert!(parts.is_at_end());
    let mut slot_key = [0; 32];
    if kind == b"password" {
        let iterations = u32::from_le_bytes(parameters.try_into().unwrap());
        derive::pbkdf2(secret, &salt, iterations, &mut slot_key);
    } else {
        derive::hkdf(&salt, secret, label::RECOVERY_SLOT, &mut slot_key);
    }
    example.title(&format!("slot {}", u32::from_le_bytes(id)));
    example.line("kind", text(kind));
    example.line("created at", text(created));
    example.line("KDF", text(kdf));
    example.bytes("parameters", parameters);
    example.bytes("salt", salt);
    example.bytes("slot key", slot_key);
    assert_eq!(**derive::subkey(&slot_key, label::SLOT_CHECK), check);
    example.bytes("key check", check);
    let wrapping = derive::subkey(&slot_key, label::SLOT_WRAP);
    example.bytes("wrapping key", **wrapping);
    let associated = fields(&[
        label::WRAPPED_MASTER,
        vault.as_bytes(),
        &id,
        kind,
        kdf,
        parameters,
    ])
    .unwrap();
    example.bytes("associated data", &associated);
    example.bytes("wrapped", wrapped);
    let master = wrap::unwrap(&wrapping, &associated, wrapped).unwrap();
    example.bytes("master key", **master);
    let nonce: [u8; 24] = wrapped[..24].try_into().unwrap();
    assert_eq!(
        wrap::wrap_with(&wrapping, &associated, &master, &nonce).unwrap(),
        wrapped
    );
    **master
}

fn worked_example() -> String {
    let mut example = Example(String::new());
    let (values, file): (Value, Value) = (values(), serde_json::from_slice(FILE).unwrap());
    let password = Password::new(values["password"].as_str().unwrap()).unwrap();
    let code = RecoveryCode::parse(values["recovery_code"].as_str().unwrap()).unwrap();
    example.title("secrets");
    example.bytes("password", password.as_bytes());
    example.line("recovery code", code.reveal().as_str());
    example.bytes("its 20 bytes", code.bytes());

    let body = BASE64.decode(file["body"].as_str().unwrap()).unwrap();
    let mut parts = Fields::new(&body);
    let vault = VaultId::from_bytes(parts.take_array().unwrap());
    example.title("key ring body");
    example.line("length", body.len().to_string());
    example.bytes("vault id", vault.as_bytes());
    example.bytes("generation", parts.take().unwrap());
    let cipher_salt = parts.take().unwrap();
    example.bytes("cipher salt", cipher_salt);
    let database = parts.take().unwrap();
    example.bytes("database key", database);
    example.bytes("pending database", parts.take().unwrap());
    example.bytes("pending master", parts.take().unwrap());
    example.bytes("slots", parts.take().unwrap());
    example.bytes("checksum", Digest::of(&body));
    assert_eq!(
        BASE64.encode(Digest::of(&body)),
        file["checksum"].as_str().unwrap()
    );

    let master = slot(&mut example, &vault, parts.take().unwrap(), password.as_bytes());
    assert_eq!(
        master,
        slot(&mut example, &vault, parts.take().unwrap(), code.bytes())
    );

    example.title("under the master key");
    let mac_key = derive::subkey(&master, label::KEY_RING_MAC);
    example.bytes("MAC key", **mac_key);
    let format = file["format"].as_str().unwrap().as_bytes();
    let framed = fields(&[label::KEY_RING_BODY, format, &body]).unwrap();
    let mac = derive::keyed_blake2b::<32>(&mac_key, &[&framed]);
    assert_eq!(BASE64.encode(mac), file["mac"].as_str().unwrap());
    example.bytes("MAC", mac);
    let wrapping = derive::subkey(&master, label::DATABASE_WRAP);
    example.bytes("wrapping key", **wrapping);
    let associated = fields(&[label::WRAPPED_DATABASE, vault.as_bytes()]).unwrap();
    example.bytes("associated data", &associated);
    let database_key = wrap::unwrap(&wrapping, &associated, database).unwrap();
    example.bytes("database key", **database_key);
    example.line(
        "SQLCipher key",
        format!("x'{}{}'", hex(**database_key), hex(cipher_salt)),
    );
    let key_store = derive::subkey(&master, label::KEY_STORE);
    example.bytes("key-store key", **key_store);

    let mut unwrapped = Vec::new();
    for name in ["table_key", "id_key"] {
        let entry = &values[name];
        let number = u32::try_from(entry["number"].as_u64().unwrap()).unwrap();
        let (key_type, scope) = (
            entry["key_type"].as_str().unwrap(),
            entry["scope"].as_str().unwrap(),
        );
        example.title(&format!("key_store row {number}"));
        example.line("key_type, scope", format!("{key_type}, {scope}"));
        let associated = fields(&[
            label::WRAPPED_TABLE,
            vault.as_bytes(),
            &number.to_le_bytes(),
            key_type.as_bytes(),
            scope.as_bytes(),
        ])
        .unwrap();
        example.bytes("associated data", &associated);
        example.bytes("encrypted_key", unhex(&entry["wrapped"]));
        let key = wrap::unwrap(&key_store, &associated, &unhex(&entry["wrapped"])).unwrap();
        example.bytes("key", **key);
        unwrapped.push(key);
    }

    let table_key = TableKey::new(secret::copied(&unwrapped[0]));
    for entry in values["envelopes"].as_array().unwrap().iter().take(2) {
        let (envelope, row_id) = (unhex(&entry["envelope"]), unhex(&entry["row_id"]));
        let (table, column) = (
            entry["table"].as_str().unwrap(),
            entry["column"].as_str().unwrap(),
        );
        let place = Context {
            vault: &vault,
            table,
            column,
            row_id: &row_id,
            key_number: 7,
        };
        example.title(&format!("envelope of {table}.{column}"));
        example.bytes("row id", &row_id);
        example.bytes("envelope", &envelope);
        let associated = fields(&[
            &envelope[..6],
            vault.as_bytes(),
            table.as_bytes(),
            column.as_bytes(),
            &row_id,
        ])
        .unwrap();
        example.bytes("associated data", &associated);
        let random = &envelope[6..38];
        let material = fields(&[label::ROW, &envelope[..6], random, &associated]).unwrap();
        let row_key = derive::keyed_blake2b::<32>(&unwrapped[0], &[&material]);
        example.bytes("row key", row_key);
        let plaintext = table_key.open(&place, &envelope).unwrap();
        example.bytes("plaintext", plaintext.as_slice());
        // The writer too: the same random bytes give the same envelope.
        let mut again = Vec::new();
        table_key
            .seal_with(&place, &plaintext, random.try_into().unwrap(), &mut again)
            .unwrap();
        assert_eq!(again, envelope);
    }

    let entry = &values["id_key"];
    let (id_label, field) = (entry["label"].as_str().unwrap(), entry["field"].as_str().unwrap());
    example.title("id");
    example.line("label, field", format!("{id_label}, {field}"));
    let framed = fields(&[label::ID, id_label.as_bytes(), field.as_bytes()]).unwrap();
    let mut hash = derive::keyed_blake2b::<16>(&unwrapped[1], &[&framed]);
    assert_eq!(hex(hash), entry["hash16"].as_str().unwrap());
    example.bytes("hash", hash);
    hash[6] = hash[6] & 0x0f | 0x80;
    hash[8] = hash[8] & 0x3f | 0x80;
    example.bytes("as a UUIDv8", hash);
    audit(&mut example, &vault, &unwrapped[0]);

    let key: Vec<u8> = (0..32).collect();
    example.title("fingerprint");
    example.bytes("key", &key);
    let first = Digest::of(&fields(&[label::FINGERPRINT, &[0; 32], &key]).unwrap());
    example.bytes("first round", first);
    example.bytes("fingerprint", fingerprint(&key).unwrap());
    example.0
}

/// Two entries of an audit log and the checkpoint after the first, under key 7 as the audit key.
fn audit(example: &mut Example, vault: &VaultId, key: &[u8; 32]) {
    let number = 7_u32.to_le_bytes();
    let at = "2026-11-25 09:00:00.000";
    let mut previous = [0; 32];
    let entries: [[&[u8]; 11]; 2] = [
        [
            b"+2026-11-25 09:00:00.000",
            b"contact",
            b"-",
            b"+contact",
            b"+alice",
            b"add",
            b"+{\"verified\":true}",
            b"-",
            b"-",
            b"+\x01",
            b"-",
        ],
        [
            b"+2026-11-25 09:00:00.000",
            b"access",
            b"+bob",
            b"+group",
            b"+choir",
            b"refuse",
            b"-",
            b"-",
            b"-",
            b"+\x00",
            b"+no grant",
        ],
    ];
    for (log_id, columns) in (1_i64..).zip(entries) {
        let number_of_entry = log_id.to_le_bytes();
        let mut under: Vec<&[u8]> = vec![
            label::AUDIT_ENTRY,
            vault.as_bytes(),
            &previous,
            &number,
            &number_of_entry,
        ];
        under.extend(columns);
        let framed = fields(&under).unwrap();
        example.title(&format!("audit entry {log_id}"));
        let shown = columns.map(|column| match column {
            [b'+', success @ (0 | 1)] => format!("+{success:02x}"),
            text => std::str::from_utf8(text).unwrap().to_owned(),
        });
        example.line("columns", shown.join(" | "));
        example.bytes("previous MAC", previous);
        example.bytes("under the MAC", &framed);
        previous = derive::keyed_blake2b::<32>(key, &[&framed]);
        example.bytes("mac", previous);
        if log_id == 1 {
            checkpoint(example, vault, key, (&previous, at));
        }
    }
}

/// The checkpoint after entry 1.
fn checkpoint(example: &mut Example, vault: &VaultId, key: &[u8; 32], (mac, at): (&[u8; 32], &str)) {
    let (number, removed) = (7_u32.to_le_bytes(), 1_i64.to_le_bytes());
    let under: [&[u8]; 6] = [
        label::AUDIT_CHECKPOINT,
        vault.as_bytes(),
        &number,
        &removed,
        mac,
        at.as_bytes(),
    ];
    let framed = fields(&under).unwrap();
    example.title("audit checkpoint behind entry 1");
    example.line("removed at", at);
    example.bytes("under the MAC", &framed);
    let mac = derive::keyed_blake2b::<32>(key, &[&framed]);
    example.bytes("audit_checkpoint", [number.as_slice(), mac.as_slice()].concat());
}

#[test]
fn the_worked_example_of_the_document_is_true() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/CRYPTO.md");
    let document = std::fs::read_to_string(&path).unwrap();
    let (begin, end) = ("<!-- example: begin -->\n```text\n", "```\n<!-- example: end -->");
    let start = document.find(begin).expect("the page marks the example") + begin.len();
    let stop = start + document[start..].find(end).expect("and its end");
    let example = worked_example();
    if std::env::var_os("UPDATE_EXAMPLE").is_some() {
        let updated = [&document[..start], &example, &document[stop..]].concat();
        std::fs::write(&path, updated).unwrap();
        return;
    }
    assert_eq!(
        &document[start..stop],
        example,
        "write it anew with UPDATE_EXAMPLE=1 cargo test -p privatus-crypto example"
    );
}

#[test]
fn the_row_id_of_a_setting_in_the_document_is_true() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/CRYPTO.md");
    let document = std::fs::read_to_string(path).unwrap();
    let row_id = hex(fields(&[b"", b"theme"]).unwrap());
    assert!(document.contains(&format!("`theme` has the row id `{row_id}`")));
}

#[test]
fn the_document_names_every_label_and_the_key_ring_whole() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/CRYPTO.md");
    let document = std::fs::read_to_string(path).unwrap();
    for line in include_str!("../derive.rs")
        .lines()
        .filter(|line| line.contains("b\"privatus 20"))
    {
        let label = line.split('"').nth(1).unwrap();
        assert!(document.contains(label), "{label}");
    }
    assert!(document.contains(std::str::from_utf8(FILE).unwrap()));
    KeyRing::parse(FILE).unwrap();
}
