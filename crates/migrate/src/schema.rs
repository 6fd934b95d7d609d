//! A database's schema as text that can be compared: what white space, comments and quotes do not change.

use std::collections::BTreeMap;

use privatus_sqlite::{Connection, SqliteError};

use crate::read;

/// Every table, index, view and trigger, by name, with its normalised text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema(BTreeMap<String, String>);

impl Schema {
    /// Reads a database; the ledger that diesel keeps is not a part of it.
    ///
    /// # Errors
    /// SQLite's.
    pub fn read(db: &mut Connection) -> Result<Self, SqliteError> {
        let sql = "SELECT type || ' ' || name, sql FROM sqlite_schema WHERE sql IS NOT NULL \
                   AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> '__diesel_schema_migrations'";
        let rows = read::rows(db, sql, &[], |row| {
            Some((read::text(row, 0)?, read::text(row, 1)?))
        })?;
        let objects = rows.into_iter().flatten();
        Ok(Self(
            objects.map(|(name, sql)| (name, normalised(&sql))).collect(),
        ))
    }

    /// How many objects there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The objects, each `(type and name, normalised text)`.
    pub fn objects(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// The same without the objects whose name `leave_out` accepts.
    #[must_use]
    pub fn without(mut self, leave_out: impl Fn(&str) -> bool) -> Self {
        self.0
            .retain(|name, _| !leave_out(name.split_once(' ').map_or(name, |(_, name)| name)));
        self
    }

    /// What `other` has else, a line each; empty when they are equal.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        for (name, text) in &self.0 {
            match other.0.get(name) {
                None => lines.push(format!("{name} is missing")),
                Some(found) if found != text => {
                    lines.push(format!("{name} differs: {}", first_difference(text, found)));
                }
                Some(_) => {}
            }
        }
        let more = other.0.keys().filter(|name| !self.0.contains_key(*name));
        lines.extend(more.map(|name| format!("{name} is not expected")));
        lines
    }
}

/// The words around the first place where two texts part.
fn first_difference(expected: &str, found: &str) -> String {
    let (mut left, mut right) = (expected.split(' '), found.split(' '));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return "only in spaces".to_owned(),
            (one, other) if one == other => {}
            (one, other) => {
                let found: Vec<&str> = other.into_iter().chain(right.take(5)).collect();
                let expected: Vec<&str> = one.into_iter().chain(left.take(5)).collect();
                return format!("`{}` where `{}` is expected", found.join(" "), expected.join(" "));
            }
        }
    }
}

/// The tokens of a statement with one space between: no comments, no quotes around plain names.
pub(crate) fn normalised(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some((token, tail)) = next_token(rest) {
        rest = tail;
        let token = match token.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
            Some(name) if is_plain(name) => name,
            _ => token,
        };
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(token);
    }
    out
}

fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The first token of a statement. An empty statement before it, a `;` alone, is passed over as SQLite does.
pub(crate) fn first_token(sql: &str) -> Option<&str> {
    let mut rest = sql;
    loop {
        match next_token(rest)? {
            (";", tail) => rest = tail,
            (token, _) => return Some(token),
        }
    }
}

/// The first token behind spaces and comments, and the text behind it.
fn next_token(sql: &str) -> Option<(&str, &str)> {
    let mut sql = sql.trim_start();
    loop {
        if let Some(comment) = sql.strip_prefix("--") {
            sql = comment.split_once('\n').map_or("", |(_, rest)| rest).trim_start();
        } else if let Some(comment) = sql.strip_prefix("/*") {
            sql = comment.split_once("*/").map_or("", |(_, rest)| rest).trim_start();
        } else {
            break;
        }
    }
    let first = sql.chars().next()?;
    let end = match first {
        '\'' | '"' | '`' => closing(sql, first),
        '[' => sql.find(']').map(|at| at + 1),
        _ if first.is_alphanumeric() || first == '_' => {
            sql.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '.' | '$'))
        }
        _ => Some(first.len_utf8()),
    };
    Some(sql.split_at(end.unwrap_or(sql.len())))
}

/// The end of a text in quotes, in which a doubled quote stands for one.
fn closing(sql: &str, quote: char) -> Option<usize> {
    let mut quotes = sql.char_indices().skip(1).peekable();
    while let Some((at, c)) = quotes.next() {
        if c == quote && quotes.next_if(|(_, next)| *next == quote).is_none() {
            return Some(at + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{first_difference, normalised};

    #[test]
    fn spaces_comments_and_quotes_around_names_do_not_count() {
        let text = normalised("CREATE TABLE a (b TEXT, CHECK (b <> '  -- x'))");
        for same in [
            "CREATE  TABLE \"a\"(b TEXT,CHECK(b<>'  -- x'))",
            "CREATE TABLE a ( -- a comment, it's one\n b TEXT /* two\n lines */, CHECK (b < > '  -- x'))",
        ] {
            assert_eq!(normalised(same), text, "{same}");
        }
        for other in [
            "CREATE TABLE a (b TEXT, CHECK (b <> ' -- x'))",
            "CREATE TABLE a (b TEXT, CHECK (b <> '  -- y'))",
            "CREATE TABLE a (B TEXT, CHECK (b <> '  -- x'))",
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
    fn the_first_difference_is_shown() {
        let said = first_difference("a b c", "a x c");
        assert_eq!(said, "`x c` where `b c` is expected");
    }
}
