//! Reads the rows as plain records: contacts, then settings, then messages, each in the order they were written.

use std::collections::VecDeque;
use std::ops::RangeInclusive;

use serde::de::IgnoredAny;
use zeroize::Zeroize as _;

use super::cell::{Cell, Column};
use super::damage::Damage;
use super::error::LegacyError;
use super::fernet::Token;
use super::keys::{FoundKey, FoundKeys};
use super::local_time::Zone;
use super::problem::{Problem, Reason, Table};
use super::record::{Contact, Item, Message, Record, Setting};
use super::rows::{self, MAX_TEXT_BYTES, RawRow};
use super::source::Source;

/// The years 0 to 9999, UTC, in milliseconds since 1970: the range of a time in text form.
const TIMES: RangeInclusive<i64> = -62_167_219_200_000..=253_402_300_799_999;

/// What the reader has returned so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Contacts returned.
    pub contacts: u64,
    /// Settings returned.
    pub settings: u64,
    /// Messages returned.
    pub messages: u64,
    /// Rows left out, each reported as a problem.
    pub rows_left_out: u64,
    /// How many of those no key opens.
    pub unopened: u64,
    /// Unreadable fields of rows that were returned, each reported as a problem.
    pub fields_left_out: u64,
    /// Times that the clocks of the zone showed twice (the first was used) or never (the clock before the change was
    /// used).
    pub ambiguous_times: u64,
}

/// An iterator over all rows. It holds one page of at most 4 MiB, or a single row if that is larger.
///
/// Damaged places are skipped, each reported as a problem. After an error the iterator ends; everything before is
/// complete.
pub struct Records<'a> {
    source: &'a mut Source,
    keys: &'a FoundKeys,
    zone: &'a Zone,
    /// The key that opened the last row; it usually opens the next.
    current: usize,
    place: Option<(Table, i64)>,
    page: VecDeque<(Table, RawRow)>,
    ready: VecDeque<Item>,
    /// The time of the last message that had one.
    last_time: Option<i64>,
    summary: Summary,
}

impl Source {
    /// Returns all rows as records; naive times are read in `zone`.
    pub fn records<'a>(&'a mut self, keys: &'a FoundKeys, zone: &'a Zone) -> Records<'a> {
        Records {
            source: self,
            keys,
            zone,
            current: 0,
            place: Some((Table::Contacts, i64::MIN)),
            page: VecDeque::new(),
            ready: VecDeque::new(),
            last_time: None,
            summary: Summary::default(),
        }
    }
}

impl Iterator for Records<'_> {
    type Item = Result<Item, LegacyError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                self.count(&item);
                return Some(Ok(item));
            }
            if let Some((table, raw)) = self.page.pop_front() {
                self.convert(table, raw);
                continue;
            }
            let (table, from) = self.place?;
            let read = self.source.read_on(
                table,
                from,
                rows::PAGE_ROWS,
                |row: &RawRow| row.row,
                |connection, from, most| rows::page(connection, table, from, most),
            );
            let done = read.and_then(|part| {
                self.place = part.next.map(|next| (table, next)).or(next_table(table));
                self.page = part.rows.into_iter().map(|row| (table, row)).collect();
                part.damage.map_or(Ok(()), |damage| self.damaged(table, damage))
            });
            if let Err(error) = done {
                self.place = None;
                return Some(Err(error));
            }
        }
    }
}

fn next_table(table: Table) -> Option<(Table, i64)> {
    match table {
        Table::Contacts => Some((Table::Settings, i64::MIN)),
        Table::Settings => Some((Table::Messages, i64::MIN)),
        Table::Messages => None,
    }
}

impl Records<'_> {
    /// What was returned so far.
    pub fn summary(&self) -> Summary {
        self.summary
    }

    fn count(&mut self, item: &Item) {
        let summary = &mut self.summary;
        let counter = match item {
            Item::Record(Record::Contact(_)) => &mut summary.contacts,
            Item::Record(Record::Setting(_)) => &mut summary.settings,
            Item::Record(Record::Message(_)) => &mut summary.messages,
            Item::Problem(problem) if problem.row_kept => &mut summary.fields_left_out,
            Item::Problem(problem) => {
                summary.unopened += u64::from(problem.reason == Reason::NoKey);
                &mut summary.rows_left_out
            }
        };
        *counter += 1;
    }

    /// Reports the rows in a damaged place, one by one if the index still lists them.
    fn damaged(&mut self, table: Table, damage: Damage) -> Result<(), LegacyError> {
        let problem = |row, id: Option<Vec<u8>>, reason| {
            Item::Problem(Problem {
                table,
                row,
                id: id.and_then(|id| String::from_utf8(id).ok()),
                reason,
                row_kept: false,
            })
        };
        match damage {
            Damage::Row(row) => {
                let id = self.source.id_of_row(table, row)?;
                self.ready.push_back(problem(row, id, Reason::Damaged));
            }
            Damage::Rows(from, to) => match self.source.named_by_index(table, from, to)? {
                Some(named) => {
                    let named = named.into_iter();
                    self.ready
                        .extend(named.map(|row| problem(row.number, row.id, Reason::Damaged)));
                }
                None => {
                    let reason = Reason::DamagedUpTo { last: to };
                    self.ready.push_back(problem(from, None, reason));
                }
            },
        }
        Ok(())
    }

    fn convert(&mut self, table: Table, raw: RawRow) {
        let row = raw.row;
        let mut cells = Cells {
            cells: raw.cells.into_iter(),
            columns: rows::columns(table).iter(),
        };
        let mut notes = Vec::new();
        // Read the id first, so that a problem with another column can name it.
        let id = cells.text();
        let named = id.as_ref().ok().cloned();
        let converted = id.and_then(|id| match table {
            Table::Contacts => self.contact(id, &mut cells, &mut notes).map(Record::Contact),
            Table::Settings => self.setting(id, &mut cells, &mut notes).map(Record::Setting),
            Table::Messages => self.message(id, &mut cells, &mut notes).map(Record::Message),
        });
        let problem = |reason, row_kept| {
            Item::Problem(Problem {
                table,
                row,
                id: named.clone(),
                reason,
                row_kept,
            })
        };
        match converted {
            Ok(record) => {
                self.ready.push_back(Item::Record(record));
                self.ready
                    .extend(notes.into_iter().map(|reason| problem(reason, true)));
            }
            Err(reason) => self.ready.push_back(problem(reason, false)),
        }
    }

    fn contact(
        &mut self,
        contact_id: String,
        cells: &mut Cells,
        notes: &mut Vec<Reason>,
    ) -> Result<Contact, Reason> {
        Ok(Contact {
            contact_id,
            display_name: cells.text()?,
            public_key: cells.text()?,
            is_verified: cells.boolean(Some(false))?,
            is_online: cells.boolean(Some(false))?,
            added_at: self.time_or_note(cells, notes),
            last_seen: self.time_or_note(cells, notes),
        })
    }

    fn setting(
        &mut self,
        key: String,
        cells: &mut Cells,
        notes: &mut Vec<Reason>,
    ) -> Result<Setting, Reason> {
        let json = self.open(cells)?;
        if serde_json::from_str::<IgnoredAny>(&json).is_err() {
            return Err(Reason::NotJson);
        }
        Ok(Setting {
            key,
            json,
            updated_at: self.time_or_note(cells, notes),
        })
    }

    /// A message is worth more than its other fields: an invalid one is dropped, with a note.
    fn message(
        &mut self,
        message_id: String,
        cells: &mut Cells,
        notes: &mut Vec<Reason>,
    ) -> Result<Message, Reason> {
        let contact_id = cells.text()?;
        let text = self.open(cells)?;
        let mut boolean = |cells: &mut Cells, default, otherwise| {
            cells.boolean(default).unwrap_or_else(|reason| {
                notes.push(reason);
                otherwise
            })
        };
        let is_outgoing = boolean(cells, None, false);
        let is_encrypted = boolean(cells, Some(true), true);
        let (cell, column) = cells.take();
        let missing = Reason::Missing { field: column.name };
        let time = self.time(cell, column).and_then(|time| time.ok_or(missing));
        if let Ok(time) = time {
            self.last_time = Some(time);
        }
        let timestamp = time.unwrap_or_else(|reason| {
            notes.push(reason);
            self.neighbours_time()
        });
        Ok(Message {
            message_id,
            contact_id,
            text,
            is_outgoing,
            is_encrypted,
            timestamp,
        })
    }

    /// The time of the previous message, or if there is none, of the next one that has a time.
    fn neighbours_time(&mut self) -> i64 {
        let known = self.last_time.or_else(|| {
            self.page.iter().find_map(|(_, row)| match row.cells.last() {
                Some(Cell::Text(bytes)) => std::str::from_utf8(bytes)
                    .ok()
                    .and_then(|text| self.zone.convert(text).map(|moment| moment.unix_ms))
                    .filter(|time| TIMES.contains(time)),
                _ => None,
            })
        });
        // The next message without a time gets the same one; the order of arrival then keeps them in sequence.
        *self.last_time.insert(known.unwrap_or(0))
    }

    /// The text inside a token.
    fn open(&mut self, cells: &mut Cells) -> Result<String, Reason> {
        let (cell, Column { name: field, .. }) = cells.take();
        let token = Token::parse(&cell.token(field)?).map_err(|what| Reason::NotAToken { field, what })?;
        let keys = &self.keys.keys;
        let order = keys
            .iter()
            .enumerate()
            .cycle()
            .skip(self.current)
            .take(keys.len());
        let opened = order
            .map(|(at, FoundKey { key, .. })| (at, key.open(&token)))
            .find(|(_, text)| text.is_some());
        let Some((at, Some(mut text))) = opened else {
            return Err(Reason::NoKey);
        };
        self.current = at;
        if text.len() > MAX_TEXT_BYTES {
            return Err(Reason::TextTooLong);
        }
        String::from_utf8(std::mem::take(&mut *text)).map_err(|error| {
            error.into_bytes().zeroize();
            Reason::TextNotUtf8
        })
    }

    fn time(&mut self, cell: Cell, column: &Column) -> Result<Option<i64>, Reason> {
        let Some(text) = cell.optional_text(column)? else {
            return Ok(None);
        };
        let moment = self
            .zone
            .convert(&text)
            .ok_or(Reason::NotATime { field: column.name })?;
        if !TIMES.contains(&moment.unix_ms) {
            return Err(Reason::TimeOutOfRange { field: column.name });
        }
        self.summary.ambiguous_times += u64::from(moment.ambiguous);
        Ok(Some(moment.unix_ms))
    }

    /// A time that the row can do without.
    fn time_or_note(&mut self, cells: &mut Cells, notes: &mut Vec<Reason>) -> Option<i64> {
        let (cell, column) = cells.take();
        self.time(cell, column).unwrap_or_else(|reason| {
            notes.push(reason);
            None
        })
    }
}

/// The values of a row with their columns, from left to right.
struct Cells {
    cells: std::vec::IntoIter<Cell>,
    columns: std::slice::Iter<'static, Column>,
}

impl Cells {
    fn take(&mut self) -> (Cell, &'static Column) {
        const NONE: &Column = &Column { name: "?", limit: 0 };
        (
            self.cells.next().unwrap_or(Cell::Null),
            self.columns.next().unwrap_or(NONE),
        )
    }

    fn text(&mut self) -> Result<String, Reason> {
        let (cell, column) = self.take();
        cell.text(column)
    }

    fn boolean(&mut self, default: Option<bool>) -> Result<bool, Reason> {
        let (cell, column) = self.take();
        cell.boolean(column.name, default)
    }
}
