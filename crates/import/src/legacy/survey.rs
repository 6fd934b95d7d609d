//! Tracks which rows no key has opened yet, and chooses tokens to try keys on.
//!
//! Only one bit per row is stored, in stretches of consecutive rows; a stretch whose rows are all open is never read
//! again. Everything else about a row is read from the database when needed.

use std::collections::HashSet;

use super::error::LegacyError;
use super::fernet::{FernetKey, Token};
use super::probe::ProbeSet;
use super::problem::Table;
use super::rows::{self, RowSize, SIZES};
use super::source::Source;

/// A row with a sealed value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SealedAt {
    stretch: usize,
    place: usize,
    row: i64,
}

/// Up to [`SIZES`] consecutive rows.
struct Stretch {
    table: Table,
    column: &'static str,
    from: i64,
    /// The number of rows: fewer if a damaged place follows.
    length: usize,
    closed: Box<[u64; SIZES / 64]>,
    left: usize,
}

impl Stretch {
    fn is_closed(&self, place: usize) -> bool {
        self.closed
            .get(place / 64)
            .is_some_and(|word| word >> (place % 64) & 1 == 1)
    }

    fn set(&mut self, place: usize, closed: bool) {
        let before = self.is_closed(place);
        if let Some(word) = self.closed.get_mut(place / 64) {
            *word = *word & !(1 << (place % 64)) | u64::from(closed) << (place % 64);
            self.left = self.left + usize::from(closed) - usize::from(before);
        }
    }

    /// The closed rows, by position.
    fn rows(&self, source: &mut Source) -> Result<Vec<(usize, RowSize)>, LegacyError> {
        let (table, column, from) = (self.table, self.column, self.from);
        let rows = source.query(table, |connection| {
            rows::sealed_sizes(connection, table, column, from, self.length)
        })?;
        Ok(rows
            .into_iter()
            .enumerate()
            .filter(|(place, _)| self.is_closed(*place))
            .collect())
    }

    fn tokens(&self, source: &mut Source, rows: &[i64]) -> Result<Vec<(i64, Vec<u8>)>, LegacyError> {
        let found = source.unless_damaged(self.table, |connection| {
            rows::sealed(connection, self.table, self.column, rows)
        })?;
        let Some(found) = found else {
            // One of them is damaged: read the others one by one.
            let mut found = Vec::new();
            for row in rows.iter().filter(|_| rows.len() > 1) {
                found.extend(self.tokens(source, std::slice::from_ref(row))?);
            }
            return Ok(found);
        };
        Ok(found.into_iter().map(|row| (row.number, row.token)).collect())
    }
}

/// The rows that no key has opened.
pub(crate) struct Survey {
    stretches: Vec<Stretch>,
    /// The initial number of rows with a well-formed token.
    total: u64,
}

/// How many rows to fetch at once.
const CHUNK_ROWS: usize = 256;

impl Survey {
    /// Lists the rows whose sealed value is a well-formed token. Damaged places are skipped; the reader reports them.
    pub(crate) fn new(source: &mut Source) -> Result<Self, LegacyError> {
        let mut survey = Self {
            stretches: Vec::new(),
            total: 0,
        };
        for table in [Table::Settings, Table::Messages] {
            let Some(column) = rows::sealed_column(table) else {
                continue;
            };
            let mut next = Some(i64::MIN);
            while let Some(from) = next {
                let part = source.read_on(
                    table,
                    from,
                    SIZES,
                    |row: &RowSize| row.number,
                    |connection, from, most| rows::sealed_sizes(connection, table, column, from, most),
                )?;
                next = part.next;
                let sizes = part.rows;
                if sizes.is_empty() {
                    continue;
                }
                let mut stretch = Stretch {
                    table,
                    column,
                    from,
                    length: sizes.len(),
                    closed: Box::new([0; SIZES / 64]),
                    left: 0,
                };
                (0..sizes.len()).for_each(|place| stretch.set(place, true));
                survey.stretches.push(stretch);
            }
        }
        survey.sift(source, |token| Token::parse(token).is_ok())?;
        survey.total = survey.left();
        Ok(survey)
    }

    /// The initial number of rows.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// Rows that no key has opened.
    pub(crate) fn left(&self) -> u64 {
        u64::try_from(self.left_in(|_| true)).unwrap_or(u64::MAX)
    }

    fn left_in(&self, which: impl Fn(Table) -> bool) -> usize {
        self.stretches
            .iter()
            .filter(|stretch| which(stretch.table))
            .map(|stretch| stretch.left)
            .sum()
    }

    /// Returns whether no key has opened the row.
    pub(crate) fn is_closed(&self, at: SealedAt) -> bool {
        self.stretches
            .get(at.stretch)
            .is_some_and(|stretch| stretch.is_closed(at.place))
    }

    /// Removes the rows that `key` opens from the list, and returns how many there were.
    pub(crate) fn open_with(&mut self, source: &mut Source, key: &FernetKey) -> Result<u64, LegacyError> {
        let before = self.left();
        self.sift(source, |token| {
            !Token::parse(token).is_ok_and(|token| key.signed(&token))
        })?;
        Ok(before - self.left())
    }

    /// Keeps the rows whose token passes the filter.
    fn sift(&mut self, source: &mut Source, keep: impl Fn(&[u8]) -> bool) -> Result<(), LegacyError> {
        for stretch in self.stretches.iter_mut().filter(|stretch| stretch.left > 0) {
            let rows = stretch.rows(source)?;
            let mut rest = rows.as_slice();
            while !rest.is_empty() {
                let (now, later) = rest.split_at_checked(chunk(rest)).unwrap_or((rest, &[]));
                let numbers: Vec<i64> = now.iter().map(|(_, row)| row.number).collect();
                let tokens = stretch.tokens(source, &numbers)?;
                if tokens.len() < now.len() {
                    for (place, row) in now {
                        if tokens
                            .binary_search_by_key(&row.number, |(number, _)| *number)
                            .is_err()
                        {
                            stretch.set(*place, false);
                        }
                    }
                }
                for (number, token) in tokens {
                    let found = now.binary_search_by_key(&number, |(_, row)| row.number);
                    if let Some((place, _)) = found.ok().and_then(|at| now.get(at))
                        && !keep(&token)
                    {
                        stretch.set(*place, false);
                    }
                }
                rest = later;
            }
        }
        Ok(())
    }

    /// Chooses up to `wanted` tokens that are not among `tried`: the rows in the order they were written are divided
    /// into parts (one session of the application used one key), and the shortest token of each part is chosen.
    pub(crate) fn choose(
        &self,
        source: &mut Source,
        wanted: usize,
        tried: &HashSet<SealedAt>,
    ) -> Result<ProbeSet<SealedAt>, LegacyError> {
        let of = |table: Table| {
            let tried = tried.iter().filter(|at| {
                self.is_closed(**at)
                    && self
                        .stretches
                        .get(at.stretch)
                        .is_some_and(|stretch| stretch.table == table)
            });
            self.left_in(|other| other == table).saturating_sub(tried.count())
        };
        let (settings, messages) = (of(Table::Settings), of(Table::Messages));
        // Settings are few, and are rewritten in other sessions than the messages around them.
        let share = if messages == 0 {
            wanted
        } else {
            wanted.div_ceil(4).min(settings)
        };
        let mut set = ProbeSet::new();
        for (table, rows, wanted) in [
            (Table::Settings, settings, share),
            (Table::Messages, messages, wanted - share),
        ] {
            if rows > 0 && wanted > 0 {
                self.choose_in(source, table, rows.div_ceil(wanted), tried, &mut set)?;
            }
        }
        Ok(set)
    }

    /// The shortest token in each `part` rows of a table.
    fn choose_in(
        &self,
        source: &mut Source,
        table: Table,
        part: usize,
        tried: &HashSet<SealedAt>,
        set: &mut ProbeSet<SealedAt>,
    ) -> Result<(), LegacyError> {
        let mut shortest: Option<(i64, SealedAt)> = None;
        let mut seen = 0_usize;
        let mut chosen = Vec::new();
        for (index, stretch) in self.stretches.iter().enumerate() {
            if stretch.table != table || stretch.left == 0 {
                continue;
            }
            for (place, row) in stretch.rows(source)? {
                let at = SealedAt {
                    stretch: index,
                    place,
                    row: row.number,
                };
                if tried.contains(&at) {
                    continue;
                }
                if shortest.is_none_or(|(size, _)| row.size < size) {
                    shortest = Some((row.size, at));
                }
                seen += 1;
                if seen.is_multiple_of(part) {
                    chosen.extend(shortest.take());
                }
            }
        }
        chosen.extend(shortest);
        for (_, at) in chosen {
            let Some(stretch) = self.stretches.get(at.stretch) else {
                continue;
            };
            for (_, token) in stretch.tokens(source, &[at.row])? {
                // It was well-formed at the start, so it parses; if the file changes meanwhile, it is skipped.
                let _parsed = set.push(&token, at);
            }
        }
        Ok(())
    }
}

/// How many of the first rows fit into one fetch; at least one.
fn chunk(rows: &[(usize, RowSize)]) -> usize {
    let mut bytes = 0_u64;
    let fits = rows.iter().take(CHUNK_ROWS).take_while(|(_, row)| {
        bytes = bytes.saturating_add(u64::try_from(row.size).unwrap_or(0));
        bytes <= rows::PAGE_BYTES
    });
    fits.count().max(1)
}
