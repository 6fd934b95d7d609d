//! A database's schema as text that can be compared: what white space, comments and quotes do not change.

use std::collections::BTreeMap;

use privatus_sqlite::{Connection, SqliteError};

use crate::read;
use crate::tokens::normalised;

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
        let rows = read::rows(db, sql, &[], |row| Some((row.text(0)?, row.text(1)?)))?;
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

#[cfg(test)]
mod tests {
    use super::first_difference;

    #[test]
    fn the_first_difference_is_shown() {
        let said = first_difference("a b c", "a x c");
        assert_eq!(said, "`x c` where `b c` is expected");
    }
}
