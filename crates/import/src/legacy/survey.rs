//! Which rows no key has opened yet, and the choice of tokens to try keys on.

use std::collections::HashSet;

use super::error::LegacyError;
use super::fernet::{FernetKey, Token};
use super::probe::ProbeSet;
use super::problem::Table;
use super::rows;
use super::source::Source;

/// A row with a sealed value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SealedAt {
    pub(crate) table: Table,
    pub(crate) row: i64,
}

/// A row that no key has opened, and the size of its token. 24 bytes a row is what a search holds.
struct Unopened {
    at: SealedAt,
    size: u32,
}

/// The rows that no key has opened.
pub(crate) struct Survey {
    unopened: Vec<Unopened>,
    /// Rows at the beginning: those with a well-formed token.
    total: u64,
}

/// How many rows are fetched at once, and how many bytes.
const CHUNK_ROWS: usize = 256;

impl Survey {
    /// Lists the rows whose sealed value is a well-formed token.
    pub(crate) fn new(source: &mut Source) -> Result<Self, LegacyError> {
        let mut unopened = Vec::new();
        for table in [Table::Settings, Table::Messages] {
            let Some(column) = rows::sealed_column(table) else {
                continue;
            };
            let mut from = Some(i64::MIN);
            while let Some(start) = from {
                let sizes = source.query(table, |connection| {
                    rows::sealed_sizes(connection, table, column, start)
                })?;
                from = sizes.last().and_then(|last| last.number.checked_add(1));
                unopened.extend(sizes.into_iter().map(|found| Unopened {
                    at: SealedAt {
                        table,
                        row: found.number,
                    },
                    size: u32::try_from(found.size).unwrap_or(u32::MAX),
                }));
            }
        }
        let mut survey = Self { unopened, total: 0 };
        survey.sift(source, |token| Token::parse(token).is_ok())?;
        survey.total = survey.left();
        Ok(survey)
    }

    /// Rows at the beginning.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// Rows that no key has opened.
    pub(crate) fn left(&self) -> u64 {
        u64::try_from(self.unopened.len()).unwrap_or(u64::MAX)
    }

    /// Takes off the list what `key` opens, and says how many rows that is.
    pub(crate) fn open_with(&mut self, source: &mut Source, key: &FernetKey) -> Result<u64, LegacyError> {
        let before = self.left();
        self.sift(source, |token| {
            !Token::parse(token).is_ok_and(|token| key.signed(&token))
        })?;
        Ok(before - self.left())
    }

    /// Keeps the rows whose token passes.
    fn sift(&mut self, source: &mut Source, mut keep: impl FnMut(&[u8]) -> bool) -> Result<(), LegacyError> {
        let mut dropped: HashSet<SealedAt> = HashSet::new();
        let mut rest = self.unopened.as_slice();
        while let Some(first) = rest.first() {
            let mut bytes = 0_u64;
            let fits = rest.iter().take(CHUNK_ROWS).enumerate().take_while(|(at, row)| {
                bytes += u64::from(row.size);
                row.at.table == first.at.table && (*at == 0 || bytes <= rows::PAGE_BYTES)
            });
            let chunk = fits.count();
            let (now, later) = rest.split_at_checked(chunk).unwrap_or((rest, &[]));
            for (at, token) in fetch(source, now)? {
                if !keep(&token) {
                    dropped.insert(at);
                }
            }
            rest = later;
        }
        self.unopened.retain(|row| !dropped.contains(&row.at));
        Ok(())
    }

    /// Up to `wanted` tokens that are not among `tried`, spread over the rows in the order in
    /// which they were written (one session of the application, one key), the shortest of each
    /// stretch.
    pub(crate) fn choose(
        &self,
        source: &mut Source,
        wanted: usize,
        tried: &HashSet<SealedAt>,
    ) -> Result<ProbeSet<SealedAt>, LegacyError> {
        let open: Vec<&Unopened> = self
            .unopened
            .iter()
            .filter(|row| !tried.contains(&row.at))
            .collect();
        let (settings, messages): (Vec<_>, Vec<_>) =
            open.into_iter().partition(|row| row.at.table == Table::Settings);
        // Settings are few and are rewritten in other sessions than the messages around them.
        let share = if messages.is_empty() {
            wanted
        } else {
            wanted.div_ceil(4).min(settings.len())
        };
        let mut set = ProbeSet::new();
        for (rows, wanted) in [(settings, share), (messages, wanted - share)] {
            if wanted == 0 {
                continue;
            }
            for stretch in rows.chunks(rows.len().div_ceil(wanted).max(1)) {
                let Some(shortest) = stretch.iter().min_by_key(|row| row.size) else {
                    continue;
                };
                for (at, token) in fetch(
                    source,
                    &[Unopened {
                        at: shortest.at,
                        size: shortest.size,
                    }],
                )? {
                    // Sifted at the beginning, so it parses; a file that changes meanwhile is skipped.
                    let _parsed = set.push(&token, at);
                }
            }
        }
        Ok(set)
    }

    /// Those of `rows` that no key has opened.
    pub(crate) fn unopened_of(&self, rows: impl Iterator<Item = SealedAt>) -> HashSet<SealedAt> {
        let wanted: HashSet<SealedAt> = rows.collect();
        self.unopened
            .iter()
            .map(|row| row.at)
            .filter(|at| wanted.contains(at))
            .collect()
    }
}

/// The tokens of rows of one table.
fn fetch(source: &mut Source, rows: &[Unopened]) -> Result<Vec<(SealedAt, Vec<u8>)>, LegacyError> {
    let Some(table) = rows.first().map(|row| row.at.table) else {
        return Ok(Vec::new());
    };
    let Some(column) = rows::sealed_column(table) else {
        return Ok(Vec::new());
    };
    let numbers: Vec<i64> = rows.iter().map(|row| row.at.row).collect();
    let found = source.query(table, |connection| {
        rows::sealed(connection, table, column, &numbers)
    })?;
    Ok(found
        .into_iter()
        .map(|row| {
            (
                SealedAt {
                    table,
                    row: row.number,
                },
                row.token,
            )
        })
        .collect())
}
