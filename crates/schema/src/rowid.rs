//! The rowid of a table whose primary key is another column.

use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::query_source::{AppearsInFromClause, Once, Table};
use diesel::result::QueryResult;

use crate::sql_types::BigInt;

/// `table.rowid`: see [`rowid`].
#[derive(Debug, Clone, Copy, QueryId)]
pub struct Rowid<T>(T);

/// The rowid of a table's row, which SQLite has although `table!` does not list it: it shows the order of insertion.
///
/// `contacts::table.order(rowid(contacts::table))`
pub const fn rowid<T: Table>(table: T) -> Rowid<T> {
    Rowid(table)
}

impl<T> Expression for Rowid<T> {
    type SqlType = BigInt;
}

impl<T, DB: Backend> QueryFragment<DB> for Rowid<T>
where
    T: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(".");
        out.push_identifier("rowid")
    }
}

impl<T, QS> AppearsOnTable<QS> for Rowid<T> where QS: AppearsInFromClause<T, Count = Once> {}

// Not available after a left join, where a missing row reads as NULL.
impl<T> SelectableExpression<T> for Rowid<T> where T: AppearsInFromClause<T, Count = Once> {}

impl<T, GroupBy> ValidGrouping<GroupBy> for Rowid<T> {
    type IsAggregate = is_aggregate::No;
}
