//! Examines and changes a vault's schema on request, even if this build cannot open the vault as a store.

use std::fs::File;
use std::path::Path;

use privatus_crypto::{Secret, Unlocked};
use privatus_domain::{Act, NewAuditEntry, Resource, ResourceKind};
use privatus_migrate::{Applied, MigrateError, Seal, State, Version, applied, state};
use privatus_sqlite::CheckpointMode;
use serde_json::json;

use super::change::{after_copy, open, with_runner};
use super::error::newer;
use super::up::upgrade;
use super::{DownPlan, Downgrade, STEPS, SchemaCheck, StepStatus, Upgrade, snapshot, verify};
use crate::db::connection::Connection;
use crate::db::pool::NOTHING_CHANGES;
use crate::error::StoreError;
use crate::run::write_durably_on;
use crate::vault::healing::{faults_told, faulty, faulty_now};
use crate::vault::open_to_read::NOTHING_RECORDED;
use crate::vault::ring_note::down::note_schema;
use crate::vault::ring_note::keep;
use crate::vault::rings::{reopen_newest, with_salt};
use crate::vault::{Closed, Files, Mount, OpenGuard, VaultOptions, check_ours, raw_key, share, unlock_files};

/// A vault's schema and its ledger (`privatus migrate`).
///
/// Holds the vault's lock: shared at first, exclusive from the first change or plan of a step back.
pub struct Migrator {
    files: Files,
    unlocked: Unlocked,
    options: VaultOptions,
    db: Connection,
    is_alone: bool,
    /// `None` if the vault cannot be written.
    lock: Option<File>,
    mount: Mount,
    warnings: Vec<String>,
    _guard: OpenGuard,
}

impl std::fmt::Debug for Migrator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Migrator({})", self.files.root().display())
    }
}

impl Migrator {
    /// Unlocks the vault in `path`, whatever its schema is, without changing anything.
    ///
    /// # Errors
    /// Those of [`Store::unlock`](crate::Store::unlock), except those about the schema.
    pub fn unlock(path: &Path, secret: &Secret, options: &VaultOptions) -> Result<Self, StoreError> {
        let (closed, ring, unlocked) = unlock_files(path, secret, options)?;
        let Closed {
            files,
            guard,
            mount,
            lock,
            copies,
            is_own_salt,
        } = closed;
        let found = faulty(&ring, &unlocked, &copies);
        let mut warnings = Vec::new();
        if mount.is_read_only() {
            warnings.push(NOTHING_RECORDED.to_owned());
        }
        warnings.extend(faults_told(
            &found,
            "it is left as it is until something is changed",
        ));
        warnings.extend(files.open_to_others());
        let had_log = files.wal_size() > 0;
        // A writer would store its journal mode in the file. That must not happen before the file is known to be this
        // vault's, nor when nothing is to be changed.
        let key = raw_key(&unlocked);
        let mut db = Connection::open(
            &files.database(),
            &key,
            options.vfs.as_deref(),
            options.reader_role(mount),
        )
        .map_err(with_salt(is_own_salt))?;
        db.stop_with(options.stop.as_ref());
        if had_log {
            // Closing the log would merge what a crash left, but nothing may be changed yet.
            db.raw().keep_log_at_close()?;
        }
        check_ours(&mut db, &unlocked)?;
        db.refuse_broken_schema()?;
        Ok(Self {
            files,
            unlocked,
            options: options.clone(),
            db,
            is_alone: false,
            lock: lock.map(|held| held.lock),
            mount,
            warnings,
            _guard: guard,
        })
    }

    /// Returns what unlocking noticed and the user should know, like [`Store::warnings`](crate::Store::warnings).
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Returns whether the vault can only be read, because its file system is mounted read-only.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.mount.is_read_only()
    }

    /// Returns the schema version that this build creates and upgrades every vault to.
    pub fn newest() -> Version {
        STEPS.newest()
    }

    /// Returns the name of a step that this build knows, which is the name of its folder.
    pub fn name_of(version: Version) -> Option<&'static str> {
        STEPS.find(version).map(|step| step.name)
    }

    /// Returns every step that the vault has or this build knows, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn status(&mut self) -> Result<Vec<StepStatus>, StoreError> {
        let rows = self.applied()?;
        let mut all: Vec<StepStatus> = rows.iter().map(StepStatus::applied).collect();
        let is_pending = |version: Version| rows.iter().all(|row| row.version != version);
        let pending = STEPS.all().iter().filter(|step| is_pending(step.version()));
        all.extend(pending.map(StepStatus::pending));
        all.sort_by_key(|status| status.version);
        Ok(all)
    }

    /// Runs the pending steps, as opening the vault would.
    ///
    /// # Errors
    /// Those of opening a vault. The vault is then unchanged, or has the steps before the one that failed.
    pub fn up(&mut self) -> Result<Option<Upgrade>, StoreError> {
        if super::pending(&mut self.db)? == 0 {
            return Ok(None);
        }
        self.alone()?;
        let upgrade = upgrade(&self.files, &self.unlocked, &self.options)?;
        self.db = open(&self.files, &self.unlocked, &self.options)?;
        // If this fails, the next open does it.
        let _ = self.keep_note();
        Ok(upgrade)
    }

    /// Updates the key ring's note after an upgrade.
    fn keep_note(&mut self) -> Result<(), StoreError> {
        let _lock = self.files.lock_key_ring()?;
        let shared = share(&mut self.db, &self.unlocked, &self.options)?;
        if shared.is_settled {
            keep(&self.files, &mut self.db, &shared, &self.unlocked)?;
        }
        Ok(())
    }

    /// Returns what going back to schema `to` would do and lose. The steps are run and rolled back, so this takes as
    /// long as running them.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if the vault never had `to`; [`StoreError::Rule`] if one of the steps cannot be taken
    /// back; [`StoreError::SchemaDiffers`] if the SQL in the vault is not what was written there.
    pub fn plan_down(&mut self, to: Version) -> Result<DownPlan, StoreError> {
        self.alone()?;
        let back = self.steps_after(to)?;
        let mut losses = Vec::new();
        if !back.is_empty() {
            snapshot::ask_for_room(&mut self.db, &self.files)?;
            let Self { unlocked, db, .. } = self;
            losses = with_runner(unlocked, &mut |_| (), |runner| runner.losses(db.raw(), &back))?;
            // The steps that were rolled back are still in the log; truncate it before the free space is checked again.
            db.raw().wal_checkpoint(CheckpointMode::Truncate)?;
        }
        Ok(DownPlan {
            from: back.last().map_or(to, |step| step.version),
            to,
            steps: back.iter().rev().map(Applied::title).collect(),
            losses,
        })
    }

    /// Goes back as planned, after copying the database. A plan without steps does nothing.
    ///
    /// # Errors
    /// Those of [`plan_down`](Self::plan_down), and [`StoreError::NoRoom`]. The vault then has the schema of the last
    /// step that was taken back completely.
    pub fn down(&mut self, plan: &DownPlan) -> Result<Option<Downgrade>, StoreError> {
        self.alone()?;
        let back = self.steps_after(plan.to)?;
        let Some(last) = back.last() else {
            return Ok(None);
        };
        self.note_step_back(last.version, plan.to)?;
        self.note_in_ring((last.version, plan.to))?;
        let Self {
            files,
            unlocked,
            options,
            db,
            ..
        } = self;
        let snapshot = after_copy(db, files, unlocked, options, last.version, |runner, db| {
            runner.back(db, &back)
        })?;
        // If this fails, both schemas are accepted until the next open.
        let _ = self.note_in_ring((plan.to, plan.to));
        Ok(Some(Downgrade {
            from: last.version,
            to: plan.to,
            steps: back.iter().rev().map(Applied::title).collect(),
            snapshot,
        }))
    }

    /// Records the step back in the audit log while the log still has its chain and the schema is this build's.
    fn note_step_back(&mut self, from: Version, to: Version) -> Result<(), StoreError> {
        if !matches!(super::pending(&mut self.db), Ok(0)) {
            return Ok(());
        }
        // Use the key ring as it is now: its note decides whether rows may be added to the chain.
        let (_, unlocked) = reopen_newest(&self.files, &self.unlocked)?;
        let shared = share(&mut self.db, &unlocked, &self.options)?;
        if !shared.is_settled {
            return Ok(());
        }
        // Must be durable before the key ring is written, which replaces faulty copies.
        let found = faulty_now(&self.files, &self.unlocked)?;
        write_durably_on(&mut self.db, &shared, |tx| {
            tx.key_rings_faulty(&found)?;
            // A contradiction between the key ring and the log must be recorded first.
            let noted = tx.shared.noted();
            if let Some(doubt) = tx.doubt_of_log(&noted)? {
                tx.doubt_note(&doubt)?;
            }
            let vault = Resource::of(ResourceKind::Vault, tx.own_id());
            let details = json!({ "from": from, "to": to });
            tx.audit(
                &NewAuditEntry::done(tx.now(), Act::SchemaDowngrade)
                    .on(vault)
                    .with(details),
            )
        })
    }

    /// Notes in the key ring that the schema is changing from one version to another, or has the new one.
    fn note_in_ring(&mut self, schemas: (Version, Version)) -> Result<(), StoreError> {
        note_schema(&self.files, &mut self.db, &self.unlocked, schemas)
    }

    /// Checks both ledgers, every MAC and checksum, and whether the schema is the one recorded in the ledger.
    ///
    /// # Errors
    /// [`StoreError::SchemaNewer`] if the schema is newer than this build; [`StoreError`] of the database.
    pub fn verify(&mut self) -> Result<SchemaCheck, StoreError> {
        if let Ok(State::Newer(found)) = state(self.db.raw(), &STEPS) {
            return Err(newer(&found));
        }
        let rows = self.applied()?;
        verify::check(&mut self.db, &rows)
    }

    fn applied(&mut self) -> Result<Vec<Applied>, StoreError> {
        let key = self.unlocked.master().ledger_key();
        let vault = self.unlocked.vault_id();
        let seal = Seal {
            key: &key,
            vault: vault.as_bytes(),
        };
        Ok(applied(self.db.raw(), &seal)?)
    }

    /// Returns the applied steps after `to`, oldest first.
    fn steps_after(&mut self, to: Version) -> Result<Vec<Applied>, StoreError> {
        // Steps of a newer build are allowed; a ledger that contradicts itself is not.
        state(self.db.raw(), &STEPS)?;
        let rows = self.applied()?;
        if !rows.iter().any(|row| row.version == to) {
            return Err(MigrateError::Unknown(to).into());
        }
        Ok(rows.into_iter().filter(|row| row.version > to).collect())
    }

    /// Takes the exclusive lock and opens a connection that writes. What was read before may have changed.
    fn alone(&mut self) -> Result<(), StoreError> {
        if self.is_alone {
            return Ok(());
        }
        if self.mount.is_read_only() {
            return Err(StoreError::ReadOnly(NOTHING_CHANGES));
        }
        // The shared lock must be released before the exclusive one can be taken.
        self.lock = None;
        let Some(alone) = self.files.try_lock_exclusive()? else {
            self.lock = Some(self.files.lock_shared()?.lock);
            return Err(StoreError::Busy("changing its schema needs exclusive access"));
        };
        self.lock = Some(alone);
        self.db = open(&self.files, &self.unlocked, &self.options)?;
        self.is_alone = true;
        Ok(())
    }
}
