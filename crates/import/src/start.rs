//! The first bytes of a text file, which say how it is written.

use std::io::{BufRead, Result};

/// How a text file begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    /// As UTF-8; a byte order mark of it was passed over.
    Utf8,
    /// With the byte order mark of UTF-16 or UTF-32.
    Wide,
}

/// What a file in UTF-16 is refused with.
pub(crate) const WIDE: &str = "is written in UTF-16 or UTF-32; save it as UTF-8";

/// Passes over the mark that editors put before UTF-8.
pub(crate) fn start(reader: &mut impl BufRead) -> Result<Start> {
    let bytes = reader.fill_buf()?;
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") || bytes.starts_with(b"\0\0\xfe\xff")
    {
        return Ok(Start::Wide);
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        reader.consume(3);
    }
    Ok(Start::Utf8)
}
