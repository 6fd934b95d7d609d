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
        let create = self
            .schema_text("messages_template")?
            .replacen("messages_template", &month.table, 1);
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

    fn views_refresh(&mut self) -> Result<(), StoreError> {
        self.view_refresh("messages", "live")?;
        self.view_refresh("messages_archive", "archived")
    }

    /// Writes a view again over the months of a state; its columns stay those the migrations gave it.
    fn view_refresh(&mut self, view: &str, state: &str) -> Result<(), StoreError> {
        let sql = Sql::new("SELECT partition FROM partitions WHERE state = ? ORDER BY partition");
        let numbers: Vec<i32> = self.link.rows(sql.bind(state), "list the months")?;
        // Only a `Partition` becomes a table name, here too.
        let tables: Vec<String> = numbers
            .into_iter()
            .filter_map(Partition::from_number)
            .map(|partition| partition.table())
            .collect();
        let source = if tables.is_empty() {
            "messages_template".to_owned()
        } else {
            let terms: Vec<String> = tables
                .iter()
                .map(|table| format!("SELECT * FROM {table}"))
                .collect();
            format!("({})", terms.join(" UNION ALL "))
        };
        let old = self.schema_text(view)?;
        let (head, rest) = old.split_once("\nFROM ").ok_or_else(|| unknown_view(view))?;
        let (_, tail) = rest.split_once(" AS m\n").ok_or_else(|| unknown_view(view))?;
        self.run_schema(format!("DROP VIEW {view}"))?;
        self.run_schema(format!("{head}\nFROM {source} AS m\n{tail}"))
    }

    fn schema_text(&mut self, name: &str) -> Result<String, StoreError> {
        let sql = Sql::new("SELECT sql FROM sqlite_schema WHERE name = ?");
        let text: Option<String> = self.link.row(sql.bind(name), "read the schema")?;
        text.ok_or_else(|| StoreError::SchemaDiffers(format!("{name} is missing")))
    }

    /// Runs DDL past diesel's cache, which would keep each statement for ever.
    fn run_schema(&mut self, sql: String) -> Result<(), StoreError> {
        self.schema_changed = true;
        self.link.raw().execute_batch(&sql)?;
        Ok(())
    }
}

fn unknown_view(view: &str) -> StoreError {
    StoreError::SchemaDiffers(format!("the view {view} has another form"))
}
