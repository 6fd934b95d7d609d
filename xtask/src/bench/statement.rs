//! A statement that diesel prepares once: cached by its text, with literal limits.
//!
//! diesel binds `limit()` and `first()`, and a bound LIMIT is prepared again at every run: a floor written so would be
//! slower than it is.

use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use diesel::sqlite::Sqlite;
use diesel::{RunQueryDsl, SqliteConnection};

/// A bound value.
#[derive(Clone, Copy)]
pub(crate) enum Bind<'a> {
    Int(i64),
    Text(&'a str),
    Blob(&'a [u8]),
    Null,
}

/// SQL with `?` for each of its binds.
pub(crate) struct Statement<'a, ST = ()> {
    sql: &'a str,
    binds: &'a [Bind<'a>],
    rows: std::marker::PhantomData<ST>,
}

impl<'a, ST> Statement<'a, ST> {
    pub(crate) const fn new(sql: &'a str, binds: &'a [Bind<'a>]) -> Self {
        Self {
            sql,
            binds,
            rows: std::marker::PhantomData,
        }
    }
}

impl<ST> QueryFragment<Sqlite> for Statement<'_, ST> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        let mut parts = self.sql.split('?');
        if let Some(first) = parts.next() {
            pass.push_sql(first);
        }
        for (part, bind) in parts.zip(self.binds) {
            match bind {
                Bind::Int(value) => pass.push_bind_param::<BigInt, _>(value)?,
                Bind::Text(value) => pass.push_bind_param::<Text, _>(*value)?,
                Bind::Blob(value) => pass.push_bind_param::<Binary, _>(*value)?,
                Bind::Null => pass.push_bind_param::<Nullable<BigInt>, _>(&None::<i64>)?,
            }
            pass.push_sql(part);
        }
        Ok(())
    }
}

impl<ST> QueryId for Statement<'_, ST> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<ST> Query for Statement<'_, ST> {
    type SqlType = ST;
}

impl<ST> RunQueryDsl<SqliteConnection> for Statement<'_, ST> {}
