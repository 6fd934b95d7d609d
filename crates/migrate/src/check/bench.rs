//! An in-memory database, and a runner for it.

use privatus_crypto::LedgerKey;
use privatus_sqlite::{Connection, OpenMode, OpenOptions, SqliteError};

use super::fault::Fault;
use super::world::World;
use crate::error::MigrateError;
use crate::event::Event;
use crate::ledger::{Seal, applied};
use crate::run::Runner;
use crate::step::Step;

/// The vault's id, for the ledger's MACs.
const VAULT: &[u8] = b"a vault for checks";
/// The time recorded in the ledger.
const NOW: &str = "2000-01-01 00:00:00.000";

pub(super) struct Bench<'a> {
    key: LedgerKey,
    pub(super) world: &'a mut dyn World,
}

pub(super) fn empty() -> Result<Connection, SqliteError> {
    Connection::open_in_memory(&OpenOptions::new(OpenMode::Create))
}

impl<'a> Bench<'a> {
    pub(super) fn new(world: &'a mut dyn World) -> Result<Self, Fault> {
        let key = LedgerKey::generate().map_err(MigrateError::from)?;
        Ok(Self { key, world })
    }

    fn run<T>(
        &mut self,
        work: impl FnOnce(&mut Runner<'_>) -> Result<T, MigrateError>,
    ) -> Result<T, MigrateError> {
        work(&mut Runner {
            host: &mut *self.world,
            seal: Seal {
                key: &self.key,
                vault: VAULT,
            },
            now: NOW,
            tool: "",
            event: &mut |_: Event<'_>| (),
        })
    }

    pub(super) fn up(&mut self, db: &mut Connection, steps: &[Step]) -> Result<(), MigrateError> {
        self.run(|runner| runner.up(db, steps))
    }

    /// Takes the newest step back, with the SQL from the ledger.
    pub(super) fn back(&mut self, db: &mut Connection) -> Result<(), MigrateError> {
        self.run(|runner| {
            let rows = applied(db, &runner.seal)?;
            runner.back(db, rows.last().map(std::slice::from_ref).unwrap_or_default())
        })
    }

    /// Tries taking the newest step back, and undoes it.
    pub(super) fn rehearse_back<T>(
        &mut self,
        db: &mut Connection,
        look: impl FnOnce(&mut Connection) -> Result<T, MigrateError>,
    ) -> Result<T, MigrateError> {
        self.run(|runner| {
            let rows = applied(db, &runner.seal)?;
            let last = rows.last().map(std::slice::from_ref).unwrap_or_default();
            runner.rehearse_back(db, last, look)
        })
    }

    /// Creates a database with these steps and no rows, with the months of `like`.
    pub(super) fn fresh(
        &mut self,
        steps: &[Step],
        like: &mut Connection,
    ) -> Result<Connection, MigrateError> {
        let mut fresh = empty()?;
        self.up(&mut fresh, steps)?;
        if !steps.is_empty() {
            self.world.copy_months(like, &mut fresh)?;
        }
        Ok(fresh)
    }
}
