//! Rows of `security_events`.

use privatus_domain::NewSecurityEvent;

use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::WriteTx;

impl WriteTx<'_> {
    /// Writes a security event; gives its number.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn security_event(&mut self, event: &NewSecurityEvent) -> Result<(), StoreError> {
        let sql = Sql::new(
            "SELECT 1 + max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'security_events'), 0), \
             coalesce((SELECT max(event_id) FROM security_events), 0))",
        );
        let id: Option<i64> = self.link.row(sql, "number a security event")?;
        let id = id.unwrap_or(1);
        let raw = event
            .raw_data
            .as_ref()
            .map(|raw| raw.as_str().as_bytes().to_vec());
        let seal = |raw: Vec<u8>| self.seal_value("security_events", "raw_data", &id.to_le_bytes(), &raw);
        let sealed = raw.map(seal).transpose()?;
        let (at, user) = (event.at.to_sql(), event.user.as_ref().or(self.user.as_ref()));
        let user = user.map(ToString::to_string);
        let sql = Sql::new(
            "INSERT INTO security_events (event_id, timestamp, event_type, severity, user_id, description, raw_data) \
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        );
        let sql = sql
            .bind(id)
            .bind(at.as_str())
            .bind(event.kind.as_str())
            .bind(event.severity.as_str())
            .bind(user.as_deref())
            .bind(event.description.as_str())
            .bind(sealed.as_deref());
        self.link.run(sql, "write a security event").map(drop)
    }
}
