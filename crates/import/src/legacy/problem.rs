//! What can be wrong with a row; the other rows are still read.

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

/// Why a row, or a field of it, was left out. Never contains a value of the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The value has a type that the application does not write.
    #[error("{field} is of type {found}")]
    WrongType {
        /// The column.
        field: &'static str,
        /// SQLite's name for the type.
        found: &'static str,
    },
    /// The value is NULL, where the application always writes one.
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
    /// A name or id so large that it can only come from damage or malice.
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
        /// A fixed text that says what is wrong.
        what: &'static str,
    },
    /// The row exists, but a page that it needs is damaged.
    #[error("it is on a damaged page of the file")]
    Damaged,
    /// A page of the table is damaged, and so is the index, so the rows in that place are unknown.
    #[error("the file is damaged there{}; which rows were there, and how many, is unknown", up_to(*.last))]
    DamagedUpTo {
        /// The last rowid of that place.
        last: i64,
    },
    /// None of the keys that were found opens it: it has another password or iteration count, or is damaged.
    #[error("no key that was found opens it")]
    NoKey,
    /// It was decrypted, but is not UTF-8.
    #[error("its text is not UTF-8")]
    TextNotUtf8,
    /// It was decrypted, but is not JSON.
    #[error("its value is not JSON")]
    NotJson,
    /// The time, in UTC, is outside the years 0 to 9999.
    #[error("{field} is outside the years 0 to 9999 (UTC)")]
    TimeOutOfRange {
        /// The column.
        field: &'static str,
    },
    /// The column does not contain a time as Python writes it.
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
    /// A short stable name for counting in reports.
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

/// A row, or a field of a row, that was not imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its table.
    pub table: Table,
    /// Its rowid.
    pub row: i64,
    /// Its primary key, if it could be read.
    pub id: Option<String>,
    /// The reason.
    pub reason: Reason,
    /// The row was imported without this field: with the previous message's time, as incoming, or as encrypted.
    pub row_kept: bool,
}

impl Problem {
    /// The replacement for the missing field.
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
            "timestamp" => "; it was imported with the time of the message next to it",
            "is_outgoing" => "; it was imported as incoming",
            _ => "; it was imported without that",
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (table, row) = (self.table.name(), self.row);
        match &self.id {
            // An id can be long and comes from outside, so it is shortened and escaped.
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
