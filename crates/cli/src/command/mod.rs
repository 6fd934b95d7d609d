//! The commands, each as short as what it does.

mod access;
mod audit;
mod contacts;
mod demo;
mod documents;
mod export;
mod groups;
mod import;
mod keys;
mod messages;
mod migrate;
mod removal;
mod security;
mod settings;
mod stats;
mod transfers;
mod vault;

use crate::args::{Arguments, Command};
use crate::failure::Failure;

/// Runs the command; gives the exit code.
pub(crate) fn run(arguments: &Arguments) -> Result<u8, Failure> {
    perform(arguments).map_err(|failure| failure.after(&arguments.command))
}

fn perform(arguments: &Arguments) -> Result<u8, Failure> {
    match &arguments.command {
        Command::Init {
            kdf_iterations,
            code_to_stdout,
        } => vault::init(arguments, *kdf_iterations, *code_to_stdout),
        Command::Demo => demo::run(arguments.json),
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
        Command::Export { path, force } => export::run(arguments, path, *force),
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
