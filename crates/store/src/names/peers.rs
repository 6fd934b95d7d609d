//! Names of contacts and groups, and of conversations with them.

use std::collections::BTreeMap;

use diesel::prelude::*;
use privatus_domain::Named;
use privatus_domain::folded::{folded_name, prefix_end};
use privatus_schema::{DbId, Flag, SqlText, contacts, conversations, groups};

use crate::error::StoreError;
use crate::tx::ReadTx;

/// A contact or a group, and its conversation in the chat list.
#[derive(Queryable)]
struct PeerRow {
    id: DbId,
    name: SqlText,
    conversation: Option<DbId>,
    is_hidden: Option<Flag>,
}

/// A conversation, and the contact or group it is with.
#[derive(Queryable)]
struct ConversationRow {
    id: DbId,
    contact: Option<DbId>,
    group: Option<DbId>,
    contact_name: Option<SqlText>,
    group_name: Option<SqlText>,
}

impl PeerRow {
    fn named(self) -> Named {
        Named {
            id: self.id.0,
            also: None,
            name: self.name.0,
        }
    }

    fn conversation(self) -> Option<Named> {
        let is_shown = self.is_hidden.is_some_and(|flag| !flag.0);
        let id = self.conversation.filter(|_| is_shown)?.0;
        Some(Named {
            id,
            also: Some(self.id.0),
            name: self.name.0,
        })
    }
}

impl ConversationRow {
    fn named(self) -> Named {
        let text = |name: Option<SqlText>| name.map(|name| name.0);
        Named {
            id: self.id.0,
            also: self.contact.or(self.group).map(|id| id.0),
            name: text(self.contact_name)
                .or_else(|| text(self.group_name))
                .unwrap_or_default(),
        }
    }
}

macro_rules! contact_rows {
    () => {
        contacts::table.left_join(conversations::table).select((
            contacts::contact_id,
            contacts::display_name,
            conversations::conversation_id.nullable(),
            conversations::is_hidden.nullable(),
        ))
    };
}

macro_rules! conversation_rows {
    () => {
        conversations::table
            .left_join(contacts::table)
            .left_join(groups::table)
            .filter(conversations::is_hidden.eq(Flag(false)))
            .select((
                conversations::conversation_id,
                conversations::contact_id,
                conversations::group_id,
                contacts::display_name.nullable(),
                groups::name.nullable(),
            ))
    };
}

/// The rows of a query whose column starts with a text: a range of the column's index.
macro_rules! beginning {
    ($query:expr, $column:expr, $text:expr, $db:expr) => {{
        let from = $query.filter($column.ge(SqlText($text)));
        match prefix_end($text) {
            Some(end) => from.filter($column.lt(SqlText(end))).load($db),
            None => from.load($db),
        }
    }};
}

impl ReadTx<'_> {
    /// Returns the contacts whose id or name may start with a word, or all contacts.
    pub(super) fn contact_names(&mut self, word: Option<&str>) -> Result<Vec<Named>, StoreError> {
        Ok(self.contact_rows(word)?.into_iter().map(PeerRow::named).collect())
    }

    /// Returns all groups; their names are not indexed.
    pub(super) fn group_names(&mut self) -> Result<Vec<Named>, StoreError> {
        Ok(self.group_rows()?.into_iter().map(PeerRow::named).collect())
    }

    /// Returns the conversations whose own id, or whose contact's or group's id or name, may start with a word, or all
    /// conversations.
    pub(super) fn conversation_names(&mut self, word: Option<&str>) -> Result<Vec<Named>, StoreError> {
        let rows: Vec<ConversationRow> = self.db.ask("read names", |db| match word {
            Some(word) => beginning!(conversation_rows!(), conversations::conversation_id, word, db),
            None => conversation_rows!().load(db),
        })?;
        let mut named: Vec<Named> = rows.into_iter().map(ConversationRow::named).collect();
        if word.is_some() {
            let mut peers = self.contact_rows(word)?;
            peers.extend(self.group_rows()?);
            named.extend(peers.into_iter().filter_map(PeerRow::conversation));
            named.sort_by(|one, other| one.id.cmp(&other.id));
            named.dedup_by(|one, other| one.id == other.id);
        }
        Ok(named)
    }

    fn contact_rows(&mut self, word: Option<&str>) -> Result<Vec<PeerRow>, StoreError> {
        let Some(word) = word else {
            return self.db.ask("read names", |db| contact_rows!().load(db));
        };
        let folded = folded_name(word);
        let mut found: Vec<PeerRow> = self.db.ask("find names", |db| {
            let mut found: Vec<PeerRow> =
                beginning!(contact_rows!(), contacts::folded_name, folded.as_str(), db)?;
            let ids: Vec<PeerRow> = beginning!(contact_rows!(), contacts::contact_id, word, db)?;
            // Names written by plain SQL or an older build are not folded yet, or were folded by older rules.
            let unfolded: Vec<PeerRow> = contact_rows!().filter(contacts::folded_name.is_null()).load(db)?;
            let named: Vec<PeerRow> = contact_rows!()
                .filter(contacts::display_name.eq(SqlText(word)))
                .load(db)?;
            found.extend(ids.into_iter().chain(unfolded).chain(named));
            Ok(found)
        })?;
        // A contact may be found both by its id and by its name.
        let once: BTreeMap<String, PeerRow> = found.drain(..).map(|row| (row.id.0.clone(), row)).collect();
        Ok(once.into_values().collect())
    }

    fn group_rows(&mut self) -> Result<Vec<PeerRow>, StoreError> {
        self.db.ask("read names", |db| {
            groups::table
                .left_join(conversations::table)
                .order(groups::group_id)
                .select((
                    groups::group_id,
                    groups::name,
                    conversations::conversation_id.nullable(),
                    conversations::is_hidden.nullable(),
                ))
                .load(db)
        })
    }
}
