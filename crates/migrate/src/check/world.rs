//! What the checks need of the months.

use privatus_sqlite::Connection;

use crate::error::MigrateError;
use crate::host::Host;

/// A vault's months around a database whose values are not sealed.
pub trait World: Host {
    /// Makes the tables of the catalogue's months that do not stand yet, and the views over them.
    ///
    /// # Errors
    /// SQLite's.
    fn make_months(&mut self, db: &mut Connection) -> Result<(), MigrateError>;

    /// Gives `to`, which has the schema and no month, the months of `from` and the views over them.
    ///
    /// # Errors
    /// SQLite's.
    fn copy_months(&mut self, from: &mut Connection, to: &mut Connection) -> Result<(), MigrateError>;
}
