//! The commands, each as short as what it does.

mod access;
mod audit;
mod contacts;
mod documents;
pub(crate) mod export;
mod groups;
pub(crate) mod import;
mod keys;
mod messages;
mod migrate;
mod security;
mod settings;
mod stats;
mod transfers;
mod vault;

use std::path::PathBuf;

use privatus_domain::UserId;
use privatus_store::{Secret, Store, StoreError};

use crate::args::{Arguments, Command};
use crate::failure::Failure;
use crate::notice::warn;
use crate::progress::schema;
use crate::secret;

/// Runs the command; gives the exit code.
pub(crate) fn run(arguments: &Arguments) -> Result<u8, Failure> {
    match &arguments.command {
        Command::Init { kdf_iterations } => vault::init(arguments, *kdf_iterations),
        Command::Demo => crate::demo::run(arguments.json),
        Command::Import(import) => import::run(arguments, import),
        Command::Chats { limit } => messages::chats(arguments, *limit),
        Command::Show(show) => messages::show(arguments, show),
        Command::Send { chat, text, reply_to } => messages::send(arguments, chat, text, reply_to.as_deref()),
        Command::MarkRead { chat, up_to } => messages::mark_read(arguments, chat, up_to.as_deref()),
        Command::Contacts(command) => contacts::run(arguments, command),
        Command::Transfers(command) => transfers::run(arguments, command),
        Command::Groups(command) => groups::run(arguments, command),
        Command::Settings(command) => settings::run(arguments, command),
        Command::Access(command) => access::run(arguments, command),
        Command::Stats(stats) => stats::run(arguments, stats),
        Command::Audit(command) => audit::run(arguments, command),
        Command::Security(command) => security::run(arguments, command),
        Command::Keys(command) => keys::run(arguments, command),
        Command::Verify => vault::verify(arguments),
        Command::Export { path } => export::run(arguments, path),
        Command::Passwd {
            new_password_file,
            kdf_iterations,
        } => vault::passwd(arguments, new_password_file.as_deref(), *kdf_iterations),
        Command::Migrate(_) if arguments.as_user.is_some() => Err(Failure::Usage(
            "`migrate` works on the whole vault, for no user; leave out --as-user and PRIVATUS_USER".into(),
        )),
        Command::Migrate(command) => migrate::run(arguments, command),
        Command::Completions { shell } => documents::completions(*shell),
        Command::Man { command } => documents::man(command),
    }
}

/// The vault's folder: given, or in the platform's data folder.
pub(crate) fn vault_path(arguments: &Arguments) -> Result<PathBuf, Failure> {
    if let Some(path) = &arguments.vault {
        return Ok(path.clone());
    }
    let folders = directories::ProjectDirs::from("", "", "privatus");
    let folders = folders
        .ok_or_else(|| Failure::Usage("no home folder is known; name the vault with --vault".into()))?;
    Ok(folders.data_dir().join("vault"))
}

/// Opens the vault, bound to the user of `--as-user`, and says what it noticed.
pub(crate) fn open(arguments: &Arguments) -> Result<Store, Failure> {
    let user = arguments.as_user.as_deref().map(UserId::new).transpose();
    let user = user.map_err(StoreError::from)?;
    let (path, secret) = path_and_secret(arguments)?;
    let store = schema::watch(|options| Store::unlock(&path, &secret, options))?;
    if let Some(upgrade) = store.upgrade() {
        migrate::tell_upgrade(upgrade);
    }
    for warning in store.warnings() {
        warn(warning);
    }
    Ok(match user {
        Some(user) => store.bind(user),
        None => store,
    })
}

/// The folder of a vault that is there, and what opens it.
fn path_and_secret(arguments: &Arguments) -> Result<(PathBuf, Secret), Failure> {
    let path = vault_path(arguments)?;
    if path.try_exists().is_ok_and(|there| !there) {
        // Said before a password is asked for.
        return Err(StoreError::NotAVault(path, "it does not exist").into());
    }
    let secret = secret::unlock_secret(arguments)?;
    Ok((path, secret))
}
