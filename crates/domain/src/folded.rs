//! Folded names, for search: equal for every letter case and Unicode form of a name.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Folds a name: NFKC, then each character in lower, upper and lower case again, so that ß and ẞ become ss and all
/// forms of sigma are equal, then NFKC again. `contacts.folded_name` stores the result, so a change of this rule
/// requires every row to be folded again.
#[must_use]
pub fn folded_name(name: &str) -> String {
    let folded: String = name
        .nfkc()
        .flat_map(char::to_lowercase)
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .collect();
    folded.nfkc().collect()
}

/// Returns whether two names look the same to a reader: Unicode can write a letter with its marks as one character or
/// as several, and nobody can see which one a keyboard or a file system produced.
#[must_use]
pub fn is_same_name(one: &str, other: &str) -> bool {
    one == other || one.nfc().eq(other.nfc())
}

/// Returns whether a word inside a folded name, other than its first, begins with a folded query.
#[must_use]
pub fn has_word(folded: &str, query: &str) -> bool {
    folded.match_indices(query).any(|(at, _)| {
        let before = folded.get(..at).and_then(|text| text.chars().next_back());
        before.is_some_and(|before| !before.is_alphanumeric() && !is_combining_mark(before))
    })
}

/// The first text, in the order of UTF-8, after all those that begin with `prefix`; `None` if there is none.
#[must_use]
pub fn prefix_end(prefix: &str) -> Option<String> {
    let mut rest = prefix.to_owned();
    while let Some(last) = rest.pop() {
        // The range skips the gap between U+D7FF and U+E000.
        if let Some(next) = (last..=char::MAX).nth(1) {
            rest.push(next);
            return Some(rest);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn letter_case_and_form_do_not_count() {
        for (one, other) in [
            ("Zoë", "ZOE\u{308}"),
            ("Straße", "STRASSE"),
            ("STRAẞE", "strasse"),
            ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"),
            ("ﬁsh", "FISH"),
            ("Ａｌｉｃｅ", "alice"),
            ("ŉ", "ʼN"),
            ("İ", "i\u{307}"),
            ("Ǆ", "ǆ"),
        ] {
            assert_eq!(folded_name(one), folded_name(other), "{one} and {other}");
        }
        for (one, other) in [("Zoe", "Zoë"), ("Alice", "Alice "), ("日本", "日木")] {
            assert_ne!(folded_name(one), folded_name(other), "{one} and {other}");
        }
    }

    #[test]
    fn words_begin_behind_what_is_no_letter() {
        for (name, query, found) in [
            ("alice liddell", "lidd", true),
            ("alice liddell", "iddell", false),
            ("alice", "alice", false),
            ("jean-luc", "luc", true),
            ("i\u{307}stanbul", "stan", false),
            ("a  b", " b", true),
        ] {
            assert_eq!(has_word(name, query), found, "{query} in {name}");
        }
    }

    /// Checks every character alone: both its letter cases fold as it does, and folding again changes nothing.
    #[test]
    fn each_character_folds_like_its_cases() {
        for c in '\0'..=char::MAX {
            let text = c.to_string();
            let folded = folded_name(&text);
            assert_eq!(folded_name(&folded), folded, "{c:?} twice");
            assert_eq!(folded_name(&text.to_uppercase()), folded, "{c:?} in upper case");
            assert_eq!(folded_name(&text.to_lowercase()), folded, "{c:?} in lower case");
        }
    }

    proptest! {
        #[test]
        fn each_form_of_a_name_is_the_same(name in "[\\p{L}\\p{N} '-]{1,20}") {
            let folded = folded_name(&name);
            let composed: String = name.nfc().collect();
            let forms = [
                name.nfd().collect(),
                name.nfkd().collect(),
                composed.to_uppercase(),
                composed.to_lowercase(),
                composed.to_uppercase().nfd().collect::<String>(),
            ];
            for form in forms {
                prop_assert_eq!(folded_name(&form), &folded[..]);
            }
        }

        #[test]
        fn the_end_parts_what_begins_so_from_what_does_not(prefix in "\\PC{0,4}", text in "\\PC{0,6}", joined: bool) {
            let text = if joined { format!("{prefix}{text}") } else { text };
            let end = prefix_end(&prefix);
            let within = text >= prefix && end.as_ref().is_none_or(|end| text < *end);
            prop_assert_eq!(within, text.starts_with(&prefix));
        }
    }

    #[test]
    fn ends_of_the_last_characters() {
        assert_eq!(prefix_end("\u{d7ff}").as_deref(), Some("\u{e000}"));
        assert_eq!(prefix_end("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(prefix_end("\u{10ffff}"), None);
        assert_eq!(prefix_end(""), None);
    }

    #[test]
    fn the_same_name_may_be_written_in_two_ways() {
        assert!(is_same_name("Zoë", "Zoë") && is_same_name("Zoë", "Zoe\u{308}"));
        assert!(!is_same_name("Zoë", "Zoe") && !is_same_name("Zoë", "zoë"));
    }
}
