//! Lone surrogates in JSON escapes: Telegram writes them, no Rust string holds them, and one must not end an import.

use std::io::{BufRead, Read, Result};

/// Replaces an escape `\uD800`–`\uDFFF` that is half of nothing by `\ufffd`, and passes everything else through.
#[derive(Debug)]
pub(super) struct SurrogateFilter<R> {
    inner: R,
    /// Bytes of one escape held back until its pair is seen.
    held: Vec<u8>,
    /// Bytes ready to go out.
    ready: std::collections::VecDeque<u8>,
    /// Lone surrogates replaced.
    pub(super) replaced: u64,
}

impl<R: BufRead> SurrogateFilter<R> {
    pub(super) const fn new(inner: R) -> Self {
        Self {
            inner,
            held: Vec::new(),
            ready: std::collections::VecDeque::new(),
            replaced: 0,
        }
    }

    fn release(&mut self) {
        self.ready.extend(self.held.drain(..));
    }

    fn replace(&mut self, keep_from: usize) {
        self.replaced += 1;
        self.ready.extend(b"\\ufffd");
        self.held.drain(..keep_from.min(self.held.len()));
    }

    fn push(&mut self, byte: u8) {
        self.held.push(byte);
        loop {
            match step(&self.held) {
                Step::Wait => return,
                Step::Pass => {
                    // All but a last backslash, which may begin the next escape.
                    let last = self.held.pop();
                    let starts_over = last == Some(b'\\') && !self.held.is_empty() && self.held != b"\\";
                    if let Some(byte) = last.filter(|_| !starts_over) {
                        self.held.push(byte);
                    }
                    self.release();
                    if starts_over {
                        self.held.push(b'\\');
                    }
                    return;
                }
                Step::Lone => self.replace(6),
            }
            if self.held.is_empty() {
                return;
            }
        }
    }
}

enum Step {
    Wait,
    Pass,
    Lone,
}

fn step(held: &[u8]) -> Step {
    let Some((first, rest)) = held.split_first() else {
        return Step::Wait;
    };
    if *first != b'\\' {
        return Step::Pass;
    }
    match rest.split_first() {
        None => Step::Wait,
        Some((b'u', digits)) => {
            let digits_ok = digits.iter().take(4).all(u8::is_ascii_hexdigit);
            match (digits_ok, digits.get(..4)) {
                (false, _) => Step::Pass,
                (true, None) => Step::Wait,
                (true, Some(code)) => match unit(code) {
                    0xdc00..=0xdfff => Step::Lone,
                    0xd800..=0xdbff => pair(digits.get(4..).unwrap_or_default()),
                    _ => Step::Pass,
                },
            }
        }
        Some(_) => Step::Pass,
    }
}

/// What follows a leading surrogate.
fn pair(rest: &[u8]) -> Step {
    let expected = [b'\\', b'u'];
    for (have, want) in rest.iter().zip(expected) {
        if *have != want {
            return Step::Lone;
        }
    }
    let digits = rest.get(2..).unwrap_or_default();
    if !digits.iter().take(4).all(u8::is_ascii_hexdigit) {
        return Step::Lone;
    }
    match digits.get(..4).map(unit) {
        None => Step::Wait,
        Some(0xdc00..=0xdfff) => Step::Pass,
        Some(_) => Step::Lone,
    }
}

fn unit(digits: &[u8]) -> u32 {
    std::str::from_utf8(digits)
        .ok()
        .and_then(|text| u32::from_str_radix(text, 16).ok())
        .unwrap_or_default()
}

impl<R: BufRead> Read for SurrogateFilter<R> {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        while self.ready.is_empty() {
            let chunk = self.inner.fill_buf()?;
            if chunk.is_empty() {
                self.release();
                break;
            }
            // The common case: nothing held and no backslash ahead.
            let plain = if self.held.is_empty() {
                chunk
                    .iter()
                    .position(|byte| *byte == b'\\')
                    .unwrap_or(chunk.len())
            } else {
                0
            };
            if plain > 0 {
                let count = plain.min(out.len());
                let (from, to) = (
                    chunk.get(..count).unwrap_or_default(),
                    out.get_mut(..count).unwrap_or_default(),
                );
                to.copy_from_slice(from);
                self.inner.consume(count);
                return Ok(count);
            }
            let byte = chunk.first().copied().unwrap_or_default();
            self.inner.consume(1);
            self.push(byte);
        }
        let mut count = 0;
        for slot in out.iter_mut() {
            let Some(byte) = self.ready.pop_front() else { break };
            *slot = byte;
            count += 1;
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn filtered(text: &str) -> (String, u64) {
        let mut filter = SurrogateFilter::new(text.as_bytes());
        let mut out = String::new();
        filter.read_to_string(&mut out).unwrap();
        (out, filter.replaced)
    }

    #[test]
    fn only_lone_surrogates_change() {
        for same in [
            r#"{"a":"b"}"#,
            r#""\ud83d\ude00""#,
            r#""\\ud83d""#,
            r#""\n\u00e9\"""#,
            r#""\\\\ud83d \\""#,
            r"\",
        ] {
            assert_eq!(filtered(same), (same.to_owned(), 0));
        }
        assert_eq!(filtered(r#""\ud83d""#), (r#""\ufffd""#.to_owned(), 1));
        assert_eq!(filtered(r#""\ude00x""#), (r#""\ufffdx""#.to_owned(), 1));
        assert_eq!(
            filtered(r#""\ud83d\n\ud83d\ud83d\ude00""#),
            (r#""\ufffd\n\ufffd\ud83d\ude00""#.to_owned(), 2)
        );
        assert_eq!(filtered(r#""\ud83d\u0041""#), (r#""\ufffd\u0041""#.to_owned(), 1));
    }
}
