//! The lines of an export, none longer than the longest record.

use std::io::{BufRead, Read as _, Result};

/// Longest line in bytes: the largest message, every character escaped, and its attributes.
const LINE_MAX: u64 = 16 << 20;

/// What the next line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// A whole line, in the buffer with its end.
    Whole,
    /// No record is as long: passed over to its end, which is in nobody's buffer.
    TooLong,
    /// The file ends within the line.
    Cut,
    /// Nothing is left.
    End,
}

/// Reads the next line into `line`.
pub(super) fn next(reader: &mut impl BufRead, line: &mut Vec<u8>) -> Result<Line> {
    line.clear();
    reader.by_ref().take(LINE_MAX).read_until(b'\n', line)?;
    if line.last() == Some(&b'\n') {
        // The end of a line that a Windows editor made; JSON has none of it elsewhere.
        if line.ends_with(b"\r\n") {
            line.truncate(line.len() - 2);
            line.push(b'\n');
        }
        return Ok(Line::Whole);
    }
    if line.is_empty() {
        return Ok(Line::End);
    }
    if u64::try_from(line.len()).unwrap_or(u64::MAX) < LINE_MAX {
        return Ok(Line::Cut);
    }
    loop {
        line.clear();
        if reader.by_ref().take(LINE_MAX).read_until(b'\n', line)? == 0 {
            return Ok(Line::Cut);
        }
        if line.last() == Some(&b'\n') {
            return Ok(Line::TooLong);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_line_beyond_the_limit_is_passed_over() {
        let mut text = b"one\n".to_vec();
        text.resize(text.len() + (17 << 20), b'x');
        text.extend(b"\nthree\nfour");
        let (mut reader, mut line) = (text.as_slice(), Vec::new());
        let mut kinds = Vec::new();
        loop {
            match next(&mut reader, &mut line).unwrap() {
                Line::End => break,
                kind => kinds.push((kind, line.first().copied())),
            }
        }
        let wanted = [
            (Line::Whole, Some(b'o')),
            (Line::TooLong, Some(b'x')),
            (Line::Whole, Some(b't')),
            (Line::Cut, Some(b'f')),
        ];
        assert_eq!(kinds, wanted);
    }
}
