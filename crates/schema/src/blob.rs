//! Bytes in rows.

use std::fmt;

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sqlite::{Sqlite, SqliteType, SqliteValue};

use crate::sql_types::Binary;
use crate::wrong_type::{WrongType, is_of};

/// Bytes of a row. A bound value can borrow; a read value is owned, and an array (`SqlBlob<[u8; 16]>`) must have its
/// length.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Binary)]
pub struct SqlBlob<T = Vec<u8>>(pub T);

impl<T: TryFrom<Vec<u8>>> FromSql<Binary, Sqlite> for SqlBlob<T> {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        is_of(&value, SqliteType::Binary, "bytes")?;
        let bytes = T::try_from(value.read_blob().to_vec());
        Ok(Self(
            bytes.map_err(|_| WrongType::expected("bytes of this length"))?,
        ))
    }
}

impl<T: AsRef<[u8]>> ToSql<Binary, Sqlite> for SqlBlob<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_ref());
        Ok(IsNull::No)
    }
}

// A row's bytes may be a key.
impl<T> fmt::Debug for SqlBlob<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SqlBlob(…)")
    }
}
