//! Reads the lines of an export, up to the longest line that an export can have.

use std::io::{BufRead, Read as _, Result};

/// Longest line in bytes, for both writing and reading. The longest record is a group's: 10 KiB for each of 100,000
/// members.
pub(super) const LINE_MAX: u64 = 1 << 30;
/// Buffer capacity to keep for the next line.
const KEPT: usize = 16 << 20;

/// The kind of the next line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// A whole line, in the buffer including its end.
    Whole,
    /// A line too long for any record; it was skipped. The buffer is empty.
    TooLong,
    /// The file ends within the line.
    Cut,
    /// The end of the file.
    End,
}

/// Reads the next line into `line`; `passed` receives the bytes of a line that is too long.
pub(super) fn next(
    reader: &mut impl BufRead,
    line: &mut Vec<u8>,
    passed: &mut dyn FnMut(&[u8]),
) -> Result<Line> {
    next_within(reader, line, passed, LINE_MAX)
}

fn next_within(
    reader: &mut impl BufRead,
    line: &mut Vec<u8>,
    passed: &mut dyn FnMut(&[u8]),
    most: u64,
) -> Result<Line> {
    line.clear();
    line.shrink_to(KEPT);
    reader.by_ref().take(most).read_until(b'\n', line)?;
    if line.last() == Some(&b'\n') {
        // A carriage return from a Windows editor; JSON has none here otherwise.
        if line.ends_with(b"\r\n") {
            line.truncate(line.len() - 2);
            line.push(b'\n');
        }
        return Ok(Line::Whole);
    }
    if line.is_empty() {
        return Ok(Line::End);
    }
    if u64::try_from(line.len()).unwrap_or(u64::MAX) < most {
        return Ok(Line::Cut);
    }
    passed(line);
    loop {
        line.clear();
        line.shrink_to(KEPT);
        let part = u64::try_from(KEPT).unwrap_or(most);
        if reader.by_ref().take(part).read_until(b'\n', line)? == 0 {
            return Ok(Line::Cut);
        }
        passed(line);
        if line.last() == Some(&b'\n') {
            line.clear();
            return Ok(Line::TooLong);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_beyond_the_limit_is_passed_over() {
        let mut text = b"one\n".to_vec();
        text.resize(text.len() + (50), b'x');
        text.extend(b"\nthree\nfour");
        let (mut reader, mut line) = (text.as_slice(), Vec::new());
        let (mut kinds, mut passed) = (Vec::new(), 0);
        loop {
            match next_within(&mut reader, &mut line, &mut |part| passed += part.len(), 9).unwrap() {
                Line::End => break,
                kind => kinds.push((kind, line.first().copied())),
            }
        }
        let wanted = [
            (Line::Whole, Some(b'o')),
            (Line::TooLong, None),
            (Line::Whole, Some(b't')),
            (Line::Cut, Some(b'f')),
        ];
        assert_eq!((kinds.as_slice(), passed), (wanted.as_slice(), 51));
    }
}
