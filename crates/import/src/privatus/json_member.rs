//! Extracts a member of a JSON object as raw text: a setting's value is copied unchanged, never parsed and written
//! again.

/// The text of the first member named `name` of `object`, which must be valid JSON.
pub(super) fn json_member<'a>(object: &'a str, name: &str) -> Option<&'a str> {
    let bytes = object.as_bytes();
    let mut at = spaces(bytes, 0);
    if bytes.get(at) != Some(&b'{') {
        return None;
    }
    loop {
        at = spaces(bytes, at + 1);
        let end = value_end(bytes, at);
        let key: String = serde_json::from_str(object.get(at..end)?).ok()?;
        at = spaces(bytes, end);
        if bytes.get(at) != Some(&b':') {
            return None;
        }
        at = spaces(bytes, at + 1);
        let end = value_end(bytes, at);
        if key == name {
            return object.get(at..end);
        }
        at = spaces(bytes, end);
        if bytes.get(at) != Some(&b',') {
            return None;
        }
    }
}

fn spaces(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
        .count()
}

/// The end of the value that begins at `at`.
fn value_end(bytes: &[u8], at: usize) -> usize {
    let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
    for (place, byte) in bytes.iter().enumerate().skip(at) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => {
                quoted = !quoted;
                if !quoted && depth == 0 {
                    return place + 1;
                }
            }
            _ if quoted => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return place,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return place + 1;
                }
            }
            b',' | b' ' | b'\t' | b'\n' | b'\r' if depth == 0 => return place,
            _ => {}
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_come_as_they_stand() {
        let object = r#" { "a" : 1.10 ,"b\u0063":[1,{"a":"}\""}], "d":"\\","e":{} ,"f":1e400} "#;
        for (name, text) in [
            ("a", Some("1.10")),
            ("bc", Some(r#"[1,{"a":"}\""}]"#)),
            ("d", Some(r#""\\""#)),
            ("e", Some("{}")),
            ("f", Some("1e400")),
            ("g", None),
        ] {
            assert_eq!(json_member(object, name), text, "{name}");
        }
        for other in ["", "{}", "[1]", "1", "\"a\"", "{", "{\"a\"", "{\"a\":"] {
            assert_eq!(json_member(other, "b"), None, "{other}");
        }
    }
}
