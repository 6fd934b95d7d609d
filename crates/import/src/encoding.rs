//! The first bytes of a text file, which say how it is written.

use std::io::{BufRead, Result};

/// How a text file is written, as its first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// As UTF-8; a byte order mark of it was passed over.
    Utf8,
    /// With the byte order mark of UTF-16 or UTF-32.
    Wide,
}

/// What a file in UTF-16 is refused with.
pub(crate) const IS_WIDE: &str = "is written in UTF-16 or UTF-32; save it as UTF-8";

/// Looks at the first bytes, and passes over the mark that editors put before UTF-8.
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
