//! The texts of the schema's objects that this build creates, and whether a text is one of them.

use std::sync::LazyLock;

use privatus_domain::Partition;
use privatus_migrate::{is_same_text, month_text};
use privatus_schema::{OBJECTS, Object, object_position};

use crate::partition::schema::{TEMPLATE, VIEW, extras};

/// The tables that SQLite itself creates for ANALYZE.
pub(super) const OF_SQLITE: [(&str, &str); 2] = [
    ("sqlite_stat1", "CREATE TABLE sqlite_stat1(tbl,idx,stat)"),
    (
        "sqlite_stat4",
        "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)",
    ),
];

/// Returns the object of this name that the migrations create.
pub(crate) fn text_of(name: &str) -> Option<&'static Object> {
    OBJECTS.get(object_position(name)?)
}

/// The text of a month's table, with the template's name in place of the month's.
static MONTH: LazyLock<String> = LazyLock::new(|| {
    let template = text_of(TEMPLATE).map_or("", |object| object.sql);
    month_text(template, TEMPLATE, TEMPLATE)
});

/// Returns the name of the table that a text creates, in lower case.
pub(super) fn table_named(sql: &str) -> Option<String> {
    let lower = sql.trim_start().to_ascii_lowercase();
    let rest = lower.strip_prefix("create")?.trim_start().strip_prefix("table")?;
    let name = rest.trim_start_matches(|c: char| c.is_whitespace() || "\"'`[".contains(c));
    Some(
        name.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect(),
    )
}

/// Whether a text is the one that this build creates. It is the same to the byte, except after migrations were undone
/// or if the build has other line ends.
pub(super) fn is_as(made: &str, found: &str) -> bool {
    made == found || !made.is_empty() && is_same_text(made, found)
}

/// Returns the name of the index that the tables for times outside the months have.
pub(super) fn index_name(table: &str) -> String {
    format!("idx_{table}_order")
}

/// Whether it matches an object of a month, whichever month that is.
pub(super) fn is_of_month((kind, name, table, sql): (&str, &str, &str, &str)) -> bool {
    match kind {
        "table" => {
            table == name
                && name.starts_with("messages_")
                && (is_named(&MONTH, TEMPLATE, name, sql)
                    || is_same_text(&MONTH.replace(TEMPLATE, name), sql))
        }
        "index" => name == index_name(table) && extras(table).iter().any(|made| is_as(made, sql)),
        _ => false,
    }
}

/// Whether `found` is `made` with each `from` replaced by `to`.
fn is_named(made: &str, from: &str, to: &str, found: &str) -> bool {
    let mut rest = Some(found);
    for (at, piece) in made.split(from).enumerate() {
        if at > 0 {
            rest = rest.and_then(|rest| rest.strip_prefix(to));
        }
        rest = rest.and_then(|rest| rest.strip_prefix(piece));
    }
    rest == Some("")
}

/// Whether the view is the one over these months, with each month in either of the two states. Only SQL tools see the
/// state in the view, and `verify` compares it.
pub(super) fn is_view<'m>(found: &str, months: impl Iterator<Item = &'m str>) -> bool {
    let made = text_of(VIEW).map_or("", |object| object.sql);
    let unix = |text: &str| text.replace("\r\n", "\n");
    let (made, found) = (unix(made), unix(found));
    let Some((head, tail)) = made.split_once(") AS m\n") else {
        return false;
    };
    let mut rest = found.strip_prefix(head);
    for month in months {
        let of = |rest: &str, state: &str| {
            let rest = rest.strip_prefix(" UNION ALL SELECT ")?.strip_prefix(state)?;
            Some(rest.strip_prefix(", * FROM ")?.strip_prefix(month)?.len())
        };
        rest = rest.and_then(|rest| {
            let left = of(rest, "0").or_else(|| of(rest, "1"))?;
            rest.get(rest.len().checked_sub(left)?..)
        });
    }
    rest.and_then(|rest| rest.strip_prefix(") AS m\n")) == Some(tail)
}

/// Returns the text of an object of a month by its name.
pub(crate) fn month_object(name: &str) -> Option<String> {
    [Partition::EARLY, Partition::LATE]
        .iter()
        .map(|end| end.table())
        .filter(|table| index_name(table) == name)
        .flat_map(|table| extras(&table))
        .next()
}
