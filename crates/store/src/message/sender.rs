//! Rows of `senders`: who wrote a message, under a small number.

use std::collections::HashMap;

use diesel::dsl::{exists, select};
use diesel::prelude::*;
use privatus_domain::{AnonymousId, GroupId, MessageError, MessageId, Sender, SenderRef, anonymous_name};
use privatus_schema::{DbId, SqlInt, conversations};

use crate::db::hot;
use crate::db::one_row::not_taken;
use crate::db::statement::Sql;
use crate::error::{Missing, StoreError};
use crate::tx::{ReadTx, WriteTx};

/// The columns of [`hot::SENDER_FIND`].
pub(crate) type SenderRow = (
    Option<String>,
    Option<String>,
    Option<String>,
    Option<Vec<u8>>,
    Option<String>,
    Option<String>,
);

/// Reads a row of `senders`; a missing or empty row is an unknown sender.
pub(crate) fn sender_from(row: Option<SenderRow>) -> Result<Sender, StoreError> {
    Ok(match row {
        Some((Some(id), name, ..)) => Sender::Contact {
            id: id.parse()?,
            name: name.unwrap_or_default(),
        },
        Some((None, .., Some(group), Some(anonymous_id))) => {
            let anonymous_id: AnonymousId = anonymous_id.parse()?;
            Sender::Anonymous {
                group: group.parse()?,
                name: anonymous_name(&anonymous_id),
                anonymous_id,
            }
        }
        Some((None, _, Some(name), Some(source_id), ..)) => {
            let source_id = source_id
                .try_into()
                .map_err(|_| StoreError::DatabaseDamaged("a sender's id has the wrong length".into()))?;
            Sender::Imported { source_id, name }
        }
        _ => Sender::Unknown,
    })
}

impl ReadTx<'_> {
    /// Returns a sender by number, through a cache that lasts for one page.
    pub(crate) fn sender(
        &mut self,
        number: i64,
        seen: &mut HashMap<i64, Sender>,
    ) -> Result<Sender, StoreError> {
        if let Some(sender) = seen.get(&number) {
            return Ok(sender.clone());
        }
        let sql = Sql::new(hot::SENDER_FIND);
        let sender = sender_from(self.db.row(sql.bind(number), "find a sender")?)?;
        seen.insert(number, sender.clone());
        Ok(sender)
    }
}

impl WriteTx<'_> {
    /// Returns the number of a sender, adding the row if needed; `None` for [`SenderRef::Nobody`] and anonymous
    /// members.
    pub(crate) fn sender_ensure(&mut self, sender: &SenderRef) -> Result<Option<i64>, StoreError> {
        if *sender == SenderRef::Nobody {
            return Ok(None);
        }
        if let Some(number) = self.senders.get(sender) {
            return Ok(Some(*number));
        }
        let number = match sender {
            // Anonymous members are looked up together with the conversation they write in.
            SenderRef::Nobody | SenderRef::Anonymous { .. } => return Ok(None),
            SenderRef::Contact(contact) => {
                let id = contact.to_string();
                let find = Sql::new(hot::SENDER_OF_CONTACT);
                let add = Sql::new(hot::SENDER_OF_CONTACT_ADD);
                let known: Option<i64> = self.db.row(find.bind(id.as_str()), "find a sender")?;
                let number: Option<i64> = match known {
                    Some(number) => Some(number),
                    None => self.db.row(add.bind(id.as_str()), "add a sender")?,
                };
                match number {
                    Some(number) => number,
                    None if self.contact_exists(contact)? => return Err(not_taken("add a sender")),
                    None => return Err(Missing::Sender(contact.clone()).into()),
                }
            }
            SenderRef::Imported(imported) => {
                let find = Sql::new(hot::SENDER_IMPORTED);
                let known: Option<i64> = self
                    .db
                    .row(find.bind(imported.source_id.as_slice()), "find a sender")?;
                let add = Sql::new(hot::SENDER_IMPORTED_ADD);
                let add = add
                    .bind(imported.source_id.as_slice())
                    .bind(imported.name.as_str());
                match known {
                    Some(number) => Some(number),
                    None => self.db.row(add, "add a sender")?,
                }
                .ok_or_else(|| not_taken("add a sender"))?
            }
        };
        self.senders.insert(sender.clone(), number);
        Ok(Some(number))
    }

    /// Returns the number of an anonymous member of the group that this conversation belongs to.
    pub(crate) fn sender_anonymous(
        &mut self,
        conversation: i64,
        (group, anonymous_id): (&GroupId, &AnonymousId),
        message: &MessageId,
    ) -> Result<i64, StoreError> {
        let (group, anonymous_id) = (group.to_string(), anonymous_id.to_string());
        let find = Sql::new(hot::SENDER_ANONYMOUS);
        let find = find
            .bind(conversation)
            .bind(group.as_str())
            .bind(anonymous_id.as_str());
        if let Some(number) = self.db.row(find, "find a sender")? {
            return Ok(number);
        }
        let add = Sql::new(hot::SENDER_ANONYMOUS_ADD);
        let add = add
            .bind(anonymous_id.as_str())
            .bind(conversation)
            .bind(group.as_str());
        let number: Option<i64> = self.db.row(add, "add a sender")?;
        if let Some(number) = number {
            return Ok(number);
        }
        let is_of_group = self.db.ask("add a sender", |db| {
            let of_group = conversations::group_id.eq(DbId(group.as_str()));
            select(exists(
                conversations::table.find(SqlInt(conversation)).filter(of_group),
            ))
            .get_result::<bool>(db)
        })?;
        if is_of_group {
            return Err(not_taken("add a sender"));
        }
        Err(MessageError::AnonymousElsewhere(message.clone()).into())
    }
}
