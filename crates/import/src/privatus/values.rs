//! Values as an export writes them: times, ids, hexadecimal digits.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use privatus_domain::{Id, IdError, Timestamp};
use privatus_store::{StoreError, WriteTx};
use serde::de::{Error as _, SeqAccess, Visitor};
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

/// An id unchanged; for one that the vault does not accept (too long, a NUL), an id derived from it.
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

/// Maximum entries of a list in a record: more than any group has members or bans. A longer list would cost its reader
/// many times its bytes.
const LIST: usize = 1 << 20;

/// A list with at most that many entries.
pub(super) fn bounded<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    struct Bounded<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for Bounded<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a list of at most {LIST} entries")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Vec<T>, A::Error> {
            let mut list = Vec::new();
            while let Some(entry) = entries.next_element()? {
                if list.len() >= LIST {
                    return Err(A::Error::invalid_length(list.len(), &self));
                }
                list.push(entry);
            }
            Ok(list)
        }
    }
    deserializer.deserialize_seq(Bounded(PhantomData))
}

/// Two digits per byte.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The 16 bytes of 32 hexadecimal digits; `None` if the text is anything else.
pub(super) fn unhex(text: &str) -> Option<[u8; 16]> {
    let bytes: Option<Vec<u8>> = text
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect();
    bytes?.try_into().ok()
}
