//! Passwords and recovery codes: from a file, the environment or a prompt without echo.

use std::io::IsTerminal;
use std::path::Path;

use privatus_store::{Password, RecoveryCode, Secret};

use crate::args::Arguments;
use crate::failure::Failure;

/// What opens the vault.
pub(crate) fn unlock_secret(arguments: &Arguments) -> Result<Secret, Failure> {
    if arguments.password_file.is_none()
        && std::env::var_os("PRIVATUS_PASSWORD").is_none()
        && let Some(code) = variable("PRIVATUS_RECOVERY_CODE")?
    {
        return Ok(Secret::RecoveryCode(RecoveryCode::parse(&code).map_err(refused)?));
    }
    password(arguments, false).map(Secret::Password)
}

/// The vault's password; a new one is asked for twice.
pub(crate) fn password(arguments: &Arguments, is_new: bool) -> Result<Password, Failure> {
    if let Some(file) = &arguments.password_file {
        return from_file(file);
    }
    if let Some(password) = variable("PRIVATUS_PASSWORD")? {
        return Password::new(&password).map_err(refused);
    }
    prompt_password("Password", is_new)
}

/// A new password for `passwd`.
pub(crate) fn new_password(file: Option<&Path>) -> Result<Password, Failure> {
    if let Some(file) = file {
        return from_file(file);
    }
    if let Some(password) = variable("PRIVATUS_NEW_PASSWORD")? {
        return Password::new(&password).map_err(refused);
    }
    prompt_password("New password", true)
}

/// The password of an import's source: its exact bytes.
pub(crate) fn source_password(file: Option<&Path>) -> Result<Vec<u8>, Failure> {
    if let Some(file) = file {
        let mut bytes = read(file)?;
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
            if bytes.last() == Some(&b'\r') {
                bytes.pop();
            }
        }
        return Ok(bytes);
    }
    if let Some(password) = variable("PRIVATUS_SOURCE_PASSWORD")? {
        return Ok(password.into_bytes());
    }
    ask(
        "Password of the source",
        "--source-password-file or PRIVATUS_SOURCE_PASSWORD",
    )
    .map(String::into_bytes)
}

fn prompt_password(what: &str, twice: bool) -> Result<Password, Failure> {
    let first = ask(what, "--password-file or PRIVATUS_PASSWORD")?;
    if twice && ask(&format!("{what} again"), "--password-file or PRIVATUS_PASSWORD")? != first {
        return Err(Failure::Usage(
            "the two passwords differ; nothing was changed".into(),
        ));
    }
    Password::new(&first).map_err(refused)
}

fn ask(what: &str, instead: &str) -> Result<String, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::Usage(format!(
            "no password: give {instead} (standard input is no terminal)"
        )));
    }
    rpassword::prompt_password(format!("{what}: ")).map_err(|_| Failure::Other("the prompt failed".into()))
}

fn variable(name: &str) -> Result<Option<String>, Failure> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(Failure::Usage(format!("{name} is not UTF-8"))),
    }
}

fn from_file(file: &Path) -> Result<Password, Failure> {
    Password::from_file_bytes(&read(file)?).map_err(refused)
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file)
        .map_err(|error| Failure::Usage(format!("{} cannot be read: {}", file.display(), error.kind())))
}

fn refused(error: privatus_store::SecretError) -> Failure {
    Failure::Store(error.into())
}
