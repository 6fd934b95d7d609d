//! Writes messages: one register entry, one row in one B-tree, and the conversation's counters, in one transaction.

use std::sync::Arc;

use privatus_domain::limits::FUTURE_TOLERANCE_MS;
use privatus_domain::{
    ConversationId, Direction, MessageError, MessageId, NewMessage, Partition, Permission, SenderRef,
    Timestamp,
};

use crate::conversation::{ConversationRef, Delta};
use crate::db::hot;
use crate::db::one_row::not_taken;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::keys::role::KeyRole;
use crate::message::free_key::TIES;
use crate::message::row::Located;
use crate::partition::row_key;
use crate::partition::table::PartitionTable;
use crate::tx::WriteTx;

/// What an insert of several messages did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Inserted {
    /// Messages written.
    pub added: u64,
    /// Messages whose id the vault already knew; they are left unchanged.
    pub known: u64,
    /// Of [`known`](Self::known): messages that were removed from this vault. They are not written again.
    pub removed: u64,
    /// Messages from a blocked contact: skipped, whether known or not.
    pub blocked: u64,
}

impl std::ops::AddAssign for Inserted {
    fn add_assign(&mut self, more: Self) {
        self.added += more.added;
        self.known += more.known;
        self.removed += more.removed;
        self.blocked += more.blocked;
    }
}

/// Which messages a new message may reply to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Replies {
    /// None that the vault has in another conversation.
    Here,
    /// Any message.
    Anywhere,
}

/// The result of inserting one message.
enum One {
    Added,
    Known,
    Removed,
}

impl WriteTx<'_> {
    /// Writes one message; returns `false` if its id is already known. A message from a blocked contact is refused.
    ///
    /// # Errors
    /// [`StoreError::Message`] if it breaks a rule or replies to a message of another conversation,
    /// [`StoreError::Contact`] with [`ContactError::Blocked`](privatus_domain::ContactError::Blocked),
    /// [`StoreError::NotFound`] for an unknown conversation, [`StoreError::AccessDenied`] if the user has no grant. The
    /// caller must then give up the transaction: if it goes on, the commit is refused, because a row may have been
    /// written without its counters.
    pub fn message_insert(
        &mut self,
        conversation: &ConversationId,
        message: &NewMessage,
    ) -> Result<bool, StoreError> {
        self.permit_conversation(conversation, Permission::Write)?;
        let place = match message.direction {
            Direction::In => self.conversation_open(conversation)?,
            Direction::Out => self.conversation_ref(conversation)?,
        };
        let now = self.now();
        let inserted = self.place_insert(place, std::iter::once((message, now)), Replies::Here)?;
        Ok(inserted.added == 1)
    }

    /// Writes messages of one conversation in the order in which they arrived and skips those whose id is known. They
    /// count as history: a blocked contact's messages are accepted, and the statistics of the day do not count them.
    ///
    /// # Errors
    /// Those of [`message_insert`](Self::message_insert), except those about blocked contacts; the caller must then
    /// abandon the transaction.
    pub fn messages_insert(
        &mut self,
        conversation: &ConversationId,
        messages: &[NewMessage],
    ) -> Result<Inserted, StoreError> {
        self.history_insert(conversation, messages, Replies::Here, false)
    }

    /// Writes a history from another source, like [`messages_insert`](Self::messages_insert), but stores every reply as
    /// it is, even if it replies to a message of another conversation.
    ///
    /// # Errors
    /// Those of [`messages_insert`](Self::messages_insert), except those about replies.
    pub fn messages_import(
        &mut self,
        conversation: &ConversationId,
        messages: &[NewMessage],
    ) -> Result<Inserted, StoreError> {
        self.history_insert(conversation, messages, Replies::Anywhere, false)
    }

    /// Writes a history that was removed from this vault and is wanted again, like
    /// [`messages_import`](Self::messages_import), but messages that were removed with their contact or group come back
    /// under their ids. A message that is marked as deleted in an existing conversation stays deleted.
    ///
    /// # Errors
    /// Those of [`messages_import`](Self::messages_import).
    pub fn messages_import_again(
        &mut self,
        conversation: &ConversationId,
        messages: &[NewMessage],
    ) -> Result<Inserted, StoreError> {
        self.history_insert(conversation, messages, Replies::Anywhere, true)
    }

    fn history_insert(
        &mut self,
        conversation: &ConversationId,
        messages: &[NewMessage],
        replies: Replies,
        takes_removed: bool,
    ) -> Result<Inserted, StoreError> {
        let (now, usage) = (self.now(), self.usage);
        let again = std::mem::replace(&mut self.takes_removed, takes_removed);
        let messages = messages.iter().map(|message| (message, now));
        let inserted = self.conversation_insert(conversation, messages, replies);
        (self.usage, self.takes_removed) = (usage, again);
        inserted
    }

    /// Writes messages of many conversations, those of each in the order in which they arrived. Messages whose id is
    /// known and those from a blocked contact are skipped. This is cheaper than inserting one by one, because each
    /// conversation's rows are written together and its counters once.
    ///
    /// # Errors
    /// Those of [`message_insert`](Self::message_insert), except those about blocked contacts; the caller must then
    /// abandon the transaction.
    pub fn messages_receive(
        &mut self,
        messages: &[(ConversationId, NewMessage)],
    ) -> Result<Inserted, StoreError> {
        let mut order: Vec<&(ConversationId, NewMessage)> = messages.iter().collect();
        order.sort_by(|a, b| a.0.cmp(&b.0));
        let mut inserted = Inserted::default();
        for group in order.chunk_by(|a, b| a.0 == b.0) {
            if let Some((conversation, _)) = group.first() {
                let now = self.now();
                self.permit_conversation(conversation, Permission::Write)?;
                let (place, blocked) = self.conversation_gate(conversation)?;
                let is_taken =
                    |message: &NewMessage| blocked.is_none() || message.direction == Direction::Out;
                let taken = group.iter().filter(|(_, message)| is_taken(message));
                inserted +=
                    self.place_insert(place, taken.map(|(_, message)| (message, now)), Replies::Here)?;
                let passed = group.iter().filter(|(_, message)| !is_taken(message)).count();
                inserted.blocked += u64::try_from(passed).unwrap_or_default();
            }
        }
        Ok(inserted)
    }

    /// Writes messages of one conversation, each with the time at which it arrived.
    pub(crate) fn conversation_insert<'m>(
        &mut self,
        conversation: &ConversationId,
        messages: impl Iterator<Item = (&'m NewMessage, Timestamp)>,
        replies: Replies,
    ) -> Result<Inserted, StoreError> {
        self.permit_conversation(conversation, Permission::Write)?;
        let place = self.conversation_ref(conversation)?;
        self.place_insert(place, messages, replies)
    }

    fn place_insert<'m>(
        &mut self,
        place: ConversationRef,
        messages: impl Iterator<Item = (&'m NewMessage, Timestamp)>,
        replies: Replies,
    ) -> Result<Inserted, StoreError> {
        let inserted = self.place_insert_all(place, messages, replies);
        self.is_half_done |= inserted.is_err();
        inserted
    }

    fn place_insert_all<'m>(
        &mut self,
        place: ConversationRef,
        messages: impl Iterator<Item = (&'m NewMessage, Timestamp)>,
        replies: Replies,
    ) -> Result<Inserted, StoreError> {
        let mut delta = Delta::default();
        let mut inserted = Inserted::default();
        for (message, arrived) in messages {
            message.check()?;
            let (added, known, removed) = match self.insert_one(place, message, arrived, &mut delta)? {
                One::Added => {
                    self.usage.count(message);
                    (1, 0, 0)
                }
                One::Known => (0, 1, 0),
                One::Removed => (0, 1, 1),
            };
            if added == 1 && replies == Replies::Here {
                self.reply_check(place, message)?;
                self.anonymity_check(message)?;
            }
            inserted += Inserted {
                added,
                known,
                removed,
                blocked: 0,
            };
        }
        if inserted.added > 0 {
            self.conversation_apply(place.number, delta)?;
        }
        Ok(inserted)
    }

    /// Refuses a reply to a message of another conversation, because that message would be shown in both. A reply to a
    /// message that was removed (its row may still be waiting for deletion) or has not arrived yet is accepted.
    fn reply_check(&mut self, place: ConversationRef, message: &NewMessage) -> Result<(), StoreError> {
        let Some(answered) = &message.reply_to else {
            return Ok(());
        };
        match self.locate(answered)? {
            Located::At(_, key) if row_key::conversation(key) != place.number && self.is_shown(key)? => {
                Err(MessageError::RepliesElsewhere {
                    message: message.id.clone(),
                    answered: answered.clone(),
                }
                .into())
            }
            _ => Ok(()),
        }
    }

    /// In a group whose members know each other by name, a message from an anonymous id is refused.
    fn anonymity_check(&mut self, message: &NewMessage) -> Result<(), StoreError> {
        let (Direction::In, SenderRef::Anonymous { group, .. }) = (message.direction, &message.sender) else {
            return Ok(());
        };
        let id = group.to_string();
        let sql = Sql::new(hot::GROUP_IS_ANONYMOUS);
        let found: Option<i32> = self.db.row(sql.bind(id.as_str()), "find a group")?;
        found
            .map(drop)
            .ok_or_else(|| MessageError::AnonymousInNamed(message.id.clone()).into())
    }

    fn insert_one(
        &mut self,
        place: ConversationRef,
        message: &NewMessage,
        arrived: Timestamp,
        delta: &mut Delta,
    ) -> Result<One, StoreError> {
        let partition = Partition::route(message.at, self.now());
        let month = self.partition_ensure(partition)?;
        let lookup = self.lookup_key(&message.id);
        let candidate = self.candidate(place.number, &month, message)?;
        let sql = Sql::new(hot::LOCATOR_INSERT);
        let sql = sql
            .bind(lookup.as_slice())
            .bind(partition.number())
            .bind(candidate);
        if self.db.run(sql, "register a message")? == 0 {
            match self.locate(&message.id)? {
                Located::At(..) => return Ok(One::Known),
                Located::Removed if !self.takes_removed => return Ok(One::Removed),
                Located::Removed => {
                    let sql = Sql::new(hot::LOCATOR_MOVE);
                    let sql = sql.bind(partition.number()).bind(candidate);
                    self.db
                        .run_one(sql.bind(lookup.as_slice()), "register a message")?;
                }
                Located::Absent => return Err(not_taken("register a message")),
            }
        }
        let row_key = self.insert_row(place.number, &month, candidate, (message, arrived))?;
        if row_key != candidate {
            let sql = Sql::new(hot::LOCATOR_ROW_KEY);
            self.db
                .run_one(sql.bind(row_key).bind(lookup.as_slice()), "register a message")?;
        }
        if place.last_partition != Some(partition.number().into())
            && !self.placed.contains_key(&(partition, place.number))
        {
            self.conversation_month_note(place.number, partition)?;
        }
        let wanted = row_key::wanted(place.number, partition, message.at);
        self.placed.insert((partition, place.number), (wanted, row_key));
        if message.deleted_at.is_none() {
            delta.messages += 1;
            if message.direction == Direction::In && !message.is_read {
                delta.unread += 1;
            }
            // A message dated far ahead of the clock must not stay at the top of the chat list.
            let ahead = message.at.unix_ms() - arrived.unix_ms() > FUTURE_TOLERANCE_MS;
            let at = if ahead { arrived } else { message.at }.unix_ms();
            if delta.newest.is_none_or(|(newest, ..)| at >= newest) {
                delta.newest = Some((at, partition.number().into(), row_key));
            }
        }
        Ok(One::Added)
    }

    /// Returns the row key to try first: the message's own instant, or the key after the last one used for it.
    fn candidate(
        &mut self,
        number: i64,
        month: &PartitionTable,
        message: &NewMessage,
    ) -> Result<i64, StoreError> {
        let placed = self.placed.get(&(month.partition, number)).copied();
        let (low, high) = row_key::range(number);
        match row_key::wanted(number, month.partition, message.at) {
            // Another message of the same instant continues after the last one, even past the instant's own keys:
            // searching from the start of the instant every time would make a long run quadratic.
            Some(wanted) => Ok(placed
                .filter(|(last, key)| *last == Some(wanted) || (*key >= wanted && *key < wanted + TIES - 1))
                .filter(|(_, key)| *key < high)
                .map_or(wanted, |(_, key)| key + 1)),
            // The next conversation's keys begin after this one's last; if that is taken, search from the first key.
            None => {
                let last = match placed {
                    Some((_, key)) => Some(key),
                    None => self.last_key(month, low, high)?,
                };
                Ok(last.filter(|key| *key < high).map_or(low, |key| key + 1))
            }
        }
    }

    fn insert_row(
        &mut self,
        number: i64,
        month: &Arc<PartitionTable>,
        candidate: i64,
        (message, arrived): (&NewMessage, Timestamp),
    ) -> Result<i64, StoreError> {
        let key = self.key_to_seal(month.key_number, KeyRole::Month(month.partition))?;
        let sender = match (message.direction, &message.sender) {
            (Direction::Out, _) => None,
            (Direction::In, SenderRef::Anonymous { group, anonymous_id }) => {
                Some(self.sender_anonymous(number, (group, anonymous_id), &message.id)?)
            }
            (Direction::In, sender) => self.sender_ensure(sender)?,
        };
        let mut envelope = Vec::new();
        if message.deleted_at.is_none() {
            self.body_seal(
                message.id.as_id(),
                &message.body,
                month.key_number,
                &key,
                &mut envelope,
            )?;
        }
        let high = row_key::range(number).1;
        let mut row_key = candidate;
        loop {
            let sql = Sql::new(month.insert.as_str())
                .bind(row_key)
                .bind(message.id.as_id())
                .bind(sender)
                .bind(envelope.as_slice())
                .bind(message.direction == Direction::Out)
                .bind(message.was_encrypted)
                .bind(message.is_read)
                .bind(message.deleted_at.is_some())
                .bind(message.at.unix_ms())
                .bind(message.edited_at.map(|at| at.unix_ms()))
                .bind(message.deleted_at.map(|at| at.unix_ms()))
                .bind(message.reply_to.as_ref().map(MessageId::as_id))
                .bind(arrived.unix_ms());
            if self.db.run(sql, "write a message")? == 1 {
                return Ok(row_key);
            }
            let free = self.free_key(month, row_key, high)?;
            // The key was taken, or the row did not stay.
            if free <= row_key {
                return Err(not_taken("write a message"));
            }
            row_key = free;
        }
    }
}
