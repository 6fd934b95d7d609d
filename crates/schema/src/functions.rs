//! SQLite functions that diesel does not offer for our types.

use diesel::declare_sql_function;
use diesel::sql_types::{Nullable, SingleValue, SqlOrd, SqlType};

// Called by its path: the macro would bring diesel's names into scope.
use crate::sql_types as ours;

#[declare_sql_function]
extern "SQL" {
    /// The value, or the other one if it is NULL.
    fn coalesce<ST: SqlType + SingleValue>(value: Nullable<ST>, other: ST) -> ST;

    /// The first of two nullable values that is not NULL.
    #[sql_name = "coalesce"]
    fn either<ST: SqlType + SingleValue>(value: Nullable<ST>, other: Nullable<ST>) -> Nullable<ST>;

    /// The greater of two. (`max` with one argument is the aggregate.)
    #[sql_name = "max"]
    fn greater<ST: SqlOrd + SingleValue>(one: ST, other: ST) -> ST;

    /// The smaller of two. (`min` with one argument is the aggregate.)
    #[sql_name = "min"]
    fn smaller<ST: SqlOrd + SingleValue>(one: ST, other: ST) -> ST;

    /// The number of bytes.
    fn length(bytes: ours::Binary) -> ours::BigInt;

    /// The position of one text in another, from 1; 0 if absent.
    fn instr(text: ours::Text, part: ours::Text) -> ours::Integer;
}
