//! What of a schema is not what this build makes.

use std::fmt;

use privatus_schema::{OBJECTS, Object};

/// Characters of a name that are shown.
const SHOWN: usize = 60;
/// Objects that a sentence names.
const NAMED: usize = 5;

/// What is wrong with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// No build makes it.
    Extra,
    /// It has another text, table or type.
    Altered,
    /// It is not there.
    Missing,
}

/// An object of the schema that is not what this build makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StrangeObject {
    pub(crate) wrong: Wrong,
    /// As its row of the schema says, whatever that is.
    pub(crate) kind: String,
    pub(crate) name: String,
    /// The rowid of its row of the schema, if it has one.
    pub(crate) row: Option<i64>,
    /// What this build makes under that name, whatever its row says that it is.
    pub(crate) made_as: Option<&'static str>,
    /// The name in its text, in lower case, where that makes a table.
    pub(crate) table_named: Option<String>,
}

impl StrangeObject {
    /// Whether nothing of the vault is lost when it goes, or is made anew: all but what may hold rows of it.
    fn can_be_mended(&self) -> bool {
        let is_made = matches!(self.made_as.unwrap_or(&self.kind), "index" | "view" | "trigger");
        match self.wrong {
            // An index of a table's own text is made with the table alone.
            Wrong::Missing => is_made && !is_of_sqlite(&self.name),
            Wrong::Altered => is_made && !is_of_sqlite(&self.name),
            Wrong::Extra => !self.may_hold_rows(),
        }
    }

    /// Whether its pages may hold rows of the vault: a month that the catalogue lost has a month's name, and which of two
    /// tables of a name is the vault's, nobody knows. By its text, not its row alone: SQLite goes by that.
    fn may_hold_rows(&self) -> bool {
        let name = (self.kind == "table").then(|| self.name.to_ascii_lowercase());
        let names = [name, self.table_named.clone()];
        names.into_iter().flatten().any(|name| {
            let ours = |object: &Object| object.kind == "table" && object.name.eq_ignore_ascii_case(&name);
            name.starts_with("messages") || OBJECTS.iter().any(ours)
        })
    }

    /// What it is dropped as, if SQLite lets one go that way: not what has a name of SQLite's own, or is of no type of its.
    pub(crate) fn dropped_as(&self) -> Option<&'static str> {
        let kind = match self.made_as.unwrap_or(&self.kind) {
            "trigger" => "TRIGGER",
            "view" => "VIEW",
            "index" => "INDEX",
            "table" => "TABLE",
            _ => return None,
        };
        // SQLite may know one of which the row is missing: a row under another name has its text.
        let is_known = self.wrong != Wrong::Missing || kind != "TABLE";
        (is_known && !is_of_sqlite(&self.name)).then_some(kind)
    }

    /// Whether it may have pages of its own.
    pub(crate) fn has_pages(&self) -> bool {
        !matches!(self.made_as.unwrap_or(&self.kind), "trigger" | "view")
    }
}

/// Escaped and cut: whoever planted it chose the name.
impl fmt::Display for StrangeObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.wrong {
            Wrong::Extra => "is not one that this build makes",
            Wrong::Altered => "is not as this build makes it",
            Wrong::Missing => "is missing",
        };
        write!(f, "{} {} {what}", shown(&self.kind), shown(&self.name))
    }
}

/// Whether SQLite keeps such a name for itself.
fn is_of_sqlite(name: &str) -> bool {
    name.to_ascii_lowercase().starts_with("sqlite_")
}

fn shown(name: &str) -> String {
    let mut shown: String = name.chars().take(SHOWN).flat_map(char::escape_default).collect();
    if name.chars().nth(SHOWN).is_some() {
        shown.push_str("...");
    }
    shown
}

/// A schema that is not what this build makes: a vault with one is read, and nothing is written to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaFault(Vec<StrangeObject>);

impl SchemaFault {
    /// `None` where nothing is strange.
    pub(crate) fn of(objects: Vec<StrangeObject>) -> Option<Self> {
        (!objects.is_empty()).then_some(Self(objects))
    }

    pub(crate) fn objects(&self) -> &[StrangeObject] {
        &self.0
    }

    /// What is wrong, a line for each object.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }

    /// Whether all of it can be put right without a loss of rows: tables are for a backup.
    #[must_use]
    pub fn can_be_repaired(&self) -> bool {
        self.0.iter().all(StrangeObject::can_be_mended)
    }

    /// The first that only a backup puts right.
    pub(crate) fn beyond_repair(&self) -> Option<&StrangeObject> {
        self.0.iter().find(|object| !object.can_be_mended())
    }
}

impl fmt::Display for SchemaFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named: Vec<String> = self.0.iter().take(NAMED).map(ToString::to_string).collect();
        f.write_str(&named.join("; "))?;
        match self.0.len().saturating_sub(NAMED) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}
