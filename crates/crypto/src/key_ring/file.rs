//! The file around a key ring's body: JSON with `format`, `body`, `checksum` and `mac`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use super::MAX_KEY_RING_BYTES;
use crate::derive::{self, label};
use crate::digest::Digest;
use crate::error::{CryptoError, KeyRingError};
use crate::frame;
use crate::key::MasterKey;

/// The name before the version in `format`.
const NAME: &str = "privatus-keyring-";
const FORMAT: &str = "privatus-keyring-1";
/// How every key ring file begins, so that a cut one is known for what it was.
const OPENING: &[u8] = br#"{"format":"privatus-keyring-"#;

/// Members in the order in which they are written. Binary values are base64 with padding.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    body: String,
    checksum: String,
    mac: String,
}

#[derive(Deserialize)]
struct FormatOnly {
    format: String,
}

/// One line of JSON without white space: any byte that changes or is missing is noticed.
pub(super) fn write(body: &[u8], mac: &[u8; 32]) -> Vec<u8> {
    let (body64, checksum, mac) = (
        BASE64.encode(body),
        BASE64.encode(Digest::of(body)),
        BASE64.encode(mac),
    );
    // Base64 needs no escapes in JSON.
    format!(r#"{{"format":"{FORMAT}","body":"{body64}","checksum":"{checksum}","mac":"{mac}"}}"#).into_bytes()
}

/// The body, its checksum verified, and the MAC, not verified yet.
pub(super) fn read(bytes: &[u8]) -> Result<(Vec<u8>, [u8; 32]), KeyRingError> {
    if bytes.len() > MAX_KEY_RING_BYTES {
        return Err(KeyRingError::NotAKeyRing);
    }
    // The format alone first: another version may have other members.
    if let Ok(FormatOnly { format }) = serde_json::from_slice(bytes) {
        match format.strip_prefix(NAME) {
            None => return Err(KeyRingError::NotAKeyRing),
            Some(_) if format == FORMAT => {}
            Some(version) => {
                let shown = version.chars().filter(|c| !c.is_control()).take(32);
                return Err(KeyRingError::UnsupportedVersion(shown.collect()));
            }
        }
    }
    let file: File = serde_json::from_slice(bytes).map_err(|_| not_json(bytes))?;
    let decode = |text: &str| BASE64.decode(text).map_err(|_| KeyRingError::Damaged);
    let body = decode(&file.body)?;
    if decode(&file.checksum)? != Digest::of(&body) {
        return Err(KeyRingError::Damaged);
    }
    let mac = decode(&file.mac)?;
    Ok((body, mac.try_into().map_err(|_| KeyRingError::Damaged)?))
}

/// Something that was a key ring is damaged; anything else is no key ring.
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
    Ok(*derive::keyed_blake2b(&key, &[&framed]))
}
