//! Values as an export writes them: times, ids, hexadecimal digits.

use std::str::FromStr;

use privatus_domain::{Id, IdError, Timestamp};
use privatus_store::{StoreError, WriteTx};
use serde::{Deserialize, Deserializer, Serialize};

/// RFC 3339 in UTC with milliseconds.
#[derive(Clone, Copy)]
pub(super) struct Time(pub(super) Timestamp);

impl Serialize for Time {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Timestamp::parse(&text)
            .map(Self)
            .map_err(serde::de::Error::custom)
    }
}

/// An id as it stands, or for one that the vault does not keep (too long, a NUL), one derived from it.
pub(super) fn id<T: FromStr<Err = IdError> + From<Id>>(
    tx: &WriteTx<'_>,
    text: &str,
) -> Result<T, StoreError> {
    match text.parse() {
        Ok(id) => Ok(id),
        Err(IdError::TooLong(_) | IdError::Nul) => {
            Ok(tx.derived_id(&[b"privatus", b"id", text.as_bytes()]).into())
        }
        Err(error) => Err(error.into()),
    }
}

/// Two digits a byte.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The 16 bytes of 32 hexadecimal digits; `None` when it is none of that.
pub(super) fn unhex(text: &str) -> Option<[u8; 16]> {
    let bytes: Option<Vec<u8>> = text
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect();
    bytes?.try_into().ok()
}
