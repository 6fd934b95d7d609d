//! Reads a table with damaged places: returns every row that can be reached, in order, and reports those that cannot.
//!
//! After a failure, fewer rows are requested, down to one. A row that can be found but not read is itself damaged (an
//! overflow page). If not even the next rowid can be found, a page of the table is damaged: the next readable place is
//! searched for, and the index of the primary key, if intact, still names the rows between.

use diesel::sql_types::{BigInt, Binary, Nullable};
use diesel::{QueryableByName, RunQueryDsl as _, SqliteConnection, sql_query};

use super::error::LegacyError;
use super::problem::Table;
use super::rows;
use super::source::{Hole, Source};

/// Rowids that are tried one by one after an unreadable place; a page has fewer.
const ONE_BY_ONE: i64 = 4_096;
/// Rows to list from the index for one place.
const LISTED: usize = 100_000;
/// By how much the number of requested rows shrinks after a failure.
const FEWER: usize = 8;

/// A stretch of a table.
pub(crate) struct Part<T> {
    /// Intact rows, in rowid order.
    pub(crate) rows: Vec<T>,
    /// Where to continue reading; `None` at the table's end.
    pub(crate) next: Option<i64>,
    /// What was skipped instead; there are then no rows.
    pub(crate) damage: Option<Damage>,
}

/// What was skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Damage {
    /// The row with this rowid.
    Row(i64),
    /// The rows from the first rowid to the last.
    Rows(i64, i64),
}

/// A row that the index still lists.
#[derive(QueryableByName)]
pub(crate) struct Named {
    #[diesel(sql_type = BigInt)]
    pub(crate) number: i64,
    #[diesel(sql_type = Nullable<Binary>)]
    pub(crate) id: Option<Vec<u8>>,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

impl Source {
    /// Reads up to `most` rows from rowid `from` on, or reports the damage there.
    pub(crate) fn read_on<T>(
        &mut self,
        table: Table,
        from: i64,
        most: usize,
        number: impl Fn(&T) -> i64,
        read: impl Fn(&mut SqliteConnection, i64, usize) -> Result<Vec<T>, diesel::result::Error>,
    ) -> Result<Part<T>, LegacyError> {
        let mut limit = most;
        loop {
            if let Some(rows) = self.unless_damaged(table, |connection| read(connection, from, limit))? {
                let there = rows.len();
                let mut last = None;
                // A damaged page may contain rowids that go backwards; following them could loop forever.
                let rows: Vec<T> = rows
                    .into_iter()
                    .take_while(|row| {
                        let (now, least) = (
                            number(row),
                            last.map_or(Some(from), |last: i64| last.checked_add(1)),
                        );
                        let rises = least.is_some_and(|least| now >= least);
                        last = Some(now);
                        rises
                    })
                    .collect();
                let next = rows.last().and_then(|row| number(row).checked_add(1));
                if there == 0 || !rows.is_empty() {
                    let damage = None;
                    return Ok(Part { rows, next, damage });
                }
                limit = 1;
            }
            if limit > 1 {
                limit = (limit / FEWER).max(1);
                continue;
            }
            let (damage, next) = match self.first_from(table, from)? {
                Some(None) => (None, None),
                Some(Some(row)) => (Some(Damage::Row(row)), row.checked_add(1)),
                None => {
                    let hole = self.hole(table, from)?;
                    (Some(Damage::Rows(hole.from, hole.to)), hole.to.checked_add(1))
                }
            };
            let rows = Vec::new();
            return Ok(Part { rows, next, damage });
        }
    }

    /// Counts the rows that can be reached.
    pub(crate) fn count_reachable(&mut self, table: Table) -> Result<u64, LegacyError> {
        let (mut count, mut next) = (0, Some(i64::MIN));
        while let Some(from) = next {
            let part = self.read_on(table, from, rows::SIZES, |row: &Number| row.number, |connection, from, most| {
                let name = table.name();
                sql_query(format!(
                    "SELECT rowid AS number FROM {name} NOT INDEXED WHERE rowid >= ? ORDER BY rowid LIMIT {most}"
                ))
                .bind::<BigInt, _>(from)
                .load(connection)
            })?;
            count += u64::try_from(part.rows.len()).unwrap_or(0);
            next = part.next;
        }
        Ok(count)
    }

    /// The rows with certain rowids according to the primary key's index; `None` if it is damaged too.
    pub(crate) fn named_by_index(
        &mut self,
        table: Table,
        from: i64,
        to: i64,
    ) -> Result<Option<Vec<Named>>, LegacyError> {
        let (name, id) = (
            table.name(),
            rows::columns(table).first().map_or("rowid", |id| id.name),
        );
        self.unless_damaged(table, |connection| {
            let index = sql_query(format!(
                "SELECT rowid AS number, CAST({id} AS BLOB) AS id FROM {name} INDEXED BY sqlite_autoindex_{name}_1 \
                 WHERE +rowid BETWEEN ? AND ? ORDER BY number LIMIT {LISTED}"
            ));
            match index.bind::<BigInt, _>(from).bind::<BigInt, _>(to).load(connection) {
                // A table created without a primary key has no such index.
                Err(diesel::result::Error::DatabaseError(_, why)) if why.message().contains("no such index") || why.message().contains("no query solution") => Ok(None),
                other => other.map(Some),
            }
        })
        .map(Option::flatten)
    }

    /// Reads the id of a row whose other pages are damaged.
    pub(crate) fn id_of_row(&mut self, table: Table, row: i64) -> Result<Option<Vec<u8>>, LegacyError> {
        let (name, id) = (
            table.name(),
            rows::columns(table).first().map_or("rowid", |id| id.name),
        );
        let found: Option<Vec<Named>> = self.unless_damaged(table, |connection| {
            sql_query(format!(
                "SELECT rowid AS number, CAST({id} AS BLOB) AS id FROM {name} NOT INDEXED WHERE rowid = ?"
            ))
            .bind::<BigInt, _>(row)
            .load(connection)
        })?;
        Ok(found.and_then(|mut found| found.pop()?.id))
    }

    /// Finds the next rowid from a given one: `Some(None)` at the end, `None` if it cannot be found.
    fn first_from(&mut self, table: Table, from: i64) -> Result<Option<Option<i64>>, LegacyError> {
        let name = table.name();
        let found: Option<Vec<Number>> = self.unless_damaged(table, |connection| {
            sql_query(format!(
                "SELECT rowid AS number FROM {name} NOT INDEXED WHERE rowid >= ? ORDER BY rowid LIMIT 1"
            ))
            .bind::<BigInt, _>(from)
            .load(connection)
        })?;
        Ok(match found {
            None => None,
            Some(found) => match found.first() {
                None => Some(None),
                Some(row) if row.number < from => None,
                Some(row) => Some(Some(row.number)),
            },
        })
    }

    /// Finds the end of the damage that begins at a rowid.
    fn hole(&mut self, table: Table, from: i64) -> Result<Hole, LegacyError> {
        let known = |hole: &&Hole| hole.table == table && (hole.from..=hole.to).contains(&from);
        if let Some(hole) = self.holes().iter().find(known) {
            return Ok(Hole { from, ..*hole });
        }
        // The first row of a table usually has rowid 1, so a search one by one from there is worthwhile.
        let start = if from < 1 && self.first_from(table, 1)?.is_none() {
            1
        } else {
            from
        };
        let (mut dead, mut alive) = (start, None);
        for _ in 0..ONE_BY_ONE {
            let Some(next) = dead.checked_add(1) else { break };
            if self.first_from(table, next)?.is_some() {
                alive = Some(next);
                break;
            }
            dead = next;
        }
        // An inner page leads to many others: double the step, then go back to the first readable place.
        let mut step = ONE_BY_ONE;
        while alive.is_none() && dead < i64::MAX {
            let next = dead.saturating_add(step);
            if self.first_from(table, next)?.is_some() {
                alive = Some(next);
            } else {
                dead = next;
                step = step.saturating_mul(2);
            }
        }
        while let Some(found) = alive
            && found.abs_diff(dead) > 1
        {
            let middle = i64::midpoint(dead, found);
            if self.first_from(table, middle)?.is_some() {
                alive = Some(middle);
            } else {
                dead = middle;
            }
        }
        let hole = Hole {
            table,
            from,
            to: dead,
        };
        self.add_hole(hole);
        Ok(hole)
    }
}
