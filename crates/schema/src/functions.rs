//! SQLite's functions that diesel does not offer for our types.

use diesel::declare_sql_function;
use diesel::sql_types::{Nullable, SingleValue, SqlOrd, SqlType};

// By its path: the macro brings diesel's names into scope.
use crate::sql_types as ours;

#[declare_sql_function]
extern "SQL" {
    /// The value, or the other where it is NULL.
    fn coalesce<ST: SqlType + SingleValue>(value: Nullable<ST>, other: ST) -> ST;

    /// The first of two that is not NULL.
    #[sql_name = "coalesce"]
    fn either<ST: SqlType + SingleValue>(value: Nullable<ST>, other: Nullable<ST>) -> Nullable<ST>;

    /// The greater of two. (`max` of one is the aggregate.)
    #[sql_name = "max"]
    fn greater<ST: SqlOrd + SingleValue>(one: ST, other: ST) -> ST;

    /// The smaller of two. (`min` of one is the aggregate.)
    #[sql_name = "min"]
    fn smaller<ST: SqlOrd + SingleValue>(one: ST, other: ST) -> ST;

    /// How many bytes there are.
    fn length(bytes: ours::Binary) -> ours::BigInt;

    /// Where a text holds another, counted from 1; 0 when it does not.
    fn instr(text: ours::Text, part: ours::Text) -> ours::Integer;
}
