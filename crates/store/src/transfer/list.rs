//! Keyset pages of transfers, newest first by the time of the offer, then by the order in which they were recorded.
//! They use the specification's indexes; the transfers of one group are sorted.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sqlite::Sqlite;
use privatus_domain::{
    Named, Permission, Transfer, TransferFilter, TransferId, TransferPeer, TransferStatus,
};
use privatus_schema::sql_types::{BigInt, Text};
use privatus_schema::{LimitLiteral as _, SqlBlob, SqlInt, SqlText, SqlTime, file_transfers, rowid};

use super::{TransferRow, id_of, resource};
use crate::db::at_most::ascends;
use crate::error::{Missing, StoreError};
use crate::tx::ReadTx;

/// The largest number of transfers in one page.
pub const TRANSFERS_MAX: usize = EXPORTED as usize;

/// How many transfers an export reads per query.
const EXPORTED: u32 = 1_000;

/// The smallest number of rows to read per query: the session may not be allowed to read all of them.
const LEAST: usize = 51;

/// Later than every time that is written.
const END_OF_TIME: &str = "9999-12-31 23:59:59.999";

/// A page of transfers, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferPage {
    /// The transfers.
    pub transfers: Vec<Transfer>,
    /// Whether there are older transfers: continue before the last one of this page.
    pub has_older: bool,
}

/// The columns of a row, and its row number.
const ROWS: &str = "SELECT rowid, transfer_id, file_name, file_size, file_hash, contact_id, group_id, direction, \
                    status, progress, created_at, completed_at, error_message FROM file_transfers";

/// A transfer and its position in the table.
#[derive(QueryableByName)]
struct NumberedRow {
    #[diesel(sql_type = BigInt)]
    rowid: SqlInt,
    #[diesel(embed)]
    transfer: TransferRow,
}

/// A transfer's position in the table.
#[derive(Queryable)]
struct PlaceRow {
    rowid: SqlInt,
    created_at: Option<SqlTime>,
}

/// The row after which a page begins. Rows without a time, written by another application, come after all others.
struct Position {
    at: Option<String>,
    row: i64,
}

impl Position {
    fn newest() -> Self {
        Self {
            at: Some(END_OF_TIME.into()),
            row: i64::MAX,
        }
    }
}

impl ReadTx<'_> {
    /// Returns the newest `limit` (1 to [`TRANSFERS_MAX`]) transfers that match `filter`, or those before a given
    /// transfer. Those that the session's user may not read are left out.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown `before`.
    pub fn transfers(
        &mut self,
        filter: &TransferFilter,
        before: Option<&TransferId>,
        limit: usize,
    ) -> Result<TransferPage, StoreError> {
        let limit = limit.clamp(1, TRANSFERS_MAX);
        let wanted = limit + 1;
        let batch = wanted.max(LEAST);
        let mut position = match before {
            Some(id) => self.transfer_position(id)?,
            None => Position::newest(),
        };
        let mut found = Vec::new();
        loop {
            let rows = self.transfer_rows(filter, &position, batch)?;
            let is_last = rows.len() < batch;
            let has_time = position.at.is_some();
            if let Some(last) = rows.last() {
                let next = Position {
                    at: last.transfer.created_at.as_ref().map(|at| at.0.clone()),
                    row: last.rowid.0,
                };
                // Newest first: each batch must end before the previous one.
                ascends(
                    &(&next.at, next.row),
                    &(&position.at, position.row),
                    "list transfers",
                )?;
                position = next;
            }
            for NumberedRow { transfer: row, .. } in rows {
                if found.len() < wanted && self.may(&resource(&id_of(&row)?), Permission::Read)? {
                    found.push(row);
                }
            }
            if found.len() == wanted || is_last && !has_time {
                break;
            }
            if is_last {
                position = Position {
                    at: None,
                    row: i64::MAX,
                };
            }
        }
        let has_older = found.len() == wanted;
        found.truncate(limit);
        let transfers: Result<Vec<Transfer>, StoreError> =
            found.into_iter().map(|row| self.transfer_from(row)).collect();
        Ok(TransferPage {
            transfers: transfers?,
            has_older,
        })
    }

    fn transfer_rows(
        &mut self,
        filter: &TransferFilter,
        position: &Position,
        limit: usize,
    ) -> Result<Vec<NumberedRow>, StoreError> {
        let (behind, order) = match &position.at {
            Some(_) => ("(created_at, rowid) < (?, ?)", "created_at DESC, rowid DESC"),
            None => ("created_at IS NULL AND rowid < ?", "rowid DESC"),
        };
        let (named, values) = match &filter.peer {
            Some(TransferPeer::Contact(id)) => ("contact_id = ?", vec![id.to_string()]),
            Some(TransferPeer::Group(id)) => ("group_id = ?", vec![id.to_string()]),
            // The index begins with the status: the rows of each status come in the order of time and are merged.
            None => {
                let every = TransferStatus::ALL.to_vec();
                let wanted = filter.status.map_or(every, |status| vec![status]);
                ("status = ?", wanted.iter().map(ToString::to_string).collect())
            }
        };
        // The plus sign keeps SQLite on the peer's index.
        let also = filter.status.filter(|_| filter.peer.is_some());
        let also_named = also.map_or("", |_| " AND +status = ?");
        let one = format!("{ROWS} WHERE {named}{also_named} AND {behind}");
        let all = vec![one.as_str(); values.len()].join(" UNION ALL ");
        // The query builder can express neither row values nor the plus sign.
        let mut query = sql_query(format!("{all} ORDER BY {order} LIMIT {limit}")).into_boxed::<Sqlite>();
        for value in &values {
            query = query.bind::<Text, _>(SqlText(value.as_str()));
            if let Some(status) = also {
                query = query.bind::<Text, _>(SqlText(status.as_str()));
            }
            if let Some(at) = position.at.as_deref() {
                query = query.bind::<Text, _>(SqlText(at));
            }
            query = query.bind::<BigInt, _>(SqlInt(position.row));
        }
        self.db.ask("list the transfers", |db| query.load(db))
    }

    fn transfer_position(&mut self, id: &TransferId) -> Result<Position, StoreError> {
        let text = id.to_string();
        let place = self.db.ask("find a transfer", |db| {
            file_transfers::table
                .find(SqlText(text.as_str()))
                .select((rowid(file_transfers::table), file_transfers::created_at))
                .get_result::<PlaceRow>(db)
                .optional()
        })?;
        let place = place.ok_or_else(|| Missing::Transfer(id.clone()))?;
        Ok(Position {
            at: place.created_at.map(|at| at.0),
            row: place.rowid.0,
        })
    }

    /// Returns at most [`TRANSFERS_MAX`] transfers after a given id, in the order of their ids: for an export.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn transfers_by_id(&mut self, after: Option<&TransferId>) -> Result<Vec<Transfer>, StoreError> {
        let mut last = after.map(ToString::to_string).unwrap_or_default();
        let mut found = Vec::new();
        while found.is_empty() {
            let rows: Vec<TransferRow> = self.db.ask("read the transfers", |db| {
                file_transfers::table
                    .filter(file_transfers::transfer_id.gt(SqlText(last.as_str())))
                    .order(file_transfers::transfer_id)
                    .select(TransferRow::as_select())
                    .limit_literal(EXPORTED)
                    .load(db)
            })?;
            let Some(row) = rows.last() else { break };
            last.clone_from(&row.transfer_id.0);
            for row in rows {
                if self.may(&resource(&id_of(&row)?), Permission::Read)? {
                    found.push(self.transfer_from(row)?);
                }
            }
        }
        Ok(found)
    }

    /// Returns the ids and names of all transfers, in the order of their ids. The names are sealed, so they cannot be
    /// indexed.
    pub(crate) fn transfer_names(&mut self) -> Result<Vec<Named>, StoreError> {
        let rows: Vec<(SqlText, SqlBlob)> = self.db.ask("read names", |db| {
            file_transfers::table
                .order(file_transfers::transfer_id)
                .select((file_transfers::transfer_id, file_transfers::file_name))
                .load(db)
        })?;
        rows.into_iter()
            .map(|(SqlText(id), SqlBlob(name))| {
                let name = self.transfer_name(&id.parse()?, &name)?;
                Ok(Named { id, also: None, name })
            })
            .collect()
    }
}
