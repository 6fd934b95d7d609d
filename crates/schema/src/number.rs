//! Numbers and flags in rows.

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sqlite::{Sqlite, SqliteType, SqliteValue};

use crate::sql_types::{BigInt, Bool, Double, Integer};
use crate::wrong_type::{WrongType, is_of};

/// An integer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = BigInt)]
#[diesel(sql_type = Integer)]
pub struct SqlInt(pub i64);

fn integer(mut value: SqliteValue<'_, '_, '_>, kind: &'static str) -> Result<i64, WrongType> {
    is_of(&value, SqliteType::Long, kind)?;
    Ok(value.read_long())
}

impl FromSql<BigInt, Sqlite> for SqlInt {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Self(integer(value, "an integer")?))
    }
}

impl FromSql<Integer, Sqlite> for SqlInt {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        FromSql::<BigInt, Sqlite>::from_sql(value)
    }
}

impl ToSql<BigInt, Sqlite> for SqlInt {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0);
        Ok(IsNull::No)
    }
}

impl ToSql<Integer, Sqlite> for SqlInt {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        ToSql::<BigInt, Sqlite>::to_sql(self, out)
    }
}

/// A flag: the integer 0 or 1, nothing else.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Bool)]
pub struct Flag(pub bool);

impl FromSql<Bool, Sqlite> for Flag {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        const KIND: &str = "0 or 1";
        match integer(value, KIND)? {
            0 => Ok(Self(false)),
            1 => Ok(Self(true)),
            _ => Err(WrongType::expected(KIND).into()),
        }
    }
}

impl ToSql<Bool, Sqlite> for Flag {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(i64::from(self.0));
        Ok(IsNull::No)
    }
}

/// A floating-point number. SQLite has no NaN: a bound NaN is stored as NULL.
#[derive(Debug, Clone, Copy, Default, PartialEq, PartialOrd, AsExpression, FromSqlRow)]
#[diesel(sql_type = Double)]
pub struct SqlReal(pub f64);

impl FromSql<Double, Sqlite> for SqlReal {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        is_of(&value, SqliteType::Double, "a floating-point number")?;
        Ok(Self(value.read_double()))
    }
}

impl ToSql<Double, Sqlite> for SqlReal {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0);
        Ok(IsNull::No)
    }
}
