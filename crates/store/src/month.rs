//! Making a month: its key, its catalogue row, its table and the views over all of them, in one transaction.

use std::sync::Arc;

use privatus_domain::Partition;

use crate::catalogue::{MONTHS_MAX, Month};
use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::WriteTx;

impl WriteTx<'_> {
    /// The month's table, made on first use.
    pub(crate) fn month_ensure(&mut self, partition: Partition) -> Result<Arc<Month>, StoreError> {
        if let Some(month) = self.months.get(&partition) {
            return Ok(Arc::clone(month));
        }
        if self.months.len() >= MONTHS_MAX {
            return Err(StoreError::Refused(format!(
                "the vault has {MONTHS_MAX} months; {partition} would be one more"
            )));
        }
        let (key_number, _) = self.key_ensure("table", &format!("messages/{partition}"))?;
        let month = Arc::new(Month::new(partition, key_number));
        let (key_id, now) = (key_number.to_string(), self.now().to_sql());
        let sql = Sql::new(
            "INSERT INTO partitions (partition, table_name, state, key_id, created_at) VALUES (?, ?, 'live', ?, ?)",
        );
        let sql = sql
            .bind(partition.number())
            .bind(month.table.as_str())
            .bind(key_id.as_str())
            .bind(now.as_str());
        self.link.run(sql, "add a month to the catalogue")?;
        // Every open parses it: without the line ends and spaces that are for a person.
        let template = self.schema_text("messages_template")?;
        let words: Vec<&str> = template.split_whitespace().collect();
        let create = words.join(" ").replacen("messages_template", &month.table, 1);
        self.run_schema(create)?;
        if !partition.is_month() {
            let table = &month.table;
            self.run_schema(format!(
                "CREATE INDEX idx_{table}_order ON {table} (conversation, timestamp, row_key)"
            ))?;
        }
        Arc::make_mut(&mut self.months).insert(partition, Arc::clone(&month));
        self.views_refresh()?;
        Ok(month)
    }

    /// Moves a month from the view `messages` to `messages_archive`: what the specification's INSERT and DELETE of old
    /// messages stand for. Nothing is copied, and paging reads it as before.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the vault has no such month.
    pub fn month_archive(&mut self, partition: Partition) -> Result<(), StoreError> {
        let sql = Sql::new("UPDATE partitions SET state = 'archived' WHERE partition = ? AND state = 'live'");
        if self.link.run(sql.bind(partition.number()), "archive a month")? == 0 {
            return Err(StoreError::NotFound(format!("a live month {partition}")));
        }
        self.views_refresh()
    }

    /// Writes the view under `messages` and `messages_archive` again, over all months; its columns stay those the
    /// migrations gave it.
    fn views_refresh(&mut self) -> Result<(), StoreError> {
        const VIEW: &str = "message_rows";
        let unknown = || StoreError::SchemaDiffers(format!("the view {VIEW} has another form"));
        let sql = Sql::new(
            "SELECT partition, state = 'archived' FROM partitions WHERE state <> 'sealed' ORDER BY partition",
        );
        let months: Vec<(i32, bool)> = self.link.rows(sql, "list the months")?;
        // Only a `Partition` becomes a table name, here too.
        let months = months
            .into_iter()
            .filter_map(|(number, archived)| Some((Partition::from_number(number)?, i32::from(archived))));
        // The template has no rows: it names the columns, also where no month stands.
        let mut source = "SELECT 0 AS archived, * FROM messages_template".to_owned();
        for (partition, archived) in months {
            source += &format!(" UNION ALL SELECT {archived}, * FROM {}", partition.table());
        }
        let old = self.schema_text(VIEW)?;
        let (head, rest) = old.split_once("\nFROM (").ok_or_else(unknown)?;
        let (_, tail) = rest.split_once(") AS m\n").ok_or_else(unknown)?;
        self.run_schema(format!("DROP VIEW {VIEW}"))?;
        self.run_schema(format!("{head}\nFROM ({source}) AS m\n{tail}"))
    }

    fn schema_text(&mut self, name: &str) -> Result<String, StoreError> {
        let sql = Sql::new("SELECT sql FROM sqlite_schema WHERE name = ?");
        let text: Option<String> = self.link.row(sql.bind(name), "read the schema")?;
        text.ok_or_else(|| StoreError::SchemaDiffers(format!("{name} is missing")))
    }

    /// Runs DDL without keeping it prepared.
    fn run_schema(&mut self, sql: String) -> Result<(), StoreError> {
        self.schema_changed = true;
        self.link.raw().execute_batch(&sql)?;
        Ok(())
    }
}
