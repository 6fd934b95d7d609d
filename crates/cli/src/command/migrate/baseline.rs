//! `migrate baseline`: creates a vault from a database with the specification's tables and no ledger.

use std::path::Path;
use std::sync::atomic::Ordering;

use privatus_import::baseline::{Adopted, BaselineError, BaselineSource};
use privatus_import::steering::json_escaped;
use privatus_store::{RecoveryCode, Store, StoreError, VaultOptions};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::args::{Arguments, Baseline};
use crate::command::vault;
use crate::failure::Failure;
use crate::notice::warn;
use crate::recovery_code::CodeKeeper;
use crate::table::{self, Column};
use crate::text::{counted, grouped, one_line};
use crate::vault::vault_path;
use crate::{output, progress, secret};

/// The maximum width of a line about a difference or a note.
const LINE: usize = 300;

pub(super) fn run(arguments: &Arguments, baseline: &Baseline) -> Result<u8, Failure> {
    let path = vault_path(arguments)?;
    Store::check_vacant(&path).map_err(|error| match error {
        // The store's hint is about an existing vault.
        StoreError::NotAVault(at, why) => Failure::Refused(format!(
            "no vault can be created in {} ({why}); name a new or an empty folder with --vault; nothing was created",
            at.display()
        )),
        other => other.into(),
    })?;
    let keeper = CodeKeeper::new(arguments, baseline.code_to_stdout, &path)?;
    let options = VaultOptions {
        kdf: vault::cost(baseline.kdf_iterations)?,
        ..VaultOptions::default()
    };
    let key = secret::raw_key(&baseline.raw_key_file)?;
    let source = match BaselineSource::open(&baseline.database, &key, baseline.skip_keys) {
        Ok(source) => source,
        Err(error) => {
            if let BaselineError::Differs {
                differences, count, ..
            } = &error
            {
                // A failed print must not hide the refusal.
                let _ = print_differences(arguments, differences, *count);
            }
            return Err(error.into());
        }
    };
    let password = secret::password(arguments, true)?;
    let bar = progress::bar("baseline");
    let stop = progress::interrupted();
    let keep = |code: &RecoveryCode, adopted: &Adopted| {
        let text = if arguments.json {
            document(&keeper, &path, Some(code), adopted)?
        } else {
            vault::code_text(code)
        };
        bar.finish_and_clear();
        keeper.keep(code, text)
    };
    let result = source.adopt(&path, &password, &options, keep, &mut |at| {
        bar.set_message(format!("baseline: {}", at.table));
        bar.set_length(at.total);
        bar.set_position(at.done);
        !stop.load(Ordering::SeqCst)
    });
    bar.finish_and_clear();
    let (store, adopted) = result.map_err(|failure| {
        keeper.take_back(&path, &failure);
        match failure {
            Failure::Baseline(BaselineError::Stopped) | Failure::Store(StoreError::Interrupted) => {
                Failure::Stopped("stopped; nothing was created")
            }
            other => vault::no_vault(other),
        }
    })?;
    for warning in store.warnings() {
        warn(warning);
    }
    vault::close_made(store, &path)?;
    print(arguments, &keeper, &path, &adopted).map_err(vault::created_nevertheless)?;
    Ok(0)
}

/// Prints the differences, one on each line; the error names the first.
fn print_differences(arguments: &Arguments, differences: &[String], count: usize) -> Result<(), Failure> {
    if arguments.json {
        return output::json(&json!({ "differences": differences, "difference_count": count }));
    }
    for difference in differences {
        output::line(&one_line(difference, LINE))?;
    }
    match count - differences.len() {
        0 => Ok(()),
        more => output::line(&format!("… and {} more", grouped(more as u64))),
    }
}

fn document(
    keeper: &CodeKeeper,
    path: &Path,
    code: Option<&RecoveryCode>,
    adopted: &Adopted,
) -> Result<Zeroizing<String>, Failure> {
    let tables: Vec<Value> = adopted
        .tables
        .iter()
        .map(|taken| json!({ "table": taken.table, "rows": taken.rows }))
        .collect();
    let skipped: Vec<Value> = adopted
        .skipped
        .iter()
        .map(|skipped| json!({ "table": skipped.table, "rows": skipped.rows, "reason": skipped.reason }))
        .collect();
    let revealed = code.map(RecoveryCode::reveal);
    let text = output::document(&json!({
        "vault": path.display().to_string(), "recovery_code": revealed.as_ref().map(|code| code.as_str()),
        "recovery_code_file": keeper.file().map(|file| file.display().to_string()),
        "tables": tables, "skipped": skipped, "notes": adopted.notes,
    }))?;
    Ok(Zeroizing::new(format!("{}\n", json_escaped(&text))))
}

fn print(arguments: &Arguments, keeper: &CodeKeeper, path: &Path, adopted: &Adopted) -> Result<(), Failure> {
    if arguments.json {
        return match keeper.file() {
            Some(_) => output::text_as_it_is(&document(keeper, path, None, adopted)?),
            None => Ok(()),
        };
    }
    output::line(&format!("Vault created in {}", path.display()))?;
    keeper.tell()?;
    output::line("")?;
    let rows = adopted.tables.iter();
    let rows = rows.map(|taken| vec![taken.table.to_owned(), grouped(taken.rows)]);
    table::print(
        &[Column::text("table", 30), Column::number("rows adopted")],
        rows.collect(),
    )?;
    for skipped in &adopted.skipped {
        output::line(&format!(
            "left out of {}: {}, {}",
            skipped.table,
            counted(skipped.rows, "row", "rows"),
            skipped.reason
        ))?;
    }
    for note in &adopted.notes {
        output::line(&format!("· {}", one_line(note, LINE)))?;
    }
    Ok(())
}
