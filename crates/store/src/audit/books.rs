//! What a settling repairs besides the log itself, so that entries can be written and keys created: rows of keys, marks
//! in the vault's own row, and impossible statistics.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use privatus_schema::{SqlInt, vault_state};

use super::chain::EntryRow;
use super::security_events::unread::FoundEvent;
use super::told::Told;
use crate::error::StoreError;
use crate::keys::role::KeyRole;
use crate::keys::survey::{KeySurvey, place};
use crate::partition::found::FoundMonth;
use crate::tx::{ReadTx, WriteTx};
use crate::vault::own_row::OwnRow;

/// The numbers of keys that entries name.
#[derive(Debug, Default)]
pub(super) struct Named {
    macs: BTreeSet<u32>,
    details: BTreeSet<u32>,
}

impl Named {
    /// Collects the numbers that a row names.
    pub(super) fn take(&mut self, row: &EntryRow) {
        self.macs
            .extend(row.key_number.and_then(|number| u32::try_from(number.0).ok()));
        let sealed = row.details.as_ref();
        let number = sealed.and_then(|sealed| privatus_crypto::envelope_key_number(&sealed.0).ok());
        self.details.extend(number);
    }

    /// Returns each number with what its key is for.
    fn places(&self) -> BTreeMap<u32, (String, String)> {
        let details = KeyRole::Column("audit_log", "details");
        let places = [(&self.details, details), (&self.macs, KeyRole::Audit)];
        let each = places.into_iter().flat_map(|(numbers, role)| {
            let numbers = numbers.iter();
            numbers.map(move |number| (*number, place(role)))
        });
        each.collect()
    }
}

/// What is to be repaired.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Books {
    /// A description of each lost key.
    pub(super) keys: Vec<String>,
    /// A description of each impossible row or mark.
    pub(super) marks: Vec<String>,
    /// Security events that a list cannot show completely.
    events: Vec<FoundEvent>,
    /// Rows of statistics with impossible values.
    figures: Vec<i64>,
    own: OwnRow,
    survey: KeySurvey,
    /// Rows of the catalogue that are repaired or removed.
    months: Vec<FoundMonth>,
    /// The number of the next key, if it must be repaired.
    next_key: Option<i64>,
    /// The highest generation of the key ring, if it must be repaired.
    generation: Option<i64>,
}

impl Books {
    /// Returns a description of the first fault.
    pub(super) fn first(&self) -> Option<String> {
        let first = self.keys.first().or(self.marks.first());
        first
            .cloned()
            .or_else(|| self.events.first().map(FoundEvent::told))
    }

    /// Returns the descriptions of the events.
    pub(super) fn events_told(&self) -> Vec<String> {
        Told::of(self.events.iter().map(FoundEvent::told))
    }
}

impl ReadTx<'_> {
    /// Finds what is wrong with the keys and the marks; `named` are the keys that entries name.
    pub(super) fn books_altered(&mut self, named: &Named) -> Result<Books, StoreError> {
        let own = self.own_row()?;
        let next = own.next_key.and_then(|next| u32::try_from(next).ok());
        let mut events = self.security_events_unread()?;
        let mut places = named.places();
        let of_events = place(KeyRole::Column("security_events", "raw_data"));
        let numbers = events.iter().filter_map(|event| event.key);
        places.extend(numbers.map(|number| (number, of_events.clone())));
        let survey = self.keys_survey(&places, next)?;
        // Details under a key whose row is repaired will open again.
        let healed = survey.written.iter().filter(|row| !row.wrapped.is_empty());
        let healed: BTreeSet<u32> = healed.map(|row| row.number).collect();
        events.retain(|event| {
            !event.is_of_details() || !event.key.is_some_and(|number| healed.contains(&number))
        });
        let (keys, mut marks) = (Told::of(survey.lost.iter().cloned()), own.told());
        let months = self.months_altered()?;
        marks.extend(months.iter().flat_map(FoundMonth::told));
        marks.extend(Told::of(survey.mended.iter().cloned()));
        let figures = self.figures_impossible()?;
        let told = |row| format!("row {row} of usage_statistics has an impossible value and is removed");
        marks.extend(Told::of(figures.iter().map(told)));
        let highest = i64::from(survey.highest);
        let mut books = Books {
            keys,
            marks,
            events,
            figures,
            own,
            survey,
            months,
            next_key: None,
            generation: None,
        };
        let right = highest.saturating_add(1);
        if own.next_key != Some(right) {
            books.next_key = Some(right);
            books.marks.extend(own.next_key.map(|next| {
                format!("the number of the next key ({next}) is not the one after the highest ({highest})")
            }));
        }
        let known = self.shared.ring_generation().max(self.generation_named()?);
        if own.generation.is_none_or(|mark| !(1..=known).contains(&mark)) {
            books.generation = Some(known);
            books.marks.extend(own.generation.map(|mark| {
                format!(
                    "the mark of the key ring's generation ({mark}) is not between 1 and {known}, the highest that the key \
                     ring and the log name"
                )
            }));
        }
        Ok(books)
    }
}

impl WriteTx<'_> {
    /// Repairs them. A key that does not open is given up: its row is emptied like that of a destroyed key, and its
    /// place gets a new key.
    pub(super) fn books_mend(&mut self, books: &Books) -> Result<(), StoreError> {
        self.own_row_put_right(&books.own)?;
        self.months_put_right(&books.months)?;
        self.keys_put_right(&books.survey)?;
        if let Some(next) = books.next_key {
            self.db.ask_one("repair the number of the next key", |db| {
                diesel::update(vault_state::table.find(SqlInt(1)))
                    .set(vault_state::next_key_number.eq(SqlInt(next)))
                    .execute(db)
            })?;
        }
        if let Some(generation) = books.generation {
            self.db
                .ask_one("repair the mark of the key ring's generation", |db| {
                    diesel::update(vault_state::table.find(SqlInt(1)))
                        .set(vault_state::highest_generation.eq(SqlInt(generation)))
                        .execute(db)
                })?;
        }
        self.keys_made_anew(&books.survey)?;
        self.figures_remove(&books.figures)?;
        if books.events.is_empty() {
            return Ok(());
        }
        // Check the events again: what opens now is kept.
        let told: BTreeSet<i64> = books.events.iter().map(|event| event.event_id).collect();
        let is_told = |event: &FoundEvent| told.contains(&event.event_id);
        for event in self
            .security_events_unread()?
            .iter()
            .filter(|event| is_told(event))
        {
            self.security_event_mend(event)?;
        }
        Ok(())
    }
}
