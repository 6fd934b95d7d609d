//! A change of the schema: which steps a vault has, one step back, and up again.
//!
//!     cargo run -p privatus-store --example schema_change
//!
//! An open brings an older vault up to date by itself. `Migrator` is for looking first, and for going back.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::Path;

use privatus_store::{Migrator, Password, Secret, Store, VaultOptions};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    schema_change(&folder.path().join("vault"))
}

/// Makes a vault, takes its newest step back and runs it again.
pub(crate) fn schema_change(vault: &Path) -> Result<(), Box<dyn Error>> {
    let password = Password::new("correct horse battery staple")?;
    let options = VaultOptions::default();
    // The recovery code is dropped here. A client shows it: see `chat.rs`.
    let (store, _code) = Store::create(vault, &password, &options)?;
    store.close()?;

    // The ledger: a row for each step, under a MAC, with the SQL of its way back.
    let secret = Secret::Password(password);
    let mut migrator = Migrator::unlock(vault, &secret, &options)?;
    print_status(&mut migrator)?;
    let checked = migrator.verify()?;
    println!(
        "{} objects compared, {} problems",
        checked.objects,
        checked.problems.len()
    );

    // Back, to the schema before the newest. The plan says what would be lost; a client asks before it goes on.
    let steps = migrator.status()?;
    let before = steps
        .iter()
        .rev()
        .nth(1)
        .ok_or("the vault has one step only")?
        .version;
    let plan = migrator.plan_down(before)?;
    for loss in &plan.losses {
        let column = loss.column.as_deref().unwrap_or("the whole table");
        println!("would lose {} of {} ({column})", loss.values, loss.table);
    }
    let back = migrator.down(&plan)?.ok_or("there was nothing to take back")?;
    println!(
        "back from {} to {}; a copy is in {}",
        back.from,
        back.to,
        back.snapshot.path.display()
    );
    print_status(&mut migrator)?;

    // Up again, as the next open would.
    let up = migrator.up()?.ok_or("there was nothing to do")?;
    println!("up from {} to {}", up.from, up.to);
    drop(migrator);
    Store::unlock(vault, &secret, &options)?.close()?;
    Ok(())
}

fn print_status(migrator: &mut Migrator) -> Result<(), Box<dyn Error>> {
    for step in migrator.status()? {
        let state = if step.pending { "pending" } else { "applied" };
        println!(
            "{} {state}: {}",
            step.version,
            step.description.unwrap_or_default()
        );
    }
    Ok(())
}
