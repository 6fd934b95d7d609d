//! Security events that a list cannot show completely: details that do not open, and values that no list can read.

use std::collections::BTreeMap;

use privatus_domain::{SecurityKind, Severity, Timestamp};
use privatus_sqlite::{Column, Row};

use super::strange::EventValues;
use crate::db::at_most::follows;
use crate::db::decode::{FromColumn, WrongType};
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::{ReadTx, WriteTx};

/// How many rows are read at once.
const BATCH: usize = 1_000;
const ROWS: &str = "SELECT event_id, timestamp, event_type, severity, source_ip, user_id, description, raw_data, \
                    resolved, resolved_at, resolution FROM security_events WHERE event_id >= ? ORDER BY event_id LIMIT 1000";
const MOVE: &str = "INSERT INTO security_events (event_id, timestamp, event_type, severity, source_ip, user_id, description, \
                    raw_data, resolved, resolved_at, resolution) SELECT ?, timestamp, event_type, severity, source_ip, user_id, \
                    description, ?, resolved, resolved_at, resolution FROM security_events WHERE event_id = ?";
const DOING: &str = "repair a security event";
/// What replaces lost details.
const DETAILS_LOST: &str = r#"{"details_lost":true}"#;
/// What replaces an unreadable description.
const DESCRIPTION_LOST: &str = "the description of this event can no longer be read";

/// An event with values that a list cannot show or that no build writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::audit) struct FoundEvent {
    pub(in crate::audit) event_id: i64,
    pub(in crate::audit) unread: Vec<&'static str>,
    /// Columns that can be read, but with values that no build writes.
    pub(in crate::audit) strange: Vec<&'static str>,
    /// The number of the key that its details name.
    pub(in crate::audit) key: Option<u32>,
}

impl FoundEvent {
    /// Describes what is wrong with the event.
    pub(in crate::audit) fn told(&self) -> String {
        let of_event = |columns: &[&str], what: &str| {
            let columns = columns.join(", security_events.");
            format!("security_events.{columns} of event {} {what}", self.event_id)
        };
        let unread = of_event(&self.unread, "does not open or is a value that no list can read");
        let strange = of_event(&self.strange, "is not what a build writes");
        match (self.unread.is_empty(), self.strange.is_empty()) {
            (_, true) => unread,
            (true, false) => strange,
            (false, false) => format!("{unread}; {strange}"),
        }
    }

    /// Whether only its details are lost.
    pub(in crate::audit) fn is_of_details(&self) -> bool {
        self.unread == ["raw_data"] && self.strange.is_empty()
    }
}

/// Whether these details are the replacement for lost ones.
pub(super) fn is_lost(details: &[u8]) -> bool {
    details == DETAILS_LOST.as_bytes()
}

/// Reads a row as far as possible, with its date and its sealed details.
fn found(row: &Row<'_>) -> Found {
    fn take<T: FromColumn>(
        unread: &mut Vec<&'static str>,
        column: Column<'_>,
        name: &'static str,
    ) -> Option<T> {
        match Option::<T>::from_column(column) {
            Ok(value) => value,
            Err(WrongType) => {
                unread.push(name);
                None
            }
        }
    }
    let mut unread = Vec::new();
    let mut texts = BTreeMap::new();
    for (index, name, is_needed) in [
        (1, "timestamp", false),
        (2, "event_type", true),
        (3, "severity", true),
        (4, "source_ip", false),
        (5, "user_id", false),
        (6, "description", false),
        (9, "resolved_at", false),
        (10, "resolution", false),
    ] {
        let is_told = unread.len();
        let text: Option<String> = take(&mut unread, row.column(index), name);
        let reads = match (&text, name) {
            (None, _) => !is_needed,
            (Some(text), "timestamp" | "resolved_at") => Timestamp::parse(text).is_ok(),
            (Some(text), "severity") => text.parse::<Severity>().is_ok(),
            (Some(_), _) => true,
        };
        if !reads && unread.len() == is_told {
            unread.push(name);
        }
        texts.extend(text.map(|text| (name, text)));
    }
    let resolved: Option<bool> = take(&mut unread, row.column(8), "resolved");
    let sealed: Option<Vec<u8>> = take(&mut unread, row.column(7), "raw_data");
    let text = |name| texts.get(name).map(String::as_str);
    let mut strange = EventValues {
        event_id: row.integer(0),
        is_dated: text("timestamp").is_some(),
        event_type: text("event_type").unwrap_or_default(),
        has_address: text("source_ip").is_some(),
        user_id: text("user_id"),
        description: text("description"),
        resolved: resolved.unwrap_or_default(),
        is_resolution_dated: text("resolved_at").is_some(),
        resolution: text("resolution"),
    }
    .strange();
    strange.retain(|column| !unread.contains(column));
    let event = FoundEvent {
        event_id: row.integer(0),
        unread,
        strange,
        key: None,
    };
    Found {
        event,
        date: texts.remove("timestamp"),
        sealed,
    }
}

/// A row that was checked.
struct Found {
    event: FoundEvent,
    date: Option<String>,
    sealed: Option<Vec<u8>>,
}

impl ReadTx<'_> {
    /// Returns each event that a list cannot show completely.
    pub(in crate::audit) fn security_events_unread(&mut self) -> Result<Vec<FoundEvent>, StoreError> {
        let foreign = self.foreign_rows()?;
        let mut unread = Vec::new();
        let mut from = i64::MIN;
        loop {
            let mut rows = Vec::new();
            self.db
                .each_as_it_is(Sql::new(ROWS).bind(from), "read the security events", |row| {
                    rows.push(found(row));
                })?;
            let Some(last) = rows.last() else { break };
            let next = follows(from, last.event.event_id, "read the security events")?;
            let next = next.filter(|_| rows.len() == BATCH);
            for found in rows {
                let (mut event, sealed) = (found.event, found.sealed);
                if foreign.may_have(found.date.as_deref()) {
                    // Another application's events may have such values.
                    event.strange.clear();
                }
                if let Some(sealed) = sealed
                    && !self.security_details_open(event.event_id, &sealed)?
                {
                    event.unread.push("raw_data");
                    event.key = privatus_crypto::envelope_key_number(&sealed).ok();
                }
                if !(event.unread.is_empty() && event.strange.is_empty()) {
                    unread.push(event);
                }
            }
            match next {
                Some(next) => from = next,
                None => break,
            }
        }
        Ok(unread)
    }

    fn security_details_open(&mut self, event_id: i64, sealed: &[u8]) -> Result<bool, StoreError> {
        match self.open_value("security_events", "raw_data", &event_id.to_le_bytes(), sealed) {
            Ok(_) => Ok(true),
            Err(StoreError::DatabaseDamaged(_)) if !self.db.is_spoiled() => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl WriteTx<'_> {
    /// Replaces what is lost of an event with values that say so. If more than its details is lost, it becomes an
    /// unresolved event that somebody has to look at.
    pub(in crate::audit) fn security_event_mend(&mut self, event: &FoundEvent) -> Result<(), StoreError> {
        let (id, now) = (event.event_id, self.now().to_sql());
        let is_of_number = event.strange.contains(&"event_id");
        let is_lost = |column: &str| {
            let is_marked = match column {
                "event_type" => is_of_number,
                "severity" => !event.is_of_details(),
                _ => false,
            };
            is_marked || event.unread.contains(&column) || event.strange.contains(&column)
        };
        let details = if is_lost("raw_data") {
            let words = DETAILS_LOST.as_bytes();
            Some(self.seal_value("security_events", "raw_data", &id.to_le_bytes(), words)?)
        } else {
            None
        };
        let texts = [
            ("timestamp", Some(now.as_str())),
            ("event_type", Some(SecurityKind::Tampering.as_str())),
            ("severity", Some(Severity::Critical.as_str())),
            ("description", Some(DESCRIPTION_LOST)),
            ("source_ip", None),
            ("user_id", None),
        ];
        let texts: Vec<_> = texts.into_iter().filter(|(column, _)| is_lost(column)).collect();
        let mut set: Vec<String> = texts.iter().map(|(column, _)| format!("{column} = ?")).collect();
        if details.is_some() {
            set.push("raw_data = ?".into());
        }
        if !event.is_of_details() {
            set.push("resolved = FALSE, resolved_at = NULL, resolution = NULL".into());
        }
        let mut sql = Sql::new(format!(
            "UPDATE security_events SET {} WHERE event_id = ?",
            set.join(", ")
        ));
        for (_, text) in texts {
            sql = sql.bind(text);
        }
        if let Some(details) = &details {
            sql = sql.bind(details.as_slice());
        }
        self.db.run_one(sql.bind(id), DOING)?;
        if is_of_number {
            return self.security_event_renumber(id);
        }
        Ok(())
    }

    /// Gives an event a valid number, and seals its details again, because they are bound to the number.
    fn security_event_renumber(&mut self, from: i64) -> Result<(), StoreError> {
        let sql = Sql::new("SELECT raw_data FROM security_events WHERE event_id = ?").bind(from);
        let sealed: Option<Option<Vec<u8>>> = self.db.row(sql, DOING)?;
        let (row_id, id) = (from.to_le_bytes(), self.security_event_number()?);
        let open = |sealed: Vec<u8>| self.open_value("security_events", "raw_data", &row_id, &sealed);
        let opened = sealed.flatten().map(open).transpose()?;
        let row_id = id.to_le_bytes();
        let sealed = match &opened {
            Some(raw) => Some(self.seal_value("security_events", "raw_data", &row_id, raw)?),
            None => None,
        };
        let sql = Sql::new(MOVE).bind(id).bind(sealed.as_deref()).bind(from);
        self.db.run_one(sql, DOING)?;
        let sql = Sql::new("DELETE FROM security_events WHERE event_id = ?").bind(from);
        self.db.run_one(sql, DOING)
    }
}
