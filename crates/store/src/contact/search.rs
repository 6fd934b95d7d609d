//! Finding contacts by the beginning of their name or of a word in it, in any letter case and Unicode form.

use diesel::prelude::*;
use privatus_domain::folded::{folded_name, has_word, prefix_end};
use privatus_domain::{Contact, Permission};
use privatus_schema::functions::instr;
use privatus_schema::{LimitLiteral, SqlInt, SqlText, contacts, conversations, rowid};

use super::list::{ContactRow, resource};
use crate::error::StoreError;
use crate::tx::ReadTx;

/// How many names are read from the index at once.
const PAGE: u32 = 500;

/// A name, folded or not, and its row.
#[derive(Clone, Queryable)]
pub(super) struct NameRow {
    pub(super) name: SqlText,
    pub(super) rowid: SqlInt,
}

impl NameRow {
    /// Returns the place in the index before the first name that is not below this one.
    fn before(name: &str) -> Self {
        Self {
            name: SqlText(name.to_owned()),
            rowid: SqlInt(i64::MIN),
        }
    }
}

/// Selects what comes after a row in the index of folded names.
macro_rules! names_after {
    ($last:expr) => {
        contacts::table
            .filter(contacts::folded_name.ge(&$last.name))
            .filter(
                contacts::folded_name
                    .gt(&$last.name)
                    .or(rowid(contacts::table).gt($last.rowid)),
            )
            .order((contacts::folded_name, rowid(contacts::table)))
            .select((contacts::folded_name.assume_not_null(), rowid(contacts::table)))
    };
}

impl ReadTx<'_> {
    /// Returns at most `limit` contacts: first those whose name begins with `query`, ordered by name, then those with
    /// another word in it that does. Letter case, Unicode form and blanks around the query are ignored. An empty query
    /// finds all.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn contacts_search(&mut self, query: &str, limit: usize) -> Result<Vec<Contact>, StoreError> {
        let query = folded_name(query.trim());
        let mut found = Vec::new();
        self.names_beginning(&query, limit, &mut found)?;
        if !query.is_empty() {
            self.names_with_word(&query, limit, &mut found)?;
        }
        self.names_not_folded(&query, limit, &mut found)?;
        Ok(found)
    }

    /// Finds names that begin with the query, through a range of the index.
    fn names_beginning(
        &mut self,
        query: &str,
        limit: usize,
        found: &mut Vec<Contact>,
    ) -> Result<(), StoreError> {
        let end = prefix_end(query);
        let mut last = NameRow::before(query);
        while found.len() < limit {
            let page: Vec<NameRow> = self.db.ask("find names", |db| match &end {
                Some(end) => names_after!(last)
                    .filter(contacts::folded_name.lt(SqlText(end.as_str())))
                    .limit_literal(PAGE)
                    .load(db),
                None => names_after!(last).limit_literal(PAGE).load(db),
            })?;
            let Some(next) = page.last().cloned() else {
                break;
            };
            for at in page {
                self.contact_found(at.rowid, limit, found)?;
            }
            last = next;
        }
        Ok(())
    }

    /// Finds names with a word that begins with the query, by scanning the whole index only.
    fn names_with_word(
        &mut self,
        query: &str,
        limit: usize,
        found: &mut Vec<Contact>,
    ) -> Result<(), StoreError> {
        let mut last = NameRow::before("");
        while found.len() < limit {
            let page: Vec<NameRow> = self.db.ask("find words of names", |db| {
                let place = instr(contacts::folded_name.assume_not_null(), SqlText(query));
                names_after!(last)
                    .filter(place.gt(SqlInt(1)))
                    .limit_literal(PAGE)
                    .load(db)
            })?;
            let Some(next) = page.last().cloned() else {
                break;
            };
            for NameRow { name, rowid } in page {
                if !name.0.starts_with(query) && has_word(&name.0, query) {
                    self.contact_found(rowid, limit, found)?;
                }
            }
            last = next;
        }
        Ok(())
    }

    /// Searches the names that plain SQL or an older build left unfolded.
    fn names_not_folded(
        &mut self,
        query: &str,
        limit: usize,
        found: &mut Vec<Contact>,
    ) -> Result<(), StoreError> {
        let mut last = i64::MIN;
        while found.len() < limit {
            let page = self.names_unfolded(last)?;
            let Some(next) = page.last() else {
                break;
            };
            last = next.rowid.0;
            for NameRow { name, rowid } in page {
                let name = folded_name(&name.0);
                if name.starts_with(query) || has_word(&name, query) {
                    self.contact_found(rowid, limit, found)?;
                }
            }
        }
        Ok(())
    }

    /// Returns how many names are not folded yet.
    pub(super) fn names_waiting(&mut self) -> Result<i64, StoreError> {
        self.db.ask("count names that are not folded", |db| {
            contacts::table
                .filter(contacts::folded_name.is_null())
                .count()
                .get_result(db)
        })
    }

    /// Returns a page of names that are not folded yet, from the rows after `after`.
    pub(super) fn names_unfolded(&mut self, after: i64) -> Result<Vec<NameRow>, StoreError> {
        self.db.ask("find names that are not folded", |db| {
            contacts::table
                .filter(contacts::folded_name.is_null())
                .filter(rowid(contacts::table).gt(SqlInt(after)))
                .order(rowid(contacts::table))
                .select((contacts::display_name, rowid(contacts::table)))
                .limit_literal(PAGE)
                .load(db)
        })
    }

    fn contact_found(
        &mut self,
        at: SqlInt,
        limit: usize,
        found: &mut Vec<Contact>,
    ) -> Result<(), StoreError> {
        if found.len() >= limit {
            return Ok(());
        }
        let row = self.db.ask("find a contact", |db| {
            contacts::table
                .left_join(conversations::table)
                .filter(rowid(contacts::table).eq(at))
                .select(ContactRow::as_select())
                .get_result(db)
                .optional()
        })?;
        if let Some(row) = row {
            let contact = self.contact_from(row)?;
            if self.may(&resource(&contact.id), Permission::Read)? {
                found.push(contact);
            }
        }
        Ok(())
    }
}
