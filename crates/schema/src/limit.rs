//! A LIMIT whose number stands in the statement.

use diesel::RunQueryDsl;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sqlite::Sqlite;

/// A query with its LIMIT: see [`LimitLiteral`].
#[derive(Debug, Clone, Copy)]
pub struct Limited<Q> {
    query: Q,
    rows: u32,
}

/// Ends a query with a LIMIT written into its text. diesel's `limit` and `first` bind the number, and SQLite then prepares
/// the statement again at each run. Each number is a statement of its own: take few.
pub trait LimitLiteral: Query + Sized {
    /// At most so many rows. Nothing may follow, and nothing of diesel's (`limit`, `offset`) go before.
    fn limit_literal(self, rows: u32) -> Limited<Self> {
        Limited { query: self, rows }
    }
}

impl<Q: Query> LimitLiteral for Q {}

impl<Q: Query> Query for Limited<Q> {
    type SqlType = Q::SqlType;
}

impl<Q, C> RunQueryDsl<C> for Limited<Q> {}

// The number is no part of the type: the statement is kept by its text.
impl<Q> QueryId for Limited<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: QueryFragment<Sqlite>> QueryFragment<Sqlite> for Limited<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.query.walk_ast(out.reborrow())?;
        out.push_sql(" LIMIT ");
        out.push_sql(&self.rows.to_string());
        Ok(())
    }
}
