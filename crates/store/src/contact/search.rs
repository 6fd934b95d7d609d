//! Contacts by the beginning of their name or of a word in it, in any letter case and Unicode form.

use privatus_domain::folded::{folded_name, has_word, prefix_end};
use privatus_domain::{Contact, Permission};

use super::{Row, SELECT, resource};
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::ReadTx;

/// Names of one page of the index.
const PAGE: usize = 500;

/// A name in the index, and its row.
type Named = (String, i64);

impl ReadTx<'_> {
    /// At most `limit` contacts: those whose name begins with `query`, by their names, then those with a word in it that
    /// does. Letter case and Unicode form do not count, nor blanks around the query; an empty one finds all.
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

    /// Through a range of the index.
    fn names_beginning(
        &mut self,
        query: &str,
        limit: usize,
        found: &mut Vec<Contact>,
    ) -> Result<(), StoreError> {
        let end = prefix_end(query);
        let below = if end.is_some() { "AND folded_name < ?" } else { "" };
        let text = format!(
            "SELECT folded_name, rowid FROM contacts WHERE (folded_name, rowid) > (?, ?) {below} \
             ORDER BY folded_name, rowid LIMIT {PAGE}"
        );
        let mut last: Named = (query.to_owned(), i64::MIN);
        while found.len() < limit {
            let sql = Sql::new(text.as_str()).bind(last.0.as_str()).bind(last.1);
            let sql = match &end {
                Some(end) => sql.bind(end.as_str()),
                None => sql,
            };
            let page: Vec<Named> = self.db.rows(sql, "find names")?;
            let Some(at) = page.last() else {
                break;
            };
            let next = at.clone();
            for (_, row) in page {
                self.contact_found(row, limit, found)?;
            }
            last = next;
        }
        Ok(())
    }

    /// Through the index alone, from end to end.
    fn names_with_word(
        &mut self,
        query: &str,
        limit: usize,
        found: &mut Vec<Contact>,
    ) -> Result<(), StoreError> {
        let text = format!(
            "SELECT folded_name, rowid FROM contacts WHERE (folded_name, rowid) > (?, ?) \
             AND instr(folded_name, ?) > 1 ORDER BY folded_name, rowid LIMIT {PAGE}"
        );
        let mut last: Named = (String::new(), i64::MIN);
        while found.len() < limit {
            let sql = Sql::new(text.as_str()).bind(last.0.as_str()).bind(last.1);
            let page: Vec<Named> = self.db.rows(sql.bind(query), "find words of names")?;
            let Some(at) = page.last() else {
                break;
            };
            let next = at.clone();
            for (name, row) in page {
                if !name.starts_with(query) && has_word(&name, query) {
                    self.contact_found(row, limit, found)?;
                }
            }
            last = next;
        }
        Ok(())
    }

    /// Those that plain SQL or an older build left.
    fn names_not_folded(
        &mut self,
        query: &str,
        limit: usize,
        found: &mut Vec<Contact>,
    ) -> Result<(), StoreError> {
        let text = format!(
            "SELECT display_name, rowid FROM contacts WHERE folded_name IS NULL AND rowid > ? \
             ORDER BY rowid LIMIT {PAGE}"
        );
        let mut last = i64::MIN;
        while found.len() < limit {
            let sql = Sql::new(text.as_str()).bind(last);
            let page: Vec<Named> = self.db.rows(sql, "find names that are not folded")?;
            let Some((_, next)) = page.last() else {
                break;
            };
            last = *next;
            for (name, row) in page {
                let name = folded_name(&name);
                if name.starts_with(query) || has_word(&name, query) {
                    self.contact_found(row, limit, found)?;
                }
            }
        }
        Ok(())
    }

    fn contact_found(&mut self, row: i64, limit: usize, found: &mut Vec<Contact>) -> Result<(), StoreError> {
        if found.len() >= limit {
            return Ok(());
        }
        let sql = Sql::new(format!("{SELECT} WHERE c.rowid = ?"));
        let row: Option<Row> = self.db.row(sql.bind(row), "find a contact")?;
        if let Some(row) = row {
            let contact = self.contact_from(row)?;
            if self.may(&resource(&contact.id), Permission::Read)? {
                found.push(contact);
            }
        }
        Ok(())
    }
}
