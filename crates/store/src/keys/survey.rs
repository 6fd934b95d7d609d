//! Finds everything that is wrong with the rows of `key_store`: rows that were altered, planted, renumbered or removed.
//! A wrapping proves number, type and scope, so a row whose other values were altered can be repaired. Rows that
//! nothing proves are removed.

use std::collections::{BTreeMap, BTreeSet};

use privatus_domain::{Id, KeyKind, Partition};

use super::role::KeyRole;
use super::standing::{KeyRow, Standing};
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::partition::found::found;
use crate::tx::ReadTx;

/// How far after the highest existing key a number may be that others name.
pub(super) const AHEAD: u32 = 1_000;
/// How many numbers after the highest existing key count as assigned just because the number of the next key says so;
/// no number is assigned twice. A next number further ahead means that somebody altered it.
pub(super) const TAKEN: u32 = 64;
/// How many combinations of number and place are tried in total for rows that do not say what they are.
pub(super) const TRIED: usize = 60_000;
/// Columns that have their own key, or had one in an older vault.
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
pub(super) type Place = (String, String);

/// What is wrong with the rows, and what they should be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct KeySurvey {
    /// A description of each lost key.
    pub(crate) lost: Vec<String>,
    /// A description of each row that is repaired or removed without losing anything.
    pub(crate) mended: Vec<String>,
    /// Rows to be removed: their rowids and numbers.
    pub(crate) out: Vec<(i64, Option<u32>)>,
    /// Rows to be written in their place, or for missing rows.
    pub(crate) written: Vec<KeyRow>,
    /// Places that lost their key.
    pub(crate) bare: BTreeSet<Place>,
    /// Months whose row does not name their own key.
    pub(crate) months: Vec<Partition>,
    /// Groups whose row does not name their own key.
    pub(crate) groups: Vec<Id>,
    /// The highest number that is known to be assigned.
    pub(crate) highest: u32,
    /// How many keys open.
    pub(crate) opened: u64,
}

impl KeySurvey {
    /// Returns all descriptions.
    pub(crate) fn told(&self) -> impl Iterator<Item = &String> {
        self.lost.iter().chain(&self.mended)
    }
}

/// A survey in progress.
pub(super) struct Look {
    pub(super) found: KeySurvey,
    /// Keys that open, by number.
    pub(super) living: BTreeMap<u32, Place>,
    pub(super) places: BTreeSet<Place>,
    /// What is known about a number from outside its row.
    pub(super) named: BTreeMap<u32, Place>,
    /// Places that a key may have.
    pub(super) known: BTreeSet<Place>,
    /// Months and groups with the key that they name.
    pub(super) months: Vec<(Partition, Option<u32>)>,
    pub(super) groups: Vec<(Id, Option<u32>)>,
    /// How many tries are left.
    pub(super) tries: usize,
}

impl ReadTx<'_> {
    /// Checks every row. `named` are numbers that the audit log names, with what they are for; `next` is the number of
    /// the next key, if it is valid.
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
            known: BTreeSet::new(),
            months: Vec::new(),
            groups: Vec::new(),
            tries: TRIED,
        };
        let mut rest = Vec::new();
        let rows = self.keys_standing()?;
        let all = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        for row in rows {
            match self.key_proven(&row) {
                Some((number, place)) if !look.living.contains_key(&number) => look.keep(&row, number, place),
                _ => rest.push(row),
            }
        }
        self.key_places(&mut look)?;
        let left = self.keys_found(rest, all, &mut look);
        look.left(left, next);
        Ok(look.found)
    }

    /// Returns number and place of a row if its wrapping proves them.
    fn key_proven(&self, row: &Standing) -> Option<(u32, Place)> {
        let (number, kind, scope) = (row.number?, row.kind.as_ref()?, row.scope.as_ref()?);
        let root = &self.shared.root;
        root.unwrap(&self.shared.vault_id, number, kind, scope, &row.wrapped)
            .ok()
            .map(|_| (number, (kind.clone(), scope.clone())))
    }

    /// Collects the places that a key may have, and what months and groups name.
    fn key_places(&mut self, look: &mut Look) -> Result<(), StoreError> {
        let mut places: BTreeSet<Place> = COLUMNS
            .iter()
            .map(|(table, column)| place(KeyRole::Column(table, column)))
            .collect();
        places.insert(place(KeyRole::Audit));
        places.insert((KeyKind::Id.as_str().to_owned(), "ids".to_owned()));
        for row in found(self.db)? {
            // A row without a table needs no key.
            if let Some(month) = row.month {
                let named = row.key.map(|key| look.name(key, place(KeyRole::Month(month))));
                look.months.push((month, named));
                places.insert(place(KeyRole::Month(month)));
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
                    places.insert(own);
                }
            }
            // A group with an invalid id is reported elsewhere.
            Err(StoreError::DatabaseDamaged(_)) if !self.db.is_spoiled() => {}
            Err(error) => return Err(error),
        }
        look.known = places;
        Ok(())
    }
}

/// Returns type and scope as a row stores them.
pub(crate) fn place(role: KeyRole<'_>) -> Place {
    (role.kind().to_owned(), role.scope().into_owned())
}
