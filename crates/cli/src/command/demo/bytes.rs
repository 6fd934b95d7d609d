//! A hex dump of the first bytes of a file.

/// Returns the first `length` bytes, sixteen on each line, in hexadecimal and as text.
pub(super) fn dump(bytes: &[u8], length: usize) -> Vec<String> {
    let head: Vec<u8> = bytes.iter().copied().take(length).collect();
    head.chunks(16)
        .enumerate()
        .map(|(at, row)| {
            let hex: Vec<String> = row.iter().map(|byte| format!("{byte:02x}")).collect();
            let text: String = row
                .iter()
                .map(|byte| {
                    if byte.is_ascii_graphic() || *byte == b' ' {
                        char::from(*byte)
                    } else {
                        '.'
                    }
                })
                .collect();
            format!("{:08x}  {:<47}  |{text}|", at * 16, hex.join(" "))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_shows_bytes_and_letters() {
        assert_eq!(
            dump(b"SQLite format 3\0\x10ab", 18),
            [
                "00000000  53 51 4c 69 74 65 20 66 6f 72 6d 61 74 20 33 00  |SQLite format 3.|",
                "00000010  10 61                                            |.a|",
            ]
        );
    }
}
