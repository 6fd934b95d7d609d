//! What can be wrong with one row; the others go on.

/// A table of the legacy database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Table {
    /// `contacts`
    Contacts,
    /// `settings`
    Settings,
    /// `messages`
    Messages,
}

impl Table {
    /// Its name in SQL.
    pub fn name(self) -> &'static str {
        match self {
            Self::Contacts => "contacts",
            Self::Settings => "settings",
            Self::Messages => "messages",
        }
    }
}

/// Why a row, or a field of it, was left out. Never holds a value of the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The value has another type than the application writes.
    #[error("{field} is of type {found}")]
    WrongType {
        /// The column.
        field: &'static str,
        /// SQLite's name of the type.
        found: &'static str,
    },
    /// NULL where the application always writes a value.
    #[error("{field} is missing")]
    Missing {
        /// The column.
        field: &'static str,
    },
    /// A text column holds bytes that are not UTF-8.
    #[error("{field} is not UTF-8")]
    NotUtf8 {
        /// The column.
        field: &'static str,
    },
    /// A name or an id of a size that only damage or malice makes.
    #[error("{field} is over {limit} bytes")]
    TooLong {
        /// The column.
        field: &'static str,
        /// The limit, in bytes.
        limit: usize,
    },
    /// The text of a message, or the value of a setting, is over [`MAX_TEXT_BYTES`](super::rows::MAX_TEXT_BYTES).
    #[error("its text is over 1,048,576 bytes")]
    TextTooLong,
    /// The sealed column does not hold a Fernet token.
    #[error("{field} {what}")]
    NotAToken {
        /// The column.
        field: &'static str,
        /// What is wrong, in fixed words.
        what: &'static str,
    },
    /// The row is there, and a page that it needs is damaged.
    #[error("a page of the file that holds it is damaged")]
    Damaged,
    /// A page of the table is damaged, and so is the index: which rows stood there cannot be told.
    #[error("the file is damaged there{}: these rows, and how many they are, cannot be told", up_to(*.last))]
    DamagedUpTo {
        /// The last rowid of the place.
        last: i64,
    },
    /// None of the keys that were found opens it: another password or iteration count, or damage.
    #[error("no key that was found opens it")]
    NoKey,
    /// It opened, and what came out is not UTF-8.
    #[error("its text is not UTF-8")]
    TextNotUtf8,
    /// It opened, and what came out is not JSON.
    #[error("its value is not JSON")]
    NotJson,
    /// The time is one, and in UTC it is outside of the years 0 to 9999.
    #[error("{field} is outside of the years 0 to 9999 (UTC)")]
    TimeOutOfRange {
        /// The column.
        field: &'static str,
    },
    /// The column does not hold a time as Python writes them.
    #[error("{field} is not a time")]
    NotATime {
        /// The column.
        field: &'static str,
    },
}

fn up_to(last: i64) -> String {
    if last == i64::MAX {
        " to the table's end".to_owned()
    } else {
        format!(" up to row {last}")
    }
}

impl Reason {
    /// A short stable name, for counting in reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::WrongType { .. } => "wrong_type",
            Self::Missing { .. } => "missing",
            Self::NotUtf8 { .. } | Self::TextNotUtf8 => "not_utf8",
            Self::TooLong { .. } | Self::TextTooLong => "too_long",
            Self::NotAToken { .. } => "not_a_token",
            Self::Damaged | Self::DamagedUpTo { .. } => "damaged",
            Self::NoKey => "no_key",
            Self::NotJson => "not_json",
            Self::NotATime { .. } | Self::TimeOutOfRange { .. } => "not_a_time",
        }
    }
}

/// A row, or a field of a row, that did not come over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its table.
    pub table: Table,
    /// Its rowid.
    pub row: i64,
    /// Its primary key, where that could be read.
    pub id: Option<String>,
    /// Why.
    pub reason: Reason,
    /// The row itself came over without that field: a message with its neighbour's time, as incoming, as encrypted.
    pub row_kept: bool,
}

impl Problem {
    /// What the row came over with instead.
    fn instead(&self) -> &'static str {
        let field = match self.reason {
            Reason::WrongType { field, .. }
            | Reason::Missing { field }
            | Reason::NotUtf8 { field }
            | Reason::TooLong { field, .. }
            | Reason::TimeOutOfRange { field }
            | Reason::NotATime { field } => field,
            _ => "",
        };
        match field {
            _ if !self.row_kept || self.table != Table::Messages => "",
            "timestamp" => "; it came over with the time of the message beside it",
            "is_outgoing" => "; it came over as incoming",
            _ => "; it came over without that",
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (table, row) = (self.table.name(), self.row);
        match &self.id {
            // An id can be long, and it comes from outside: shortened and escaped.
            Some(id) => {
                let dots = if id.chars().nth(64).is_some() { "…" } else { "" };
                let start: String = id.chars().take(64).collect();
                write!(
                    f,
                    "{table} {}{dots} (row {row}): {}{}",
                    start.escape_debug(),
                    self.reason,
                    self.instead()
                )
            }
            None if row == i64::MIN => write!(f, "{table} from the first row on: {}", self.reason),
            None => write!(f, "{table} row {row}: {}", self.reason),
        }
    }
}
