//! The key ring's note around a step back of the schema: before it, the note is changed to allow the older schema;
//! after it, to name that schema. A crash in between leaves a note that allows both, which the next open corrects.

use diesel::prelude::*;
use privatus_crypto::{KeyRing, Noted, Unlocked};
use privatus_migrate::Version;
use privatus_schema::functions::greater;
use privatus_schema::{SqlInt, vault_state};

use super::{note_of, put_in_force};
use crate::db::connection::Connection;
use crate::error::StoreError;
use crate::tx::shared::system_time;
use crate::vault::Files;
use crate::vault::doubt::Doubt;
use crate::vault::own_row::odd_mark_error;
use crate::vault::rings::{generation_of, reopen_newest};

/// Notes that the schema is changing from one version to another or, if both are the same, that it is there. The
/// database may have any schema, so only what every schema has is used.
///
/// # Errors
/// [`StoreError::SchemaDiffers`] if the database is older than the note allows: an open must report that, so it is not
/// overwritten here.
pub(crate) fn note_schema(
    files: &Files,
    db: &mut Connection,
    unlocked: &Unlocked,
    (from, to): (Version, Version),
) -> Result<(), StoreError> {
    let _lock = files.lock_key_ring()?;
    let (ring, unlocked) = reopen_newest(files, unlocked)?;
    let noted = unlocked.noted();
    if let Some(doubt) = Doubt::of_schema(noted, from) {
        let why = format!("{}; open the vault to upgrade it and record this", doubt.told());
        return Err(StoreError::SchemaDiffers(why));
    }
    let highest = db.ask("read the key ring's generation", |db| {
        let row = vault_state::table.find(SqlInt(1));
        row.select(vault_state::highest_generation)
            .get_result::<SqlInt>(db)
            .map(|highest| highest.0)
    });
    let highest: i64 = match highest {
        Err(StoreError::DatabaseDamaged(_)) if !db.is_spoiled() => {
            return Err(odd_mark_error("highest_generation"));
        }
        highest => highest?,
    };
    if *noted == Noted::Later || generation_of(&ring) < highest {
        // A note of a later version is kept, and an older key ring must not become the newest.
        return Ok(());
    }
    let next = ring.with_note(
        &unlocked,
        note_of(noted, from, to),
        &system_time().to_sql(),
        u64::try_from(highest).unwrap_or_default(),
    )?;
    put_in_force(files, &next)?;
    follow(db, &next)
}

fn follow(db: &mut Connection, ring: &KeyRing) -> Result<(), StoreError> {
    let generation = generation_of(ring);
    db.ask_one("record the key ring's generation", |db| {
        let later = greater(vault_state::highest_generation, SqlInt(generation));
        diesel::update(vault_state::table.find(SqlInt(1)))
            .set(vault_state::highest_generation.eq(later))
            .execute(db)
    })
}
