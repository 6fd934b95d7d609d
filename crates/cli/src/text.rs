//! Text of strangers, made harmless for a terminal.

/// Replaces control characters, escape sequences and marks that reorder text by visible stand-ins; line ends stay.
pub(crate) fn harmless(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' => '\n',
            '\t' => ' ',
            '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
            '\u{7f}' => '\u{2421}',
            '\u{80}'..='\u{9f}'
            | '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}' => '\u{fffd}',
            c => c,
        })
        .collect()
}

/// The same on one line, at most `width` characters.
pub(crate) fn one_line(text: &str, width: usize) -> String {
    let flat = harmless(text).replace('\n', " ");
    if flat.chars().count() <= width {
        return flat;
    }
    let mut cut: String = flat.chars().take(width.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_moves_a_cursor_gets_through() {
        let shown = harmless("a\x1b[31mred\u{202e}txt\0\u{9b}2J\r");
        assert_eq!(shown, "a␛[31mred\u{fffd}txt␀\u{fffd}2J␍");
        assert!(shown.chars().all(|c| !c.is_control()));
        assert_eq!(one_line("a\nb", 10), "a b");
        assert_eq!(one_line("abcdef", 4), "abc…");
    }
}
