//! Names that are similar to a word that names nothing.

use std::cmp::Ordering;

use privatus_domain::folded::{folded_name, has_word};

/// The number of names to suggest.
const MOST: usize = 3;

/// The least similarity of two words: one letter added, missing, changed or swapped in a short word.
const ALIKE: f64 = 0.85;

/// Longer words are not compared, because that takes quadratic time.
const LONGEST: usize = 256;

/// Returns at most three names that may have been meant, the most similar first: names with a word that begins like `wanted`, then
/// names with a similar spelling.
pub(super) fn near<'a>(names: impl Iterator<Item = &'a str>, wanted: &str) -> Vec<&'a str> {
    let wanted = folded_name(wanted.trim());
    if wanted.is_empty() || wanted.len() > LONGEST {
        return Vec::new();
    }
    let mut found: Vec<(f64, &str)> = names
        .map(|name| (likeness(&wanted, &folded_name(name)), name))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .collect();
    found.sort_by(|(one, a), (other, b)| {
        let nearest = other.partial_cmp(one).unwrap_or(Ordering::Equal);
        nearest.then_with(|| a.cmp(b))
    });
    found.dedup_by(|(_, one), (_, other)| one == other);
    found.truncate(MOST);
    found.into_iter().map(|(_, name)| name).collect()
}

/// Returns the similarity, from 0 to 1, of the whole names or of `wanted` and one word of the name.
fn likeness(wanted: &str, name: &str) -> f64 {
    if name.len() > 4 * LONGEST {
        return 0.0;
    }
    if name.starts_with(wanted) || has_word(name, wanted) {
        return 1.0;
    }
    let words = name.split_whitespace().chain([name]);
    words
        .map(|word| strsim::jaro_winkler(wanted, word).max(short(wanted, word)))
        .fold(0.0, f64::max)
}

/// One letter is a large part of a short word: such a name is suggested too, after more similar ones.
fn short(wanted: &str, word: &str) -> f64 {
    let is_short = |text: &str| (2..=5).contains(&text.chars().count());
    let is_near = || strsim::damerau_levenshtein(wanted, word) <= 1;
    if is_short(wanted) && is_short(word) && is_near() {
        ALIKE
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_come_nearest_first() {
        let names = [
            "Alice Liddell",
            "Bob",
            "Zoë",
            "İstanbul",
            "Straße 7",
            "Alina",
            "Alice Liddell",
        ];
        for (wanted, found) in [
            ("Liddell", vec!["Alice Liddell"]),
            ("Alcie", vec!["Alice Liddell"]),
            ("istanbul", vec!["İstanbul"]),
            ("Istanbul", vec!["İstanbul"]),
            ("Strase 7", vec!["Straße 7"]),
            ("zoe", vec!["Zoë"]),
            ("Bbo", vec!["Bob"]),
            ("bop", vec!["Bob"]),
            ("nobody", vec![]),
            ("", vec![]),
            ("\u{200d}", vec![]),
        ] {
            assert_eq!(near(names.into_iter(), wanted), found, "{wanted}");
        }
        assert_eq!(near(["aa", "ab", "ac", "ad"].into_iter(), "xx a").len(), 0);
        assert_eq!(near(["x a1", "x a2", "x a3", "x a4"].into_iter(), "a").len(), 3);
        assert!(near(["a"].into_iter(), &"a".repeat(100_000)).is_empty());
    }
}
