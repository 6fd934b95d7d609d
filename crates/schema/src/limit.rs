//! A LIMIT whose number is part of the statement's text.

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

/// Ends a query with a LIMIT written into its text. diesel's `limit` and `first` bind the number, and SQLite then
/// prepares the statement again on every run. Each number makes a separate statement, so use few.
pub trait LimitLiteral: Query + Sized {
    /// Returns at most this many rows. Nothing may follow, and diesel's own `limit` and `offset` may not precede it.
    fn limit_literal(self, rows: u32) -> Limited<Self> {
        Limited { query: self, rows }
    }
}

impl<Q: Query> LimitLiteral for Q {}

impl<Q: Query> Query for Limited<Q> {
    type SqlType = Q::SqlType;
}

impl<Q, C> RunQueryDsl<C> for Limited<Q> {}

// The number is not part of the type, so the statement is cached by its text.
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
