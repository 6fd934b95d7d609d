//! SQL with cached statements.
//!
//! diesel caches by SQL text only what is not `sql_query`, an UPDATE or an upsert of its own builder (DESIGN section
//! 2). [`Sql`] is a query fragment of our own, so every statement of the store is prepared once a connection, also
//! those with run-time table names.

use std::borrow::Cow;
use std::marker::PhantomData;

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use diesel::sqlite::{Sqlite, SqliteType};
use diesel::{RunQueryDsl, SqliteConnection};
use privatus_domain::id::Id;

/// A bound value. A NULL keeps the type of its column, so that it does not make another statement.
#[derive(Clone, Copy)]
pub(crate) enum Value<'a> {
    Int(Option<i64>),
    Text(Option<&'a str>),
    Blob(Option<&'a [u8]>),
}

impl std::fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("«bound»")
    }
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}

impl From<Option<i64>> for Value<'_> {
    fn from(value: Option<i64>) -> Self {
        Self::Int(value)
    }
}

impl From<i32> for Value<'_> {
    fn from(value: i32) -> Self {
        Self::Int(Some(value.into()))
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Int(Some(value.into()))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(Some(value))
    }
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(value: Option<&'a str>) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Blob(Some(value))
    }
}

impl<'a> From<&'a Id> for Value<'a> {
    fn from(id: &'a Id) -> Self {
        match id {
            Id::Uuid(bytes) => Self::Blob(Some(bytes)),
            Id::Text(text) => Self::Text(Some(text)),
        }
    }
}

impl<'a> From<Option<&'a Id>> for Value<'a> {
    fn from(id: Option<&'a Id>) -> Self {
        id.map_or(Self::Blob(None), Into::into)
    }
}

/// One statement with its binds; `ST` is the SQL type of its rows.
#[derive(Debug)]
pub(crate) struct Sql<'a, ST = ()> {
    text: Cow<'a, str>,
    binds: Vec<Value<'a>>,
    rows: PhantomData<ST>,
}

impl<'a, ST> Sql<'a, ST> {
    /// A statement; each `?` takes the next bind. Texts hold no other `?`.
    pub(crate) fn new(text: impl Into<Cow<'a, str>>) -> Self {
        let text = text.into();
        #[cfg(test)]
        crate::plans::note(&text);
        Self {
            text,
            binds: Vec::new(),
            rows: PhantomData,
        }
    }

    /// Binds the next `?`.
    pub(crate) fn bind(mut self, value: impl Into<Value<'a>>) -> Self {
        self.binds.push(value.into());
        self
    }
}

impl<ST> QueryFragment<Sqlite> for Sql<'_, ST> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        let mut binds = self.binds.iter();
        let mut parts = self.text.split('?');
        if let Some(first) = parts.next() {
            pass.push_sql(first);
        }
        for part in parts {
            match binds.next().unwrap_or(&Value::Int(None)) {
                Value::Int(value) => pass.push_bind_param::<Nullable<BigInt>, _>(value)?,
                Value::Text(value) => pass.push_bind_param::<Nullable<Text>, _>(value)?,
                Value::Blob(value) => pass.push_bind_param::<Nullable<Binary>, _>(value)?,
            }
            pass.push_sql(part);
        }
        Ok(())
    }
}

impl<ST> QueryId for Sql<'_, ST> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<ST> Query for Sql<'_, ST> {
    type SqlType = ST;
}

impl<ST> RunQueryDsl<SqliteConnection> for Sql<'_, ST> {}

/// An id column: BLOB for a UUID, TEXT otherwise.
#[derive(Debug, Clone, FromSqlRow)]
pub(crate) struct IdColumn(pub(crate) Id);

impl FromSql<Binary, Sqlite> for IdColumn {
    fn from_sql(mut value: <Sqlite as diesel::backend::Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        if value.value_type() == Some(SqliteType::Binary) {
            let bytes: [u8; 16] = value
                .read_blob()
                .try_into()
                .map_err(|_| "an id of another length")?;
            return Ok(Self(Id::Uuid(bytes)));
        }
        Ok(Self(Id::Text(value.read_text().into())))
    }
}
