//! Repairs invalid JSON and half characters that exporters write in strings, while streaming, and counts the repairs.
//!
//! Telegram Desktop writes a control character as `\x0C`, which no JSON reader accepts, and halves of surrogate pairs,
//! which no Rust string can hold. A single one must not end an import. Every reader of an export reads through this.

use std::io::{BufRead, Read, Result};

/// Counts of repairs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Mended {
    /// Escapes `\uD800`–`\uDFFF` without their other half, replaced by `\ufffd`.
    pub(super) surrogates: u64,
    /// Escapes that JSON does not have, and unescaped control characters in strings; replaced by valid escapes of the
    /// same meaning.
    pub(super) escapes: u64,
}

/// Passes valid JSON through unchanged and repairs strings. Buffers a few bytes.
#[derive(Debug)]
pub(super) struct Mender<R> {
    inner: R,
    in_string: bool,
    /// A backslash and what follows, until the escape is complete.
    escape: Vec<u8>,
    /// The first half of a pair, until its second half arrives.
    half: Option<[u8; 6]>,
    /// Bytes ready for output.
    ready: std::collections::VecDeque<u8>,
    pub(super) mended: Mended,
}

impl<R: BufRead> Mender<R> {
    pub(super) const fn new(inner: R) -> Self {
        Self {
            inner,
            in_string: false,
            escape: Vec::new(),
            half: None,
            ready: std::collections::VecDeque::new(),
            mended: Mended {
                surrogates: 0,
                escapes: 0,
            },
        }
    }

    /// Replaces a half without its other half by the replacement character.
    fn drop_half(&mut self) {
        if self.half.take().is_some() {
            self.mended.surrogates += 1;
            self.ready.extend(b"\\ufffd");
        }
    }

    /// Handles a byte of a string that is not plain: part of an escape, or an unescaped control character.
    fn push(&mut self, byte: u8) {
        if self.escape.is_empty() {
            if byte == b'\\' {
                self.escape.push(byte);
                return;
            }
            self.drop_half();
            self.mended.escapes += 1;
            self.ready.extend(format!("\\u{byte:04x}").bytes());
            return;
        }
        self.escape.push(byte);
        match step(&self.escape) {
            Step::Wait => {}
            Step::Pass => {
                self.drop_half();
                self.ready.extend(self.escape.drain(..));
            }
            Step::Unit(unit) => self.unit(unit),
            Step::Means(unit) => {
                self.drop_half();
                self.mended.escapes += 1;
                self.escape.clear();
                self.ready.extend(format!("\\u{unit:04x}").bytes());
            }
            Step::Literal => {
                self.drop_half();
                self.mended.escapes += 1;
                // The backslash is part of the text; what follows it is read again.
                self.ready.extend(b"\\\\");
                let behind: Vec<u8> = self.escape.drain(..).skip(1).collect();
                for byte in behind {
                    self.any(byte);
                }
            }
        }
    }

    /// Handles any byte of a string.
    fn any(&mut self, byte: u8) {
        if !self.escape.is_empty() || byte == b'\\' || byte < b' ' {
            self.push(byte);
        } else {
            self.drop_half();
            self.in_string = byte != b'"';
            self.ready.push_back(byte);
        }
    }

    /// Handles a complete `\uXXXX`.
    fn unit(&mut self, unit: u32) {
        let whole = <[u8; 6]>::try_from(self.escape.as_slice()).unwrap_or_default();
        self.escape.clear();
        match unit {
            0xd800..=0xdbff => {
                self.drop_half();
                self.half = Some(whole);
            }
            0xdc00..=0xdfff => match self.half.take() {
                Some(first) => self.ready.extend(first.into_iter().chain(whole)),
                None => {
                    self.mended.surrogates += 1;
                    self.ready.extend(b"\\ufffd");
                }
            },
            _ => {
                self.drop_half();
                self.ready.extend(whole);
            }
        }
    }
}

/// How many bytes from here on are passed through unchanged.
fn plain(chunk: &[u8], in_string: &mut bool) -> usize {
    let end = chunk.iter().position(|byte| match (*in_string, *byte) {
        (_, b'"') => {
            *in_string = !*in_string;
            false
        }
        (true, byte) => byte == b'\\' || byte < b' ',
        (false, _) => false,
    });
    end.unwrap_or(chunk.len())
}

enum Step {
    Wait,
    /// An escape that JSON has.
    Pass,
    /// A complete `\uXXXX`.
    Unit(u32),
    /// An escape of another language, for this character.
    Means(u32),
    /// Not an escape in any language: the backslash is literal.
    Literal,
}

/// Classifies an escape, from its backslash to its newest byte.
fn step(escape: &[u8]) -> Step {
    let Some((kind, digits)) = escape.get(1..).and_then(<[u8]>::split_first) else {
        return Step::Wait;
    };
    let wanted = match kind {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => return Step::Pass,
        b'\'' => return Step::Means(0x27),
        b'v' => return Step::Means(0x0b),
        b'u' => 4,
        b'x' => 2,
        _ => return Step::Literal,
    };
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return Step::Literal;
    }
    match (digits.len() == wanted, wanted) {
        (false, _) => Step::Wait,
        (true, 4) => Step::Unit(number(digits)),
        (true, _) => Step::Means(number(digits)),
    }
}

fn number(digits: &[u8]) -> u32 {
    std::str::from_utf8(digits)
        .ok()
        .and_then(|text| u32::from_str_radix(text, 16).ok())
        .unwrap_or_default()
}

impl<R: BufRead> Read for Mender<R> {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        let mut written = 0;
        while written < out.len() {
            if let Some(byte) = self.ready.pop_front() {
                if let Some(slot) = out.get_mut(written) {
                    *slot = byte;
                }
                written += 1;
                continue;
            }
            let room = out.get_mut(written..).unwrap_or_default();
            let chunk = match self.inner.fill_buf() {
                Ok(chunk) => chunk,
                // Return what was read before the error; the error occurs again on the next read.
                Err(_) if written > 0 => return Ok(written),
                Err(error) => return Err(error),
            };
            if chunk.is_empty() {
                self.drop_half();
                self.ready.extend(self.escape.drain(..));
                if self.ready.is_empty() {
                    break;
                }
                continue;
            }
            let chunk = chunk.get(..room.len()).unwrap_or(chunk);
            let is_open = !self.escape.is_empty() || self.half.is_some();
            let plain = if is_open {
                0
            } else {
                plain(chunk, &mut self.in_string)
            };
            if let (Some(to), Some(from)) = (room.get_mut(..plain), chunk.get(..plain)) {
                to.copy_from_slice(from);
            }
            written += plain;
            let next = chunk.get(plain).copied();
            self.inner.consume(plain + usize::from(next.is_some()));
            if let Some(byte) = next {
                self.any(byte);
            }
        }
        Ok(written)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn mended(bytes: &[u8]) -> (String, Mended) {
        let mut mender = Mender::new(bytes);
        let mut out = String::new();
        mender.read_to_string(&mut out).unwrap();
        // Byte by byte, the result is the same.
        let mut slow = Mender::new(std::io::BufReader::with_capacity(1, bytes));
        let mut bytewise = Vec::new();
        let mut one = [0];
        while slow.read(&mut one).unwrap() == 1 {
            bytewise.extend(one);
        }
        assert_eq!((bytewise, slow.mended), (out.clone().into_bytes(), mender.mended));
        (out, mender.mended)
    }

    fn counts(surrogates: u64, escapes: u64) -> Mended {
        Mended { surrogates, escapes }
    }

    #[test]
    fn valid_json_stays_as_it_is() {
        for same in [
            "{\"a\":\r\n\t\"b\"}",
            r#""\ud83d\ude00""#,
            r#""\\ud83d""#,
            r#""\n\u00e9\"\/""#,
            r#""\\\\ud83d \\""#,
            r#""\\x0C \\\"x""#,
            r"\",
            r#""\"#,
            r#""\u12"#,
            "",
        ] {
            assert_eq!(mended(same.as_bytes()), (same.to_owned(), counts(0, 0)));
        }
    }

    #[test]
    fn lone_halves_are_replaced() {
        for (from, to, count) in [
            (r#""\ud83d""#, r#""\ufffd""#, 1),
            (r#""\ude00x""#, r#""\ufffdx""#, 1),
            (
                r#""\ud83d\n\ud83d\ud83d\ude00""#,
                r#""\ufffd\n\ufffd\ud83d\ude00""#,
                2,
            ),
            (r#""\ud83d\u0041""#, r#""\ufffd\u0041""#, 1),
            (r#""\ud83d"#, r#""\ufffd"#, 1),
        ] {
            assert_eq!(mended(from.as_bytes()), (to.to_owned(), counts(count, 0)));
        }
    }

    #[test]
    fn other_escapes_and_raw_controls_keep_their_meaning() {
        for (from, to, count) in [
            (r#""a\x0Cb\x1f""#, "a\u{c}b\u{1f}", 2),
            (r#""\x00\x41\xe9""#, "\0Aé", 3),
            (r#""it\'s\v""#, "it's\u{b}", 2),
            // Not an escape in any language: the backslash is literal.
            (r#""\q C:\dir \0 \é""#, "\\q C:\\dir \\0 \\é", 4),
            (r#""\xZZ\x1""#, "\\xZZ\\x1", 2),
            (r#""\u12G\u""#, "\\u12G\\u", 2),
            (r#""\x\n\u1\"q""#, "\\x\n\\u1\"q", 2),
            ("\"a\nb\tc\u{1}\"", "a\nb\tc\u{1}", 3),
            ("\"\\\n\"", "\\\n", 2),
            (r#""\x\x0c""#, "\\x\u{c}", 2),
        ] {
            let (out, found) = mended(from.as_bytes());
            assert_eq!(serde_json::from_str::<String>(&out).unwrap(), to, "{from}");
            assert_eq!(found, counts(0, count), "{from}");
        }
        assert_eq!(mended(br#""\ud83d\x0C""#).1, counts(1, 1));
    }

    proptest! {
        #[test]
        fn what_telegram_writes_is_read_back(text in any::<String>()) {
            // What Telegram Desktop's SerializeString writes.
            let mut raw = String::from("\"");
            for c in text.chars() {
                match c {
                    '\n' => raw.push_str("\\n"),
                    '\r' => raw.push_str("\\r"),
                    '\t' => raw.push_str("\\t"),
                    '"' => raw.push_str("\\\""),
                    '\\' => raw.push_str("\\\\"),
                    c if c < ' ' => raw.push_str(&format!("\\x{:02X}", u32::from(c))),
                    c => raw.push(c),
                }
            }
            raw.push('"');
            prop_assert_eq!(serde_json::from_str::<Value>(&mended(raw.as_bytes()).0).unwrap(), Value::from(text.as_str()));
        }

        #[test]
        fn any_text_between_quotes_is_a_string(text in "[^\"]{0,40}") {
            let (out, _) = mended(format!("\"{text} \"").as_bytes());
            prop_assert!(serde_json::from_str::<String>(&out).is_ok() || text.ends_with('\\'), "{out}");
        }
    }
}
