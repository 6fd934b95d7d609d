//! Texts in rows: plain texts, ids, times and days.

use std::fmt;

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sqlite::{Sqlite, SqliteType, SqliteValue};

use crate::sql_types::{Date, Text, Timestamp};
use crate::wrong_type::{WrongType, is_of};

/// Maximum characters of an id.
pub const ID_CHARS: usize = 1024;

/// A text of a row.
///
/// A bound value can borrow (`SqlText(name)`, `SqlText(&*id)`); a read value is owned.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct SqlText<T = String>(pub T);

/// The text of an id: 1 to 1,024 characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct DbId<T = String>(pub T);

/// A time: UTC text of the form `YYYY-MM-DD HH:MM:SS.sss`, as the columns' CHECKs require. Whether the time exists is
/// not checked here.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Timestamp)]
pub struct SqlTime<T = String>(pub T);

/// The text of a time in any form, for rows under a MAC, which itself detects a change.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Timestamp)]
pub struct TimeText<T = String>(pub T);

/// A day: text of the form `YYYY-MM-DD`. Whether the day exists is not checked here.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Date)]
pub struct SqlDate<T = String>(pub T);

/// Reads a value that must be a text, valid UTF-8 and accepted by `fits`.
fn text<T: From<String>>(
    value: SqliteValue<'_, '_, '_>,
    kind: &'static str,
    fits: impl FnOnce(&str) -> bool,
) -> Result<T, WrongType> {
    is_of(&value, SqliteType::Text, kind)?;
    // diesel's own conversion to String fails for invalid UTF-8; `read_text` would replace it.
    let text = <String as FromSql<diesel::sql_types::Text, Sqlite>>::from_sql(value);
    let text = text.map_err(|_| WrongType::expected(kind))?;
    if fits(&text) {
        Ok(T::from(text))
    } else {
        Err(WrongType::expected(kind))
    }
}

/// Returns whether a text matches a pattern in which `?` stands for any character.
fn has_form(text: &str, form: &str) -> bool {
    let mut characters = text.chars();
    form.chars().all(|wanted| {
        characters
            .next()
            .is_some_and(|found| wanted == '?' || found == wanted)
    }) && characters.next().is_none()
}

macro_rules! stored_as_text {
    ($($name:ident, $sql_type:ident, $kind:literal, $fits:expr;)+) => {
        $(
            impl<T: From<String>> FromSql<$sql_type, Sqlite> for $name<T> {
                fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
                    Ok(Self(text(value, $kind, $fits)?))
                }
            }

            impl<T: AsRef<str>> ToSql<$sql_type, Sqlite> for $name<T> {
                fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                    out.set_value(self.0.as_ref());
                    Ok(IsNull::No)
                }
            }

            // A row's text may be confidential.
            impl<T> fmt::Debug for $name<T> {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(concat!(stringify!($name), "(…)"))
                }
            }
        )+
    };
}

stored_as_text! {
    SqlText, Text, "UTF-8 text", |_| true;
    DbId, Text, "the text of an id", |id| (1..=ID_CHARS).contains(&id.chars().count());
    SqlTime, Timestamp, "the text of a time", |time| has_form(time, "????-??-?? ??:??:??.???");
    TimeText, Timestamp, "UTF-8 text", |_| true;
    SqlDate, Date, "the text of a day", |day| has_form(day, "????-??-??");
}
