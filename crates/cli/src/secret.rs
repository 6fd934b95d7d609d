//! Passwords and recovery codes: from a file, the environment or a prompt without echo.

use std::io::{IsTerminal, Read};
use std::path::Path;

use privatus_import::baseline::SourceKey;
use privatus_store::{Password, RecoveryCode, Secret, SystemFault};
use zeroize::Zeroizing;

use crate::args::Arguments;
use crate::failure::Failure;
use crate::secret_file;
use crate::text::grouped;

/// A new password with fewer bytes causes a warning.
const SHORT: usize = 10;

/// The number of bytes that are used of a recovery code's file.
const CODE_MAX: usize = 256;

/// The number of bytes that are read of a raw key's file.
const RAW_KEY_MAX: usize = 128;

/// The maximum size of a password's file in bytes. They are allocated at once: a buffer that grows leaves copies in memory.
const FILE_MAX: usize = 64 * 1024;

/// Returns the password or recovery code that opens the vault.
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

/// Reads a recovery code from a file. The file may be as large as one with a password; anything beyond a code is ignored.
fn code_of(file: &Path) -> Result<Zeroizing<String>, Failure> {
    let bytes = Zeroizing::new(read(file)?.iter().copied().take(CODE_MAX).collect::<Vec<u8>>());
    Ok(Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned()))
}

/// Returns the vault's password. The prompt asks for a new one twice.
pub(crate) fn password(arguments: &Arguments, is_new: bool) -> Result<Password, Failure> {
    if let Some(file) = &arguments.password_file {
        return from_file(file, is_new);
    }
    if let Some(password) = variable("PRIVATUS_PASSWORD")? {
        return typed(&password, is_new);
    }
    prompt_password("Password", is_new)
}

/// Returns the new password for `passwd`.
pub(crate) fn new_password(file: Option<&Path>) -> Result<Password, Failure> {
    if let Some(file) = file {
        return from_file(file, true);
    }
    if let Some(password) = variable("PRIVATUS_NEW_PASSWORD")? {
        return typed(&password, true);
    }
    prompt_password("New password", true)
}

/// Warns about a new password that is easy to guess.
fn remark(is_new: bool, password: &[u8]) {
    if is_new && password.len() < SHORT {
        crate::notice::warn(
            "the password is short: anyone who copies the vault can try many passwords; several words are better",
        );
    }
}

/// Returns the password of an import's source: its exact bytes, without a byte order mark and one final line end.
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

/// Reads the raw key of a database that becomes a vault.
pub(crate) fn raw_key(file: &Path) -> Result<SourceKey, Failure> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(RAW_KEY_MAX));
    // A few bytes more than any raw key has: a longer file is not a raw key, and the rest is not read.
    let read = secret_file::open(file).and_then(|file| {
        file.take(u64::try_from(RAW_KEY_MAX).unwrap_or(u64::MAX))
            .read_to_end(&mut bytes)
    });
    read.map_err(|error| unreadable(file, &error))?;
    SourceKey::from_file_bytes(&bytes)
        .map_err(|error| Failure::Usage(format!("{} is {error}", file.display())))
}

/// Takes the bytes without copying them; the import wipes them.
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
            "no password: use {instead} (standard input is not a terminal)"
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
    // Extra space, so that reading up to the end does not grow the buffer.
    let mut bytes = Zeroizing::new(Vec::with_capacity(FILE_MAX + 64));
    let limit = u64::try_from(FILE_MAX).unwrap_or(u64::MAX).saturating_add(1);
    secret_file::open(file)
        .and_then(|file| file.take(limit).read_to_end(&mut bytes))
        .map_err(|error| unreadable(file, &error))?;
    if bytes.len() > FILE_MAX {
        return Err(Failure::Usage(format!(
            "{} has more than {} bytes, which is too long for a password",
            file.display(),
            grouped(FILE_MAX as u64)
        )));
    }
    Ok(bytes)
}

fn unreadable(file: &Path, error: &std::io::Error) -> Failure {
    // Errors of our own carry their text; the system's get our words for their kind.
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
