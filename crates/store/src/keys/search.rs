//! Rows that do not say what they are: finds their number and place by trying. The total number of tries is limited,
//! however many rows there are.

use std::collections::BTreeSet;

use super::standing::Standing;
use super::survey::{AHEAD, Look, Place, TRIED};
use crate::tx::ReadTx;

/// The rounds, most likely first, each with the number of rounds that share the tries left.
const ROUNDS: [(Round, usize); 3] = [(Round::OtherPlace, 3), (Round::OtherNumber, 2), (Round::Both, 1)];
/// The length of a wrapped key in bytes; nothing of another length opens.
const WRAPPED: usize = 72;

/// What a round assumes was altered in a row.
#[derive(Clone, Copy)]
enum Round {
    /// The place; the row's number or key id is right.
    OtherPlace,
    /// The number; the row's place is right.
    OtherNumber,
    /// Number and place.
    Both,
}

/// The numbers and places to try.
struct Search {
    /// The lowest numbers without a key that opens.
    holes: Vec<u32>,
    /// Places without a key that opens.
    free: BTreeSet<Place>,
}

impl Search {
    /// Collects what to try if the table has `rows` rows.
    fn new(look: &Look, rows: u32) -> Self {
        let top = look.living.keys().next_back().copied().unwrap_or_default();
        let most = top.max(rows).saturating_add(AHEAD.min(rows));
        let holes = (1..=most).filter(|number| !look.living.contains_key(number));
        Self {
            holes: holes.take(TRIED).collect(),
            free: look.known.difference(&look.places).cloned().collect(),
        }
    }
}

impl ReadTx<'_> {
    /// Finds what the rows are in a table of `all` rows. Returns those of which nothing is known.
    pub(super) fn keys_found(&self, rows: Vec<Standing>, all: u32, look: &mut Look) -> Vec<Standing> {
        let mut search = Search::new(look, all);
        let (mut rest, mut left): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|row| row.wrapped.len() == WRAPPED);
        // Rows with an assigned number that no other row has come first, because they are more likely to be keys.
        let top = look.living.keys().next_back().copied().unwrap_or_default();
        let is_likely = |number: u32| number <= top && !look.living.contains_key(&number);
        rest.sort_by_key(|row| !row.number.is_some_and(is_likely));
        for (round, rounds_left) in ROUNDS {
            let mut tries = look.tries.div_ceil(rounds_left);
            look.tries = look.tries.saturating_sub(tries);
            let mut next = Vec::with_capacity(rest.len());
            for row in rest {
                match self.key_tried(&row, round, &search, &mut tries) {
                    Some((number, place)) if !look.living.contains_key(&number) => {
                        search.free.remove(&place);
                        look.is_found(&row, number, place);
                    }
                    _ => next.push(row),
                }
            }
            rest = next;
            look.tries = look.tries.saturating_add(tries);
        }
        left.extend(rest);
        left
    }

    /// Returns the number and place that open a row in this round.
    fn key_tried(
        &self,
        row: &Standing,
        round: Round,
        search: &Search,
        tries: &mut usize,
    ) -> Option<(u32, Place)> {
        let (root, vault) = (&self.shared.root, &self.shared.vault_id);
        let mut opens = |number: u32, place: &Place| {
            *tries = tries.checked_sub(1)?;
            let opened = root.unwrap(vault, number, &place.0, &place.1, &row.wrapped);
            Some(opened.is_ok().then(|| (number, place.clone())))
        };
        let said = [row.number, row.key_id.as_ref().and_then(|id| id.parse().ok())];
        let own = row.kind.clone().zip(row.scope.clone());
        let own = own.filter(|place| search.free.contains(place));
        // The round ends when there are no tries left.
        match round {
            Round::OtherPlace => {
                for number in said.into_iter().flatten() {
                    for place in &search.free {
                        if let Some(found) = opens(number, place)? {
                            return Some(found);
                        }
                    }
                }
            }
            Round::OtherNumber => {
                let place = own?;
                for number in &search.holes {
                    if let Some(found) = opens(*number, &place)? {
                        return Some(found);
                    }
                }
            }
            Round::Both => {
                for place in &search.free {
                    for number in &search.holes {
                        if let Some(found) = opens(*number, place)? {
                            return Some(found);
                        }
                    }
                }
            }
        }
        None
    }
}

impl Look {
    /// Records a row whose wrapping proves what it is.
    fn is_found(&mut self, row: &Standing, number: u32, place: Place) {
        let (kind, scope) = (&place.0, &place.1);
        let name = row.name();
        self.found.mended.push(format!(
            "{name} does not open as stored: its row was altered, and its wrapping proves key {number} ({kind} {scope})"
        ));
        self.found.out.push((row.rowid, row.number));
        self.found.written.push(row.as_key(number, kind, scope));
        self.places.insert(place.clone());
        self.living.insert(number, place);
    }
}
