//! File transfers: offered, moved from status to status, listed by status and by peer.

mod list;
mod stale;
#[cfg(test)]
mod tests;

use privatus_domain::{
    ContactError, FileSize, Id, NewTransfer, Permission, Resource, ResourceKind, Timestamp, Transfer,
    TransferDirection, TransferId, TransferPeer, TransferState, TransferStatus, check_transfer_reason,
};

pub use self::list::{TRANSFERS_MAX, TransferPage};
pub(crate) use self::stale::{has_active, pause_stale};
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::{ReadTx, WriteTx};

const TABLE: &str = "file_transfers";
const COLUMNS: &str = "transfer_id, file_name, file_size, file_hash, contact_id, group_id, direction, status, \
                       progress, created_at, completed_at, error_message";

/// [`COLUMNS`] of a row.
type Row = (
    String,
    Vec<u8>,
    i64,
    Vec<u8>,
    (Option<String>, Option<String>),
    (String, String, Option<i64>),
    (Option<String>, Option<String>, Option<String>),
);

fn resource(id: &TransferId) -> Resource {
    Resource::of(ResourceKind::Transfer, id)
}

impl ReadTx<'_> {
    /// A transfer by its id.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn transfer_by_id(&mut self, id: &TransferId) -> Result<Transfer, StoreError> {
        self.permit(&resource(id), Permission::Read)?;
        self.transfer_find(id)
    }

    fn transfer_find(&mut self, id: &TransferId) -> Result<Transfer, StoreError> {
        let text = id.to_string();
        let sql = Sql::new(format!(
            "SELECT {COLUMNS} FROM file_transfers WHERE transfer_id = ?"
        ));
        let row = self.db.row(sql.bind(text.as_str()), "find a transfer")?;
        self.transfer_from(row.ok_or_else(|| StoreError::NotFound(format!("transfer {id}")))?)
    }

    fn transfer_from(&mut self, row: Row) -> Result<Transfer, StoreError> {
        self.transfer_decode(row).map_err(StoreError::of_stored)
    }

    fn transfer_decode(&mut self, row: Row) -> Result<Transfer, StoreError> {
        let (id, name, size, hash, (contact, group), (direction, status, progress), times) = row;
        let (created_at, completed_at, error) = times;
        let id: TransferId = id.parse()?;
        let row_id = id.as_id().canonical();
        let name = self.open_value(TABLE, "file_name", &row_id, &name)?;
        let not_text =
            |_| StoreError::DatabaseDamaged(format!("the file's name of transfer {id} is no text"));
        let time = |text: Option<String>| text.as_deref().map(Timestamp::parse).transpose();
        Ok(Transfer {
            file_name: String::from_utf8(name).map_err(not_text)?,
            size: FileSize::kept(size),
            hash: self.open_value(TABLE, "file_hash", &row_id, &hash)?,
            direction: direction.parse()?,
            contact: contact.map(|contact| contact.parse()).transpose()?,
            group: group.map(|group| group.parse()).transpose()?,
            state: TransferState::kept(status.parse()?, progress.unwrap_or_default()),
            created_at: time(created_at)?.unwrap_or(Timestamp::MIN),
            completed_at: time(completed_at)?,
            error,
            id,
        })
    }
}

impl WriteTx<'_> {
    /// Offers a transfer: pending, at 0.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown contact or group, [`StoreError::Refused`] for an id that is taken, and
    /// for what a blocked contact offers.
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
        Err(StoreError::Refused(format!(
            "there is a transfer {} already",
            new.id
        )))
    }

    /// Takes a transfer from an export as it stands; gives whether it is new here. One that is there stays as it is.
    ///
    /// # Errors
    /// [`StoreError::Refused`] past a bound, [`StoreError::NotFound`] for an unknown contact or group.
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
        let (id, row_id) = (transfer.id.to_string(), transfer.id.as_id().canonical());
        let name = self.seal_value(TABLE, "file_name", &row_id, transfer.file_name.as_bytes())?;
        let hash = self.seal_value(TABLE, "file_hash", &row_id, &transfer.hash)?;
        let contact = transfer.contact.as_ref().map(ToString::to_string);
        let group = transfer.group.as_ref().map(ToString::to_string);
        let created = transfer.created_at.to_sql();
        let completed = transfer.completed_at.map(Timestamp::to_sql);
        let sql = Sql::new(format!(
            "INSERT INTO file_transfers ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
             ON CONFLICT (transfer_id) DO NOTHING"
        ));
        let sql = sql
            .bind(id.as_str())
            .bind(name.as_slice())
            .bind(transfer.size.get())
            .bind(hash.as_slice())
            .bind(contact.as_deref())
            .bind(group.as_deref())
            .bind(transfer.direction.as_str())
            .bind(transfer.state.status().as_str())
            .bind(i64::from(transfer.state.progress()))
            .bind(created.as_str())
            .bind(completed.as_deref())
            .bind(transfer.error.as_deref());
        Ok(self.db.run(sql, "record a transfer")? > 0)
    }

    /// Takes a step; `reason` says why a transfer failed. Gives how far it is now.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Refused`] for a forbidden step.
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

    /// Notes how much has come over.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Refused`] outside 0 to 99, backwards, or when it is not active.
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
        let (id, completed) = (id.to_string(), completed_at.map(Timestamp::to_sql));
        let sql = Sql::new(
            "UPDATE file_transfers SET status = ?, progress = ?, completed_at = ?, error_message = ? \
             WHERE transfer_id = ?",
        );
        let sql = sql
            .bind(state.status().as_str())
            .bind(i64::from(state.progress()))
            .bind(completed.as_deref())
            .bind(reason)
            .bind(id.as_str());
        self.db.run(sql, "change a transfer").map(drop)
    }
}

/// The id of a row, or what is wrong with it.
fn id_of(row: &Row) -> Result<TransferId, StoreError> {
    let id: Result<Id, _> = row.0.parse();
    id.map(TransferId::new)
        .map_err(|error| StoreError::from(error).of_stored())
}
