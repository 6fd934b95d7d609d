//! Instrumentation for tests, benchmarks and xtask: counters of a connection's work, and the SQL it runs.
//!
//! ```
//! use privatus_sqlite::{Connection, OpenOptions, SqliteError, Value, testing::statements_of};
//! # fn main() -> Result<(), SqliteError> {
//! let mut connection = Connection::open_in_memory(&OpenOptions::default())?;
//! connection.execute_batch("CREATE TABLE t (a)")?;
//! let (inserted, sql) = statements_of(|| connection.run("INSERT INTO t VALUES (?)", &[Value::Integer(1)]));
//! assert_eq!(inserted?, 1);
//! assert!(sql.iter().eq(["INSERT INTO t VALUES (?)"]));
//! # Ok(())
//! # }
//! ```

mod counters;
pub(crate) mod statement_totals;
mod statements;
pub(crate) mod trace;
mod undefended;

pub use counters::Counters;
pub use statements::statements_of;
pub use trace::count_from_opening;
