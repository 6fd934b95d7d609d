//! A statement with its binds. The connection caches prepared statements by their text, so a different table name makes
//! a different statement, but a value never does.

use std::borrow::Cow;

use privatus_domain::Id;
use privatus_sqlite::Value;

/// How many binds a statement has room for without growing: a message's row has 13.
const ROOM: usize = 13;

/// The greatest LIMIT that SQLite accepts; no table has that many rows.
pub(crate) const LIMIT_MOST: usize = usize::MAX >> 1;

/// A statement with its binds.
#[derive(Debug)]
pub(crate) struct Sql<'a> {
    text: Cow<'a, str>,
    binds: Vec<Value<'a>>,
}

impl<'a> Sql<'a> {
    /// Creates a statement; each `?` takes the next bind.
    pub(crate) fn new(text: impl Into<Cow<'a, str>>) -> Self {
        Self {
            text: text.into(),
            binds: Vec::new(),
        }
    }

    /// Binds the next `?`.
    pub(crate) fn bind(mut self, value: impl Bind<'a>) -> Self {
        if self.binds.is_empty() {
            self.binds.reserve_exact(ROOM);
        }
        self.binds.push(value.value());
        self
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn binds(&self) -> &[Value<'a>] {
        &self.binds
    }
}

/// A value that can be bound to a `?`.
pub(crate) trait Bind<'a> {
    fn value(self) -> Value<'a>;
}

impl<'a> Bind<'a> for i64 {
    fn value(self) -> Value<'a> {
        Value::Integer(self)
    }
}

impl<'a> Bind<'a> for i32 {
    fn value(self) -> Value<'a> {
        Value::Integer(self.into())
    }
}

impl<'a> Bind<'a> for bool {
    fn value(self) -> Value<'a> {
        Value::Integer(self.into())
    }
}

impl<'a> Bind<'a> for &'a str {
    fn value(self) -> Value<'a> {
        Value::Text(self)
    }
}

impl<'a> Bind<'a> for &'a [u8] {
    fn value(self) -> Value<'a> {
        Value::Blob(self)
    }
}

impl<'a> Bind<'a> for &'a Id {
    fn value(self) -> Value<'a> {
        match self {
            Id::Uuid(bytes) => Value::Blob(bytes),
            Id::Text(text) => Value::Text(text),
        }
    }
}

impl<'a, T: Bind<'a>> Bind<'a> for Option<T> {
    fn value(self) -> Value<'a> {
        self.map_or(Value::Null, Bind::value)
    }
}
