//! The vault itself: create, change the password, check.

use std::path::Path;

use privatus_store::{KdfCost, RecoveryCode, Store, StoreError, VaultOptions};
use serde_json::json;

use crate::args::Arguments;
use crate::failure::Failure;
use crate::vault::{open, open_with_secret, vault_path};
use crate::{output, progress, secret};

/// `init`
pub(crate) fn init(arguments: &Arguments, iterations: Option<u32>) -> Result<u8, Failure> {
    let path = vault_path(arguments)?;
    Store::check_vacant(&path)?;
    let options = VaultOptions {
        kdf: cost(iterations)?,
        ..VaultOptions::default()
    };
    let password = secret::password(arguments, true)?;
    let (store, recovery) = Store::create(&path, &password, &options)?;
    store.lock()?;
    if arguments.json {
        let code = recovery.reveal();
        output::json(&json!({ "vault": path.display().to_string(), "recovery_code": code.as_str() }))?;
    } else {
        output::line(&format!("Vault created in {}", path.display()))?;
        print_code(&recovery)?;
    }
    Ok(0)
}

/// The recovery code of a new vault, for a person.
pub(super) fn print_code(recovery: &RecoveryCode) -> Result<(), Failure> {
    output::line(&format!("\n    Recovery code:  {}\n", recovery.reveal().as_str()))?;
    output::line("Write it down: it opens the vault when the password is lost, and is shown only now.")
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
    store.change_password(&current, &new, cost)?;
    store.lock()?;
    if arguments.json {
        output::json(&json!({ "changed": true }))?;
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
    })?;
    bar.finish_and_clear();
    store.lock()?;
    if arguments.json {
        output::json(&json!({
            "ok": found.is_content(), "messages": found.messages, "values": found.values,
            "conversations": found.conversations, "audit_entries": found.audit_entries, "problem_count": found.problem_count, "problems": found.problems,
        }))?;
    } else {
        for problem in &found.problems {
            output::line(&crate::text::one_line(problem, 200))?;
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
                format!("{} problems", found.problem_count)
            }
        ))?;
    }
    match found.problems.first() {
        None => Ok(0),
        // Nothing else is wrong.
        Some(_) if found.problem_count == 1 && found.audit_broken.is_some() => {
            Err(StoreError::AuditBroken(found.audit_broken.unwrap_or_default()).into())
        }
        Some(first) => {
            let text = format!("{} problems found, the first: {first}", found.problem_count);
            Err(StoreError::DatabaseDamaged(text).into())
        }
    }
}
