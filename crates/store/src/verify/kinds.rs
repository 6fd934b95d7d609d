//! Checks for missing values in columns that must have one and, in the tables of messages, for values of the wrong
//! type. Each is reported with its row and column, before the checks that need the values.

use super::{LISTED, Verification};
use crate::db::real_tables::of_this_build;
use crate::error::StoreError;
use crate::tx::ReadTx;

/// Tables whose values no other check reports by column.
const OF_MESSAGES: [&str; 2] = ["message_locator", "message_content"];

impl ReadTx<'_> {
    pub(super) fn verify_kinds(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        let ours = of_this_build().filter(|table| !table.starts_with("sqlite_") && !table.starts_with("__"));
        let ours: Vec<&str> = ours.filter(|table| !OF_MESSAGES.contains(table)).collect();
        let months = self.partitions.values().map(|month| month.table.clone());
        let of_messages = OF_MESSAGES.map(str::to_owned).into_iter().chain(months);
        let of_messages: Vec<String> = of_messages.collect();
        let mut places = Vec::new();
        for table in ours {
            self.db.missing_of(table, (&mut places, LISTED))?;
        }
        for table in of_messages {
            self.db.unread_of(&table, None, (&mut places, LISTED))?;
        }
        for place in places {
            found.problem(format!("{place} is missing or has the wrong type"));
        }
        Ok(())
    }
}
