//! Characters that control a terminal, reorder the text around them or break lines, and JSON without them.

use std::borrow::Cow;
use std::fmt::Write;

/// Returns whether a character from U+007F on does that. Those below U+0020 never occur unescaped in JSON.
#[must_use]
pub const fn steers(c: char) -> bool {
    matches!(c,
        '\u{7f}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}')
}

/// Escapes such characters in JSON text; the meaning stays the same.
#[must_use]
pub fn json_escaped(json: &str) -> Cow<'_, str> {
    if !json.contains(steers) {
        return Cow::Borrowed(json);
    }
    let mut safe = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if steers(c) {
            // They occur only in strings, and all have four hexadecimal digits. Writing to a String cannot fail.
            let _ = write!(safe, "\\u{:04x}", u32::from(c));
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// Replaces escapes of printable characters in JSON text, to make it easier to read; the meaning stays the same.
#[must_use]
pub fn json_readable(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        if let Some((c, length)) = printable(escape) {
            out.push(c);
            rest = escape.get(length..).unwrap_or_default();
        } else {
            // The backslash and the character after it: ASCII, in JSON.
            out.push_str(escape.get(..2).unwrap_or(escape));
            rest = escape.get(2..).unwrap_or_default();
        }
    }
    out.push_str(rest);
    out
}

/// The character of an escape such as `\u00e9`, or of two halves, if it needs no escape; and the escape's length.
fn printable(escape: &str) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let digits = escape.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let first = unit(0)?;
    let (units, length) = match first {
        0xd800..=0xdbff => (vec![first, unit(6)?], 12),
        _ => (vec![first], 6),
    };
    let mut decoded = char::decode_utf16(units);
    let c = decoded.next()?.ok()?;
    let needs_one = c < ' ' || c == '"' || c == '\\' || steers(c);
    (!needs_one && decoded.next().is_none()).then_some((c, length))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    #[test]
    fn escapes_come_and_go_where_they_should() {
        let raw = "\"a\u{9b}31m\u{7f}\u{202e}é\"";
        assert_eq!(json_escaped(raw), r#""a\u009b31m\u007f\u202eé""#);
        assert!(matches!(json_escaped("\"é\""), Cow::Borrowed(_)));
        for (json, readable) in [
            (r#""\u65e5\u672c \ud83d\udc4d""#, "\"日本 👍\""),
            (
                r#""\\u65e5 \" \n \u001b \u009b \u0022""#,
                r#""\\u65e5 \" \n \u001b \u009b \u0022""#,
            ),
            (r#""\ud83d \ude00\ud83d\u0041""#, r#""\ud83d \ude00\ud83dA""#),
        ] {
            assert_eq!(json_readable(json), readable);
        }
    }

    proptest! {
        #[test]
        fn both_mean_the_same(text in any::<String>()) {
            let raw = serde_json::to_string(&text).unwrap();
            let ascii: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
            let ascii = format!("\"{ascii}\"");
            let escaped = json_escaped(&raw).into_owned();
            prop_assert!(!escaped.contains(steers));
            for json in [escaped.clone(), json_readable(&raw), json_readable(&ascii), json_readable(&escaped)] {
                prop_assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), Value::from(text.as_str()));
            }
            prop_assert!(!json_readable(&ascii).contains(steers));
        }
    }
}
