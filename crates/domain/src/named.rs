//! Resolving a word to one of many things by id or name, in full or by prefix.

use crate::folded::{folded_name, is_same_name};

/// A thing with its id and names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its own id.
    pub id: String,
    /// Another id for the same thing: a conversation's contact or group, a member's anonymous id.
    pub also: Option<String>,
    /// Its name, title or file name.
    pub name: String,
}

/// The things that a word means, by index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meant {
    /// No thing.
    Nothing,
    /// This one thing.
    One(usize),
    /// Any of these.
    Several(Vec<usize>),
}

/// Returns whether a thing with this folded name matches a word.
type Test<'a> = &'a dyn Fn(&Named, &str) -> bool;

/// Finds the things that a word means. The first of these rules that matches anything decides:
///
/// 1. its id,
/// 2. its name exactly,
/// 3. its name in another Unicode form,
/// 4. its name in another letter case,
/// 5. a prefix of its id, or of its name in any letter case and Unicode form.
///
/// Prefixes of ids and of names have equal rank: if a word is a prefix of one thing's id and of another's name, the
/// result is ambiguous.
#[must_use]
pub fn meant(all: &[Named], word: &str) -> Meant {
    fitting(all, word, 5)
}

/// Finds the things that a word means, without prefixes.
#[must_use]
pub fn meant_whole(all: &[Named], word: &str) -> Meant {
    fitting(all, word, 4)
}

fn fitting(all: &[Named], word: &str, rules: usize) -> Meant {
    if word.is_empty() {
        return Meant::Nothing;
    }
    let folded = folded_name(word);
    let names: Vec<String> = all.iter().map(|thing| folded_name(&thing.name)).collect();
    let has_id = |thing: &Named, test: &dyn Fn(&str) -> bool| {
        test(&thing.id) || thing.also.as_deref().is_some_and(test)
    };
    let tests: [Test<'_>; 5] = [
        &|thing, _| has_id(thing, &|id| id == word),
        &|thing, _| thing.name == word,
        &|thing, _| is_same_name(&thing.name, word),
        &|_, name| name == folded,
        &|thing, name| has_id(thing, &|id| id.starts_with(word)) || name.starts_with(&folded),
    ];
    for test in tests.into_iter().take(rules) {
        let fits = all.iter().zip(&names).enumerate();
        let fits: Vec<usize> = fits
            .filter(|(_, (thing, name))| test(thing, name))
            .map(|(at, _)| at)
            .collect();
        match fits.as_slice() {
            [] => {}
            [only] => return Meant::One(*only),
            _ => return Meant::Several(fits),
        }
    }
    Meant::Nothing
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(word: &str) -> Meant {
        let all = [
            ("aa11", "p1", "Alice"),
            ("aa22", "p2", "Bob"),
            ("bb33", "p3", "Bob"),
            ("cc44", "p4", "aa11"),
            ("dd55", "p5", "dd"),
            ("dd66", "p6", "Eve"),
            ("ff77", "p7", "Cafe\u{301}"),
            ("ee88", "p8", "Ann"),
            ("gg99", "p9", "Anna Lena"),
            ("hh00", "q1", "anna lena"),
            ("ii11", "q2", "Straße 7"),
            ("jj22", "q3", "👩\u{200d}💻 Dev"),
            ("kk33", "q4", "fade"),
            ("fa44", "q5", "Gil"),
        ];
        let named = |(id, also, name): (&str, &str, &str)| Named {
            id: id.into(),
            also: Some(also.into()),
            name: name.into(),
        };
        meant(&all.map(named), word)
    }

    #[test]
    fn ids_names_and_beginnings() {
        for (word, at, why) in [
            ("aa11", 0, "an id wins over a name"),
            ("p2", 1, "the contact's or group's id"),
            ("Alice", 0, "a name"),
            ("ALICE", 0, "in capitals"),
            ("ali", 0, "the beginning of a name"),
            ("bb", 2, "the beginning of an id"),
            ("Caf\u{e9}", 6, "either form of a letter"),
            ("CAFE\u{301}", 6, "either form, in capitals"),
            ("caf\u{e9}", 6, "a composed letter"),
            ("dd", 4, "a name wins over a beginning"),
            ("Ann", 7, "a whole name wins over another's beginning"),
            ("ANN", 7, "in any letter case"),
            (
                "Anna Lena",
                8,
                "a name as it is written wins over one in another letter case",
            ),
            ("STRASSE", 10, "sharp s"),
            ("straß", 10, "sharp s in a beginning"),
            ("👩", 11, "a part of an emoji"),
            ("👩\u{200d}💻", 11, "a joined emoji"),
            ("fad", 12, "the name alone begins so"),
        ] {
            assert_eq!(find(word), Meant::One(at), "{word}: {why}");
        }
        for (word, fits) in [
            ("Bob", vec![1, 2]),
            ("ANNA LENA", vec![8, 9]),
            ("aa", vec![0, 1, 3]),
            ("ann", vec![7]),
            ("anna", vec![8, 9]),
            ("fa", vec![12, 13]),
        ] {
            let wanted = match fits.as_slice() {
                [only] => Meant::One(*only),
                _ => Meant::Several(fits),
            };
            assert_eq!(find(word), wanted, "{word}");
        }
        for word in ["", "nobody", "afe", "Cafe", " Alice", "\u{200d}", "*"] {
            assert_eq!(find(word), Meant::Nothing, "{word:?}");
        }
    }
}
