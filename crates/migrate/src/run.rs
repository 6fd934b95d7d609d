//! One step, up or back, in one transaction: kept whole or not at all.

use privatus_sqlite::Connection;

use crate::counts::Counts;
use crate::error::MigrateError;
use crate::event::Event;
use crate::host::Host;
use crate::ledger::{self, Applied, Seal};
use crate::partition;
use crate::read;
use crate::references::Dangling;
use crate::schema::first_token;
use crate::step::Step;

/// What steps run with.
pub struct Runner<'a> {
    /// The vault around them.
    pub host: &'a mut dyn Host,
    /// What the ledger is written and checked with.
    pub seal: Seal<'a>,
    /// The time to note, UTC text.
    pub now: &'a str,
    /// The version of this build.
    pub tool: &'a str,
    /// Told of each statement.
    pub event: &'a mut dyn FnMut(Event<'_>),
}

impl std::fmt::Debug for Runner<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Runner")
    }
}

impl Runner<'_> {
    /// Applies steps, each in a transaction of its own.
    ///
    /// # Errors
    /// [`MigrateError`] of the first that fails: it left nothing, and those before it are kept.
    pub fn up(&mut self, db: &mut Connection, steps: &[Step]) -> Result<(), MigrateError> {
        for (done, step) in steps.iter().enumerate() {
            self.in_transaction(db, |run, db| run.apply(db, step, done, steps.len()))?;
            (self.event)(Event::Committed { step: step.name });
        }
        Ok(())
    }

    /// Takes steps back, the newest first, with the SQL that the ledger keeps, each in a transaction of its own.
    ///
    /// # Errors
    /// As [`up`](Self::up); [`MigrateError::Irreversible`], and [`MigrateError::Ledger`] for SQL that is not what was
    /// written there.
    pub fn back(&mut self, db: &mut Connection, applied: &[Applied]) -> Result<(), MigrateError> {
        for (done, step) in applied.iter().rev().enumerate() {
            self.in_transaction(db, |run, db| run.take_back(db, step, done, applied.len()))?;
            (self.event)(Event::Committed { step: &step.title() });
        }
        Ok(())
    }

    /// Takes steps back as [`back`](Self::back) does, gives the database as it then is to `look`, and undoes all of it.
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
        end(db, "ROLLBACK")?;
        looked
    }

    fn in_transaction(
        &mut self,
        db: &mut Connection,
        work: impl FnOnce(&mut Self, &mut Connection) -> Result<(), MigrateError>,
    ) -> Result<(), MigrateError> {
        begin(db)?;
        let done = work(self, db).and_then(|()| Ok(db.run("COMMIT", &[]).map(drop)?));
        if done.is_err() && !db.is_autocommit() {
            // The first error is the one to report.
            let _ = db.run("ROLLBACK", &[]);
        }
        let checked = db.execute_batch("PRAGMA foreign_keys = ON");
        done?;
        Ok(checked?)
    }

    fn apply(
        &mut self,
        db: &mut Connection,
        step: &Step,
        done: usize,
        of: usize,
    ) -> Result<(), MigrateError> {
        let counts = Counts::take(db, step.rows_up.iter().copied())?;
        let dangling = Dangling::find(db)?;
        self.begun(db, step.name, &counts, done, of)?;
        self.script(db, step.name, step.up)?;
        self.months(db, step.name, step.partition_up)?;
        if let Some(code) = step.code {
            code(db, self.host)?;
        }
        self.host.refresh_views(db)?;
        partition::check_equal(db, self.host, step.name)?;
        counts.check(db, step.name, false)?;
        dangling.check(db, step.name)?;
        ledger::note(db, &self.seal, step, self.now, self.tool)?;
        (self.event)(Event::Committing { step: step.name });
        Ok(())
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
        let declared = ledger::parse_down_rows(step)?;
        let declared = declared.iter().map(|(table, sql)| (table.as_str(), sql.as_str()));
        let counts = Counts::take(db, declared)?;
        let dangling = Dangling::find(db)?;
        self.begun(db, name, &counts, done, of)?;
        self.script(db, name, down)?;
        self.months(db, name, step.partition_down_sql.as_deref())?;
        // The first step's way back leaves neither months nor ledger.
        if read::has_table(db, "schema_migrations")? {
            self.host.refresh_views(db)?;
            partition::check_equal(db, self.host, name)?;
        }
        counts.check(db, name, true)?;
        dangling.check(db, name)?;
        ledger::forget(db, step.version)?;
        (self.event)(Event::Committing { step: name });
        Ok(())
    }

    fn begun(
        &mut self,
        db: &mut Connection,
        step: &str,
        counts: &Counts,
        done: usize,
        of: usize,
    ) -> Result<(), MigrateError> {
        // Before the first step there is no catalogue to ask.
        let tables = match read::has_table(db, "schema_migrations")? {
            true => self.host.partitions(db)?.tables,
            false => Vec::new(),
        };
        let messages = counts.of(&tables);
        (self.event)(Event::Begun {
            step,
            done,
            of,
            messages,
        });
        Ok(())
    }

    fn months(&mut self, db: &mut Connection, step: &str, sql: Option<&str>) -> Result<(), MigrateError> {
        let Some(sql) = sql else {
            return Ok(());
        };
        let Self { host, event, .. } = self;
        partition::run_all(
            db,
            *host,
            sql,
            step,
            &mut |db, sql| script(db, step, sql, &mut |_| ()),
            *event,
        )
    }

    fn script(&mut self, db: &mut Connection, step: &str, sql: &str) -> Result<(), MigrateError> {
        script(db, step, sql, self.event)
    }
}

/// The SQL of a way back, if there is one and it is what was written.
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
    // Inside a transaction the pragma is ignored, and DROP TABLE of a parent would delete its children.
    db.execute_batch("PRAGMA foreign_keys = OFF")?;
    if let Err(error) = db.run("BEGIN IMMEDIATE", &[]) {
        db.execute_batch("PRAGMA foreign_keys = ON")?;
        return Err(error.into());
    }
    Ok(())
}

fn end(db: &mut Connection, how: &str) -> Result<(), MigrateError> {
    if !db.is_autocommit() {
        db.run(how, &[])?;
    }
    Ok(db.execute_batch("PRAGMA foreign_keys = ON")?)
}

/// What would end the step's transaction, or reach another database.
const FORBIDDEN: [&str; 9] = [
    "ATTACH",
    "BEGIN",
    "COMMIT",
    "DETACH",
    "END",
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
    loop {
        let word = first_token(rest).unwrap_or_default().to_ascii_uppercase();
        if FORBIDDEN.contains(&word.as_str()) {
            return Err(MigrateError::Broken {
                step: step.into(),
                what: format!("its SQL says {word}, and a step is one transaction"),
            });
        }
        let next = db.execute_next(rest).map_err(|error| MigrateError::Statement {
            step: step.into(),
            error,
        })?;
        let Some(next) = next else {
            return Ok(());
        };
        event(Event::Statement { step });
        rest = next;
    }
}
