//! `init`, `passwd` and `verify`.

use std::path::Path;

use privatus_import::baseline::BaselineError;
use privatus_import::steering::json_escaped;
use privatus_store::{KdfCost, RecoveryCode, Store, StoreError, VaultOptions, Verification};
use serde_json::json;
use zeroize::Zeroizing;

use crate::args::Arguments;
use crate::failure::Failure;
use crate::notice::warn;
use crate::recovery_code::CodeKeeper;
use crate::text::counted;
use crate::vault::{close, open, open_with_secret, vault_path};
use crate::{output, progress, secret};

/// `init`
pub(crate) fn init(arguments: &Arguments, iterations: Option<u32>, to_stdout: bool) -> Result<u8, Failure> {
    let path = vault_path(arguments)?;
    Store::check_vacant(&path)?;
    let keeper = CodeKeeper::new(arguments, to_stdout, &path)?;
    let options = VaultOptions {
        kdf: cost(iterations)?,
        ..VaultOptions::default()
    };
    let password = secret::password(arguments, true)?;
    // Only from here on: at the prompt, Ctrl-C ends the process.
    progress::interrupted();
    let made = Store::create_keeping(&path, &password, &options, |code| {
        keeper.keep(code, printed_code(arguments, &keeper, &path, code)?)
    });
    let store = made.map_err(|failure| {
        keeper.take_back(&path, &failure);
        no_vault(failure)
    })?;
    for warning in store.warnings() {
        warn(warning);
    }
    close_made(store, &path)?;
    after_init(arguments, &keeper, &path).map_err(created_nevertheless)?;
    Ok(0)
}

/// Replaces the store's error for a full disk, which is about an existing vault, when no vault was created.
pub(super) fn no_vault(failure: Failure) -> Failure {
    match failure {
        Failure::Store(StoreError::DiskFull)
        | Failure::Baseline(BaselineError::Store(StoreError::DiskFull)) => Failure::NoRoomForVault,
        other => other,
    }
}

/// Returns what is printed before the vault exists.
fn printed_code(
    arguments: &Arguments,
    keeper: &CodeKeeper,
    vault: &Path,
    code: &RecoveryCode,
) -> Result<Zeroizing<String>, Failure> {
    if !arguments.json {
        return Ok(code_text(code));
    }
    init_json(keeper, vault, Some(code))
}

fn init_json(
    keeper: &CodeKeeper,
    vault: &Path,
    code: Option<&RecoveryCode>,
) -> Result<Zeroizing<String>, Failure> {
    let revealed = code.map(RecoveryCode::reveal);
    let text = output::document(&json!({
        "vault": vault.display().to_string(),
        "recovery_code": revealed.as_ref().map(|code| code.as_str()),
        "recovery_code_file": keeper.file().map(|file| file.display().to_string()),
    }))?;
    Ok(Zeroizing::new(format!("{}\n", json_escaped(&text))))
}

/// Closes a vault that was just created; it exists even if that fails.
pub(super) fn close_made(store: Store, vault: &Path) -> Result<(), Failure> {
    let made = |why| StoreError::Made {
        vault: vault.to_owned(),
        why: Box::new(why),
    };
    Ok(store.close().map_err(made)?)
}

/// Adds to a failed print that the vault was created; its code was written before.
pub(super) fn created_nevertheless(failure: Failure) -> Failure {
    match failure {
        Failure::Output { error, .. } => Failure::Output {
            error,
            done: Some("the vault was created"),
        },
        other => other,
    }
}

fn after_init(arguments: &Arguments, keeper: &CodeKeeper, vault: &Path) -> Result<(), Failure> {
    if arguments.json {
        return match keeper.file() {
            Some(_) => output::text_as_it_is(&init_json(keeper, vault, None)?),
            None => Ok(()),
        };
    }
    output::line(&format!("Vault created in {}", vault.display()))?;
    keeper.tell()
}

/// Returns the recovery code of a new vault as text for a person.
pub(super) fn code_text(code: &RecoveryCode) -> Zeroizing<String> {
    Zeroizing::new(format!(
        "\n    Recovery code:  {}\n\nWrite it down: it opens the vault if the password is lost, and is shown only once.\n",
        code.reveal().as_str()
    ))
}

/// `passwd`
pub(crate) fn passwd(
    arguments: &Arguments,
    file: Option<&Path>,
    iterations: Option<u32>,
) -> Result<u8, Failure> {
    let cost = cost(iterations)?;
    let (store, current) = open_with_secret(arguments)?;
    let new = secret::new_password(file)?;
    let mut warnings = store.change_password(&current, &new, cost)?;
    if let Err(error) = store.close() {
        warnings.push(format!(
            "the password was changed, but the vault was not closed properly: {}",
            error.reason()
        ));
    }
    for warning in &warnings {
        warn(warning);
    }
    if arguments.json {
        output::json(&json!({ "changed": true, "warnings": warnings }))?;
    } else {
        output::line("Password changed.")?;
        output::line(
            "An old copy of the key ring still opens this vault with the old password, for anyone who has copied keyring.json \
             and knows that password. Only new keys can prevent that; key rotation does not exist yet.",
        )?;
    }
    Ok(0)
}

/// Returns the cost for `--kdf-iterations`.
pub(super) fn cost(iterations: Option<u32>) -> Result<Option<KdfCost>, Failure> {
    let wrong = |_| Failure::Usage("--kdf-iterations must be between 210,000 and 100,000,000".into());
    iterations.map(|n| KdfCost::new(n).map_err(wrong)).transpose()
}

/// `verify`
pub(crate) fn verify(arguments: &Arguments) -> Result<u8, Failure> {
    let store = open(arguments)?;
    let bar = progress::bar("verify");
    let found = store.verify(&mut |at| {
        bar.set_message(format!("verify: {}", at.step));
        bar.set_length(at.total);
        bar.set_position(at.done);
    });
    bar.finish_and_clear();
    let found = found?;
    // The findings are printed first, even if the check cannot be recorded in the log.
    let printed = print_found(arguments, &found);
    closed_after(store, !found.is_content());
    // A failed print must not hide what was found.
    match found.problems.first() {
        None => printed.map(|()| 0),
        // Only the audit log is broken.
        Some(_) if found.problem_count == 1 && found.audit_broken.is_some() => {
            Err(StoreError::AuditBroken(found.audit_broken.unwrap_or_default()).into())
        }
        Some(first) => {
            let problems = counted(found.problem_count, "problem", "problems");
            let text = format!("{problems} found, the first: {first}");
            Err(StoreError::DatabaseDamaged(text).into())
        }
    }
}

/// Closes the vault. If a problem was already reported, a failed close is only a warning.
pub(super) fn closed_after(store: Store, has_said: bool) {
    if !has_said {
        return close(store);
    }
    if let Err(error) = store.close() {
        warn(&format!("the vault was not closed properly: {}", error.reason()));
    }
}

fn print_found(arguments: &Arguments, found: &Verification) -> Result<(), Failure> {
    if arguments.json {
        return output::json(&json!({
            "ok": found.is_content(), "messages": found.messages, "values": found.values,
            "conversations": found.conversations, "audit_entries": found.audit_entries,
            "problem_count": found.problem_count, "unused_pages": found.unused_pages, "problems": found.problems,
        }));
    }
    for problem in &found.problems {
        output::line(&crate::text::one_line(problem, 200))?;
    }
    if found.unused_pages > 0 {
        let pages = counted(found.unused_pages, "page belongs", "pages belong");
        output::line(&format!("{pages} to nothing, which is harmless"))?;
    }
    output::line(&format!(
        "{}, {}, {} and {} of the audit log checked: {}",
        counted(found.messages, "message", "messages"),
        counted(found.values, "other sealed value", "other sealed values"),
        counted(found.conversations, "conversation", "conversations"),
        counted(found.audit_entries, "entry", "entries"),
        if found.is_content() {
            "all is well".into()
        } else {
            counted(found.problem_count, "problem", "problems")
        }
    ))
}
