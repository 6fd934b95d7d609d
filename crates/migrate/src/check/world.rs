//! What the checks need from the host for months.

use privatus_sqlite::Connection;

use crate::error::MigrateError;
use crate::host::Host;

/// A vault's months in a database whose values are not sealed.
pub trait World: Host {
    /// Creates the missing tables of the catalogue's months, and the views over them.
    ///
    /// # Errors
    /// SQLite's errors.
    fn make_months(&mut self, db: &mut Connection) -> Result<(), MigrateError>;

    /// Creates in `to`, which has the schema but no months, the months of `from` and the views over them.
    ///
    /// # Errors
    /// SQLite's errors.
    fn copy_months(&mut self, from: &mut Connection, to: &mut Connection) -> Result<(), MigrateError>;
}
