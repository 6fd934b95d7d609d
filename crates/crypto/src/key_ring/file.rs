//! The key ring file: JSON with `format`, `body`, `checksum` and `mac`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use crate::derive::{self, label};
use crate::digest::Digest;
use crate::error::{CryptoError, KeyRingError};
use crate::frame;
use crate::key::MasterKey;

/// The largest key ring file to read, in bytes.
pub const MAX_KEY_RING_BYTES: usize = 64 * 1024;

/// The part of `format` before the version.
const NAME: &str = "privatus-keyring-";
const FORMAT: &str = "privatus-keyring-1";
/// The beginning of every key ring file, to recognize one that was cut off.
const OPENING: &[u8] = br#"{"format":"privatus-keyring-"#;

/// Members in file order. Binary values are base64 with padding.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    body: String,
    checksum: String,
    mac: String,
}

/// One line of JSON without white space, so that any changed or missing byte is noticed.
pub(super) fn write(body: &[u8], mac: &[u8; 32]) -> Vec<u8> {
    let (body64, checksum, mac) = (
        BASE64.encode(body),
        BASE64.encode(Digest::of(body)),
        BASE64.encode(mac),
    );
    // Base64 needs no escapes in JSON.
    format!(r#"{{"format":"{FORMAT}","body":"{body64}","checksum":"{checksum}","mac":"{mac}"}}"#).into_bytes()
}

/// The contents of a file. The checksum has been verified, the MAC not yet.
pub(super) struct Contents {
    /// The format's name, if it is not this version's.
    pub(super) other_format: Option<String>,
    pub(super) body: Vec<u8>,
    pub(super) mac: [u8; 32],
}

/// The outer JSON and the checksum are the same in every version, so a file that does not match is damaged, whatever
/// version it claims.
pub(super) fn read(bytes: &[u8]) -> Result<Contents, KeyRingError> {
    if bytes.len() > MAX_KEY_RING_BYTES {
        return Err(KeyRingError::NotAKeyRing);
    }
    let file: File = serde_json::from_slice(bytes).map_err(|_| not_json(bytes))?;
    let damaged = if file.format.starts_with(NAME) {
        KeyRingError::Damaged
    } else {
        KeyRingError::NotAKeyRing
    };
    let decode = |text: &str| BASE64.decode(text).map_err(|_| damaged.clone());
    let body = decode(&file.body)?;
    if decode(&file.checksum)? != Digest::of(&body) {
        return Err(damaged);
    }
    let mac = decode(&file.mac)?.try_into().map_err(|_| damaged)?;
    let other_format = (file.format != FORMAT).then_some(file.format);
    Ok(Contents {
        other_format,
        body,
        mac,
    })
}

/// The error for another format name. The checksum does not cover the name: if the body is in this version's form,
/// which no other version may use, the name itself was damaged.
pub(super) fn other_format(name: &str, is_our_form: bool) -> KeyRingError {
    match name.strip_prefix(NAME) {
        _ if is_our_form => KeyRingError::Damaged,
        None => KeyRingError::NotAKeyRing,
        Some(version) => {
            let shown = version.chars().filter(|c| !c.is_control()).take(32);
            KeyRingError::UnsupportedVersion(shown.collect())
        }
    }
}

/// The error for a malformed file: damaged if it begins like a key ring, otherwise not a key ring.
fn not_json(bytes: &[u8]) -> KeyRingError {
    let is_cut_early = OPENING.starts_with(bytes);
    let marked = |mark: &[u8]| bytes.windows(mark.len()).any(|window| window == mark);
    if is_cut_early || marked(NAME.as_bytes()) || marked(br#""checksum":"#) {
        KeyRingError::Damaged
    } else {
        KeyRingError::NotAKeyRing
    }
}

/// The key ring's MAC: keyed BLAKE2b-256 over label, format and body.
pub(super) fn mac(master: &MasterKey, body: &[u8]) -> Result<[u8; 32], CryptoError> {
    let key = derive::subkey(master.bytes(), label::KEY_RING_MAC);
    let framed = frame::fields(&[label::KEY_RING_BODY, FORMAT.as_bytes(), body])?;
    Ok(derive::keyed_blake2b(&key, &[&framed]))
}
