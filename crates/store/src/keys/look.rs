//! A survey's verdict: which rows represent an assigned number, which are removed, and which numbers have no row.

use std::collections::BTreeMap;

use privatus_domain::KeyKind;

use super::role::KeyRole;
use super::standing::{KeyRow, LOST, Standing};
use super::survey::{AHEAD, Look, Place, TAKEN, place};

/// How many rows are written in total for numbers of which nothing is known.
const ROWS: u32 = 1_000;

impl Look {
    /// Records that a month or a group names a key by its number.
    pub(super) fn name(&mut self, number: u32, place: Place) -> u32 {
        self.named.entry(number).or_insert(place);
        number
    }

    /// Records a row whose key opens. Its other columns may have been altered.
    pub(super) fn keep(&mut self, row: &Standing, number: u32, place: Place) {
        self.found.opened += 1;
        if !row.odd.is_empty() {
            let (name, odd) = (row.name(), row.odd.join(", "));
            self.found.mended.push(format!(
                "{name} has a value that no build writes in key_store.{odd}"
            ));
            self.found.out.push((row.rowid, row.number));
            self.found.written.push(row.as_key(number, &place.0, &place.1));
        }
        self.places.insert(place.clone());
        self.living.insert(number, place);
    }

    /// Handles the rows that nothing proves: an assigned number keeps an emptied row, any other row is removed. Then
    /// handles the numbers without a row.
    pub(super) fn left(&mut self, mut rows: Vec<Standing>, next: Option<u32>) {
        let top = self.living.keys().next_back().copied().unwrap_or_default();
        let reach = top.saturating_add(AHEAD);
        let reach = next.map_or(reach, |next| reach.min(next.saturating_sub(1)));
        self.named.retain(|number, _| *number > 0 && *number <= reach);
        let named = self.named.keys().next_back().copied().unwrap_or_default();
        let mut highest = top.max(named);
        let mut kept = BTreeMap::new();
        rows.sort_by_key(|row| row.number);
        for row in rows {
            let name = row.name();
            let first = row.first();
            let given = row.number.filter(|number| {
                let is_next = first <= highest.saturating_add(1) && *number <= highest.saturating_add(AHEAD);
                let is_behind = is_next && next.is_none_or(|next| next > *number);
                let is_free = !self.living.contains_key(number) && !kept.contains_key(number);
                (*number <= highest || is_behind) && is_free
            });
            let Some(number) = given else {
                self.found
                    .mended
                    .push(format!("{name} is not a key that the store created"));
                self.found.out.push((row.rowid, row.number));
                continue;
            };
            highest = highest.max(number);
            kept.insert(number, first);
            self.lost_row(&row, number, &name);
        }
        let taken = next.map_or(0, |next| next.saturating_sub(1));
        if taken.saturating_sub(highest) <= TAKEN {
            highest = highest.max(taken);
        }
        self.without_row(highest, &kept);
        self.found.highest = highest;
        self.named_anew(&kept);
    }

    /// Handles the numbers up to the highest that have no row: those that others name one by one, the rest as runs. The
    /// work does not grow with the length of a run.
    fn without_row(&mut self, highest: u32, kept: &BTreeMap<u32, u32>) {
        let living = self.living.keys().map(|number| (*number, *number, true));
        let kept = kept.iter().map(|(number, first)| (*number, *first, true));
        let named = self.named.keys().map(|number| (*number, *number, false));
        let mut stand: Vec<(u32, u32, bool)> = living.chain(kept).chain(named).collect();
        // A number with a row comes before the same number that is only named.
        stand.sort_by_key(|(number, _, has_row)| (*number, !has_row));
        stand.dedup_by_key(|(number, ..)| *number);
        let (mut next, mut room) = (1, ROWS);
        for (number, first, has_row) in stand.into_iter().filter(|(number, ..)| *number <= highest) {
            self.run_without_row(next, number.min(first).saturating_sub(1), &mut room);
            if !has_row {
                self.number_without_row(number);
            }
            next = number.saturating_add(1);
        }
        self.run_without_row(next, highest, &mut room);
    }

    /// Handles numbers of which nothing is known. A few get a row each; of more, only the last gets a row, which says
    /// where they begin.
    fn run_without_row(&mut self, first: u32, last: u32, room: &mut u32) {
        let Some(more) = last.checked_sub(first) else {
            return;
        };
        if more < TAKEN && more < *room {
            *room = room.saturating_sub(more.saturating_add(1));
            (first..=last).for_each(|number| self.number_without_row(number));
            return;
        }
        self.found
            .lost
            .push(format!("keys {first} to {last} no longer have a row"));
        let scope = format!("{LOST}{first}-{last}");
        self.found
            .written
            .push(KeyRow::emptied(last, KeyKind::Table.as_str().to_owned(), scope));
    }

    fn number_without_row(&mut self, number: u32) {
        let (kind, scope) = self.place_of(number, None);
        self.found
            .lost
            .push(format!("key {number} ({kind} {scope}) no longer has a row"));
        self.bare_at(&kind, &scope);
        self.found.written.push(KeyRow::emptied(number, kind, scope));
    }

    /// Finds months and groups that do not name their own key.
    fn named_anew(&mut self, kept: &BTreeMap<u32, u32>) {
        for (month, named) in std::mem::take(&mut self.months) {
            let own = place(KeyRole::Month(month));
            if named.is_none_or(|number| self.living.get(&number) != Some(&own)) {
                self.found.mended.push(format!(
                    "month {month} names {} instead of its own key",
                    key_named(named)
                ));
                self.found.months.push(month);
            }
        }
        for (group, named) in std::mem::take(&mut self.groups) {
            let own = place(KeyRole::Group(&group.to_string()));
            let of = named.and_then(|number| self.living.get(&number));
            // Vaults that were filled without the store have a column's key there.
            let is_column = |place: &Place| place.1.contains('.') && place.0 == KeyKind::Table.as_str();
            if of.is_none_or(|place| *place != own && !is_column(place)) {
                match named.filter(|number| kept.contains_key(number)) {
                    Some(number) => self.found.lost.push(format!(
                        "group {group} names key {number}, which is lost or was destroyed"
                    )),
                    None => self.found.mended.push(format!(
                        "group {group} names {} instead of its own key",
                        key_named(named)
                    )),
                }
                self.found.groups.push(group);
            }
        }
    }

    /// Handles the row of an assigned number whose key does not open.
    fn lost_row(&mut self, row: &Standing, number: u32, name: &str) {
        let said = row.kind.clone().zip(row.scope.clone());
        let (kind, scope) = self.place_of(number, said);
        let is_bare = self.bare_at(&kind, &scope);
        let is_as_said = row.kind.as_ref() == Some(&kind) && row.scope.as_ref() == Some(&scope);
        if row.is_emptied {
            // Only a group's key is ever destroyed, and a key that settling gave up has a new one in its place.
            if is_bare {
                self.found.lost.push(format!("{name} was destroyed"));
            }
            if is_as_said && row.odd.is_empty() {
                return;
            }
            if !is_bare {
                self.found
                    .mended
                    .push(format!("the emptied row of {name} was altered"));
            }
        } else {
            self.found
                .lost
                .push(format!("{name} does not open: its row was altered"));
        }
        self.found.out.push((row.rowid, row.number));
        self.found.written.push(row.as_lost(number, &kind, &scope));
    }

    /// Returns what a key without a wrapping was for: what its row says, if that is possible, or what others name it
    /// for.
    fn place_of(&self, number: u32, said: Option<Place>) -> Place {
        let is_kind = |kind: &str| KeyKind::ALL.iter().any(|known| known.as_str() == kind);
        said.filter(|(kind, _)| is_kind(kind))
            .or_else(|| self.named.get(&number).cloned())
            .unwrap_or_else(|| (KeyKind::Table.as_str().to_owned(), format!("{LOST}{number}")))
    }

    /// Whether a place that should always have a key has none; if so, the place is recorded.
    fn bare_at(&mut self, kind: &str, scope: &str) -> bool {
        let place = (kind.to_owned(), scope.to_owned());
        let is_kept = kind != KeyKind::Group.as_str()
            && kind != KeyKind::Id.as_str()
            && !scope.starts_with("group")
            && self.known.contains(&place);
        let is_bare = is_kept && !self.places.contains(&place);
        if is_bare {
            self.found.bare.insert(place);
        }
        is_bare
    }
}

fn key_named(number: Option<u32>) -> String {
    number.map_or_else(|| "no key".to_owned(), |number| format!("key {number}"))
}
