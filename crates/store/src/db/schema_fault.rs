//! How a schema differs from the one that this build creates.

use std::fmt;

use privatus_schema::{OBJECTS, Object};

/// How many characters of a name are shown.
const SHOWN: usize = 60;
/// How many objects a sentence names.
const NAMED: usize = 5;

/// What is wrong with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// No build creates it.
    Extra,
    /// Its text, table or type is different.
    Altered,
    /// It does not exist.
    Missing,
}

/// An object that differs from this build's schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StrangeObject {
    pub(crate) wrong: Wrong,
    /// What its row of the schema says, whatever that is.
    pub(crate) kind: String,
    pub(crate) name: String,
    /// The rowid of its row of the schema, if it has one.
    pub(crate) row: Option<i64>,
    /// What kind of object this build creates under that name, whatever its row says.
    pub(crate) made_as: Option<&'static str>,
    /// The name in its text, in lower case, if the text creates a table.
    pub(crate) table_named: Option<String>,
}

impl StrangeObject {
    /// Whether it can be removed or created again without losing data: anything but what may hold the vault's rows.
    fn can_be_mended(&self) -> bool {
        let is_made = matches!(self.made_as.unwrap_or(&self.kind), "index" | "view" | "trigger");
        match self.wrong {
            // An index from a table's own text can only be created with the table.
            Wrong::Missing => is_made && !is_of_sqlite(&self.name),
            Wrong::Altered => is_made && !is_of_sqlite(&self.name),
            Wrong::Extra => !self.may_hold_rows(),
        }
    }

    /// Whether its pages may hold rows of the vault. A month missing from the catalogue still has a month's name, and
    /// of two tables with one name nobody knows which is the vault's. The name in its text counts too, because SQLite
    /// uses that one.
    fn may_hold_rows(&self) -> bool {
        let name = (self.kind == "table").then(|| self.name.to_ascii_lowercase());
        let names = [name, self.table_named.clone()];
        names.into_iter().flatten().any(|name| {
            let ours = |object: &Object| object.kind == "table" && object.name.eq_ignore_ascii_case(&name);
            name.starts_with("messages") || OBJECTS.iter().any(ours)
        })
    }

    /// Returns the kind to name in a DROP statement; `None` if SQLite does not drop it, because its name is reserved or
    /// its type is unknown.
    pub(crate) fn dropped_as(&self) -> Option<&'static str> {
        let kind = match self.made_as.unwrap_or(&self.kind) {
            "trigger" => "TRIGGER",
            "view" => "VIEW",
            "index" => "INDEX",
            "table" => "TABLE",
            _ => return None,
        };
        // SQLite may know an object whose row is missing: a row under another name has its text.
        let is_known = self.wrong != Wrong::Missing || kind != "TABLE";
        (is_known && !is_of_sqlite(&self.name)).then_some(kind)
    }

    /// Whether it may have its own pages.
    pub(crate) fn has_pages(&self) -> bool {
        !matches!(self.made_as.unwrap_or(&self.kind), "trigger" | "view")
    }
}

/// Names are escaped and cut, because whoever planted the object chose its name.
impl fmt::Display for StrangeObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.wrong {
            Wrong::Extra => "is not part of this build's schema",
            Wrong::Altered => "differs from this build's schema",
            Wrong::Missing => "is missing",
        };
        write!(f, "{} {} {what}", shown(&self.kind), shown(&self.name))
    }
}

/// Whether SQLite reserves such a name.
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

/// How a schema differs from the one that this build creates. A vault with such a schema can be read, but not written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaFault(Vec<StrangeObject>);

impl SchemaFault {
    /// Returns `None` if there are no strange objects.
    pub(crate) fn of(objects: Vec<StrangeObject>) -> Option<Self> {
        (!objects.is_empty()).then_some(Self(objects))
    }

    pub(crate) fn objects(&self) -> &[StrangeObject] {
        &self.0
    }

    /// Returns what is wrong, one line for each object.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }

    /// Whether everything can be repaired without losing rows. Tables can only be restored from a backup.
    #[must_use]
    pub fn can_be_repaired(&self) -> bool {
        self.0.iter().all(StrangeObject::can_be_mended)
    }

    /// Returns the first object that only a backup can restore.
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
