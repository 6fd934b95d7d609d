//! The commands.

mod access;
mod audit;
mod contacts;
mod demo;
mod documents;
mod done;
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

use privatus_store::StoreError;

use crate::args::{Arguments, Command};
use crate::failure::Failure;
use crate::notice::warn;

/// Runs the command and returns the exit code.
pub(crate) fn run(arguments: &Arguments) -> Result<u8, Failure> {
    ended(perform(arguments), crate::vault::unclosed(), &arguments.command)
}

/// Returns the result of a command whose vault may not have been closed properly. The command's own failure comes first.
fn ended(done: Result<u8, Failure>, unclosed: Option<StoreError>, command: &Command) -> Result<u8, Failure> {
    let Some(error) = unclosed else {
        return done.map_err(|failure| failure.after(command));
    };
    match done {
        Ok(0) | Err(Failure::ClosedPipe) => Err(Failure::Unclosed { error, done: None }.after(command)),
        done => {
            warn(&format!("the vault was not closed properly: {}", error.reason()));
            done.map_err(|failure| failure.after(command))
        }
    }
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
            "`migrate` changes the whole vault and cannot act for a user; leave out --as-user and PRIVATUS_USER".into(),
        )),
        Command::Migrate(command) => migrate::run(arguments, command),
        Command::Completions { shell } => documents::completions(*shell),
        Command::Man { command } => documents::man(command),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use privatus_store::SystemFault;

    use super::*;

    fn failing() -> StoreError {
        StoreError::System {
            doing: "merge the log".into(),
            fault: SystemFault::DiskFails,
        }
    }

    fn told(words: &[&str], done: Result<u8, Failure>, error: StoreError) -> Failure {
        let arguments = Arguments::try_parse_from([&["privatus"][..], words].concat()).unwrap();
        ended(done, Some(error), &arguments.command).unwrap_err()
    }

    /// A user who only reads that the close failed would run the command again.
    #[test]
    fn a_close_that_fails_says_what_is_done() {
        for (words, done) in [
            (&["send", "Alice", "hi"][..], Some("the message is stored")),
            (&["contacts", "add", "Bob"], Some("the change was made")),
            (&["export", "file"], Some("the file was written")),
            (&["chats"], None),
            (&["show", "Alice"], None),
            (&["export", "-"], None),
        ] {
            for end in [Ok(0), Err(Failure::ClosedPipe)] {
                let failure = told(words, end, failing());
                let text = failure.to_string();
                assert_eq!(failure.exit().code(), 26, "{words:?}: {text}");
                assert!(
                    text.starts_with("the vault was not closed properly: merge the log: the disk"),
                    "{text}"
                );
                match done {
                    Some(done) => {
                        assert!(
                            text.ends_with(&format!("; {done}, so do not run the command again")),
                            "{text}"
                        );
                    }
                    None => assert!(!text.contains("run the command again"), "{text}"),
                }
            }
        }
        let failure = told(&["chats"], Err(Failure::NotFound("x".into())), failing());
        assert_eq!(failure.exit().code(), 24, "the first failure is reported");
        // Without the hint of a failed command: this one did its work.
        let text = told(&["send", "Alice", "hi"], Ok(0), StoreError::Interrupted).to_string();
        assert!(!text.contains("run the command again for the rest"), "{text}");
    }

    /// `close()?` before the result is printed would hide the result.
    #[test]
    fn no_command_closes_a_vault_before_it_says_what_it_did() {
        let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/command")];
        let mut seen = 0;
        let begun = concat!(".close(", ")?");
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    // The demo's vault is temporary.
                    folders.extend((!path.ends_with("demo")).then_some(path));
                    continue;
                }
                seen += 1;
                let text = std::fs::read_to_string(&path).unwrap();
                assert!(!text.contains(begun), "{}", path.display());
            }
        }
        assert!(seen > 20);
    }
}
