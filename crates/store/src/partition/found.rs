//! Rows of `partitions` as they are, whatever was put there, and what each should be. A month's number and the name of
//! its table determine each other; if they disagree, the table that exists shows which of the two is right.

use std::collections::{BTreeMap, BTreeSet};

use privatus_domain::{Partition, Timestamp};

use crate::db::connection::Connection;
use crate::db::hot;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::keys::role::KeyRole;
use crate::partition::state::{ARCHIVED, LIVE};

const ROWS: &str = "SELECT partition, iif(typeof(table_name) = 'text', CAST(table_name AS BLOB), NULL), \
                    iif(typeof(state) = 'text', CAST(state AS BLOB), NULL), \
                    iif(typeof(key_id) = 'text', CAST(key_id AS BLOB), NULL), \
                    iif(typeof(created_at) = 'text', CAST(created_at AS BLOB), NULL) FROM partitions ORDER BY partition";
/// The names of all tables that exist, as bytes because a name may be any text.
pub(super) const TABLES: &str = "SELECT CAST(name AS BLOB) FROM main.sqlite_schema WHERE type = 'table'";
/// Whether anything in the vault refers to a month.
const NAMED: &str = "SELECT EXISTS (SELECT 1 FROM conversation_months WHERE partition = ?) \
                     OR EXISTS (SELECT 1 FROM archives WHERE partition = ?) \
                     OR EXISTS (SELECT 1 FROM message_locator WHERE partition = ?)";

/// A row of `partitions`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FoundMonth {
    /// The value of `partition`, which is the row's number.
    pub(crate) number: i64,
    /// The month this row stands for; `None` if it has no table.
    pub(crate) month: Option<Partition>,
    /// A month whose table is gone although messages or conversations refer to it.
    pub(crate) lost: Option<Partition>,
    /// Columns whose value no build writes.
    pub(crate) odd: Vec<&'static str>,
    pub(crate) is_archived: bool,
    /// The number of the key that the row names.
    pub(crate) key: Option<u32>,
    pub(crate) created_at: Option<String>,
}

impl FoundMonth {
    /// Returns whether the row is as a build writes it; the key that it names is checked elsewhere.
    pub(crate) fn is_whole(&self) -> bool {
        self.month.is_some() && self.odd.is_empty()
    }

    /// Describes what is wrong with the row, one sentence for each fault.
    pub(crate) fn told(&self) -> Vec<String> {
        let number = self.number;
        match (self.month, self.lost) {
            (Some(month), _) => {
                let told = |column: &&str| {
                    format!(
                        "partitions.{column} of row {number}, the month {month}, has a value that no build writes: it was altered"
                    )
                };
                self.odd.iter().map(told).collect()
            }
            (None, Some(month)) => vec![format!(
                "partitions.table_name of row {number}: the table of the month {month} is gone, with its messages"
            )],
            (None, None) => vec![format!(
                "partitions.table_name of row {number} names a table that does not exist: the row was planted, and it contains nothing"
            )],
        }
    }

    /// Returns what `partitions.state` should be.
    pub(crate) const fn state(&self) -> &'static str {
        if self.is_archived { ARCHIVED } else { LIVE }
    }
}

/// Assigns a month to each row: where the number and the table's name agree, or where the table named by one of them
/// exists. No two rows get the same table.
pub(super) fn months_of(rows: &[(i64, Option<String>)], tables: &BTreeSet<String>) -> Vec<Option<Partition>> {
    let standing = |partition: &Partition| tables.contains(&partition.table());
    let by_number = |number: i64| {
        let partition = i32::try_from(number).ok().and_then(Partition::from_number);
        partition.filter(standing)
    };
    let by_name = |name: &Option<String>| {
        let number = match name.as_deref()?.strip_prefix("messages_")? {
            "early" => Partition::EARLY.number(),
            "late" => Partition::LATE.number(),
            digits => digits.parse().ok()?,
        };
        let partition = Partition::from_number(number).filter(standing);
        partition.filter(|partition| Some(partition.table()) == *name)
    };
    let mut months = vec![None; rows.len()];
    let mut taken = BTreeSet::new();
    for turn in 0..3 {
        for (month, (number, name)) in months.iter_mut().zip(rows) {
            let wanted = match turn {
                0 => by_number(*number).filter(|partition| Some(partition.table()) == *name),
                1 => by_number(*number),
                _ => by_name(name),
            };
            if let Some(wanted) = wanted.filter(|wanted| month.is_none() && !taken.contains(wanted)) {
                taken.insert(wanted);
                *month = Some(wanted);
            }
        }
    }
    months
}

fn text(bytes: Option<Vec<u8>>) -> Option<String> {
    bytes.and_then(|bytes| String::from_utf8(bytes).ok())
}

/// Returns the names of all tables.
pub(super) fn tables_standing(db: &mut Connection) -> Result<BTreeSet<String>, StoreError> {
    let tables: Vec<Vec<u8>> = db.rows(Sql::new(TABLES), "look at the tables of months")?;
    let tables = tables.into_iter().filter_map(|name| String::from_utf8(name).ok());
    Ok(tables.collect())
}

/// Reads every row, in the order of `partition`.
pub(crate) fn found(db: &mut Connection) -> Result<Vec<FoundMonth>, StoreError> {
    type Values = (
        i64,
        Option<Vec<u8>>,
        Option<Vec<u8>>,
        Option<Vec<u8>>,
        Option<Vec<u8>>,
    );
    let tables = tables_standing(db)?;
    let rows: Vec<Values> = db.rows(Sql::new(ROWS), "read the catalogue")?;
    let (mut named, mut rest) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
    for (number, table, state, key, created) in rows {
        named.push((number, text(table)));
        rest.push((text(state), text(key), text(created)));
    }
    let months = months_of(&named, &tables);
    let mut found = Vec::with_capacity(named.len());
    for ((month, (number, table)), (state, key_id, created_at)) in months.into_iter().zip(named).zip(rest) {
        let key = key_id.as_ref().and_then(|key| key.parse::<u32>().ok());
        let key = key.filter(|key| *key > 0 && Some(key.to_string()) == key_id);
        let created_at = created_at.filter(|at| Timestamp::parse(at).is_ok_and(|time| time.to_sql() == *at));
        let is_state = matches!(state.as_deref(), Some(LIVE | ARCHIVED));
        let own = month.or_else(|| i32::try_from(number).ok().and_then(Partition::from_number));
        let checks = [
            (
                own.is_none_or(|own| i64::from(own.number()) != number),
                "partition",
            ),
            (own.is_none_or(|own| Some(own.table()) != table), "table_name"),
            (!is_state, "state"),
            (key.is_none(), "key_id"),
            (created_at.is_none(), "created_at"),
        ];
        let odd = checks.into_iter().filter(|(is_odd, _)| *is_odd);
        found.push(FoundMonth {
            number,
            month,
            lost: match (month, own) {
                (None, Some(own)) if is_named(db, own)? => Some(own),
                _ => None,
            },
            odd: odd.map(|(_, column)| column).collect(),
            is_archived: state.as_deref() == Some(ARCHIVED),
            key,
            created_at,
        });
    }
    Ok(found)
}

fn is_named(db: &mut Connection, month: Partition) -> Result<bool, StoreError> {
    let number = month.number();
    let sql = Sql::new(NAMED).bind(number).bind(number).bind(number);
    let named: Option<bool> = db.row(sql, "look for what is in a month")?;
    Ok(named.unwrap_or_default())
}

/// Returns the key of a month, whatever its row names.
pub(crate) fn key_of(db: &mut Connection, month: Partition) -> Result<Option<u32>, StoreError> {
    let role = KeyRole::Month(month);
    let sql = Sql::new(hot::KEY_NUMBER);
    let number: Result<Option<i64>, _> = db.row(sql.bind(role.kind()).bind(&*role.scope()), "find a key");
    match number {
        Ok(number) => Ok(number.and_then(|number| u32::try_from(number).ok())),
        // The check of the keys reports the odd row.
        Err(StoreError::DatabaseDamaged(_)) if !db.is_spoiled() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns the months of these rows, each with the key that its row names or, if it names none, the key that the month
/// has.
pub(super) fn months_with_keys(
    db: &mut Connection,
    found: &[FoundMonth],
) -> Result<BTreeMap<Partition, u32>, StoreError> {
    let mut months = BTreeMap::new();
    for row in found {
        if let Some(month) = row.month {
            let key = match row.key {
                Some(key) => key,
                // Nothing is sealed under a number without a key: existing messages can be opened all the same.
                None => key_of(db, month)?.unwrap_or_default(),
            };
            months.insert(month, key);
        }
    }
    Ok(months)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_that_stands_says_which_month_a_row_is() {
        let tables = ["messages_202505", "messages_202506", "messages_late"];
        let tables = tables.map(str::to_owned).into();
        let month = |number| Partition::from_number(number);
        for (rows, expected) in [
            (vec![(202_506, "messages_202506")], vec![month(202_506)]),
            // One of the two was altered.
            (vec![(202_506, "abc")], vec![month(202_506)]),
            (vec![(-5, "messages_202506")], vec![month(202_506)]),
            (vec![(202_401, "messages_202506")], vec![month(202_506)]),
            (vec![(7, "messages_late")], vec![month(999_999)]),
            // Its table does not exist, or belongs to another row.
            (vec![(202_401, "messages_202401")], vec![None]),
            (vec![(202_313, "x")], vec![None]),
            (
                vec![(202_401, "messages_202506"), (202_506, "x")],
                vec![None, month(202_506)],
            ),
            // Two names were swapped.
            (
                vec![(202_505, "messages_202506"), (202_506, "messages_202505")],
                vec![month(202_505), month(202_506)],
            ),
        ] {
            let named: Vec<_> = rows
                .iter()
                .map(|(number, name)| (*number, Some((*name).to_owned())))
                .collect();
            assert_eq!(months_of(&named, &tables), expected, "{rows:?}");
        }
    }
}
