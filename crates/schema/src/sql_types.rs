//! The SQL types of the columns. They have the names of diesel's types, which the generator prints, but are our own:
//! diesel reads `Text` as `String` from any kind of value; ours can only be read with the newtypes of this crate.

use diesel::query_builder::QueryId;
use diesel::sql_types::ops::{Add, Div, Mul, Sub};
use diesel::sql_types::{BoolOrNullableBool, Foldable, Interval, SqlOrd, SqlType};

pub use diesel::sql_types::Nullable;

/// UTF-8 text.
#[derive(Debug, Clone, Copy, Default, QueryId, SqlType)]
#[diesel(sqlite_type(name = "Text"))]
pub struct Text;

/// A signed integer of 64 bits.
#[derive(Debug, Clone, Copy, Default, QueryId, SqlType)]
#[diesel(sqlite_type(name = "Long"))]
pub struct BigInt;

/// An integer that a migration declares as `INTEGER`; SQLite stores 64 bits for it too.
#[derive(Debug, Clone, Copy, Default, QueryId, SqlType)]
#[diesel(sqlite_type(name = "Long"))]
pub struct Integer;

/// 0 or 1.
#[derive(Debug, Clone, Copy, Default, QueryId, SqlType)]
#[diesel(sqlite_type(name = "Long"))]
pub struct Bool;

/// Bytes.
#[derive(Debug, Clone, Copy, Default, QueryId, SqlType)]
#[diesel(sqlite_type(name = "Binary"))]
pub struct Binary;

/// A time as UTC text `YYYY-MM-DD HH:MM:SS.sss`.
#[derive(Debug, Clone, Copy, Default, QueryId, SqlType)]
#[diesel(sqlite_type(name = "Text"))]
pub struct Timestamp;

/// A day as text `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, Default, QueryId, SqlType)]
#[diesel(sqlite_type(name = "Text"))]
pub struct Date;

/// A floating-point number of 64 bits.
#[derive(Debug, Clone, Copy, Default, QueryId, SqlType)]
#[diesel(sqlite_type(name = "Double"))]
pub struct Double;

macro_rules! arithmetic {
    ($($kind:ident: $($operation:ident)+, $other:ty, $result:ty;)+) => {
        $($(
            impl $operation for $kind {
                type Rhs = $other;
                type Output = $result;
            }
        )+)+
    };
}

// `table!` requires arithmetic on types of these names. SQLite has no interval type, so nothing can be added to a time.
arithmetic! {
    BigInt: Add Sub Mul Div, Self, Self;
    Integer: Add Sub Mul Div, Self, Self;
    Double: Add Sub Mul Div, Self, Self;
    Timestamp: Add Sub, Interval, Self;
    Date: Add Sub, Interval, Timestamp;
}

macro_rules! ordered {
    ($($kind:ident)+) => {
        $(impl SqlOrd for $kind {})+
    };
}

ordered!(Text BigInt Integer Timestamp Date Double);

macro_rules! summed {
    ($($kind:ident: $sum:ident;)+) => {
        $(impl Foldable for $kind {
            type Sum = Nullable<$sum>;
            type Avg = Nullable<Double>;
        })+
    };
}

// As in SQLite: the sum of integers is a 64-bit integer, or an error.
summed! {
    BigInt: BigInt;
    Integer: BigInt;
    Double: Double;
}

impl BoolOrNullableBool for Bool {}
