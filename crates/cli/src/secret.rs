//! Passwords and recovery codes: from a file, the environment or a prompt without echo.

use std::io::{IsTerminal, Read};
use std::path::Path;

use privatus_import::baseline::SourceKey;
use privatus_store::{Password, RecoveryCode, Secret, SystemFault};
use zeroize::Zeroizing;

use crate::args::Arguments;
use crate::failure::Failure;
use crate::secret_file;

/// Bytes below which a new password gets a word of warning.
const SHORT: usize = 10;

/// Bytes of a recovery code's file that are read.
const CODE_MAX: usize = 256;

/// Bytes of a raw key's file that are read.
const RAW_KEY_MAX: usize = 128;

/// Bytes that a password's file may have. There is room for them from the start: a buffer that grows leaves copies behind.
const FILE_MAX: usize = 64 * 1024;

/// What opens the vault.
pub(crate) fn unlock_secret(arguments: &Arguments) -> Result<Secret, Failure> {
    let code = match (&arguments.password_file, &arguments.recovery_code_file) {
        (Some(_), _) => None,
        (None, Some(file)) => Some(code_of(file)?),
        (None, None) if std::env::var_os("PRIVATUS_PASSWORD").is_some() => None,
        (None, None) => variable("PRIVATUS_RECOVERY_CODE")?,
    };
    if let Some(code) = code {
        return Ok(Secret::RecoveryCode(RecoveryCode::parse(&code).map_err(refused)?));
    }
    password(arguments, false).map(Secret::Password)
}

/// A recovery code as a file holds it. The file may be as long as one with a password; what is beyond any code is dropped.
fn code_of(file: &Path) -> Result<Zeroizing<String>, Failure> {
    let bytes = Zeroizing::new(read(file)?.iter().copied().take(CODE_MAX).collect::<Vec<u8>>());
    Ok(Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned()))
}

/// The vault's password; a new one is asked for twice.
pub(crate) fn password(arguments: &Arguments, is_new: bool) -> Result<Password, Failure> {
    if let Some(file) = &arguments.password_file {
        return from_file(file, is_new);
    }
    if let Some(password) = variable("PRIVATUS_PASSWORD")? {
        return typed(&password, is_new);
    }
    prompt_password("Password", is_new)
}

/// A new password for `passwd`.
pub(crate) fn new_password(file: Option<&Path>) -> Result<Password, Failure> {
    if let Some(file) = file {
        return from_file(file, true);
    }
    if let Some(password) = variable("PRIVATUS_NEW_PASSWORD")? {
        return typed(&password, true);
    }
    prompt_password("New password", true)
}

/// A word about a new password that is quickly guessed.
fn remark(is_new: bool, password: &[u8]) {
    if is_new && password.len() < SHORT {
        crate::notice::warn(
            "the password is short: who copies the vault can try many; better take several words",
        );
    }
}

/// The password of an import's source: its exact bytes, but for a byte order mark before them and one line end behind.
pub(crate) fn source_password(file: Option<&Path>) -> Result<Vec<u8>, Failure> {
    if let Some(file) = file {
        let mut bytes = read(file)?;
        if bytes.starts_with(b"\xef\xbb\xbf") {
            // An editor's byte order mark.
            bytes.copy_within(3.., 0);
            let kept = bytes.len() - 3;
            bytes.truncate(kept);
        }
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
            if bytes.last() == Some(&b'\r') {
                bytes.pop();
            }
        }
        return Ok(std::mem::take(&mut *bytes));
    }
    if let Some(password) = variable("PRIVATUS_SOURCE_PASSWORD")? {
        return Ok(bytes_of(password));
    }
    ask(
        "Password of the source",
        "--source-password-file or PRIVATUS_SOURCE_PASSWORD",
    )
    .map(bytes_of)
}

/// The raw key of a database that is to be adopted.
pub(crate) fn raw_key(file: &Path) -> Result<SourceKey, Failure> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(RAW_KEY_MAX));
    // A few bytes more than any raw key has: what is longer is none, and is not read.
    let read = secret_file::open(file).and_then(|file| {
        file.take(u64::try_from(RAW_KEY_MAX).unwrap_or(u64::MAX))
            .read_to_end(&mut bytes)
    });
    read.map_err(|error| unreadable(file, &error))?;
    SourceKey::from_file_bytes(&bytes)
        .map_err(|error| Failure::Usage(format!("{} holds {error}", file.display())))
}

/// Taken out without a copy; the import wipes it.
fn bytes_of(mut text: Zeroizing<String>) -> Vec<u8> {
    std::mem::take(&mut *text).into_bytes()
}

fn prompt_password(what: &str, twice: bool) -> Result<Password, Failure> {
    let first = ask(what, "--password-file or PRIVATUS_PASSWORD")?;
    if twice && ask(&format!("{what} again"), "--password-file or PRIVATUS_PASSWORD")? != first {
        return Err(Failure::Usage(
            "the two passwords differ; nothing was changed".into(),
        ));
    }
    typed(&first, twice)
}

fn typed(text: &str, is_new: bool) -> Result<Password, Failure> {
    let password = Password::new(text).map_err(refused)?;
    remark(is_new, text.as_bytes());
    Ok(password)
}

fn ask(what: &str, instead: &str) -> Result<Zeroizing<String>, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::Usage(format!(
            "no password: give {instead} (standard input is no terminal)"
        )));
    }
    rpassword::prompt_password(format!("{what}: "))
        .map(Zeroizing::new)
        .map_err(|_| Failure::Other("the prompt failed".into()))
}

fn variable(name: &str) -> Result<Option<Zeroizing<String>>, Failure> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(Zeroizing::new(value))),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(Failure::Usage(format!("{name} is not UTF-8"))),
    }
}

fn from_file(file: &Path, is_new: bool) -> Result<Password, Failure> {
    let bytes = read(file)?;
    let password = Password::from_file_bytes(&bytes).map_err(refused)?;
    remark(is_new, &bytes);
    Ok(password)
}

fn read(file: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    // The room that reading asks for to see the end, so that it asks for no more.
    let mut bytes = Zeroizing::new(Vec::with_capacity(FILE_MAX + 64));
    let limit = u64::try_from(FILE_MAX).unwrap_or(u64::MAX).saturating_add(1);
    secret_file::open(file)
        .and_then(|file| file.take(limit).read_to_end(&mut bytes))
        .map_err(|error| unreadable(file, &error))?;
    if bytes.len() > FILE_MAX {
        return Err(Failure::Usage(format!(
            "{} is over {FILE_MAX} bytes: no password is that long",
            file.display()
        )));
    }
    Ok(bytes)
}

fn unreadable(file: &Path, error: &std::io::Error) -> Failure {
    // What the system says, by its kind alone; what we say, in our words.
    match error.get_ref() {
        Some(why) => Failure::Usage(format!("{} cannot be read: {why}", file.display())),
        None => Failure::Usage(format!(
            "{} cannot be read: {}",
            file.display(),
            SystemFault::words(error)
        )),
    }
}

fn refused(error: privatus_store::SecretError) -> Failure {
    Failure::Store(error.into())
}
