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
pub(super) const AHEAD: u32 = 1_000;
/// Numbers behind the highest key that stands of which the number of the next key alone says that they were given: none is
/// given twice. Of more than these it says that somebody altered it.
pub(super) const TAKEN: u32 = 64;
/// Numbers and places that are tried for rows which do not say what they are, in all.
pub(super) const TRIED: usize = 60_000;
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
pub(super) type Place = (String, String);

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
    pub(crate) bare: BTreeSet<Place>,
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
pub(super) struct Look {
    pub(super) found: KeySurvey,
    /// Keys that open, by number.
    pub(super) living: BTreeMap<u32, Place>,
    pub(super) places: BTreeSet<Place>,
    /// What is known of a number beside its row.
    pub(super) named: BTreeMap<u32, Place>,
    /// Places that a key may have.
    pub(super) known: BTreeSet<Place>,
    /// Months and groups with what they say of their key.
    pub(super) months: Vec<(Partition, Option<u32>)>,
    pub(super) groups: Vec<(Id, Option<u32>)>,
    /// What is left of the tries.
    pub(super) tries: usize,
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

    /// Number and place of a row that is what it says.
    fn key_proven(&self, row: &Standing) -> Option<(u32, Place)> {
        let (number, kind, scope) = (row.number?, row.kind.as_ref()?, row.scope.as_ref()?);
        let root = &self.shared.root;
        root.unwrap(&self.shared.vault_id, number, kind, scope, &row.wrapped)
            .ok()
            .map(|_| (number, (kind.clone(), scope.clone())))
    }

    /// Places that a key may have; what months and groups name is noted.
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
            // A group with an id that is none is told of elsewhere.
            Err(StoreError::DatabaseDamaged(_)) if !self.db.is_spoiled() => {}
            Err(error) => return Err(error),
        }
        look.known = places;
        Ok(())
    }
}

/// As the row says it.
pub(crate) fn place(role: KeyRole<'_>) -> Place {
    (role.kind().to_owned(), role.scope().into_owned())
}
