//! A database's schema as text that can be compared regardless of white space, comments and quotes.

use std::collections::BTreeMap;

use privatus_sqlite::{Connection, SqliteError};

use crate::read;
use crate::tokens::normalised;

/// Every table, index, view and trigger, by name, with its normalized SQL.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema(BTreeMap<String, String>);

impl Schema {
    /// Reads a database's schema. Among names that SQLite reserves, only its own tables are skipped, and only with the
    /// exact SQL that SQLite gives them: anyone who can write the schema table can use such a name.
    ///
    /// # Errors
    /// SQLite's errors.
    pub fn read(db: &mut Connection) -> Result<Self, SqliteError> {
        let sql = "SELECT type || ' ' || name, sql FROM main.sqlite_master WHERE sql IS NOT NULL";
        let rows = read::rows(db, sql, &[], |row| Some((row.text(0)?, row.text(1)?)))?;
        let objects = rows.into_iter().flatten();
        let objects = objects.map(|(name, sql)| (name, normalised(&sql)));
        Ok(Self(
            objects.filter(|(name, sql)| !is_of_sqlite(name, sql)).collect(),
        ))
    }

    /// Removes diesel's ledger, which outlives every step.
    #[cfg(feature = "testing")]
    #[must_use]
    pub(crate) fn of_steps(self) -> Self {
        self.without(|name| name == "__diesel_schema_migrations")
    }

    /// The number of objects.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there are no objects.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The objects, each `(type and name, normalised text)`.
    pub fn objects(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// Removes the objects whose name `leave_out` accepts.
    #[must_use]
    pub fn without(mut self, leave_out: impl Fn(&str) -> bool) -> Self {
        self.0
            .retain(|name, _| !leave_out(name.split_once(' ').map_or(name, |(_, name)| name)));
        self
    }

    /// The differences of `other`, one line each; empty if they are equal.
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

/// Returns whether SQLite created it: the AUTOINCREMENT counter, and the tables of ANALYZE.
fn is_of_sqlite(name: &str, sql: &str) -> bool {
    let made = [
        (
            "table sqlite_sequence",
            "create table sqlite_sequence ( name , seq )",
        ),
        (
            "table sqlite_stat1",
            "create table sqlite_stat1 ( tbl , idx , stat )",
        ),
        (
            "table sqlite_stat4",
            "create table sqlite_stat4 ( tbl , idx , neq , nlt , ndlt , sample )",
        ),
    ];
    made.contains(&(name, sql))
}

/// The words around the first difference between two texts.
fn first_difference(expected: &str, found: &str) -> String {
    let (mut left, mut right) = (expected.split(' '), found.split(' '));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return "only in spaces".to_owned(),
            (one, other) if one == other => {}
            (one, other) => {
                let found: Vec<&str> = other.into_iter().chain(right.take(5)).collect();
                let expected: Vec<&str> = one.into_iter().chain(left.take(5)).collect();
                return format!("`{}` instead of `{}`", found.join(" "), expected.join(" "));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use privatus_sqlite::{Connection, OpenMode, OpenOptions};

    use super::{Schema, first_difference};

    #[test]
    fn the_first_difference_is_shown() {
        let said = first_difference("a b c", "a x c");
        assert_eq!(said, "`x c` instead of `b c`");
    }

    #[test]
    fn only_what_sqlite_makes_itself_is_left_out() {
        let mut db = Connection::open_in_memory(&OpenOptions::new(OpenMode::Create)).unwrap();
        db.execute_batch("CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, b UNIQUE); ANALYZE")
            .unwrap();
        let schema = Schema::read(&mut db).unwrap();
        let names: Vec<&str> = schema.objects().map(|(name, _)| name).collect();
        assert_eq!(names, ["table t"]);
    }
}
