//! What is wrong with the rows of `key_store`, all of it: rows that were altered, planted, renumbered or taken away. A wrapping
//! proves number, type and scope, so that a row whose other values were altered can be put right; what nothing proves goes.

use std::collections::{BTreeMap, BTreeSet};

use privatus_domain::{Id, KeyKind, Partition};

use super::role::KeyRole;
use super::standing::{KeyRow, Standing};
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::partition::found::found;
use crate::tx::ReadTx;

/// Numbers that may be named behind the highest key that stands.
const AHEAD: u32 = 1_000;
/// Numbers behind the highest key that stands of which the number of the next key alone says that they were given: none is
/// given twice. Of more than these it says that somebody altered it.
const TAKEN: u32 = 64;
/// Places that are tried for rows that do not say their own, in all.
const TRIED: u32 = 20_000;
/// Columns that have, or in an older vault had, a key of their own.
const COLUMNS: [(&str, &str); 8] = [
    ("contacts", "public_key"),
    ("settings", "value"),
    ("audit_log", "details"),
    ("security_events", "raw_data"),
    ("file_transfers", "file_name"),
    ("file_transfers", "file_hash"),
    ("groups", "settings"),
    ("group_members", "permissions"),
];

/// Type and scope.
type Place = (String, String);

/// What is wrong with the rows, and what they should be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct KeySurvey {
    /// Keys that are lost, each in words.
    pub(crate) lost: Vec<String>,
    /// Rows that are put right or go, each in words; nothing is lost with these.
    pub(crate) mended: Vec<String>,
    /// Rows that are taken out, by rowid, and their numbers.
    pub(crate) out: Vec<(i64, Option<u32>)>,
    /// Rows that are written in their place, or for those that are gone.
    pub(crate) written: Vec<KeyRow>,
    /// Places that had a key and have none.
    pub(crate) bare: Vec<Place>,
    /// Months that name another key than their own.
    pub(crate) months: Vec<Partition>,
    /// Groups that name another key than their own.
    pub(crate) groups: Vec<Id>,
    /// The highest number that was given, as far as it is known.
    pub(crate) highest: u32,
    /// How many of them open.
    pub(crate) opened: u64,
}

impl KeySurvey {
    /// Everything that is told.
    pub(crate) fn told(&self) -> impl Iterator<Item = &String> {
        self.lost.iter().chain(&self.mended)
    }
}

/// A survey that goes on.
struct Look {
    found: KeySurvey,
    /// Keys that open, by number.
    living: BTreeMap<u32, Place>,
    places: BTreeSet<Place>,
    /// What is known of a number beside its row.
    named: BTreeMap<u32, Place>,
    /// Places that a key may have.
    known: Vec<Place>,
    /// Months and groups with what they say of their key.
    months: Vec<(Partition, Option<u32>)>,
    groups: Vec<(Id, Option<u32>)>,
    tries: u32,
}

impl ReadTx<'_> {
    /// Looks at every row; `named` are numbers that the audit log names, with what they are for. `next` is the number of the
    /// next key, where that is one.
    pub(crate) fn keys_survey(
        &mut self,
        named: &BTreeMap<u32, Place>,
        next: Option<u32>,
    ) -> Result<KeySurvey, StoreError> {
        let mut look = Look {
            found: KeySurvey::default(),
            living: BTreeMap::new(),
            places: BTreeSet::new(),
            named: named.clone(),
            known: Vec::new(),
            months: Vec::new(),
            groups: Vec::new(),
            tries: TRIED,
        };
        let rows = self.keys_standing()?;
        let all = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let mut rest = Vec::new();
        for row in rows {
            match self.key_proven(&row) {
                Some((number, place)) if !look.living.contains_key(&number) => look.keep(&row, number, place),
                _ => rest.push(row),
            }
        }
        self.key_places(&mut look)?;
        let top = look.living.keys().next_back().copied().unwrap_or_default();
        let mut left = Vec::new();
        for row in rest {
            let most = top.max(all).saturating_add(AHEAD.min(all));
            match self.key_found(&row, most, &mut look) {
                Some((number, place))
                    if !look.living.contains_key(&number) && !look.places.contains(&place) =>
                {
                    let (kind, scope) = (&place.0, &place.1);
                    let name = row.name();
                    look.found.mended.push(format!(
                        "{name} does not open as it stands: its row was altered, and its wrapping proves key {number} ({kind} \
                         {scope})"
                    ));
                    look.found.out.push((row.rowid, row.number));
                    look.found.written.push(row.as_key(number, kind, scope));
                    look.places.insert(place.clone());
                    look.living.insert(number, place);
                }
                _ => left.push(row),
            }
        }
        look.left(left, next);
        Ok(look.found)
    }

    /// Number and place of a row that is what it says.
    fn key_proven(&self, row: &Standing) -> Option<(u32, Place)> {
        let (number, kind, scope) = (row.number?, row.kind.as_ref()?, row.scope.as_ref()?);
        let root = &self.shared.root;
        root.unwrap(&self.shared.vault_id, number, kind, scope, &row.wrapped)
            .ok()
            .map(|_| (number, (kind.clone(), scope.clone())))
    }

    /// Number and place that open a row which does not say its own.
    fn key_found(&self, row: &Standing, most: u32, look: &mut Look) -> Option<(u32, Place)> {
        if row.wrapped.is_empty() {
            return None;
        }
        let own = row.kind.clone().zip(row.scope.clone());
        let says = [row.number, row.key_id.as_ref().and_then(|id| id.parse().ok())];
        let holes = (1..=most).filter(|number| !look.living.contains_key(number));
        let numbers: Vec<u32> = says.into_iter().flatten().chain(holes).collect();
        let places: Vec<&Place> = own.iter().chain(&look.known).collect();
        let mut tries = look.tries;
        let (root, vault) = (&self.shared.root, &self.shared.vault_id);
        // What one value was altered in is found in the first turns.
        for place in places {
            for number in &numbers {
                tries = tries.saturating_sub(1);
                let opens = |number| root.unwrap(vault, number, &place.0, &place.1, &row.wrapped);
                if tries > 0 && opens(*number).is_ok() {
                    let found = (*number, place.clone());
                    look.tries = tries;
                    return Some(found);
                }
            }
        }
        look.tries = tries;
        None
    }

    /// Places that a key may have; what months and groups name is noted.
    fn key_places(&mut self, look: &mut Look) -> Result<(), StoreError> {
        let mut places: Vec<Place> = COLUMNS
            .iter()
            .map(|(table, column)| place(KeyRole::Column(table, column)))
            .collect();
        places.push(place(KeyRole::Audit));
        places.push((KeyKind::Id.as_str().to_owned(), "ids".to_owned()));
        for row in found(self.db)? {
            // A row without a table needs no key.
            if let Some(month) = row.month {
                let named = row.key.map(|key| look.name(key, place(KeyRole::Month(month))));
                look.months.push((month, named));
                places.push(place(KeyRole::Month(month)));
            }
        }
        let text = "SELECT group_id, CASE typeof(key_id) WHEN 'text' THEN CAST(key_id AS BLOB) WHEN 'null' THEN NULL ELSE x'' END \
                    FROM groups \
                    WHERE typeof(group_id) = 'text' AND length(CAST(group_id AS BLOB)) < 1000 \
                    OR typeof(group_id) = 'blob' AND length(group_id) = 16";
        let groups = self
            .db
            .rows::<(Id, Option<Vec<u8>>)>(Sql::new(text), "read the groups' keys");
        match groups {
            Ok(groups) => {
                for (group, key) in groups {
                    let own = place(KeyRole::Group(&group.to_string()));
                    if let Some(key) = key {
                        let key = str::from_utf8(&key).ok().and_then(|key| key.parse().ok());
                        let named = key.map(|key| look.name(key, own.clone()));
                        look.groups.push((group, named));
                    }
                    places.push(own);
                }
            }
            // A group with an id that is none is told of elsewhere.
            Err(StoreError::DatabaseDamaged(_)) if !self.db.is_spoiled() => {}
            Err(error) => return Err(error),
        }
        look.known = places;
        Ok(())
    }
}

impl Look {
    /// A month or a group names a key by its number.
    fn name(&mut self, number: u32, place: Place) -> u32 {
        self.named.entry(number).or_insert(place);
        number
    }

    /// A key that opens where it stands. Its other columns may have been altered.
    fn keep(&mut self, row: &Standing, number: u32, place: Place) {
        self.found.opened += 1;
        if !row.odd.is_empty() {
            let (name, odd) = (row.name(), row.odd.join(", "));
            self.found
                .mended
                .push(format!("{name} has what no build writes in key_store.{odd}"));
            self.found.out.push((row.rowid, row.number));
            self.found.written.push(row.as_key(number, &place.0, &place.1));
        }
        self.places.insert(place.clone());
        self.living.insert(number, place);
    }

    /// What nothing proves: a number that was given keeps an emptied row, any other goes. Then the numbers that have none.
    fn left(&mut self, mut rows: Vec<Standing>, next: Option<u32>) {
        let top = self.living.keys().next_back().copied().unwrap_or_default();
        let reach = top.saturating_add(AHEAD);
        let reach = next.map_or(reach, |next| reach.min(next.saturating_sub(1)));
        self.named.retain(|number, _| *number > 0 && *number <= reach);
        let named = self.named.keys().next_back().copied().unwrap_or_default();
        let mut highest = top.max(named);
        let mut kept = BTreeSet::new();
        rows.sort_by_key(|row| row.number);
        for row in rows {
            let name = row.name();
            let given = row.number.filter(|number| {
                let is_behind =
                    *number == highest.saturating_add(1) && next.is_none_or(|next| next > *number);
                let is_free = !self.living.contains_key(number) && !kept.contains(number);
                (*number <= highest || is_behind) && is_free
            });
            let Some(number) = given else {
                self.found.mended.push(format!("{name} is no key that was made"));
                self.found.out.push((row.rowid, row.number));
                continue;
            };
            highest = highest.max(number);
            kept.insert(number);
            self.lost_row(&row, number, &name);
        }
        let taken = next.map_or(0, |next| next.saturating_sub(1));
        if taken.saturating_sub(highest) <= TAKEN {
            highest = highest.max(taken);
        }
        for number in 1..=highest {
            if self.living.contains_key(&number) || kept.contains(&number) {
                continue;
            }
            let (kind, scope) = self.place_of(number, None);
            self.found
                .lost
                .push(format!("key {number} ({kind} {scope}) has no row any more"));
            self.bare_at(&kind, &scope);
            self.found.written.push(KeyRow {
                number,
                kind,
                scope,
                wrapped: Vec::new(),
                created_at: None,
                expires_at: None,
                last_used: None,
                usage: 0,
            });
        }
        self.found.highest = highest;
        self.named_anew(&kept);
    }

    /// Months and groups that name another key than their own.
    fn named_anew(&mut self, kept: &BTreeSet<u32>) {
        for (month, named) in std::mem::take(&mut self.months) {
            let own = place(KeyRole::Month(month));
            if named.is_none_or(|number| self.living.get(&number) != Some(&own)) {
                self.found
                    .mended
                    .push(format!("month {month} names {} for its own", key_named(named)));
                self.found.months.push(month);
            }
        }
        for (group, named) in std::mem::take(&mut self.groups) {
            let own = place(KeyRole::Group(&group.to_string()));
            let of = named.and_then(|number| self.living.get(&number));
            // Vaults that were filled past the store have a column's key there.
            let is_column = |place: &Place| place.1.contains('.') && place.0 == KeyKind::Table.as_str();
            if of.is_none_or(|place| *place != own && !is_column(place)) {
                match named.filter(|number| kept.contains(number)) {
                    Some(number) => self.found.lost.push(format!(
                        "group {group} names key {number}, which is lost or was destroyed"
                    )),
                    None => self
                        .found
                        .mended
                        .push(format!("group {group} names {} for its own", key_named(named))),
                }
                self.found.groups.push(group);
            }
        }
    }

    /// The row of a number that was given, with no key in it that opens.
    fn lost_row(&mut self, row: &Standing, number: u32, name: &str) {
        let said = row.kind.clone().zip(row.scope.clone());
        let (kind, scope) = self.place_of(number, said);
        let is_bare = self.bare_at(&kind, &scope);
        let is_as_said = row.kind.as_ref() == Some(&kind) && row.scope.as_ref() == Some(&scope);
        if row.wrapped.is_empty() {
            // Only a group's key is ever destroyed, and what settling gave up has another in its place.
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

    /// What a key without a wrapping was for: as its row says, where that can be, or as others name it.
    fn place_of(&self, number: u32, said: Option<Place>) -> Place {
        let is_kind = |kind: &str| KeyKind::ALL.iter().any(|known| known.as_str() == kind);
        said.filter(|(kind, _)| is_kind(kind))
            .or_else(|| self.named.get(&number).cloned())
            .unwrap_or_else(|| (KeyKind::Table.as_str().to_owned(), format!("lost/{number}")))
    }

    /// Whether a place that always has a key has none.
    fn bare_at(&mut self, kind: &str, scope: &str) -> bool {
        let place = (kind.to_owned(), scope.to_owned());
        let is_kept = kind != KeyKind::Group.as_str()
            && kind != KeyKind::Id.as_str()
            && !scope.starts_with("group")
            && self.known.contains(&place);
        let is_bare = is_kept && !self.places.contains(&place);
        if is_bare && !self.found.bare.contains(&place) {
            self.found.bare.push(place);
        }
        is_bare
    }
}

fn key_named(number: Option<u32>) -> String {
    number.map_or_else(
        || "no key".to_owned(),
        |number| format!("key {number}, which is none"),
    )
}

/// As the row says it.
pub(crate) fn place(role: KeyRole<'_>) -> Place {
    (role.kind().to_owned(), role.scope().into_owned())
}
