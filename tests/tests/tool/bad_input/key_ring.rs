//! The key ring: missing, cut, flipped in each field, of another vault, with a KDF out of bounds.

use std::fs;

use privatus_tests::{init, ok};
use serde_json::{Value, json};

use super::ring::{COPIES, FIELDS, Ring, SLOT, flip, put};
use super::{refuses, vault};

const CHATS: [&str; 1] = ["chats"];

#[test]
fn cut_or_flipped_anywhere() {
    let (_dir, vault) = vault();
    let whole = fs::read(vault.join(COPIES[0])).unwrap();
    for at in (0..whole.len()).step_by(61) {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        for bytes in [&whole[..at], &flipped] {
            put(&vault, bytes);
            refuses(&vault, &CHATS, 14, "the key ring cannot be used");
        }
    }
    let mut longer = whole.clone();
    longer.resize(70_000, b' ');
    for bytes in [&longer[..], b"{}", b"[]", b"\0\0\0\0", b"\xff\xfe{}", b"hello"] {
        put(&vault, bytes);
        refuses(&vault, &CHATS, 14, "the key ring cannot be used");
    }
    // Each copy is named with what is wrong with it.
    let copies = COPIES.map(|name| vault.join(name));
    fs::write(&copies[0], [0; 500]).unwrap();
    fs::write(&copies[1], "").unwrap();
    refuses(&vault, &CHATS, 14, "keyring.json is not a key ring; ");
    refuses(
        &vault,
        &CHATS,
        14,
        "keyring.json.1 is empty; restore keyring.json from a backup",
    );
    fs::write(&copies[1], &whole[..100]).unwrap();
    refuses(&vault, &CHATS, 14, "keyring.json.1 is damaged");
    fs::remove_file(&copies[1]).unwrap();
    refuses(&vault, &CHATS, 14, "keyring.json.1 is missing");
    fs::remove_file(&copies[0]).unwrap();
    refuses(&vault, &CHATS, 13, "put keyring.json back");
    for name in COPIES {
        fs::create_dir(vault.join(name)).unwrap();
    }
    refuses(&vault, &CHATS, 17, "keyring.json is a folder");
    // One of each: both are named, and how to repair the second.
    fs::remove_dir(vault.join(COPIES[0])).unwrap();
    fs::write(vault.join(COPIES[0]), "hello").unwrap();
    for says in [
        "keyring.json is not a key ring; ",
        "keyring.json.1 is a folder",
        "move it out of the folder",
    ] {
        refuses(&vault, &CHATS, 14, says);
    }
}

#[test]
fn members_of_the_json() {
    let (_dir, vault) = vault();
    let whole: Value = serde_json::from_slice(&fs::read(vault.join(COPIES[0])).unwrap()).unwrap();
    for member in ["format", "body", "checksum", "mac"] {
        let text = whole[member].as_str().unwrap();
        let last = text.trim_end_matches('=');
        let (start, end) = (&last[..last.len() - 2], &text[last.len() - 1..]);
        let other = if last.as_bytes()[last.len() - 2] == b'A' {
            'B'
        } else {
            'A'
        };
        for value in [
            json!(7),
            json!(null),
            json!([text]),
            json!(""),
            json!(format!("{start}{other}{end}")),
        ] {
            let mut file = whole.clone();
            file[member] = value;
            put(&vault, file.to_string().as_bytes());
            refuses(&vault, &CHATS, 14, "the key ring cannot be used");
        }
        let mut file = whole.clone();
        file.as_object_mut().unwrap().remove(member);
        put(&vault, file.to_string().as_bytes());
        refuses(&vault, &CHATS, 14, "the key ring cannot be used");
    }
}

/// Each field of the body changed under a checksum that fits: what the password is tried against before anything is
/// authentic gives "wrong password, or the key ring was altered"; everything else is found out.
#[test]
fn every_field_of_the_body() {
    let (_dir, vault) = vault();
    let whole = Ring::of(&vault);
    put(&vault, &whole.bytes());
    ok(&vault, &CHATS);
    for (at, name) in FIELDS.into_iter().enumerate() {
        let mut ring = whole.clone();
        flip(&mut ring.fields[at]);
        ring.put(&vault);
        println!("field {name}");
        refuses(&vault, &CHATS, 14, "altered");
    }
    for slot in [0, 1] {
        for (at, name) in SLOT.into_iter().enumerate() {
            let mut fields = whole.slot(slot);
            // Of a number the low bit decides: 210,000 becomes 210,001, and id 2 becomes 3.
            flip(&mut fields[at]);
            whole.with_slot(slot, &fields).put(&vault);
            println!("slot {slot}, field {name}");
            let code = match (slot, name) {
                (0, "KDF name") => 18,
                (0, "kind" | "KDF parameters" | "salt" | "key check") => 10,
                _ => 14,
            };
            refuses(&vault, &CHATS, code, "altered");
        }
    }
    let mut none = whole.clone();
    none.fields.truncate(FIELDS.len());
    none.put(&vault);
    refuses(&vault, &CHATS, 14, "altered");
    whole.put(&vault);
    ok(&vault, &CHATS);
}

/// A build that knows another KDF made the slot: the password may be right.
#[test]
fn a_kdf_that_nobody_knows_is_named() {
    let (_dir, vault) = vault();
    let whole = Ring::of(&vault);
    let mut slot = whole.slot(0);
    slot[3] = b"argon2id".to_vec();
    whole.with_slot(0, &slot).put(&vault);
    let says = "slot 1 of the key ring derives its key by argon2id; use a newer privatus";
    refuses(&vault, &CHATS, 18, says);
    refuses(&vault, &["audit", "verify"], 18, says);
}

#[test]
fn a_kdf_out_of_bounds() {
    let (_dir, vault) = vault();
    let whole = Ring::of(&vault);
    for (iterations, says) in [
        (0, "below the floor of 210000"),
        (1, "below the floor of 210000"),
        (209_999, "below the floor of 210000"),
        (100_000_001, "above the ceiling of 100000000"),
        (u32::MAX, "above the ceiling of 100000000"),
    ] {
        whole.with_iterations(iterations).put(&vault);
        refuses(&vault, &CHATS, 14, says);
    }
    let mut slot = whole.slot(0);
    slot[4].pop();
    whole.with_slot(0, &slot).put(&vault);
    refuses(&vault, &CHATS, 14, "altered");
}

/// One bad copy does no harm: the other opens the vault, and the bad one is made again.
#[test]
fn one_of_two_copies() {
    let (_dir, vault) = vault();
    let whole = Ring::of(&vault);
    let good = fs::read(vault.join(COPIES[0])).unwrap();
    let mut newer = whole.clone();
    newer.fields[1][0] = 9;
    let bad = [
        Vec::new(),
        good[..100].to_vec(),
        b"no key ring".to_vec(),
        whole.with_iterations(1).bytes(),
        whole.with_iterations(u32::MAX).bytes(),
        newer.bytes(),
    ];
    for name in COPIES {
        for bytes in &bad {
            fs::write(vault.join(name), bytes).unwrap();
            ok(&vault, &CHATS);
            for name in COPIES {
                assert!(
                    fs::read(vault.join(name)).unwrap() == good,
                    "{name} was not repaired"
                );
            }
        }
    }
}

#[test]
fn of_another_vault() {
    let (_dir, mine) = vault();
    let other = tempfile::tempdir().unwrap();
    let theirs = other.path().join("vault");
    init(&theirs);
    put(&mine, &fs::read(theirs.join(COPIES[0])).unwrap());
    let says = "keyring.json and privatus.db belong to different vaults, or the first page is damaged";
    refuses(&mine, &CHATS, 16, says);
    refuses(&mine, &["migrate", "status"], 16, says);
}
