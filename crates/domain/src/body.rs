//! A message's content, and the bytes that are sealed for it.
//!
//! The codec (docs/CRYPTO.md, "Message content") begins with a tag byte: `0x01` for text alone; `0x02` for text and
//! attributes; `0x03` for a short record in the row whose body is stored in `message_content`.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::limits::{ATTRIBUTE_BYTES, PREVIEW_CHARS, TEXT_BYTES};

const TEXT: u8 = 0x01;
const RICH: u8 = 0x02;
const LARGE: u8 = 0x03;

/// Why a body was refused or could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BodyError {
    /// The text is larger than the specification allows.
    #[error("the text has {0} bytes; the limit is 1,048,576")]
    TextTooLarge(usize),
    /// The attributes are larger than [`ATTRIBUTE_BYTES`].
    #[error("the message's media reference and formatting have {0} bytes; the limit is 262,144")]
    AttributesTooLarge(usize),
    /// The stored bytes are not in one of the codec's forms.
    #[error("the stored content of a message is not in a known form")]
    UnknownForm,
}

/// A file that a message refers to; the file itself is not stored.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// The kind, as the source calls it: `photo`, `sticker`, `voice_message`, `file`, `location`, `poll`, …
    pub kind: String,
    /// Path or address from the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// File name from the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// MIME type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime: Option<String>,
    /// Size in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Further data from the source (a place, a poll, …).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
}

/// A message's content: a text of at most 1 MiB, and its attributes.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Body {
    /// Wiped when the body is dropped.
    text: Zeroizing<String>,
    /// Boxed and optional: most bodies are plain text, and a page moves each of them several times.
    attributes: Option<Box<Attributes>>,
    /// Further fields of the message in the import's source.
    source: Option<Box<Value>>,
}

/// The attributes of a body that has none.
static NONE: Attributes = Attributes {
    media: None,
    forwarded_from: None,
    entities: None,
};

/// A body's content other than its text.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attributes {
    /// A file by reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<Media>,
    /// The original author of a forwarded message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forwarded_from: Option<String>,
    /// Formatting from the source: a list of `{type, text, …}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entities: Option<Value>,
}

impl Attributes {
    /// Iterates over the links whose address differs from their text, as pairs of text and address (Telegram's
    /// `text_link`, as in its exports).
    pub fn links(&self) -> impl Iterator<Item = (&str, &str)> {
        let entities = self.entities.iter().filter_map(Value::as_array).flatten();
        entities.filter_map(|entity| {
            let field = |name: &str| entity.get(name).and_then(Value::as_str);
            let (text, address) = (field("text").unwrap_or_default(), field("href")?);
            (!address.is_empty() && text != address).then_some((text, address))
        })
    }
}

/// The stored form of a body's content other than its text. A build that does not know `source` ignores it and reads
/// the rest.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    media: Option<&'a Media>,
    #[serde(skip_serializing_if = "Option::is_none")]
    forwarded_from: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entities: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a Value>,
}

/// The stored form when reading.
#[derive(Deserialize)]
struct Read {
    #[serde(default)]
    media: Option<Media>,
    #[serde(default)]
    forwarded_from: Option<String>,
    #[serde(default)]
    entities: Option<Value>,
    #[serde(default)]
    source: Option<Value>,
}

impl Attributes {
    fn is_empty(&self) -> bool {
        self.media.is_none() && self.forwarded_from.is_none() && self.entities.is_none()
    }
}

impl Body {
    /// A body of text alone.
    ///
    /// # Errors
    /// [`BodyError::TextTooLarge`] above 1,048,576 bytes of UTF-8.
    pub fn text(text: impl Into<String>) -> Result<Self, BodyError> {
        Self::new(text, Attributes::default())
    }

    /// A body of text and attributes.
    ///
    /// # Errors
    /// [`BodyError`] when either is too large.
    pub fn new(text: impl Into<String>, attributes: Attributes) -> Result<Self, BodyError> {
        Self::with_source(text, attributes, None)
    }

    /// A body of text, attributes, and the message's further fields in the import's source, under the source's names:
    /// kept for a build that knows them (docs/adr/0025). They count towards the limit of the attributes.
    ///
    /// # Errors
    /// Those of [`new`](Self::new).
    pub fn with_source(
        text: impl Into<String>,
        attributes: Attributes,
        source: Option<Value>,
    ) -> Result<Self, BodyError> {
        let text = text.into();
        if text.len() > TEXT_BYTES {
            return Err(BodyError::TextTooLarge(text.len()));
        }
        let attributes = (!attributes.is_empty()).then(|| Box::new(attributes));
        let body = Self {
            text: Zeroizing::new(text),
            attributes,
            source: source.map(Box::new),
        };
        if body.is_rich() {
            let size = body.attribute_json().len();
            if size > ATTRIBUTE_BYTES {
                return Err(BodyError::AttributesTooLarge(size));
            }
        }
        Ok(body)
    }

    /// The text.
    #[must_use]
    pub fn as_text(&self) -> &str {
        &self.text
    }

    /// Consumes the body and returns its text.
    #[must_use]
    pub fn into_text(mut self) -> String {
        std::mem::take(&mut *self.text)
    }

    /// The content other than the text.
    #[must_use]
    pub fn attributes(&self) -> &Attributes {
        self.attributes.as_deref().unwrap_or(&NONE)
    }

    /// The message's further fields in the import's source.
    #[must_use]
    pub fn source(&self) -> Option<&Value> {
        self.source.as_deref()
    }

    fn is_rich(&self) -> bool {
        self.attributes.is_some() || self.source.is_some()
    }

    fn attribute_json(&self) -> Vec<u8> {
        let attributes = self.attributes();
        let written = Written {
            media: attributes.media.as_ref(),
            forwarded_from: attributes.forwarded_from.as_deref(),
            entities: attributes.entities.as_ref(),
            source: self.source(),
        };
        // Strings, numbers and JSON values always serialise.
        serde_json::to_vec(&written).unwrap_or_default()
    }

    /// Appends the stored form (`0x01` or `0x02`).
    pub fn encode_into(&self, out: &mut Vec<u8>) {
        if !self.is_rich() {
            out.reserve(1 + self.text.len());
            out.push(TEXT);
            out.extend_from_slice(self.text.as_bytes());
            return;
        }
        out.push(RICH);
        out.extend_from_slice(&length(self.text.len()));
        out.extend_from_slice(self.text.as_bytes());
        out.extend_from_slice(&self.attribute_json());
    }

    /// Appends the record (`0x03`) that is stored in the row for a body of `encoded` bytes stored elsewhere.
    pub fn encode_stub_into(&self, encoded: usize, out: &mut Vec<u8>) {
        out.push(LARGE);
        out.extend_from_slice(&length(encoded));
        out.extend_from_slice(&length(self.text.len()));
        out.extend(
            self.text
                .chars()
                .take(PREVIEW_CHARS)
                .collect::<String>()
                .into_bytes(),
        );
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body(«{} bytes»)", self.text.len())
    }
}

impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Attributes(«redacted»)")
    }
}

impl fmt::Debug for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Media(«redacted»)")
    }
}

/// The content of a row once it is opened.
#[derive(Clone, PartialEq, Eq)]
pub enum StoredBody {
    /// The body itself.
    Whole(Body),
    /// The body is in `message_content`.
    Elsewhere {
        /// Length in bytes of the encoded body: the bound for reading it.
        encoded: usize,
        /// Length in bytes of its text.
        text: usize,
        /// The first 256 characters.
        preview: String,
    },
}

impl fmt::Debug for StoredBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(body) => body.fmt(f),
            Self::Elsewhere { encoded, .. } => write!(f, "Elsewhere(«{encoded} bytes»)"),
        }
    }
}

impl StoredBody {
    /// Reads one of the codec's three forms.
    ///
    /// # Errors
    /// [`BodyError`] for anything else, or a size above the limits.
    pub fn decode(bytes: &[u8]) -> Result<Self, BodyError> {
        let unknown = BodyError::UnknownForm;
        let (tag, rest) = bytes.split_first().ok_or(unknown)?;
        match *tag {
            TEXT => Body::text(utf8(rest)?).map(Self::Whole),
            RICH => {
                let (size, rest) = take_length(rest)?;
                let (text, json) = rest.split_at_checked(size).ok_or(unknown)?;
                let read: Read = serde_json::from_slice(json).map_err(|_| unknown)?;
                let attributes = Attributes {
                    media: read.media,
                    forwarded_from: read.forwarded_from,
                    entities: read.entities,
                };
                Body::with_source(utf8(text)?, attributes, read.source).map(Self::Whole)
            }
            LARGE => {
                let (encoded, rest) = take_length(rest)?;
                let (text, rest) = take_length(rest)?;
                if encoded > TEXT_BYTES + ATTRIBUTE_BYTES + 5 || text > TEXT_BYTES {
                    return Err(unknown);
                }
                Ok(Self::Elsewhere {
                    encoded,
                    text,
                    preview: utf8(rest)?.to_owned(),
                })
            }
            _ => Err(unknown),
        }
    }
}

fn length(size: usize) -> [u8; 4] {
    // The constructors limit texts and bodies to far less than 4 GiB.
    u32::try_from(size).unwrap_or(u32::MAX).to_le_bytes()
}

fn take_length(bytes: &[u8]) -> Result<(usize, &[u8]), BodyError> {
    let (size, rest) = bytes.split_first_chunk::<4>().ok_or(BodyError::UnknownForm)?;
    let size = usize::try_from(u32::from_le_bytes(*size)).map_err(|_| BodyError::UnknownForm)?;
    Ok((size, rest))
}

fn utf8(bytes: &[u8]) -> Result<&str, BodyError> {
    std::str::from_utf8(bytes).map_err(|_| BodyError::UnknownForm)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_size_limit_is_exact() {
        assert!(Body::text("x".repeat(1_048_576)).is_ok());
        assert_eq!(
            Body::text("x".repeat(1_048_577)),
            Err(BodyError::TextTooLarge(1_048_577))
        );
    }

    #[test]
    fn what_a_source_says_counts_and_older_builds_read_the_rest() {
        let of = |size: usize| {
            let source = Value::from("x".repeat(size - r#"{"source":""}"#.len()));
            Body::with_source("text", Attributes::default(), Some(source))
        };
        assert!(of(ATTRIBUTE_BYTES).is_ok());
        assert_eq!(
            of(ATTRIBUTE_BYTES + 1),
            Err(BodyError::AttributesTooLarge(ATTRIBUTE_BYTES + 1))
        );
        let mut bytes = Vec::new();
        of(100).unwrap().encode_into(&mut bytes);
        // What a build without `source` does: it reads the attributes alone, from the same form.
        let attributes: Attributes = serde_json::from_slice(&bytes[9..]).unwrap();
        assert_eq!((bytes[0], attributes), (RICH, Attributes::default()));
        // Without a source, the bytes are the same as before `source` existed.
        let mut bytes = Vec::new();
        let forwarded_from = Some("Bea".to_owned());
        let attributes = Attributes {
            forwarded_from,
            ..Attributes::default()
        };
        Body::new("", attributes).unwrap().encode_into(&mut bytes);
        assert_eq!(&bytes[5..], br#"{"forwarded_from":"Bea"}"#);
    }

    #[test]
    fn debug_shows_no_text() {
        let body = Body::text("marker").unwrap();
        assert!(!format!("{body:?} {:?}", StoredBody::Whole(body.clone())).contains("marker"));
    }

    #[test]
    fn a_stub_keeps_the_preview_and_the_sizes() {
        let body = Body::text("é".repeat(9_000)).unwrap();
        let mut stub = Vec::new();
        body.encode_stub_into(18_001, &mut stub);
        let expected = StoredBody::Elsewhere {
            encoded: 18_001,
            text: 18_000,
            preview: "é".repeat(256),
        };
        assert_eq!(StoredBody::decode(&stub), Ok(expected));
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_read_back(
            text in "\\PC{0,80}",
            media in proptest::option::of("[a-z]{1,9}"),
            source in proptest::option::of("[a-z]{1,9}"),
        ) {
            let media = media.map(|kind| Media { kind, ..Media::default() });
            let attributes = Attributes { media, ..Attributes::default() };
            let source = source.map(|author| serde_json::json!({ "author": author }));
            let body = Body::with_source(text, attributes, source).unwrap();
            let mut bytes = Vec::new();
            body.encode_into(&mut bytes);
            prop_assert_eq!(StoredBody::decode(&bytes), Ok(StoredBody::Whole(body)));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = StoredBody::decode(&bytes);
        }
    }

    #[test]
    fn a_text_alone_is_stored_as_it_is() {
        let body = Body::text("héllo").unwrap();
        let mut bytes = Vec::new();
        body.encode_into(&mut bytes);
        assert_eq!(bytes, [&[TEXT][..], "héllo".as_bytes()].concat());
        assert_eq!(body.as_text(), "héllo");
        assert_eq!(body.into_text(), "héllo");
    }

    #[test]
    fn links_are_those_whose_address_is_not_their_text() {
        let entities = serde_json::json!([
            { "type": "text_link", "text": "here", "href": "https://a.example" },
            { "type": "text_link", "text": "https://b.example", "href": "https://b.example" },
            { "type": "text_link", "text": "nowhere", "href": "" },
            { "type": "bold", "text": "loud" },
            { "href": "https://c.example" },
        ]);
        let attributes = Attributes {
            entities: Some(entities),
            ..Attributes::default()
        };
        let links: Vec<_> = attributes.links().collect();
        assert_eq!(links, [("here", "https://a.example"), ("", "https://c.example")]);
        assert_eq!(Attributes::default().links().count(), 0);
    }

    #[test]
    fn a_stub_of_more_than_a_body_can_have_is_refused() {
        let most = TEXT_BYTES + ATTRIBUTE_BYTES + 5;
        for (encoded, text, is_one) in [
            (most, TEXT_BYTES, true),
            (most + 1, 1, false),
            (1, TEXT_BYTES + 1, false),
            (most + 1, TEXT_BYTES + 1, false),
            (0, 0, true),
        ] {
            let stub = [&[LARGE][..], &length(encoded), &length(text)].concat();
            assert_eq!(StoredBody::decode(&stub).is_ok(), is_one, "{encoded} {text}");
        }
    }

    #[test]
    fn debug_shows_sizes() {
        let body = Body::text("marker").unwrap();
        let elsewhere = StoredBody::Elsewhere {
            encoded: 7,
            text: 6,
            preview: "m".into(),
        };
        assert_eq!(format!("{:?}", StoredBody::Whole(body)), "Body(«6 bytes»)");
        assert_eq!(format!("{elsewhere:?}"), "Elsewhere(«7 bytes»)");
        assert_eq!(format!("{:?}", Attributes::default()), "Attributes(«redacted»)");
        assert_eq!(format!("{:?}", Media::default()), "Media(«redacted»)");
    }
}
