//! Compares the rows of a database's schema with what this build creates (ADR 0026).

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::iter;

use privatus_schema::{OBJECTS, Object, object_position};
use privatus_sqlite::{Column, Row};

use crate::db::schema_fault::{SchemaFault, StrangeObject, Wrong};
use crate::db::schema_texts::{OF_SQLITE, index_name, is_as, is_of_month, is_view, table_named, text_of};
use crate::partition::schema::{VIEW, extras};

/// Which object has a first page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Holder {
    /// Its position in [`OBJECTS`], and its row.
    Known(usize, Option<i64>),
    /// The row of an object of a month.
    Month(Option<i64>),
    /// SQLite's statistics: which of [`OF_SQLITE`], and its row.
    Statistics(usize, Option<i64>),
}

/// The rows of a schema that differ from what the migrations create; the others are only marked as seen.
#[derive(Debug, Default)]
pub(crate) struct SchemaRows {
    /// Whether each of [`OBJECTS`] was found; empty before the first row.
    seen: Vec<bool>,
    /// Tables and indexes that match those of a month; the catalogue decides whether there is such a month.
    of_months: BTreeMap<String, Option<i64>>,
    /// The view over all months, if it is not the one without any month.
    view: Option<(String, Option<i64>)>,
    strange: Vec<StrangeObject>,
    /// How many pages the file has, set if SQLite refuses a row: a row may name a page that does not exist.
    pages: Option<i64>,
    without_page: Option<String>,
    /// First pages, and which objects have them.
    roots: Vec<(i64, Holder)>,
}

impl SchemaRows {
    /// Creates an empty collection for a file with this many pages; `None` if SQLite accepts all rows.
    pub(crate) fn of_pages(pages: Option<i64>) -> Self {
        Self {
            pages,
            ..Self::default()
        }
    }

    /// Takes a row: type, name, table, text, first page, rowid.
    pub(crate) fn take(&mut self, row: &Row<'_>) {
        if self.seen.is_empty() {
            self.seen = vec![false; OBJECTS.len()];
        }
        let [Ok(kind), Ok(name), Ok(table)] = [0, 1, 2].map(|at| text(row.column(at))) else {
            self.strange(Wrong::Extra, row);
            return;
        };
        let sql = match row.column(3) {
            // Only the index of a UNIQUE in a table's text has no text.
            Column::Null => "",
            other => match text(other) {
                Ok("") | Err(()) => return self.strange(Wrong::Extra, row),
                Ok(sql) => sql,
            },
        };
        if let Some(at) = object_position(name) {
            self.take_known(at, (kind, table, sql), row);
        } else if is_of_month((kind, name, table, sql)) {
            self.look_at_page(kind, row);
            self.holds(row, Holder::Month(rowid(row)));
            match self.of_months.entry(name.to_owned()) {
                Entry::Vacant(first) => drop(first.insert(rowid(row))),
                Entry::Occupied(_) => self.strange(Wrong::Extra, row),
            }
        } else {
            let statistics = OF_SQLITE.iter().position(|known| *known == (name, sql));
            match statistics.filter(|_| kind == "table" && table == name) {
                Some(at) => self.holds(row, Holder::Statistics(at, rowid(row))),
                None => self.strange(Wrong::Extra, row),
            }
        }
    }

    fn holds(&mut self, row: &Row<'_>, holder: Holder) {
        if let Column::Integer(page @ 2..) = row.column(4) {
            self.roots.push((page, holder));
        }
    }

    fn take_known(&mut self, at: usize, (kind, table, sql): (&str, &str, &str), row: &Row<'_>) {
        let (Some(object), Some(seen)) = (OBJECTS.get(at), self.seen.get_mut(at)) else {
            return;
        };
        if std::mem::replace(seen, true) {
            return self.strange(Wrong::Extra, row);
        }
        let is_in_place = kind == object.kind && table == object.table;
        self.look_at_page(kind, row);
        let is_made = is_in_place && is_as(object.sql, sql);
        if is_made && has_page(object, row) {
            if object.kind == "table" || object.kind == "index" {
                self.holds(row, Holder::Known(at, rowid(row)));
            }
            return;
        }
        if is_made {
            return self.strange(Wrong::Altered, row);
        }
        if is_in_place && object.name == VIEW {
            self.view = Some((sql.to_owned(), rowid(row)));
            return;
        }
        self.strange(Wrong::Altered, row);
    }

    /// Checks that an object which must have pages names one that exists in the file.
    fn look_at_page(&mut self, kind: &str, row: &Row<'_>) {
        let is_there =
            |pages: i64| matches!(row.column(4), Column::Integer(page) if (2..=pages).contains(&page));
        if matches!(kind, "table" | "index") && self.pages.is_some_and(|pages| !is_there(pages)) {
            self.without_page = Some(format!("{kind} {}", lossy(row.column(1))));
        }
    }

    /// Returns what is known before the months are, for an error on the way there.
    pub(crate) fn strange_so_far(&self) -> Option<SchemaFault> {
        SchemaFault::of(self.strange.clone())
    }

    /// Returns one of this build's objects whose first page is missing from the file: no statement that uses it can
    /// run.
    pub(crate) fn without_page(&self) -> Option<&str> {
        self.without_page.as_deref()
    }

    fn strange(&mut self, wrong: Wrong, row: &Row<'_>) {
        self.strange.push(StrangeObject {
            wrong,
            kind: lossy(row.column(0)),
            name: lossy(row.column(1)),
            row: rowid(row),
            made_as: text(row.column(1))
                .ok()
                .and_then(text_of)
                .map(|object| object.kind),
            table_named: text(row.column(3)).ok().and_then(table_named),
        });
    }

    /// Finds objects with the same first page; only one of them can be right. An index can be created again, and
    /// statistics can be lost.
    fn shared_pages(&mut self) {
        let mut roots = std::mem::take(&mut self.roots);
        roots.sort_unstable();
        for shared in roots
            .chunk_by(|(one, _), (other, _)| one == other)
            .filter(|group| group.len() > 1)
        {
            let is_index = |holder: &Holder| match holder {
                Holder::Known(at, _) => {
                    let object = OBJECTS.get(*at);
                    object.is_some_and(|object| object.kind == "index" && !object.sql.is_empty())
                }
                Holder::Month(_) | Holder::Statistics(..) => false,
            };
            let is_light = |holder: &Holder| is_index(holder) || matches!(holder, Holder::Statistics(..));
            let heavy = shared.iter().filter(|(_, holder)| !is_light(holder)).count();
            for (_, holder) in shared {
                if is_light(holder) || heavy > 1 {
                    self.shares_page(*holder);
                }
            }
        }
    }

    fn shares_page(&mut self, holder: Holder) {
        let (wrong, kind, name, row) = match holder {
            Holder::Known(at, row) => match OBJECTS.get(at) {
                Some(object) => (Wrong::Altered, object.kind, object.name.to_owned(), row),
                None => return,
            },
            Holder::Month(row) => {
                let named = self.of_months.iter().find(|(_, of)| **of == row);
                let Some((name, _)) = named else { return };
                (Wrong::Altered, "table", name.clone(), row)
            }
            Holder::Statistics(at, row) => {
                let name = OF_SQLITE.get(at).map_or("", |known| known.0);
                (Wrong::Extra, "table", name.to_owned(), row)
            }
        };
        self.strange.push(StrangeObject {
            wrong,
            kind: kind.to_owned(),
            name,
            row,
            made_as: (wrong == Wrong::Altered).then_some(kind),
            table_named: None,
        });
    }

    /// Returns what differs from this build's schema, in a database with the tables of these months, in their order.
    pub(crate) fn fault<'m>(mut self, months: impl Iterator<Item = &'m str> + Clone) -> Option<SchemaFault> {
        self.shared_pages();
        let missing = |kind: &str, name: &str| StrangeObject {
            wrong: Wrong::Missing,
            kind: kind.to_owned(),
            name: name.to_owned(),
            row: None,
            made_as: None,
            table_named: None,
        };
        for (object, _) in OBJECTS.iter().zip(&self.seen).filter(|(_, seen)| !**seen) {
            self.strange.push(missing(object.kind, object.name));
        }
        for month in months.clone() {
            let own = (!extras(month).is_empty()).then(|| index_name(month));
            let index = own.map(|name| ("index", name));
            for (kind, name) in iter::once(("table", month.to_owned())).chain(index) {
                if self.of_months.remove(&name).is_some() {
                    continue;
                }
                // It exists with another text, so it is altered, not extra or missing.
                match self.strange.iter_mut().find(|object| object.name == name) {
                    Some(known) => {
                        known.wrong = Wrong::Altered;
                        known.made_as = Some(kind);
                    }
                    None => self.strange.push(missing(kind, &name)),
                }
            }
        }
        // These belong to no month in the catalogue.
        for (name, row) in self.of_months {
            let kind = if name.starts_with("idx_") {
                "index"
            } else {
                "table"
            };
            let of = missing(kind, &name);
            self.strange.push(StrangeObject {
                wrong: Wrong::Extra,
                row,
                ..of
            });
        }
        if let Some((view, row)) = self.view
            && !is_view(&view, months)
        {
            let of = missing("view", VIEW);
            self.strange.push(StrangeObject {
                wrong: Wrong::Altered,
                row,
                ..of
            });
        }
        SchemaFault::of(self.strange)
    }
}

fn text(column: Column<'_>) -> Result<&str, ()> {
    match column {
        Column::Text(bytes) => str::from_utf8(bytes).map_err(|_| ()),
        _ => Err(()),
    }
}

fn rowid(row: &Row<'_>) -> Option<i64> {
    match row.column(5) {
        Column::Integer(rowid) => Some(rowid),
        _ => None,
    }
}

/// Whether the row names a first page if the object must have one, and none if it cannot.
fn has_page(object: &Object, row: &Row<'_>) -> bool {
    match object.kind {
        "table" | "index" => matches!(row.column(4), Column::Integer(2..)),
        _ => matches!(row.column(4), Column::Integer(0) | Column::Null),
    }
}

/// Formats a value for messages, and marks one that is not a text.
fn lossy(column: Column<'_>) -> String {
    match column {
        Column::Text(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Column::Blob(bytes) => format!("{} (not text)", String::from_utf8_lossy(bytes)),
        _ => "(not text)".to_owned(),
    }
}
