//! Ids: a UUID stored as 16 bytes, or any other text stored unchanged.
//!
//! A string that is a canonical UUID (36 characters, lower case, hyphens) has the UUID form; any other string of 1 to
//! 1,024 characters without NUL has the text form. So every id has exactly one form, and an export returns the string
//! that was imported.

use std::fmt;
use std::str::FromStr;

use uuid::{Builder, Uuid};

use crate::limits::ID_CHARS;

/// Why a string is not a valid id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdError {
    /// The string is empty.
    #[error("an id cannot be empty")]
    Empty,
    /// The id is longer than [`ID_CHARS`].
    #[error("the id has {0} characters; the limit is 1,024")]
    TooLong(usize),
    /// The id contains a NUL, at which SQL's text functions stop.
    #[error("an id cannot contain a NUL character")]
    Nul,
}

/// The two forms of an id.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Id {
    /// Any UUID, written in its canonical lower-case form.
    Uuid([u8; 16]),
    /// Any other text, unchanged.
    Text(Box<str>),
}

impl Id {
    /// Builds a UUIDv7 (RFC 9562) from milliseconds since 1970 and ten random bytes.
    #[must_use]
    pub fn v7(unix_ms: i64, random: [u8; 10]) -> Self {
        let millis = u64::try_from(unix_ms).unwrap_or(0);
        Self::Uuid(
            *Builder::from_unix_timestamp_millis(millis, &random)
                .as_uuid()
                .as_bytes(),
        )
    }

    /// Builds a UUIDv8 (RFC 9562) from 16 bytes of a keyed hash. Imports derive ids this way, and the register stores
    /// texts in this form.
    #[must_use]
    pub fn v8(hash: [u8; 16]) -> Self {
        Self::Uuid(*Builder::from_custom_bytes(hash).as_uuid().as_bytes())
    }

    /// Canonical bytes for associated data: 0x00 and the UUID's bytes, or 0x01 and the text in UTF-8.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(17);
        self.canonical_into(&mut bytes);
        bytes
    }

    /// Appends [`Id::canonical`] to a buffer.
    pub fn canonical_into(&self, out: &mut Vec<u8>) {
        match self {
            Self::Uuid(bytes) => {
                out.push(0);
                out.extend_from_slice(bytes);
            }
            Self::Text(text) => {
                out.push(1);
                out.extend_from_slice(text.as_bytes());
            }
        }
    }
}

impl FromStr for Id {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        if text.is_empty() {
            return Err(IdError::Empty);
        }
        if text.len() == 36
            && let Ok(uuid) = Uuid::try_parse(text)
            && uuid.hyphenated().to_string() == text
        {
            return Ok(Self::Uuid(*uuid.as_bytes()));
        }
        let chars = text.chars().count();
        if chars > ID_CHARS {
            return Err(IdError::TooLong(chars));
        }
        if text.contains('\0') {
            return Err(IdError::Nul);
        }
        Ok(Self::Text(text.into()))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uuid(bytes) => {
                let mut buffer = Uuid::encode_buffer();
                f.write_str(Uuid::from_bytes(*bytes).hyphenated().encode_lower(&mut buffer))
            }
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Id);

        impl $name {
            /// Wraps an id of either form.
            #[must_use]
            pub const fn new(id: Id) -> Self {
                Self(id)
            }

            /// The untyped id.
            #[must_use]
            pub const fn as_id(&self) -> &Id {
                &self.0
            }
        }

        impl From<Id> for $name {
            fn from(id: Id) -> Self {
                Self(id)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                text.parse().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&self.0)
            }
        }
    };
}

id_type!(
    /// A message's id.
    MessageId
);
id_type!(
    /// A contact's id.
    ContactId
);
id_type!(
    /// A group's id.
    GroupId
);
id_type!(
    /// A conversation's id: that of its contact or group, if no other conversation has it.
    ConversationId
);
id_type!(
    /// The id by which the members of an anonymous group know each other.
    AnonymousId
);
id_type!(
    /// A file transfer's id.
    TransferId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_string_has_one_form() {
        let uuid = "0190163d-8694-739b-aea5-966c26f8ad91";
        assert!(matches!(uuid.parse::<Id>().unwrap(), Id::Uuid(_)));
        for text in [
            uuid.to_uppercase(),
            uuid.replace('-', ""),
            format!("{{{uuid}}}"),
            "42".into(),
        ] {
            let id: Id = text.parse().unwrap();
            assert!(matches!(id, Id::Text(_)), "{text}");
            assert_eq!(id.to_string(), text);
        }
    }

    #[test]
    fn length_counts_characters() {
        assert_eq!("".parse::<Id>(), Err(IdError::Empty));
        assert_eq!("a\0b".parse::<Id>(), Err(IdError::Nul));
        assert!("é".repeat(1_024).parse::<Id>().is_ok());
        assert_eq!("é".repeat(1_025).parse::<Id>(), Err(IdError::TooLong(1_025)));
    }

    #[test]
    fn canonical_bytes_tell_the_forms_apart() {
        let text = Id::Text("0123456789abcdef".into());
        let uuid = Id::Uuid(*b"0123456789abcdef");
        assert_ne!(text.canonical(), uuid.canonical());
        assert_eq!(
            Id::v7(0x0190_163d_8694, [0xff; 10]).to_string().get(..15),
            Some("0190163d-8694-7")
        );
        assert_eq!(
            Id::v8([0; 16]).to_string(),
            "00000000-0000-8000-8000-000000000000"
        );
    }

    #[test]
    fn an_id_is_shown_as_it_is() {
        for text in ["0190163d-8694-739b-aea5-966c26f8ad91", "42"] {
            assert_eq!(format!("{:?}", text.parse::<Id>().unwrap()), text);
            assert_eq!(
                format!("{:?}", text.parse::<GroupId>().unwrap()),
                format!("GroupId({text})")
            );
        }
    }
}
