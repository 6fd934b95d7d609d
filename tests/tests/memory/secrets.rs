//! Every secret of a vault, computed as docs/CRYPTO.md describes from its files and the password or recovery code.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use privatus_crypto::{KeyRing, Password, RecoveryCode, Secret};
use privatus_sqlite::{Column, Connection, OpenMode, OpenOptions, RawKey, SqliteError};
use sha2::Sha512;

use crate::search::Needle;

/// What opens a vault.
#[derive(Clone)]
pub(crate) enum Opener {
    Password(String),
    RecoveryCode(String),
}

impl Opener {
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Password(text) | Self::RecoveryCode(text) => text,
        }
    }

    pub(crate) fn secret(&self) -> Secret {
        match self {
            Self::Password(text) => Secret::Password(Password::new(text).unwrap()),
            Self::RecoveryCode(text) => Secret::RecoveryCode(RecoveryCode::parse(text).unwrap()),
        }
    }

    /// As the key derivation takes it.
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Password(text) => text.as_bytes().to_vec(),
            Self::RecoveryCode(text) => code_bytes(text),
        }
    }
}

/// The secrets of a vault, by how long an open store needs them.
pub(crate) struct Secrets {
    /// While it is open.
    pub(crate) kept: Vec<Needle>,
    /// While a group is worked with.
    pub(crate) groups: Vec<Needle>,
    /// While somebody holds its unlocked key ring.
    pub(crate) master: Needle,
    /// While it is being opened.
    pub(crate) passing: Vec<Needle>,
}

impl Secrets {
    pub(crate) fn all(&self) -> impl Iterator<Item = &Needle> {
        self.kept
            .iter()
            .chain(&self.groups)
            .chain([&self.master])
            .chain(&self.passing)
    }

    /// Those of the vault in `path`, which another process may have open.
    pub(crate) fn of(path: &Path, opener: &Opener) -> Self {
        let file = std::fs::read(path.join("keyring.json")).unwrap();
        let opened = KeyRing::parse(&file).unwrap().unlock(&opener.secret()).unwrap();
        let master = opened.master().dangerously_expose_bytes();
        let database = opened.database_key().dangerously_expose_bytes();
        let subkey = |label: &str| hkdf(&[], master, label);
        let root = Needle::new("the key-store key", subkey("privatus 2026-11-24 key-store v1"));

        let mut groups = Vec::new();
        let ledger = Needle::new("the ledger key", subkey("privatus 2026-11-24 ledger mac v1"));
        let mut kept = vec![Needle::new("the database key", database), root, ledger];
        let raw = RawKey::new(database, opened.cipher_salt());
        let options = OpenOptions::new(OpenMode::ReadOnly).with_key(&raw);
        let mut db = Connection::open(&path.join("privatus.db"), &options).unwrap();
        let sql = "SELECT key_number, key_type, scope, encrypted_key FROM key_store WHERE length(encrypted_key) > 0";
        db.query(sql, &[], |row| {
            let (number, kind) = (u32::try_from(row.integer(0)).unwrap(), row.text(1).unwrap());
            let Column::Blob(wrapped) = row.column(3) else {
                panic!("a wrapped key")
            };
            let scope = row.text(2).unwrap();
            let root = opened.master().key_store_key();
            let key = root
                .unwrap(&opened.vault_id(), number, &kind, &scope, wrapped)
                .unwrap();
            let keys = if kind == "group" { &mut groups } else { &mut kept };
            keys.push(Needle::new(
                format!("the {kind} key of {scope}"),
                key.dangerously_expose_bytes(),
            ));
            Ok::<_, SqliteError>(())
        })
        .unwrap();

        let mut passing = vec![Needle::new("the secret's own bytes", opener.bytes())];
        passing.push(Needle::new("the secret as it was typed", opener.text()));
        for (name, label) in [
            (
                "the MAC key of the key ring",
                "privatus 2026-11-24 keyring mac v1",
            ),
            (
                "the wrapping key of the database key",
                "privatus 2026-11-24 database wrap v1",
            ),
        ] {
            passing.push(Needle::new(name, subkey(label)));
        }
        let slot_key = slot_key(&file, opener);
        let wrapping = hkdf(&[], &slot_key, "privatus 2026-11-24 slot wrap v1");
        passing.push(Needle::new("the slot key", slot_key));
        passing.push(Needle::new("the wrapping key of the slot", wrapping));
        let salt: Vec<u8> = opened.cipher_salt().iter().map(|byte| byte ^ 0x3a).collect();
        passing.push(Needle::new(
            "SQLCipher's MAC key",
            &pbkdf2(database, &salt, 2)[..32],
        ));
        Self {
            kept,
            groups,
            master: Needle::new("the master key", master),
            passing,
        }
    }
}

/// The key of the slot that this secret opens.
fn slot_key(file: &[u8], opener: &Opener) -> Vec<u8> {
    let file: serde_json::Value = serde_json::from_slice(file).unwrap();
    let body = STANDARD.decode(file["body"].as_str().unwrap()).unwrap();
    let (kind, label) = match opener {
        Opener::Password(_) => ("password", ""),
        Opener::RecoveryCode(_) => ("recovery-code", "privatus 2026-11-24 recovery slot v1"),
    };
    // Seven fields of the vault, then one a slot: id, kind, time, KDF, its parameters, salt.
    let slots = fields(&body).into_iter().skip(7).map(|slot| fields(&slot));
    let slot = slots.into_iter().find(|slot| slot[1] == kind.as_bytes()).unwrap();
    match opener {
        Opener::RecoveryCode(_) => hkdf(&slot[5], &opener.bytes(), label),
        Opener::Password(_) => {
            let iterations = u32::from_le_bytes(slot[4][..].try_into().unwrap());
            pbkdf2(&opener.bytes(), &slot[5], iterations)[..32].to_vec()
        }
    }
}

fn fields(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk() {
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap();
        found.push(rest[..length].to_vec());
        bytes = &rest[length..];
    }
    found
}

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha512>::new_from_slice(key).unwrap();
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

fn hkdf(salt: &[u8], key: &[u8], label: &str) -> Vec<u8> {
    let block = hmac(&hmac(salt, key), &[label.as_bytes(), &[1]].concat());
    block[..32].to_vec()
}

/// The first block.
fn pbkdf2(password: &[u8], salt: &[u8], iterations: u32) -> Vec<u8> {
    let keyed = Hmac::<Sha512>::new_from_slice(password).unwrap();
    let mac = |message: &[u8]| {
        let mut mac = keyed.clone();
        mac.update(message);
        mac.finalize().into_bytes()
    };
    let mut step = mac(&[salt, &[0, 0, 0, 1]].concat());
    let mut sum = step;
    for _ in 1..iterations {
        step = mac(&step);
        sum.iter_mut().zip(&step).for_each(|(sum, step)| *sum ^= step);
    }
    sum.to_vec()
}

/// 160 bits in 32 characters of Crockford's base32; two of checksum follow.
fn code_bytes(text: &str) -> Vec<u8> {
    let (mut bits, mut held, mut bytes) = (0_u32, 0, Vec::new());
    for c in text.chars().filter(|c| *c != '-').take(32) {
        let symbol = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".find(c).unwrap();
        bits = (bits << 5) | u32::try_from(symbol).unwrap();
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held).to_be_bytes()[3]);
        }
    }
    assert_eq!(bytes.len(), 20);
    bytes
}
