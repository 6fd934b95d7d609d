//! A row of `key_store` with any values that somebody may have put there. Only its wrapping proves what it is.

use privatus_crypto::KEY_WRAP_ALGORITHM;
use privatus_domain::{KeyKind, Timestamp};

use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::ReadTx;

/// Reads every value whatever its type: a value of another type than its column's is a fault of its row, and must not
/// hide other rows.
const ROWS: &str = "SELECT rowid, iif(typeof(key_id) = 'text', CAST(key_id AS BLOB), x''), \
                    iif(typeof(key_number) = 'integer', key_number, NULL), \
                    iif(typeof(key_type) = 'text', CAST(key_type AS BLOB), x''), \
                    iif(typeof(scope) = 'text', CAST(scope AS BLOB), x''), coalesce(CAST(encrypted_key AS BLOB), x''), \
                    typeof(encrypted_key) = 'blob', \
                    iif(typeof(algorithm) = 'text', CAST(algorithm AS BLOB), x''), \
                    CASE typeof(created_at) WHEN 'text' THEN CAST(created_at AS BLOB) WHEN 'null' THEN NULL ELSE x'' END, \
                    CASE typeof(expires_at) WHEN 'text' THEN CAST(expires_at AS BLOB) WHEN 'null' THEN NULL ELSE x'' END, \
                    CASE typeof(last_used) WHEN 'text' THEN CAST(last_used AS BLOB) WHEN 'null' THEN NULL ELSE x'' END, \
                    CASE typeof(usage_count) WHEN 'integer' THEN usage_count WHEN 'null' THEN NULL ELSE -1 END \
                    FROM key_store ORDER BY key_number, rowid";

type Values = (
    i64,
    Vec<u8>,
    Option<i64>,
    Vec<u8>,
    Vec<u8>,
    (Vec<u8>, bool),
    Vec<u8>,
    Option<Vec<u8>>,
    Option<Vec<u8>>,
    Option<Vec<u8>>,
    Option<i64>,
);

/// The scope's prefix before the number of a key whose place is unknown, or before the first and last of many numbers.
pub(super) const LOST: &str = "lost/";

/// What a row should hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyRow {
    pub(crate) number: u32,
    pub(crate) kind: String,
    pub(crate) scope: String,
    /// Empty for a key that was destroyed.
    pub(crate) wrapped: Vec<u8>,
    pub(crate) created_at: Option<String>,
    pub(crate) expires_at: Option<String>,
    pub(crate) last_used: Option<String>,
    pub(crate) usage: i64,
}

impl KeyRow {
    /// Returns the row for a number whose key is gone.
    pub(super) fn emptied(number: u32, kind: String, scope: String) -> Self {
        Self {
            number,
            kind,
            scope,
            wrapped: Vec::new(),
            created_at: None,
            expires_at: None,
            last_used: None,
            usage: 0,
        }
    }
}

/// A row of `key_store` as it is.
#[derive(Debug)]
pub(crate) struct Standing {
    /// Its place in the table, which is independent of its columns.
    pub(crate) rowid: i64,
    pub(crate) key_id: Option<String>,
    /// The number in the row; `None` if it cannot be the number of a key.
    pub(crate) number: Option<u32>,
    pub(crate) kind: Option<String>,
    pub(crate) scope: Option<String>,
    pub(crate) wrapped: Vec<u8>,
    /// Whether it is the row of a destroyed key. NULL or a value of another type does not count.
    pub(crate) is_emptied: bool,
    created_at: Option<String>,
    expires_at: Option<String>,
    last_used: Option<String>,
    usage: Option<i64>,
    /// Columns with values that no build writes, other than number, type and scope.
    pub(crate) odd: Vec<&'static str>,
}

impl Standing {
    fn new(values: Values) -> Self {
        let (
            rowid,
            key_id,
            number,
            kind,
            scope,
            (wrapped, is_blob),
            algorithm,
            created,
            expires,
            used,
            usage,
        ) = values;
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).ok().filter(|text| !text.is_empty());
        let mut odd = Vec::new();
        let number = number
            .and_then(|number| u32::try_from(number).ok())
            .filter(|number| *number > 0);
        let key_id = text(key_id);
        if number.is_some() && key_id != number.map(|number| number.to_string()) {
            odd.push("key_id");
        }
        if !is_blob {
            odd.push("encrypted_key");
        }
        if algorithm != KEY_WRAP_ALGORITHM.as_bytes() {
            odd.push("algorithm");
        }
        let mut time = |column, bytes: Option<Vec<u8>>| {
            let bytes = bytes?;
            let time = text(bytes).filter(|text| is_stored_time(text));
            if time.is_none() {
                odd.push(column);
            }
            time
        };
        let (created_at, expires_at, last_used) = (
            time("created_at", created),
            time("expires_at", expires),
            time("last_used", used),
        );
        if usage.is_some_and(|usage| usage < 0) {
            odd.push("usage_count");
        }
        Self {
            rowid,
            key_id,
            number,
            kind: text(kind),
            scope: text(scope),
            is_emptied: is_blob && wrapped.is_empty(),
            wrapped,
            created_at,
            expires_at,
            last_used,
            usage: usage.filter(|usage| *usage >= 0),
            odd,
        }
    }

    /// Returns the first of the numbers that an emptied row represents: its own, or a run up to its own.
    pub(super) fn first(&self) -> u32 {
        let own = self.number.unwrap_or_default();
        let is_table = self.kind.as_deref() == Some(KeyKind::Table.as_str());
        let scope = self.scope.as_deref().filter(|_| self.is_emptied && is_table);
        let run = scope.and_then(|scope| scope.strip_prefix(LOST)?.split_once('-'));
        let run = run.and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
        match run {
            Some((first, last)) if last == own && first <= last => first,
            _ => own,
        }
    }

    /// Returns the row as it should be, with this number and place.
    pub(crate) fn as_key(&self, number: u32, kind: &str, scope: &str) -> KeyRow {
        KeyRow {
            number,
            kind: kind.to_owned(),
            scope: scope.to_owned(),
            wrapped: self.wrapped.clone(),
            created_at: self.created_at.clone(),
            expires_at: self.expires_at.clone(),
            last_used: self.last_used.clone(),
            usage: self.usage.unwrap_or_default(),
        }
    }

    /// Returns the row as it should be, but without a key.
    pub(crate) fn as_lost(&self, number: u32, kind: &str, scope: &str) -> KeyRow {
        KeyRow {
            wrapped: Vec::new(),
            ..self.as_key(number, kind, scope)
        }
    }

    /// Returns a name by which a person can find the row.
    pub(crate) fn name(&self) -> String {
        let kind = self.kind.as_deref().unwrap_or("?");
        let scope = self.scope.as_deref().unwrap_or("?");
        match self.number {
            Some(number) => format!("key {number} ({} {})", shown(kind), shown(scope)),
            None => format!(
                "row {} of key_store ({} {})",
                self.rowid,
                shown(kind),
                shown(scope)
            ),
        }
    }
}

/// Returns the beginning of a text, with control characters replaced.
fn shown(text: &str) -> String {
    let plain = |char: char| if char.is_control() { '?' } else { char };
    text.chars().take(80).map(plain).collect()
}

fn is_stored_time(text: &str) -> bool {
    Timestamp::parse(text).is_ok_and(|time| time.to_sql() == text)
}

impl ReadTx<'_> {
    /// Returns every row of `key_store`, ordered by number.
    pub(crate) fn keys_standing(&mut self) -> Result<Vec<Standing>, StoreError> {
        let rows: Vec<Values> = self.db.rows(Sql::new(ROWS), "read the keys")?;
        Ok(rows.into_iter().map(Standing::new).collect())
    }
}
