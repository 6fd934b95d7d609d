//! The vault itself: create, change the password, check.

use std::path::Path;

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
    // Only now: at the prompt, Ctrl-C ends the process.
    progress::interrupted();
    let made = Store::create_keeping(&path, &password, &options, |code| {
        keeper.keep(code, printed_code(arguments, &keeper, &path, code)?)
    });
    let store = made.inspect_err(|failure| keeper.take_back(&path, failure))?;
    for warning in store.warnings() {
        warn(warning);
    }
    close_made(store, &path)?;
    after_init(arguments, &keeper, &path).map_err(made_all_the_same)?;
    Ok(0)
}

/// What standard output gets before the vault is there.
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

/// Closes a vault that was just made: it stands, whatever fails.
pub(super) fn close_made(store: Store, vault: &Path) -> Result<(), Failure> {
    let made = |why| StoreError::Made {
        vault: vault.to_owned(),
        why: Box::new(why),
    };
    Ok(store.close().map_err(made)?)
}

/// The vault stands, and its code is kept.
pub(super) fn made_all_the_same(failure: Failure) -> Failure {
    match failure {
        Failure::Output { error, .. } => Failure::Output {
            error,
            done: Some("the vault is made"),
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

/// The recovery code of a new vault, for a person.
pub(super) fn code_text(code: &RecoveryCode) -> Zeroizing<String> {
    Zeroizing::new(format!(
        "\n    Recovery code:  {}\n\nWrite it down: it opens the vault when the password is lost, and is shown only now.\n",
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
            "the new password is in force, and the vault was not closed well: {}",
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
            "An old key ring with the old password still opens this vault as it is today: who has copied keyring.json and \
             knows the old password reads on. Only a new key would end that: key rotation, which comes later.",
        )?;
    }
    Ok(0)
}

/// The cost that `--kdf-iterations` asks for.
pub(super) fn cost(iterations: Option<u32>) -> Result<Option<KdfCost>, Failure> {
    let wrong = |_| Failure::Usage("--kdf-iterations takes 210,000 to 100,000,000".into());
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
    // What was found is said first, also where that this was looked at cannot be written down.
    let printed = print_found(arguments, &found);
    closed_after(store, !found.is_content());
    // That nobody reads it is no reason to hide what was found.
    match found.problems.first() {
        None => printed.map(|()| 0),
        // Nothing else is wrong.
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

/// Closes behind what said something already. What keeps the close is then a warning: it is not what went wrong first.
pub(super) fn closed_after(store: Store, has_said: bool) {
    if !has_said {
        return close(store);
    }
    if let Err(error) = store.close() {
        warn(&format!("the vault was not closed well: {}", error.reason()));
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
        output::line(&format!("{pages} to nothing, which does no harm"))?;
    }
    output::line(&format!(
        "{} messages, {} other sealed values, {} conversations and {} entries of the audit log checked: {}",
        found.messages,
        found.values,
        found.conversations,
        found.audit_entries,
        if found.is_content() {
            "all is well".into()
        } else {
            counted(found.problem_count, "problem", "problems")
        }
    ))
}
