//! Compares the tables of a source with those of the specification, version 1.0.0.

use std::collections::{BTreeMap, BTreeSet};

use privatus_sqlite::{Connection, OpenOptions};

use super::error::BaselineError;
use super::schema::{Schema, Table};
use super::tokens::normal;

/// The specification's own tables and indexes.
pub(super) const SPECIFICATION: &str = include_str!("specification.sql");

/// CHECKs that the specification adds with ADD CONSTRAINT, which SQLite does not support; a source may have them
/// inside its tables.
const ALLOWED: [(&str, &str); 2] = [
    ("messages", "length(content) <= 1048576"),
    ("messages", "edited_at IS NULL OR edited_at >= timestamp"),
];

/// Differences to list; any more are only counted.
const LISTED: usize = 100;
/// Characters of a difference to keep: the names and rules in it come from outside.
const LINE: usize = 400;

/// The result of the comparison.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    /// Differences that prevent an adoption, at most [`LISTED`] of them.
    pub(super) differences: Vec<String>,
    /// The total number of differences.
    pub(super) count: usize,
    /// Notes on differences that do not matter.
    pub(super) notes: Vec<String>,
    /// Tables that SQLite made of `(LIKE messages)`: left out if they are empty.
    pub(super) like: Vec<String>,
}

impl Comparison {
    pub(super) fn differs(&mut self, text: String) {
        self.count += 1;
        if self.differences.len() < LISTED {
            self.differences.push(text.chars().take(LINE).collect());
        }
    }

    fn table(&mut self, name: &str, wanted: &Table, found: &Table) {
        for (column, wanted) in &wanted.columns {
            match found.columns.get(column) {
                None => self.differs(format!("column {name}.{column} is missing")),
                Some(found) if found != wanted => {
                    self.differs(format!(
                        "column {name}.{column} is {found}, but {wanted} in version 1.0.0"
                    ));
                }
                Some(_) => {}
            }
        }
        for column in found
            .columns
            .keys()
            .filter(|column| !wanted.columns.contains_key(*column))
        {
            self.differs(format!("column {name}.{column} is not in version 1.0.0"));
        }
        for fact in wanted.facts.difference(&found.facts) {
            self.differs(format!("table {name} lacks {fact}"));
        }
        let allowed: BTreeSet<String> = ALLOWED
            .iter()
            .filter(|(table, _)| *table == name)
            .map(|(_, check)| format!("CHECK ({})", normal(check)))
            .collect();
        for fact in found
            .facts
            .difference(&wanted.facts)
            .filter(|fact| !allowed.contains(*fact))
        {
            self.differs(format!(
                "table {name} has {fact}, which version 1.0.0 does not have"
            ));
        }
    }
}

/// The specification's own schema.
pub(super) fn specification() -> Result<Schema, BaselineError> {
    let mut memory = Connection::open_in_memory(&OpenOptions::default())?;
    memory.execute_batch(SPECIFICATION)?;
    Ok(Schema::read(&mut memory)?)
}

/// Compares the tables one by one, and their columns by name.
pub(super) fn compare(wanted: &Schema, found: &Schema) -> Comparison {
    let mut all = Comparison::default();
    if found.encoding != wanted.encoding {
        all.differs(format!(
            "the encoding is {}, but UTF-8 in the specification",
            found.encoding
        ));
    }
    for (name, table) in &wanted.tables {
        match found.tables.get(name) {
            None => all.differs(format!("table {name} is missing")),
            Some(found) => all.table(name, table, found),
        }
    }
    for (name, table) in found
        .tables
        .iter()
        .filter(|(name, _)| !wanted.tables.contains_key(*name))
    {
        if is_like(name, table) {
            all.like.push(name.clone());
        } else {
            all.differs(format!("table {name} is not in version 1.0.0"));
        }
    }
    for other in &found.others {
        all.differs(format!("{other} is not in version 1.0.0"));
    }
    let missing = wanted.indexes.difference(&found.indexes);
    all.notes
        .extend(missing.map(|index| format!("the source lacks the index {index}; the vault has its own")));
    let more = found.indexes.difference(&wanted.indexes);
    all.notes
        .extend(more.map(|index| format!("the index {index} is not in version 1.0.0 and was left out")));
    all
}

/// Returns whether SQLite made the table from the specification's `CREATE TABLE messages_202501 (LIKE messages)`: it
/// then has one column named LIKE, of the type `messages`.
fn is_like(name: &str, table: &Table) -> bool {
    let month = name.strip_prefix("messages_").unwrap_or_default();
    let one = BTreeMap::from([("like".to_owned(), "MESSAGES".to_owned())]);
    month.len() == 6 && month.bytes().all(|byte| byte.is_ascii_digit()) && table.columns == one
}
