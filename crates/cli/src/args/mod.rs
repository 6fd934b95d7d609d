//! The command line.

mod access;
mod audit;
mod changes;
mod contacts;
mod groups;
mod keys;
mod migrate;
mod security;
mod settings;
mod stats;
mod transfers;
mod words;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

pub(crate) use self::access::{Access, GrantArguments, Grantee};
pub(crate) use self::audit::{Audit, AuditList, AuditPrune, AuditSettle};
pub(crate) use self::contacts::{Contacts, ContactsList, ContactsSet};
pub(crate) use self::groups::{ActingMember, CreateGroup, Groups, MemberOfGroup, SetGroup};
pub(crate) use self::keys::Keys;
pub(crate) use self::migrate::{Baseline, Down, Migrate};
pub(crate) use self::security::{Security, SecurityList};
pub(crate) use self::settings::Settings;
pub(crate) use self::stats::Stats;
pub(crate) use self::transfers::Transfers;
use crate::examples;

/// The help heading for the options that every command has.
const GLOBAL: &str = "Global options";

/// An encrypted vault for years of chat history: import, read, answer, verify and export it.
#[derive(Debug, Parser)]
#[command(name = "privatus", version, arg_required_else_help = true, after_help = examples::TOOL)]
pub(crate) struct Arguments {
    /// The vault's folder [default: privatus/vault in the platform's data folder]
    #[arg(
        long,
        global = true,
        help_heading = GLOBAL,
        value_name = "DIR",
        env = "PRIVATUS_VAULT",
        hide_env_values = true
    )]
    pub(crate) vault: Option<PathBuf>,
    /// Print one JSON document instead of tables
    #[arg(long, global = true, help_heading = GLOBAL)]
    pub(crate) json: bool,
    /// Read the password from a file (a byte order mark and one final line end are ignored)
    #[arg(long, global = true, help_heading = GLOBAL, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// The recovery code's file: `init` creates it, other commands open the vault with it
    #[arg(long, global = true, help_heading = GLOBAL, value_name = "FILE")]
    pub(crate) recovery_code_file: Option<PathBuf>,
    /// Log what the store does to standard error, such as `debug` or `privatus_store=debug`
    #[arg(
        long,
        global = true,
        help_heading = GLOBAL,
        value_name = "FILTER",
        env = "PRIVATUS_LOG",
        hide_env_values = true
    )]
    pub(crate) log: Option<String>,
    /// Act for a user of the application; see `privatus access --help`
    #[arg(
        long,
        global = true,
        help_heading = GLOBAL,
        value_name = "USER",
        env = "PRIVATUS_USER",
        hide_env_values = true
    )]
    pub(crate) as_user: Option<String>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a vault; its recovery code is shown once, or written to --recovery-code-file
    #[command(after_help = examples::INIT)]
    Init {
        /// PBKDF2 iterations (210,000 to 100,000,000) [default: measured, about half a second]
        #[arg(long, value_name = "N")]
        kdf_iterations: Option<u32>,
        /// Print the recovery code even if standard output is not a terminal, for a program to read
        #[arg(long)]
        code_to_stdout: bool,
    },
    /// Try everything on a bundled history, in a temporary vault
    #[command(after_help = examples::DEMO)]
    Demo,
    /// Import another program's history; a second import adds nothing
    Import(Import),
    /// List conversations with counts, newest first
    #[command(after_help = examples::CHATS)]
    Chats {
        /// Only the newest N, at least 1 [default: all]
        #[arg(long, value_name = "N")]
        limit: Option<usize>,
    },
    /// Show a page of a conversation's messages, oldest first
    Show(Show),
    /// Store an outgoing message
    #[command(after_help = examples::SEND)]
    Send {
        /// The conversation: an id, a title, or the beginning of either
        chat: String,
        /// The text, which may be empty; `-` reads it from standard input, without one final line end
        text: String,
        /// The message it replies to: an id, or the beginning of one in this chat
        #[arg(long, value_name = "ID")]
        reply_to: Option<String>,
    },
    /// Mark a conversation's messages as read
    #[command(after_help = examples::MARK_READ)]
    MarkRead {
        /// The conversation: an id, a title, or the beginning of either
        chat: String,
        /// Only up to this message, inclusive: an id, or the beginning of one
        #[arg(long, value_name = "ID")]
        up_to: Option<String>,
    },
    /// Contacts: list, search, show, add, set, rename, safety-number, verify, block, unblock, remove
    #[command(subcommand, after_help = contacts::CONTACTS)]
    Contacts(Contacts),
    /// Groups: list, show, create, set, add, members, role, permissions, transfer, remove, ban, unban, leave, delete
    #[command(subcommand, after_help = groups::GROUPS)]
    Groups(Groups),
    /// Files offered and received: offer, receive, progress, set, list, show, verify
    #[command(subcommand, after_help = transfers::TRANSFERS)]
    Transfers(Transfers),
    /// Settings of the application and its users: list, get, set, unset
    #[command(subcommand, after_help = settings::SETTINGS)]
    Settings(Settings),
    /// What users of the application may see and change: grant, revoke, list, check
    #[command(subcommand, after_help = access::ACCESS)]
    Access(Access),
    /// The audit log: list, verify, head, export, prune, settle
    #[command(subcommand, after_help = audit::AUDIT)]
    Audit(Audit),
    /// Security events: list, show, resolve
    #[command(subcommand, after_help = security::SECURITY)]
    Security(Security),
    /// Keys of the key store: list, expire
    #[command(subcommand, after_help = keys::KEYS)]
    Keys(Keys),
    /// Show counts, sizes, activity by day, and how long transactions took
    Stats(Stats),
    /// Check the database file, the keys, the counters and every sealed value
    #[command(after_help = examples::VERIFY)]
    Verify,
    /// Export everything as plain JSON Lines
    #[command(after_help = examples::EXPORT)]
    Export {
        /// The new file to write; `-` for standard output
        path: PathBuf,
        /// Replace the file if it exists
        #[arg(long)]
        force: bool,
    },
    /// Change the password
    #[command(after_help = examples::PASSWD)]
    Passwd {
        /// Read the new password from a file (else PRIVATUS_NEW_PASSWORD or a prompt)
        #[arg(long, value_name = "FILE")]
        new_password_file: Option<PathBuf>,
        /// PBKDF2 iterations (210,000 to 100,000,000) [default: measured, about half a second]
        #[arg(long, value_name = "N")]
        kdf_iterations: Option<u32>,
    },
    /// The vault's schema: status, up, down, verify; and baseline, which turns a SQLCipher database into a vault
    #[command(subcommand, after_help = migrate::MIGRATE)]
    Migrate(Migrate),
    /// Print completions for a shell
    #[command(after_help = examples::COMPLETIONS)]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page of the tool or of a command
    #[command(after_help = examples::MAN)]
    Man {
        /// The command, such as `contacts add`
        command: Vec<String>,
    },
}

/// The formats that can be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Database of the Python application, first or second generation
    Legacy,
    /// Telegram Desktop's JSON export
    Telegram,
    /// An export of this tool
    Privatus,
}

/// `show`
#[derive(Debug, clap::Args)]
#[command(after_help = examples::SHOW)]
pub(crate) struct Show {
    /// The conversation: an id, a title, or the beginning of either
    pub(crate) chat: String,
    /// Number of messages (1 to 1,000)
    #[arg(long, value_name = "N", default_value_t = Show::LIMIT)]
    pub(crate) limit: usize,
    /// Only messages older than this message or date
    #[arg(long, value_name = "ID|DATE", group = "start")]
    pub(crate) before: Option<String>,
    /// Only messages newer than this message, or from this date on
    #[arg(long, value_name = "ID|DATE", group = "start")]
    pub(crate) after: Option<String>,
    /// Only messages around this message or date
    #[arg(long, value_name = "ID|DATE", group = "start")]
    pub(crate) around: Option<String>,
    /// Also print the id of each message
    #[arg(long)]
    pub(crate) ids: bool,
}

impl Show {
    /// The default number of messages on a page.
    pub(crate) const LIMIT: usize = 50;
}

/// `import`
#[derive(Debug, clap::Args)]
#[command(after_help = examples::IMPORT)]
pub(crate) struct Import {
    /// The source: telegram (Telegram Desktop's JSON), legacy (the Python application) or privatus (an export)
    #[arg(hide_possible_values = true)]
    pub(crate) format: Format,
    /// The file or folder
    pub(crate) path: PathBuf,
    /// Privatus: list the rights (grants, settings, verified marks, roles), ask, and import them too
    #[arg(long)]
    pub(crate) trust: bool,
    /// With --trust: import the rights without asking
    #[arg(long, requires = "trust")]
    pub(crate) yes: bool,
    /// Telegram: only the chat with this name
    #[arg(long, value_name = "NAME")]
    pub(crate) chat: Option<String>,
    /// Telegram: who you are; this writer's messages are outgoing
    #[arg(long, value_name = "NAME-OR-ID")]
    pub(crate) me: Option<String>,
    /// Telegram: also import chats that were removed from this vault
    #[arg(long)]
    pub(crate) again: bool,
    /// Telegram and legacy: time zone of local times, an IANA name [default: the machine's]
    #[arg(long, value_name = "ZONE")]
    pub(crate) timezone: Option<String>,
    /// Legacy: a file with the application's password (else PRIVATUS_SOURCE_PASSWORD or a prompt)
    #[arg(long, value_name = "FILE")]
    pub(crate) source_password_file: Option<PathBuf>,
    /// Legacy, first generation: the path that the database had
    #[arg(long, value_name = "PATH")]
    pub(crate) original_path: Option<String>,
    /// Legacy: the highest iteration count to try [default: 20,000,000]
    #[arg(long, value_name = "N")]
    pub(crate) max_iterations: Option<u64>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use clap::{Args, CommandFactory};

    use super::*;
    use crate::text::grouped;

    /// The text of the help repeats the number.
    #[test]
    fn the_default_of_the_search_is_the_librarys() {
        let command = Import::augment_args(clap::Command::new("import"));
        let found = command
            .get_arguments()
            .find(|one| one.get_id() == "max_iterations");
        let help = found.unwrap().get_help().unwrap().to_string();
        let default = grouped(privatus_import::legacy::DEFAULT_MAX_ITERATIONS);
        assert!(help.ends_with(&format!("[default: {default}]")), "{help}");
    }

    /// A single long text would put every option of its command on lines of its own.
    #[test]
    fn no_argument_has_a_long_help() {
        let mut commands = vec![Arguments::command()];
        while let Some(command) = commands.pop() {
            for argument in command.get_arguments() {
                let values = argument.get_possible_values();
                let is_listed = !argument.is_hide_possible_values_set()
                    && values.iter().any(|value| value.get_help().is_some());
                let is_long = is_listed || argument.get_long_help().is_some();
                assert!(!is_long, "{} of {}", argument.get_id(), command.get_name());
            }
            commands.extend(command.get_subcommands().cloned());
        }
    }

    /// A paragraph is wrapped to the terminal; a command that is to be copied is not.
    #[test]
    fn no_example_is_wider_than_80_columns() {
        let mut commands = vec![Arguments::command()];
        let mut seen = 0;
        while let Some(command) = commands.pop() {
            commands.extend(command.get_subcommands().cloned());
            let help = command.get_after_help().unwrap().to_string();
            for line in help.lines().filter(|line| line.starts_with("  ")) {
                assert!(line.chars().count() <= 80, "{line}");
                seen += 1;
            }
        }
        assert!(seen > 100, "{seen}");
    }
}
