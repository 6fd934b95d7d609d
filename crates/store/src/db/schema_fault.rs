//! What of a schema is not what this build makes.

use std::fmt;

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
}

impl StrangeObject {
    /// Whether nothing of the vault is lost when it goes, or is made anew: all but what may hold rows of it.
    fn can_be_mended(&self) -> bool {
        let is_made = matches!(self.kind.as_str(), "index" | "view" | "trigger");
        // A name that SQLite keeps for itself cannot be dropped.
        let is_named = !self.name.to_ascii_lowercase().starts_with("sqlite_");
        match self.wrong {
            Wrong::Missing => is_made,
            Wrong::Altered => is_made && is_named,
            // A month that the catalogue lost has a month's name.
            Wrong::Extra if self.kind == "table" => {
                is_named && !self.name.to_ascii_lowercase().starts_with("messages")
            }
            Wrong::Extra => is_made && is_named,
        }
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
