//! The worked examples of docs/CRYPTO.md that `crates/crypto` cannot check alone: message content, large content, and an
//! export.

use std::fmt::Write as _;
use std::fs;

use privatus_crypto::{Context, KeyRing, RecoveryCode, Secret, TableKey, VaultId};
use privatus_domain::{Attributes, Body, Media, StoredBody};
use privatus_tests::{init, ok};
use serde_json::Value;

const PAGE: &str = include_str!("../../../docs/CRYPTO.md");
const KEY_RING: &[u8] = include_bytes!("../../../crates/crypto/tests/golden/key_ring_1.json");
const VALUES: &str = include_str!("../../../crates/crypto/tests/golden/values.json");

/// The code block that a marker of the page begins.
fn block(marker: &str) -> &'static str {
    let begin = format!("<!-- example: {marker} -->\n```");
    let (_, rest) = PAGE.split_once(&begin).expect("the page marks the example");
    let (_, rest) = rest.split_once('\n').unwrap();
    rest.split_once("```\n").expect("the block ends").0
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(digits: &str) -> Vec<u8> {
    let at = (0..digits.len()).step_by(2);
    at.map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect()
}

/// A line `  name   value` of a block.
fn line<'a>(block: &'a str, name: &str) -> &'a str {
    let start = format!("  {name:<14} ");
    let found = block.lines().find_map(|line| line.strip_prefix(&start));
    found.unwrap_or_else(|| panic!("no line {name}"))
}

/// The golden vault and its table key 7.
fn golden() -> (VaultId, TableKey) {
    let values: Value = serde_json::from_str(VALUES).unwrap();
    let code = RecoveryCode::parse(values["recovery_code"].as_str().unwrap()).unwrap();
    let unlocked = KeyRing::parse(KEY_RING)
        .unwrap()
        .unlock(&Secret::RecoveryCode(code))
        .unwrap();
    let (key, vault) = (&values["table_key"], unlocked.vault_id());
    let wrapped = unhex(key["wrapped"].as_str().unwrap());
    let (kind, scope) = (key["key_type"].as_str().unwrap(), key["scope"].as_str().unwrap());
    let key = unlocked
        .master()
        .key_store_key()
        .unwrap(&vault, 7, kind, scope, &wrapped);
    (vault, key.unwrap())
}

fn encoded(body: &Body) -> Vec<u8> {
    let mut bytes = Vec::new();
    body.encode_into(&mut bytes);
    assert_eq!(StoredBody::decode(&bytes), Ok(StoredBody::Whole(body.clone())));
    bytes
}

#[test]
fn message_content_is_what_the_page_shows() {
    let mut wanted = String::new();
    let mut put = |title: &str, lines: &[(&str, String)]| {
        writeln!(wanted, "{}{title}", if wanted.is_empty() { "" } else { "\n" }).unwrap();
        for (name, value) in lines {
            writeln!(wanted, "  {name:<14} {value}").unwrap();
        }
    };
    let text = Body::text("Sí, at nine").unwrap();
    put(
        "a text",
        &[
            ("text", text.as_text().to_owned()),
            ("content", hex(&encoded(&text))),
        ],
    );

    let media = Media {
        kind: "photo".to_owned(),
        path: Some("photos/1.jpg".to_owned()),
        ..Media::default()
    };
    let attributes = Attributes {
        media: Some(media),
        ..Attributes::default()
    };
    let json = serde_json::to_string(&attributes).unwrap();
    let rich = Body::new("Look", attributes).unwrap();
    put(
        "a text with attributes",
        &[
            ("text", rich.as_text().to_owned()),
            ("attributes", json),
            ("content", hex(&encoded(&rich))),
        ],
    );

    let large = Body::text("a".repeat(9_000)).unwrap();
    let body = encoded(&large);
    let mut record = Vec::new();
    large.encode_stub_into(body.len(), &mut record);
    let expected = StoredBody::Elsewhere {
        encoded: 9_001,
        text: 9_000,
        preview: "a".repeat(256),
    };
    assert_eq!(StoredBody::decode(&record), Ok(expected));
    put(
        "a text of 9,000 times a, kept in message_content",
        &[
            ("content", hex(&record)),
            ("body", format!("01, then {} times 61", body.len() - 1)),
        ],
    );
    assert_eq!(block("message content"), wanted);
}

#[test]
fn large_content_opens_as_the_page_says() {
    let (page, (vault, key)) = (block("large content"), golden());
    let row_id = unhex(line(page, "row id"));
    let place = Context {
        vault: &vault,
        table: "message_content",
        column: "content",
        row_id: &row_id,
        key_number: 7,
    };
    let frame = key.open(&place, &unhex(line(page, "envelope"))).unwrap();
    assert_eq!(hex(&frame), line(page, "plaintext"));
    let body = zstd::bulk::decompress(&frame, 9_001).unwrap();
    assert_eq!(body, encoded(&Body::text("a".repeat(9_000)).unwrap()));
}

#[test]
fn the_export_of_the_page_goes_in_and_comes_out_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (vault, shown, written) = (
        folder.path().join("vault"),
        folder.path().join("shown.jsonl"),
        folder.path().join("written.jsonl"),
    );
    fs::write(&shown, block("export")).unwrap();
    init(&vault);
    ok(
        &vault,
        &["import", "privatus", shown.to_str().unwrap(), "--trust", "--yes"],
    );
    ok(&vault, &["export", written.to_str().unwrap()]);
    assert_eq!(fs::read_to_string(&written).unwrap(), block("export"));
}
