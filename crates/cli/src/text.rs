//! Untrusted text, made harmless for a terminal and fitted to its width.

use privatus_domain::shows_nothing;
pub(crate) use privatus_domain::{counted, grouped};
use privatus_import::steering::steers;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Replaces control characters, escape sequences and characters that reorder text with visible ones; line ends are kept.
pub(crate) fn harmless(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' => '\n',
            '\t' => ' ',
            '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
            '\u{7f}' => '\u{2421}',
            c if steers(c) => '\u{fffd}',
            c => c,
        })
        .collect()
}

/// Makes text harmless and puts it on one line, at most `columns` wide; East Asian and emoji characters take two columns.
///
/// Text that would be invisible is shown by the code points of its characters.
pub(crate) fn one_line(text: &str, columns: usize) -> String {
    let mut flat = harmless(text).replace('\n', " ");
    if shows_nothing(text) {
        let numbers = text.chars().map(|c| format!("<U+{:04X}>", u32::from(c)));
        // More can never be shown.
        flat = numbers.take(columns).collect();
    }
    if flat.width() <= columns {
        return flat;
    }
    let mut cut = String::new();
    let mut used = 0;
    for c in flat.chars() {
        used += c.width().unwrap_or(0);
        if used >= columns {
            break;
        }
        cut.push(c);
    }
    cut.push('…');
    cut
}

/// Returns the lines of a text, broken between words to at most `columns`.
pub(crate) fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for line in harmless(text).lines() {
        // The indentation, as in code, is not a place to break.
        let words = line.trim_start_matches(' ');
        let mut now = " ".repeat((line.len() - words.len()).min(columns / 2));
        // A running count: measuring the line again for each character would take quadratic time.
        let mut used = now.len();
        for (at, word) in words.split(' ').enumerate() {
            if at > 0 && used.saturating_add(1).saturating_add(word.width()) > columns {
                lines.push(std::mem::take(&mut now));
                used = 0;
            } else if at > 0 {
                now.push(' ');
                used += 1;
            }
            for c in word.chars() {
                let width = c.width().unwrap_or(0);
                if used + width > columns {
                    lines.push(std::mem::take(&mut now));
                    used = 0;
                }
                now.push(c);
                used += width;
            }
        }
        lines.push(now);
    }
    lines
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
        assert_eq!(one_line("\u{200b}\u{3164}", 40), "<U+200B><U+3164>");
        assert_eq!(one_line(" \u{200d}", 40), "<U+0020><U+200D>");
        assert_eq!(one_line("", 40), "");
    }

    #[test]
    fn widths_are_columns() {
        assert_eq!(one_line("日本語の会話", 7), "日本語…");
        assert_eq!(one_line("日本語", 6), "日本語");
        assert!(one_line("👍👍👍👍", 5).width() <= 5);
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        // Linear time: the largest text, without a limit and with characters that have no width.
        assert_eq!(wrapped(&"word ".repeat(200_000), usize::MAX).len(), 1);
        assert_eq!(wrapped(&"e\u{301}".repeat(300_000), 100).len(), 3_000);
        assert_eq!(wrapped("日本語の", 4), ["日本", "語の"]);
        assert_eq!(wrapped("a\n\nb", 4), ["a", "", "b"]);
        assert_eq!(wrapped("if x:\n    return  1", 80), ["if x:", "    return  1"]);
        assert_eq!(wrapped("  one two", 6), ["  one", "two"]);
    }
}
