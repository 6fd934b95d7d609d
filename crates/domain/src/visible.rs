//! Names without a visible character: whitespace, and characters that a screen does not show.

use unicode_normalization::char::is_combining_mark;

/// Returns whether a text has no visible character: it has only whitespace, combining marks, format characters,
/// characters that Unicode lets a font ignore, and letters and signs that are blank by design. An empty text counts
/// too.
#[must_use]
pub fn shows_nothing(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_whitespace() || is_unseen(c) || is_combining_mark(c))
}

/// Unicode's `Default_Ignorable_Code_Point` and format characters, the blank of Braille, and the tag characters
/// beyond. Control characters are not in this list: they are shown as placeholders.
const fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{2800}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ContactError, DisplayName, FileName, TransferError, UserError, UserId};

    #[test]
    fn what_shows_nothing_is_no_name() {
        for name in [
            "\u{200b}",
            "\u{2800}",
            "\u{3164}",
            "\u{ad}",
            "\u{2060}\u{feff}",
            "\u{e0041}",
            " \u{202e}\u{200d}\u{3000}",
            "\u{fe0f}\u{34f}",
            "\u{ffa0}\u{115f}",
            "\u{200d}\u{301}",
        ] {
            assert!(shows_nothing(name), "{name:?}");
            let chars = name.chars().count();
            assert_eq!(DisplayName::new(name), Err(ContactError::NameBlank(chars)));
            assert_eq!(FileName::new(name), Err(TransferError::NameBlank));
            assert_eq!(UserId::new(name), Err(UserError::Blank));
            // A name that another program wrote is accepted unchanged.
            assert_eq!(DisplayName::lenient(name, "nobody").as_str(), name);
        }
    }

    #[test]
    fn one_character_that_shows_is_a_name() {
        for name in [
            "a\u{200b}",
            "\u{200f}א",
            "👩\u{200d}👧",
            "❤\u{fe0f}",
            "-",
            "ᅡ",
            "⠁",
        ] {
            assert!(!shows_nothing(name), "{name:?}");
            assert!(
                DisplayName::new(name).is_ok() && FileName::new(name).is_ok() && UserId::new(name).is_ok()
            );
        }
    }
}
