//! The first bytes of a text file, which show its encoding.

use std::io::{BufRead, Result};

/// The encoding of a text file, from its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// UTF-8; a byte order mark was skipped.
    Utf8,
    /// UTF-16 or UTF-32, from its byte order mark.
    Wide,
}

/// The error text for a file in UTF-16 or UTF-32.
pub(crate) const IS_WIDE: &str = "is written in UTF-16 or UTF-32; save it as UTF-8";

/// Reads the first bytes and skips the byte order mark that some editors write before UTF-8.
pub(crate) fn encoding(reader: &mut impl BufRead) -> Result<Encoding> {
    let bytes = reader.fill_buf()?;
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") || bytes.starts_with(b"\0\0\xfe\xff")
    {
        return Ok(Encoding::Wide);
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        reader.consume(3);
    }
    Ok(Encoding::Utf8)
}
