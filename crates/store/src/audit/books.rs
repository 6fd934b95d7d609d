//! What a settling puts right besides the log itself, so that the log can go on: keys of it that are lost, and marks in the
//! vault's own row.

use std::collections::BTreeSet;

use diesel::dsl::max;
use diesel::prelude::*;
use privatus_schema::{SqlInt, key_store, vault_state};

use super::chain::EntryRow;
use super::losses::Told;
use super::security_events::unread::FoundEvent;
use crate::db::hot;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::keys::role::KeyRole;
use crate::tx::{ReadTx, WriteTx};

/// What an entry and its event are written with.
const ROLES: [KeyRole<'_>; 3] = [KeyRole::Audit, DETAILS, EVENTS];
const DETAILS: KeyRole<'_> = KeyRole::Column("audit_log", "details");
const EVENTS: KeyRole<'_> = KeyRole::Column("security_events", "raw_data");
/// Numbers that the log may name behind the highest of a row.
const AHEAD: i64 = 1_000;

/// The numbers of keys that entries name.
#[derive(Debug, Default)]
pub(super) struct Named {
    pub(super) macs: BTreeSet<u32>,
    pub(super) details: BTreeSet<u32>,
}

impl Named {
    /// What a row names.
    pub(super) fn take(&mut self, row: &EntryRow) {
        self.macs
            .extend(row.key_number.and_then(|number| u32::try_from(number.0).ok()));
        let sealed = row.details.as_ref();
        let number = sealed.and_then(|sealed| privatus_crypto::envelope_key_number(&sealed.0).ok());
        self.details.extend(number);
    }
}

/// What names a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Names {
    Macs,
    Details,
    Events,
}

impl Names {
    const fn role(self) -> KeyRole<'static> {
        match self {
            Self::Macs => KeyRole::Audit,
            Self::Details => DETAILS,
            Self::Events => EVENTS,
        }
    }
}

/// What is put right.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Books {
    /// Keys of the log that are lost, each in words.
    pub(super) keys: Vec<String>,
    /// Marks that cannot be, each in words.
    pub(super) marks: Vec<String>,
    /// Rows that hold no key any more.
    dead: Vec<u32>,
    /// Numbers without a row, and what names them.
    gone: Vec<(u32, Names)>,
    /// Security events that a list cannot show whole.
    events: Vec<FoundEvent>,
    /// The number of the next key.
    next_key: Option<i64>,
    /// The highest generation of the key ring.
    generation: Option<i64>,
}

impl Books {
    /// What is wrong first.
    pub(super) fn first(&self) -> Option<String> {
        let first = self.keys.first().or(self.marks.first());
        first
            .cloned()
            .or_else(|| self.events.first().map(FoundEvent::told))
    }

    /// What is said of the events.
    pub(super) fn events_told(&self) -> Vec<String> {
        let mut told = Told::default();
        self.events.iter().for_each(|event| told.take(Some(event.told())));
        told.into_lines()
    }
}

impl ReadTx<'_> {
    /// What is wrong with the keys and the marks; `named` is what entries name, `is_broken` whether the log does not hold.
    pub(super) fn books_altered(&mut self, named: &Named, is_broken: bool) -> Result<Books, StoreError> {
        let mut books = Books::default();
        for role in ROLES {
            if let Some(number) = self.key_number(role)?
                && let Some(why) = self.key_fault(number)?
            {
                books.dead.push(number);
                books.keys.push(why);
            }
        }
        let (highest, next): (Option<SqlInt>, SqlInt) = self.db.ask("read the keys' numbers", |db| {
            let highest = key_store::table.select(max(key_store::key_number)).first(db)?;
            let next = vault_state::table.find(SqlInt(1));
            Ok((highest, next.select(vault_state::next_key_number).first(db)?))
        })?;
        let (mut highest, next) = (highest.unwrap_or_default().0, next.0);
        let reach = highest.saturating_add(AHEAD).min(next.saturating_sub(1));
        books.events = self.security_events_unread()?;
        let sealed = books.events.iter().filter_map(|event| event.key);
        let events: BTreeSet<u32> = sealed.collect();
        for (numbers, names) in [
            (&named.macs, Names::Macs),
            (&named.details, Names::Details),
            (&events, Names::Events),
        ] {
            for number in numbers {
                let at = i64::from(*number);
                if at == 0 || at > reach || books.gone.iter().any(|(gone, _)| gone == number) {
                    continue;
                }
                if !self.key_stands(*number)? {
                    let role = names.role();
                    books.gone.push((*number, names));
                    books
                        .keys
                        .push(format!("key {number} ({role}) has no row any more"));
                    highest = highest.max(at);
                } else if (is_broken || matches!(names, Names::Events))
                    && !books.dead.contains(number)
                    && let Some(why) = self.key_fault(*number)?
                {
                    // That it is none is why the log does not hold, or the events do not open; a row that was altered is
                    // given up, and to empty one that is empty changes nothing.
                    books.dead.push(*number);
                    books.keys.push(why);
                }
            }
        }
        if next != highest.saturating_add(1) {
            books.next_key = Some(highest.saturating_add(1));
            books.marks.push(format!(
                "the number of the next key ({next}) is not the one behind the highest ({highest})"
            ));
        }
        let mark = self.generation()?;
        let known = self.shared.ring_generation().max(self.generation_named()?);
        if mark > known {
            books.generation = Some(known);
            books.marks.push(format!(
                "the mark of the key ring's generation ({mark}) is higher than the key ring's and any that the log names \
                 ({known})"
            ));
        }
        Ok(books)
    }
}

impl WriteTx<'_> {
    /// Puts them right. A key that does not open is given up: its row is emptied, as that of a destroyed one.
    pub(super) fn books_mend(&mut self, books: &Books) -> Result<(), StoreError> {
        if let Some(next) = books.next_key {
            self.db.ask_one("put the number of the next key right", |db| {
                diesel::update(vault_state::table.find(SqlInt(1)))
                    .set(vault_state::next_key_number.eq(SqlInt(next)))
                    .execute(db)
            })?;
        }
        if let Some(generation) = books.generation {
            self.db
                .ask_one("put the mark of the key ring's generation right", |db| {
                    diesel::update(vault_state::table.find(SqlInt(1)))
                        .set(vault_state::highest_generation.eq(SqlInt(generation)))
                        .execute(db)
                })?;
        }
        for number in &books.dead {
            let sql = Sql::new(hot::KEY_DESTROY).bind(i64::from(*number));
            self.db.run_one(sql, "give up a key that does not open")?;
            self.key_forget(*number);
        }
        for (number, names) in &books.gone {
            self.key_row_lost(*number, names.role())?;
        }
        for event in &books.events {
            self.security_event_mend(event)?;
        }
        Ok(())
    }
}
