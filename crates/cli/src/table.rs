//! Tables on standard output, fitted to the width of the terminal: names are cut, ids shortened to a beginning that is still
//! unique, and whole columns left out, the least important first. No line is broken inside a cell.

use std::collections::BTreeSet;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use unicode_width::UnicodeWidthStr;

use crate::failure::Failure;
use crate::output;
use crate::text::one_line;

/// The width that a name keeps as long as another column can be left out.
const NAME: usize = 16;
/// The width of an id, which may be another program's.
const ID: usize = 36;
/// The width of `TYPE:ID` with the longest type.
const RESOURCE: usize = 49;
/// The lengths that an id is shortened to: where a UUID has a hyphen.
const BEGINNINGS: [usize; 4] = [13, 18, 23, 28];
/// The spaces around a cell.
const AROUND: usize = 2;

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    title: &'static str,
    kind: Kind,
    /// When it is left out of a narrow table, from 1; 0 for never.
    dropped: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Text, cut to this width.
    Text(usize),
    /// Text, cut to this width, and further in a narrow table.
    Name(usize),
    /// A number, flush right.
    Number,
    /// An id. Its beginning names the same thing.
    Id,
    /// `TYPE:ID`.
    Resource,
}

impl Column {
    const fn new(title: &'static str, kind: Kind) -> Self {
        Self {
            title,
            kind,
            dropped: 0,
        }
    }

    /// Text that is cut to this width.
    pub(crate) const fn text(title: &'static str, width: usize) -> Self {
        Self::new(title, Kind::Text(width))
    }

    /// Text that is cut to this width, and further where the table does not fit.
    pub(crate) const fn name(title: &'static str, width: usize) -> Self {
        Self::new(title, Kind::Name(width))
    }

    /// A number.
    pub(crate) const fn number(title: &'static str) -> Self {
        Self::new(title, Kind::Number)
    }

    /// An id.
    pub(crate) const fn id(title: &'static str) -> Self {
        Self::new(title, Kind::Id)
    }

    /// A resource, as `TYPE:ID`.
    pub(crate) const fn resource(title: &'static str) -> Self {
        Self::new(title, Kind::Resource)
    }

    /// Has the column left out where the table does not fit: the one with order 1 first.
    pub(crate) const fn dropped(mut self, order: u8) -> Self {
        self.dropped = order;
        self
    }

    fn cell(&self, text: &str) -> String {
        match self.kind {
            Kind::Text(width) | Kind::Name(width) => one_line(text, width),
            Kind::Number => text.to_owned(),
            Kind::Id => one_line(text, ID),
            Kind::Resource => one_line(text, RESOURCE),
        }
    }
}

/// A column with its cells, and the least width that it can have.
struct Fitted {
    column: Column,
    cells: Vec<String>,
    is_empty: bool,
    /// The beginning of an id that is shown where the table does not fit.
    short: Vec<String>,
}

impl Fitted {
    fn new(column: Column, texts: impl Iterator<Item = String>) -> Self {
        let cells: Vec<String> = texts.map(|text| column.cell(&text)).collect();
        let short = match column.kind {
            Kind::Id | Kind::Resource => shortened(&cells, column.kind == Kind::Resource),
            _ => Vec::new(),
        };
        Self {
            column,
            is_empty: cells.iter().all(String::is_empty),
            cells,
            short,
        }
    }

    /// The width of its cells.
    fn width(&self) -> usize {
        widest(&self.cells).max(self.column.title.width())
    }

    /// The least width at which it is still of use.
    fn least(&self) -> usize {
        let title = self.column.title.width();
        match self.column.kind {
            Kind::Name(_) => self.width().min(NAME.max(title)),
            Kind::Id | Kind::Resource => widest(&self.short).max(title),
            Kind::Text(_) | Kind::Number => self.width(),
        }
    }
}

fn widest(cells: &[String]) -> usize {
    cells.iter().map(|cell| cell.width()).max().unwrap_or_default()
}

/// The shortest beginnings of ids that are as different as the ids.
fn shortened(ids: &[String], has_type: bool) -> Vec<String> {
    let count = |ids: &[String]| ids.iter().collect::<BTreeSet<_>>().len();
    let all = count(ids);
    let cut = |id: &String, length: usize| {
        let before = match id.split_once(':').filter(|_| has_type) {
            Some((kind, _)) => kind.chars().count() + 1,
            None => 0,
        };
        id.chars().take(before + length).collect::<String>()
    };
    BEGINNINGS
        .into_iter()
        .map(|length| ids.iter().map(|id| cut(id, length)).collect::<Vec<_>>())
        .find(|short| count(short) == all)
        .unwrap_or_else(|| ids.to_vec())
}

/// Prints a table; cells are made harmless.
pub(crate) fn print(columns: &[Column], rows: Vec<Vec<String>>) -> Result<(), Failure> {
    output::line(&text(columns, &rows, output::width()))
}

/// A table as text that is at most `width` wide where that is possible, without spaces at the ends of its lines.
pub(crate) fn text(columns: &[Column], rows: &[Vec<String>], width: usize) -> String {
    let fitted = columns.iter().enumerate().map(|(at, column)| {
        let texts = rows.iter().map(|row| row.get(at).cloned().unwrap_or_default());
        Fitted::new(*column, texts)
    });
    drawn(&fit(fitted.collect(), width))
}

/// Cuts, shortens and leaves out what does not fit.
fn fit(mut columns: Vec<Fitted>, width: usize) -> Vec<Fitted> {
    let total = |columns: &[Fitted], of: fn(&Fitted) -> usize| -> usize {
        columns.iter().map(|column| of(column) + AROUND).sum()
    };
    if total(&columns, Fitted::width) <= width {
        return columns;
    }
    columns.retain(|one| !one.is_empty || one.column.dropped == 0);
    while total(&columns, Fitted::least) > width {
        let droppable = columns
            .iter()
            .enumerate()
            .filter(|(_, one)| one.column.dropped > 0);
        let Some((at, _)) = droppable.min_by_key(|(_, one)| one.column.dropped) else {
            break;
        };
        columns.remove(at);
    }
    let mut least = total(&columns, Fitted::least);
    for column in &mut columns {
        let (own, full) = (column.least(), column.width());
        let room = (own + width).saturating_sub(least).min(full);
        match column.column.kind {
            Kind::Name(_) => {
                let room = room.max(column.column.title.width());
                column.cells = column.cells.iter().map(|cell| one_line(cell, room)).collect();
            }
            Kind::Id | Kind::Resource if room < full => column.cells = std::mem::take(&mut column.short),
            _ => {}
        }
        least = least + column.width() - own;
    }
    columns
}

fn drawn(columns: &[Fitted]) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(columns.iter().map(|one| one.column.title));
    for at in 0..columns.first().map_or(0, |one| one.cells.len()) {
        table.add_row(columns.iter().filter_map(|one| one.cells.get(at)));
    }
    for (at, one) in columns.iter().enumerate() {
        if let (Kind::Number, Some(shown)) = (one.column.kind, table.column_mut(at)) {
            shown.set_cell_alignment(CellAlignment::Right);
        }
    }
    let text = table.to_string();
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 5] = [
        Column::name("name", 30),
        Column::text("state", 22).dropped(1),
        Column::number("messages").dropped(3),
        Column::text("last (UTC)", 16).dropped(2),
        Column::id("id"),
    ];

    fn rows(ids: [&str; 2]) -> Vec<Vec<String>> {
        let row = |name: &str, id: &str| {
            [name, "blocked", "1,234", "2025-10-26 18:52", id]
                .map(str::to_owned)
                .to_vec()
        };
        vec![row("Alice Pleasance Liddell", ids[0]), row("Bob", ids[1])]
    }

    const IDS: [&str; 2] = [
        "01a20ec5-74b0-731f-9ecb-c06e1afaccc1",
        "01a20ec5-9b1e-7c42-8f0a-5d2e6c7b8a90",
    ];

    #[test]
    fn a_table_fits_and_its_ids_are_whole_or_a_beginning() {
        for width in [30, 40, 60, 79, 80, 120] {
            let text = text(&COLUMNS, &rows(IDS), width);
            for line in text.lines() {
                assert!(line.width() <= width, "{width}: {line}");
            }
            for id in IDS {
                let shown = text
                    .split_whitespace()
                    .find(|word| word.len() > 12 && id.starts_with(*word));
                assert!(shown.is_some(), "{width}: {text}");
            }
            assert!(!text.contains("5-74b0…"), "{width}: {text}");
        }
    }

    #[test]
    fn the_least_important_column_is_left_out_first() {
        let titles = |width| {
            let text = text(&COLUMNS, &rows(IDS), width);
            let first = text.lines().next().unwrap_or_default();
            let title = |column: &Column| first.contains(column.title);
            COLUMNS.iter().filter(|column| title(column)).count()
        };
        assert_eq!([120, 80, 65, 50, 40].map(titles), [5, 5, 4, 3, 2]);
        let narrow = text(&COLUMNS, &rows(IDS), 60);
        assert!(
            narrow.contains("messages") && !narrow.contains("state"),
            "{narrow}"
        );
        // A column without any content is left out before one that says something.
        let mut rows = rows(IDS);
        for row in &mut rows {
            row.iter_mut().skip(3).take(1).for_each(String::clear);
        }
        let narrow = text(&COLUMNS, &rows, 60);
        assert!(narrow.contains("state") && !narrow.contains("last"), "{narrow}");
    }

    #[test]
    fn without_a_width_everything_is_there() {
        let text = text(&COLUMNS, &rows(IDS), usize::MAX);
        assert!(IDS.iter().all(|id| text.contains(id)), "{text}");
        assert!(text.contains("Alice Pleasance Liddell"), "{text}");
        assert!(text.lines().all(|line| !line.ends_with(' ')), "{text}");
    }

    #[test]
    fn a_beginning_that_two_ids_have_is_not_shown() {
        let alike = [
            "01a20ec5-74b0-731f-9ecb-c06e1afaccc1",
            "01a20ec5-74b0-731f-8f0a-5d2e6c7b8a90",
        ];
        assert!(text(&COLUMNS, &rows(alike), 60).contains("01a20ec5-74b0-731f-9ecb"));
        let resources = ["conversation:01a20ec5-74b0-731f-9ecb-c06e1afaccc1", "vault:*"].map(str::to_owned);
        assert_eq!(
            shortened(&resources, true),
            ["conversation:01a20ec5-74b0", "vault:*"]
        );
    }
}
