//! Keyset pages of transfers, newest first by the time of the offer, then the last recorded. Through the specification's
//! indexes; those of one group are sorted.

use privatus_domain::{Permission, Transfer, TransferFilter, TransferId, TransferPeer, TransferStatus};

use super::{COLUMNS, Row, id_of, resource};
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::ReadTx;

/// Most transfers of one page.
pub const TRANSFERS_MAX: usize = 1_000;

/// Limits that statements are written with: a bound LIMIT would be prepared again at every run (DESIGN section 2).
const LIMITS: [usize; 2] = [51, 1_001];

/// Above every time that is written.
const END_OF_TIME: &str = "9999-12-31 23:59:59.999";

/// A page of transfers, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferPage {
    /// The transfers.
    pub transfers: Vec<Transfer>,
    /// There are older ones: go on before the last of this page.
    pub has_older: bool,
}

/// Behind which row a page begins. Rows without a time, of another application, come after all others.
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
    /// The newest `limit` (1 to [`TRANSFERS_MAX`]) transfers that `filter` lets through, or those before one. What the
    /// session's user may not read is left out.
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
        let batch = LIMITS.into_iter().find(|size| *size >= wanted).unwrap_or(wanted);
        let mut position = match before {
            Some(id) => self.transfer_position(id)?,
            None => Position::newest(),
        };
        let mut found = Vec::new();
        loop {
            let rows = self.transfer_rows(filter, &position, batch)?;
            let is_last = rows.len() < batch;
            let has_time = position.at.is_some();
            if let Some((row, (.., (at, _, _)))) = rows.last() {
                position = Position {
                    at: at.clone(),
                    row: *row,
                };
            }
            for (_, row) in rows {
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
    ) -> Result<Vec<(i64, Row)>, StoreError> {
        let (behind, order) = match &position.at {
            Some(_) => ("(created_at, rowid) < (?, ?)", "created_at DESC, rowid DESC"),
            None => ("created_at IS NULL AND rowid < ?", "rowid DESC"),
        };
        let (named, values) = match &filter.peer {
            Some(TransferPeer::Contact(id)) => ("contact_id = ?", vec![id.to_string()]),
            Some(TransferPeer::Group(id)) => ("group_id = ?", vec![id.to_string()]),
            // The index is by status first: those of each are in the order of time, and are merged.
            None => {
                let every = TransferStatus::ALL.to_vec();
                let wanted = filter.status.map_or(every, |status| vec![status]);
                ("status = ?", wanted.iter().map(ToString::to_string).collect())
            }
        };
        // The plus keeps the index to that of the peer.
        let also = filter.status.filter(|_| filter.peer.is_some());
        let also_named = also.map_or("", |_| " AND +status = ?");
        let one =
            format!("SELECT rowid, {COLUMNS} FROM file_transfers WHERE {named}{also_named} AND {behind}");
        let all = vec![one.as_str(); values.len()].join(" UNION ALL ");
        let mut sql = Sql::new(format!("{all} ORDER BY {order} LIMIT {limit}"));
        for value in &values {
            sql = sql.bind(value.as_str());
            if let Some(status) = also {
                sql = sql.bind(status.as_str());
            }
            if let Some(at) = position.at.as_deref() {
                sql = sql.bind(at);
            }
            sql = sql.bind(position.row);
        }
        self.db.rows(sql, "list the transfers")
    }

    fn transfer_position(&mut self, id: &TransferId) -> Result<Position, StoreError> {
        let text = id.to_string();
        let sql = Sql::new("SELECT rowid, created_at FROM file_transfers WHERE transfer_id = ?");
        let row: Option<(i64, Option<String>)> = self.db.row(sql.bind(text.as_str()), "find a transfer")?;
        let (row, at) = row.ok_or_else(|| StoreError::NotFound(format!("transfer {id}")))?;
        Ok(Position { at, row })
    }

    /// At most [`TRANSFERS_MAX`] transfers in the order of their ids, behind one: for an export.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn transfers_by_id(&mut self, after: Option<&TransferId>) -> Result<Vec<Transfer>, StoreError> {
        let mut last = after.map(ToString::to_string).unwrap_or_default();
        let mut found = Vec::new();
        while found.is_empty() {
            let sql = Sql::new(format!(
                "SELECT {COLUMNS} FROM file_transfers WHERE transfer_id > ? ORDER BY transfer_id LIMIT {TRANSFERS_MAX}"
            ));
            let rows: Vec<Row> = self.db.rows(sql.bind(last.as_str()), "read the transfers")?;
            let Some((id, ..)) = rows.last() else { break };
            last.clone_from(id);
            for row in rows {
                if self.may(&resource(&id_of(&row)?), Permission::Read)? {
                    found.push(self.transfer_from(row)?);
                }
            }
        }
        Ok(found)
    }
}
