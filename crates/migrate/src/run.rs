//! Runs one step, up or back, in one transaction: completely or not at all.

use std::collections::BTreeSet;

use privatus_sqlite::Connection;

use crate::counts::Counts;
use crate::error::MigrateError;
use crate::event::Event;
use crate::host::Host;
use crate::ledger::{self, Applied, Seal};
use crate::partition;
use crate::read;
use crate::references::Dangling;
use crate::settle;
use crate::step::Step;
use crate::tokens::{first_token, first_words};

/// The environment in which steps run.
pub struct Runner<'a> {
    /// The vault around the steps.
    pub host: &'a mut dyn Host,
    /// The keys for writing and checking the ledger.
    pub seal: Seal<'a>,
    /// The time to record, as UTC text.
    pub now: &'a str,
    /// The version of this build.
    pub tool: &'a str,
    /// Receives progress after each statement.
    pub event: &'a mut dyn FnMut(Event<'_>),
}

impl std::fmt::Debug for Runner<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Runner")
    }
}

impl Runner<'_> {
    /// Applies steps, each in its own transaction.
    ///
    /// # Errors
    /// The [`MigrateError`] of the first step that fails: that step left no change, and those before it are committed.
    pub fn up(&mut self, db: &mut Connection, steps: &[Step]) -> Result<(), MigrateError> {
        for (done, step) in steps.iter().enumerate() {
            self.in_transaction(db, |run, db| run.apply(db, step, done, steps.len()))?;
            (self.event)(Event::Committed { step: step.name });
        }
        Ok(())
    }

    /// Takes steps back, newest first, with the SQL in the ledger, each in its own transaction.
    ///
    /// # Errors
    /// Those of [`up`](Self::up); [`MigrateError::Irreversible`], and [`MigrateError::Ledger`] for SQL that differs
    /// from what was written there.
    pub fn back(&mut self, db: &mut Connection, applied: &[Applied]) -> Result<(), MigrateError> {
        for (done, step) in applied.iter().rev().enumerate() {
            self.in_transaction(db, |run, db| run.take_back(db, step, done, applied.len()))?;
            (self.event)(Event::Committed { step: &step.title() });
        }
        Ok(())
    }

    /// Takes steps back as [`back`](Self::back) does, passes the resulting database to `look`, and undoes everything.
    pub(crate) fn rehearse_back<T>(
        &mut self,
        db: &mut Connection,
        applied: &[Applied],
        look: impl FnOnce(&mut Connection) -> Result<T, MigrateError>,
    ) -> Result<T, MigrateError> {
        begin(db)?;
        let looked = applied
            .iter()
            .rev()
            .enumerate()
            .try_for_each(|(done, step)| self.take_back(db, step, done, applied.len()))
            .and_then(|()| look(db));
        let ended = end(db);
        let looked = looked?;
        ended?;
        Ok(looked)
    }

    fn in_transaction(
        &mut self,
        db: &mut Connection,
        work: impl FnOnce(&mut Self, &mut Connection) -> Result<(), MigrateError>,
    ) -> Result<(), MigrateError> {
        begin(db)?;
        let done = work(self, db).and_then(|()| Ok(db.run("COMMIT", &[]).map(drop)?));
        let ended = end(db);
        done?;
        ended
    }

    fn apply(
        &mut self,
        db: &mut Connection,
        step: &Step,
        done: usize,
        of: usize,
    ) -> Result<(), MigrateError> {
        let before = self.look(db, step.name, step.rows_up.iter().copied(), (done, of))?;
        self.script(db, step.name, step.up)?;
        self.months(db, step.name, step.partition_up)?;
        if let Some(code) = step.code {
            code(db, self.host)?;
            stands(db, step.name)?;
        }
        self.host.refresh_views(db)?;
        settle::settle(db, self.host, step.name, &before.triggers)
            .map_err(|error| error.in_step(step.name, "the months"))?;
        ledger::note(db, &self.seal, step, self.now, self.tool)
            .map_err(|error| error.in_step(step.name, "its row in the ledger"))?;
        self.compare(db, step.name, &before, false)
    }

    fn take_back(
        &mut self,
        db: &mut Connection,
        step: &Applied,
        done: usize,
        of: usize,
    ) -> Result<(), MigrateError> {
        let name = &step.title();
        let down = way_back(step)?;
        ledger::check_plain(db)?;
        let declared = ledger::parse_down_rows(step)?;
        let declared = declared.iter().map(|(table, sql)| (table.as_str(), sql.as_str()));
        let before = self.look(db, name, declared, (done, of))?;
        self.script(db, name, down)?;
        self.months(db, name, step.partition_down_sql.as_deref())?;
        // Taking back the first step leaves neither months nor ledger.
        if read::has_table(db, "schema_migrations")? {
            self.host.refresh_views(db)?;
            settle::settle(db, self.host, name, &before.triggers)
                .map_err(|error| error.in_step(name, "the months"))?;
        }
        ledger::forget(db, step)?;
        self.compare(db, name, &before, true)
    }

    /// What must be the same after a step.
    fn look<'r>(
        &mut self,
        db: &mut Connection,
        step: &str,
        declared: impl IntoIterator<Item = (&'r str, &'r str)>,
        (done, of): (usize, usize),
    ) -> Result<Before, MigrateError> {
        // Before the first step there is no catalogue to query.
        let is_vault = read::has_table(db, "schema_migrations")?;
        let counted = Counts::take(db, declared).map_err(MigrateError::from);
        let counts = counted.map_err(|error| error.in_step(step, "counting rows before it"))?;
        let (mut messages, mut identity) = (0, None);
        if is_vault {
            messages = counts.of(&self.host.partitions(db)?.tables);
            identity = Some(self.host.identity(db)?);
        }
        let before = Before {
            dangling: Dangling::find(db)?,
            counts,
            identity,
            triggers: settle::triggers(db)?,
        };
        (self.event)(Event::Begun {
            step,
            done,
            of,
            messages,
        });
        Ok(before)
    }

    /// Compares, after the whole step is written.
    fn compare(
        &mut self,
        db: &mut Connection,
        step: &str,
        before: &Before,
        may_drop: bool,
    ) -> Result<(), MigrateError> {
        before
            .counts
            .check(db, step, may_drop)
            .map_err(|error| error.in_step(step, "counting rows after it"))?;
        before.dangling.check(db, step)?;
        if let Some(identity) = &before.identity
            && read::has_table(db, "schema_migrations")?
            && self.host.identity(db)? != *identity
        {
            return Err(MigrateError::Broken {
                step: step.into(),
                what: "it changes the vault's identity".into(),
            });
        }
        stands(db, step)?;
        (self.event)(Event::Committing { step });
        Ok(())
    }

    fn months(&mut self, db: &mut Connection, step: &str, sql: Option<&str>) -> Result<(), MigrateError> {
        let Some(sql) = sql else {
            return Ok(());
        };
        let tables = partition::tables_for(db, self.host, sql, step)?;
        settle::drop_stray_indexes(db, self.host).map_err(|error| error.in_step(step, "the months"))?;
        for (done, table) in (1..).zip(&tables) {
            self.script(db, step, &sql.replace("{table}", table))?;
            (self.event)(Event::Partition {
                done,
                of: tables.len(),
            });
        }
        Ok(())
    }

    fn script(&mut self, db: &mut Connection, step: &str, sql: &str) -> Result<(), MigrateError> {
        script(db, step, sql, self.event)
    }
}

/// What a finished step is compared with.
struct Before {
    counts: Counts,
    dangling: Dangling,
    identity: Option<Vec<u8>>,
    triggers: BTreeSet<String>,
}

/// The SQL of a way back, if there is one and it is unaltered.
pub(crate) fn way_back(step: &Applied) -> Result<&str, MigrateError> {
    if !step.is_authentic {
        return Err(MigrateError::Ledger {
            step: step.title(),
            how: "has a way back that was altered, or was not written by this vault",
        });
    }
    let irreversible = |reason: &str| MigrateError::Irreversible {
        step: step.title(),
        reason: reason.into(),
    };
    if let Some(reason) = &step.irreversible {
        return Err(irreversible(reason));
    }
    step.down_sql
        .as_deref()
        .ok_or_else(|| irreversible("it left no SQL for it"))
}

fn begin(db: &mut Connection) -> Result<(), MigrateError> {
    // Inside a transaction this pragma is ignored, and DROP TABLE on a parent would delete its children.
    db.execute_batch("PRAGMA foreign_keys = OFF")?;
    if let Err(error) = db.run("BEGIN IMMEDIATE", &[]) {
        db.execute_batch("PRAGMA foreign_keys = ON")?;
        return Err(error.into());
    }
    Ok(())
}

/// Rolls back what is not committed, and restores the setting for foreign keys.
fn end(db: &mut Connection) -> Result<(), MigrateError> {
    let given_up = if db.is_autocommit() {
        Ok(0)
    } else {
        db.run("ROLLBACK", &[])
    };
    db.execute_batch("PRAGMA foreign_keys = ON")?;
    given_up?;
    Ok(())
}

/// Refuses a step that ended its transaction: everything it did afterwards would be permanent.
fn stands(db: &mut Connection, step: &str) -> Result<(), MigrateError> {
    if !db.is_autocommit() {
        return Ok(());
    }
    Err(MigrateError::Broken {
        step: step.into(),
        what: "it ends the transaction in which it runs".into(),
    })
}

/// Statements that would end the step's transaction, reach another database, or change a setting of the whole vault.
const FORBIDDEN: [&str; 10] = [
    "ATTACH",
    "BEGIN",
    "COMMIT",
    "DETACH",
    "END",
    "PRAGMA",
    "RELEASE",
    "ROLLBACK",
    "SAVEPOINT",
    "VACUUM",
];

/// Runs a script statement by statement.
fn script(
    db: &mut Connection,
    step: &str,
    sql: &str,
    event: &mut dyn FnMut(Event<'_>),
) -> Result<(), MigrateError> {
    let mut rest = sql;
    for number in 1_u32.. {
        let word = first_token(rest).unwrap_or_default().to_ascii_uppercase();
        if FORBIDDEN.contains(&word.as_str()) {
            return Err(MigrateError::Broken {
                step: step.into(),
                what: format!("its SQL contains {word}, but a step must be one transaction in one vault"),
            });
        }
        let next = db.execute_next(rest).map_err(|error| MigrateError::Statement {
            step: step.into(),
            // A step's SQL is in the source code, so it is not secret.
            statement: format!(
                "statement {number}, `{} …`, {}",
                first_words(rest),
                db.error_message()
            ),
            error,
        })?;
        let Some(next) = next else {
            break;
        };
        stands(db, step)?;
        event(Event::Statement { step });
        rest = next;
    }
    Ok(())
}
