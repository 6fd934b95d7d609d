//! A tokenizer for SQL, sufficient to compare two texts, find a statement's first word, and replace a table's name.

/// The tokens of a text, without spaces and comments, each with a flag for directly following the previous one.
struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = (&'a str, bool);

    fn next(&mut self) -> Option<Self::Item> {
        let begun = skip(self.rest);
        let touches = begun.len() == self.rest.len();
        let first = begun.chars().next()?;
        let end = match first {
            '\'' | '"' | '`' => closing(begun, first),
            '[' => begun.find(']').map(|at| at + 1),
            _ if is_word(first) => begun.find(|c| !is_word(c)),
            _ => Some(first.len_utf8()),
        };
        let (token, rest) = begun.split_at(end.unwrap_or(begun.len()));
        self.rest = rest;
        Some((token, touches))
    }
}

fn tokens(sql: &str) -> Tokens<'_> {
    Tokens { rest: sql }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Skips spaces, comments and the byte order mark, which SQLite treats as a space.
fn skip(sql: &str) -> &str {
    let mut sql = sql;
    loop {
        let begun = sql.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '\u{feff}');
        sql = if let Some(comment) = begun.strip_prefix("--") {
            comment.split_once('\n').map_or("", |(_, rest)| rest)
        } else if let Some(comment) = begun.strip_prefix("/*") {
            comment.split_once("*/").map_or("", |(_, rest)| rest)
        } else {
            return begun;
        };
    }
}

/// The end of a quoted text, in which a doubled quote stands for one.
fn closing(sql: &str, quote: char) -> Option<usize> {
    let mut quotes = sql.char_indices().skip(1).peekable();
    while let Some((at, c)) = quotes.next() {
        if c == quote && quotes.next_if(|(_, next)| *next == quote).is_none() {
            return Some(at + 1);
        }
    }
    None
}

/// The name in a token, if it is a word or a plain name in quotes.
fn name(token: &str) -> Option<&str> {
    let bare = ['"', '`']
        .iter()
        .find_map(|quote| token.strip_prefix(*quote)?.strip_suffix(*quote))
        .or_else(|| token.strip_prefix('[')?.strip_suffix(']'))
        .unwrap_or(token);
    (!bare.is_empty() && bare.chars().all(is_word)).then_some(bare)
}

/// The tokens separated by one space, with names and words in lower case and without quotes.
pub(crate) fn normalised(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    for (token, _) in tokens(sql) {
        if !out.is_empty() {
            out.push(' ');
        }
        match name(token) {
            // Like SQLite, fold ASCII letters only.
            Some(name) => out.push_str(&name.to_ascii_lowercase()),
            None => out.push_str(token),
        }
    }
    out
}

/// Returns whether two schema texts are equivalent: spaces, comments and the case of words are ignored; quotes are
/// not, since a quoted keyword is a name.
#[must_use]
pub fn is_same_text(one: &str, other: &str) -> bool {
    let same = |one: &str, other: &str| {
        one == other || (one.chars().all(is_word) && one.eq_ignore_ascii_case(other))
    };
    let (mut left, mut right) = (tokens(one), tokens(other));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some((one, _)), Some((other, _))) if same(one, other) => {}
            _ => return false,
        }
    }
}

/// The text without comments and unnecessary spaces, with some names replaced.
pub(crate) fn renamed(sql: &str, names: &[(&str, &str)]) -> String {
    let tight = |token: &str| matches!(token, "(" | ")" | "," | ";");
    let mut out = String::with_capacity(sql.len());
    let mut before = "(";
    for (token, touches) in tokens(sql) {
        if !touches && !tight(before) && !tight(token) {
            out.push(' ');
        }
        let known =
            |(from, _): &&(&str, &str)| name(token).is_some_and(|name| name.eq_ignore_ascii_case(from));
        out.push_str(names.iter().find(known).map_or(token, |(_, to)| to));
        before = token;
    }
    out
}

/// The first token of a script. An empty statement before it, a lone `;`, is skipped, as in SQLite.
pub(crate) fn first_token(sql: &str) -> Option<&str> {
    tokens(sql).map(|(token, _)| token).find(|token| *token != ";")
}

/// The first words of a script, for messages.
pub(crate) fn first_words(sql: &str) -> String {
    const WORDS: usize = 6;
    let words: Vec<&str> = tokens(sql)
        .map(|(token, _)| token)
        .skip_while(|token| *token == ";")
        .take_while(|token| *token != ";")
        .take(WORDS)
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::{first_token, first_words, is_same_text, normalised, renamed};

    #[test]
    fn spaces_comments_case_and_quotes_around_names_do_not_count() {
        let text = normalised("CREATE TABLE a (b TEXT, CHECK (a.b <> '  -- x'))");
        for same in [
            "CREATE  TABLE \"a\"(b TEXT,CHECK(\"a\".b<>'  -- x'))",
            "create table [a] (`B` Text, check (A.b <> '  -- x'))",
            "CREATE TABLE a ( -- a comment, it's one\n b TEXT /* two\n lines */, CHECK (a.b < > '  -- x'))",
        ] {
            assert_eq!(normalised(same), text, "{same}");
        }
        for other in [
            "CREATE TABLE a (b TEXT, CHECK (a.b <> ' -- x'))",
            "CREATE TABLE a (b TEXT, CHECK (a.b <> '  -- X'))",
            "CREATE TABLE a (c TEXT, CHECK (a.b <> '  -- x'))",
        ] {
            assert_ne!(normalised(other), text, "{other}");
        }
        assert_eq!(
            normalised("x 'it''s' \"a b\" [c d] 'open"),
            "x 'it''s' \"a b\" [c d] 'open"
        );
        assert_eq!(normalised("--"), "");
    }

    #[test]
    fn a_word_in_quotes_is_another_word() {
        let text = "CREATE TABLE a (b TEXT, CHECK (b <> TRUE))";
        assert!(is_same_text(
            text,
            "create table a(b  TEXT, -- why\n CHECK(b<>true))"
        ));
        for other in [
            "CREATE TABLE a (b TEXT, CHECK (b <> \"TRUE\"))",
            "CREATE TABLE a (b TEXT, CHECK (b <> TRUE)",
            "CREATE TABLE a (b TEXT, CHECK (b <> TRUE)))",
            "CREATE TABLE a (b TEXT, CHECK (b <> TRUE))\0",
        ] {
            assert!(!is_same_text(text, other), "{other}");
        }
    }

    #[test]
    fn another_name_takes_the_place_of_one_and_of_no_other() {
        let sql = "CREATE TABLE \"t\" ( -- t\n    a TEXT DEFAULT 'a  t b',\n    t_b INT CHECK (t.a <> - -1 AND x''<=y)\n)";
        assert_eq!(
            renamed(sql, &[("t", "u")]),
            "CREATE TABLE u(a TEXT DEFAULT 'a  t b',t_b INT CHECK(u.a <> - -1 AND x''<=y))"
        );
    }

    #[test]
    fn a_first_word_hides_behind_nothing() {
        for script in [
            "COMMIT",
            " ;; /* x */ COMMIT;",
            "\u{feff}COMMIT",
            "-- no\n\tCOMMIT",
        ] {
            assert_eq!(first_token(script), Some("COMMIT"), "{script:?}");
        }
        assert_eq!(first_token(" -- nothing"), None);
        assert_eq!(first_words("; DROP  TABLE a; x"), "DROP TABLE a");
    }
}
