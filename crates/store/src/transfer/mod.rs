//! File transfers: offered, moved from status to status, listed by status and by peer.

mod list;
#[cfg(test)]
mod tests;

use diesel::dsl::{exists, select};
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use privatus_domain::{
    ContactError, FileSize, Id, NewTransfer, Permission, Resource, ResourceKind, Timestamp, Transfer,
    TransferDirection, TransferId, TransferPeer, TransferState, TransferStatus, check_transfer_reason,
};
use privatus_schema::{SqlBlob, SqlInt, SqlText, SqlTime, file_transfers};

pub use self::list::{TRANSFERS_MAX, TransferPage};
use crate::db::decode::stored_time;
use crate::error::{Missing, Rule, StoreError};
use crate::tx::{ReadTx, WriteTx};

const TABLE: &str = "file_transfers";

/// A row of `file_transfers`.
#[derive(Queryable, Selectable, Insertable, QueryableByName)]
#[diesel(table_name = file_transfers, check_for_backend(Sqlite), treat_none_as_default_value = false)]
struct TransferRow {
    transfer_id: SqlText,
    file_name: SqlBlob,
    file_size: SqlInt,
    file_hash: SqlBlob,
    contact_id: Option<SqlText>,
    group_id: Option<SqlText>,
    direction: SqlText,
    status: SqlText,
    progress: Option<SqlInt>,
    created_at: Option<SqlTime>,
    completed_at: Option<SqlTime>,
    error_message: Option<SqlText>,
}

fn resource(id: &TransferId) -> Resource {
    Resource::of(ResourceKind::Transfer, id)
}

impl ReadTx<'_> {
    /// Returns a transfer by its id.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such transfer.
    pub fn transfer_by_id(&mut self, id: &TransferId) -> Result<Transfer, StoreError> {
        self.permit(&resource(id), Permission::Read)?;
        self.transfer_find(id)
    }

    fn transfer_find(&mut self, id: &TransferId) -> Result<Transfer, StoreError> {
        let text = id.to_string();
        let row = self.db.ask("find a transfer", |db| {
            file_transfers::table
                .find(SqlText(text.as_str()))
                .select(TransferRow::as_select())
                .get_result(db)
                .optional()
        })?;
        self.transfer_from(row.ok_or_else(|| Missing::Transfer(id.clone()))?)
    }

    fn transfer_from(&mut self, row: TransferRow) -> Result<Transfer, StoreError> {
        let id = row.transfer_id.0.clone();
        self.transfer_decode(row)
            .map_err(|error| error.of_row(&format!("transfer {id}")))
    }

    fn transfer_decode(&mut self, row: TransferRow) -> Result<Transfer, StoreError> {
        let id: TransferId = row.transfer_id.0.parse()?;
        let row_id = id.as_id().canonical();
        let progress = row.progress.map_or(0, |progress| progress.0);
        Ok(Transfer {
            file_name: self.transfer_name(&id, &row.file_name.0)?,
            size: FileSize::kept(row.file_size.0),
            hash: std::mem::take(&mut *self.open_value(TABLE, "file_hash", &row_id, &row.file_hash.0)?),
            direction: row.direction.0.parse()?,
            contact: row.contact_id.map(|contact| contact.0.parse()).transpose()?,
            group: row.group_id.map(|group| group.0.parse()).transpose()?,
            state: TransferState::kept(row.status.0.parse()?, progress),
            created_at: stored_time(row.created_at)?.unwrap_or(Timestamp::MIN),
            completed_at: stored_time(row.completed_at)?,
            error: row.error_message.map(|error| error.0),
            id,
        })
    }

    fn transfer_name(&mut self, id: &TransferId, sealed: &[u8]) -> Result<String, StoreError> {
        let mut name = self.open_value(TABLE, "file_name", &id.as_id().canonical(), sealed)?;
        String::from_utf8(std::mem::take(&mut *name))
            .map_err(|_| StoreError::DatabaseDamaged(format!("the file name of transfer {id} is not text")))
    }
}

impl WriteTx<'_> {
    /// Offers a transfer: it starts as pending, at 0 percent.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown contact or group, [`StoreError::Rule`] if the id is taken,
    /// [`StoreError::Contact`] for an offer from a blocked contact.
    pub fn transfer_create(&mut self, new: &NewTransfer) -> Result<(), StoreError> {
        self.permit(&resource(&new.id), Permission::Write)?;
        Resource::check_new(&new.id.to_string())?;
        let (contact, group) = match &new.peer {
            TransferPeer::Contact(id) => {
                let contact = self.contact_by_id(id)?;
                let is_inbound = new.direction == TransferDirection::Inbound;
                if let Some(since) = contact.blocked_at.filter(|_| is_inbound) {
                    return Err(ContactError::Blocked(since).into());
                }
                (Some(contact.id), None)
            }
            TransferPeer::Group(id) => (None, Some(self.group_by_id(id)?.id)),
        };
        let transfer = Transfer {
            id: new.id.clone(),
            file_name: new.file_name.as_str().to_owned(),
            size: new.size,
            hash: new.hash.as_bytes().to_vec(),
            direction: new.direction,
            contact,
            group,
            state: TransferState::OFFERED,
            created_at: self.now(),
            completed_at: None,
            error: None,
        };
        if self.transfer_insert(&transfer)? {
            return Ok(());
        }
        Err(Rule::TransferExists(new.id.clone()).into())
    }

    /// Stores a transfer from an export as it is; returns whether it is new. An existing transfer is left unchanged.
    ///
    /// # Errors
    /// [`StoreError::Transfer`] if a value is out of bounds, [`StoreError::NotFound`] for an unknown contact or group.
    pub fn transfer_restore(&mut self, transfer: &Transfer) -> Result<bool, StoreError> {
        self.permit(&resource(&transfer.id), Permission::Write)?;
        transfer.check_kept()?;
        if let Some(id) = &transfer.contact {
            self.contact_by_id(id)?;
        }
        if let Some(id) = &transfer.group {
            self.group_by_id(id)?;
        }
        self.transfer_insert(transfer)
    }

    fn transfer_insert(&mut self, transfer: &Transfer) -> Result<bool, StoreError> {
        let row_id = transfer.id.as_id().canonical();
        let text = |id: String| SqlText(id);
        let row = TransferRow {
            transfer_id: SqlText(transfer.id.to_string()),
            file_name: SqlBlob(self.seal_value(
                TABLE,
                "file_name",
                &row_id,
                transfer.file_name.as_bytes(),
            )?),
            file_size: SqlInt(transfer.size.get()),
            file_hash: SqlBlob(self.seal_value(TABLE, "file_hash", &row_id, &transfer.hash)?),
            contact_id: transfer.contact.as_ref().map(ToString::to_string).map(text),
            group_id: transfer.group.as_ref().map(ToString::to_string).map(text),
            direction: SqlText(transfer.direction.as_str().to_owned()),
            status: SqlText(transfer.state.status().as_str().to_owned()),
            progress: Some(SqlInt(i64::from(transfer.state.progress()))),
            created_at: Some(SqlTime(transfer.created_at.to_sql())),
            completed_at: transfer.completed_at.map(|at| SqlTime(at.to_sql())),
            error_message: transfer.error.clone().map(text),
        };
        let doing = "record a transfer";
        let added = self.db.ask(doing, |db| {
            diesel::insert_into(file_transfers::table)
                .values(&row)
                .on_conflict(file_transfers::transfer_id)
                .do_nothing()
                .execute(db)
        })?;
        let known = file_transfers::table.find(&row.transfer_id);
        self.db
            .kept(added, doing, |db| select(exists(known)).get_result(db))
    }

    /// Moves a transfer to its next status; `reason` says why it failed. Returns its new state.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such transfer, [`StoreError::Transfer`] for a step that is not allowed.
    pub fn transfer_step(
        &mut self,
        id: &TransferId,
        to: TransferStatus,
        reason: Option<&str>,
    ) -> Result<TransferState, StoreError> {
        self.permit(&resource(id), Permission::Write)?;
        let known = self.transfer_find(id)?;
        let state = known.state.step(to)?;
        check_transfer_reason(to, reason)?;
        let completed = (to == TransferStatus::Completed).then(|| self.now());
        self.transfer_update(id, state, completed, reason)?;
        Ok(state)
    }

    /// Records how much has been transferred.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such transfer, [`StoreError::Transfer`] if `percent` is outside 0 to 99
    /// or lower than before, or if the transfer is not active.
    pub fn transfer_progress(&mut self, id: &TransferId, percent: i64) -> Result<TransferState, StoreError> {
        self.permit(&resource(id), Permission::Write)?;
        let state = self.transfer_find(id)?.state.advance(percent)?;
        self.transfer_update(id, state, None, None)?;
        Ok(state)
    }

    fn transfer_update(
        &mut self,
        id: &TransferId,
        state: TransferState,
        completed_at: Option<Timestamp>,
        reason: Option<&str>,
    ) -> Result<(), StoreError> {
        let id = id.to_string();
        self.db.ask_one("change a transfer", |db| {
            diesel::update(file_transfers::table.find(SqlText(id.as_str())))
                .set((
                    file_transfers::status.eq(SqlText(state.status().as_str())),
                    file_transfers::progress.eq(SqlInt(i64::from(state.progress()))),
                    file_transfers::completed_at.eq(completed_at.map(|at| SqlTime(at.to_sql()))),
                    file_transfers::error_message.eq(reason.map(SqlText)),
                ))
                .execute(db)
        })
    }
}

/// Returns the id of a row, or an error if it is not valid.
fn id_of(row: &TransferRow) -> Result<TransferId, StoreError> {
    let id: Result<Id, _> = row.transfer_id.0.parse();
    id.map(TransferId::new)
        .map_err(|error| StoreError::from(error).of_stored())
}
