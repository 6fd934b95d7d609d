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

/// The heading in the help of what every command takes.
const GLOBAL: &str = "Global options";

/// An encrypted vault for years of chat history: import, page, answer, verify and export it.
#[derive(Debug, Parser)]
#[command(name = "privatus", version, arg_required_else_help = true, after_help = examples::TOOL)]
pub(crate) struct Arguments {
    /// The vault's folder [default: privatus in the platform's data folder]
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
    /// Read the password from a file (a byte order mark and one line end at its end are dropped)
    #[arg(long, global = true, help_heading = GLOBAL, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// The recovery code's file: `init` makes it, other commands open the vault with it
    #[arg(long, global = true, help_heading = GLOBAL, value_name = "FILE")]
    pub(crate) recovery_code_file: Option<PathBuf>,
    /// Tell on standard error what the store does; such as `debug`, or `privatus_store=debug`
    #[arg(
        long,
        global = true,
        help_heading = GLOBAL,
        value_name = "FILTER",
        env = "PRIVATUS_LOG",
        hide_env_values = true
    )]
    pub(crate) log: Option<String>,
    /// Act for one of the application's users; see `privatus access --help`
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
        /// PBKDF2 iterations instead of a calibration to about half a second (210,000 to 100,000,000)
        #[arg(long, value_name = "N")]
        kdf_iterations: Option<u32>,
        /// Print the recovery code although standard output is no terminal, for a program to read
        #[arg(long)]
        code_to_stdout: bool,
    },
    /// Show the whole road on a bundled history, in a temporary vault
    #[command(after_help = examples::DEMO)]
    Demo,
    /// Take another program's history in; a second import adds nothing
    Import(Import),
    /// Conversations, newest first, with counts
    #[command(after_help = examples::CHATS)]
    Chats {
        /// Only the newest N [default: all]
        #[arg(long, value_name = "N")]
        limit: Option<usize>,
    },
    /// Messages of a conversation, oldest of the page first
    Show(Show),
    /// Write an outgoing message
    #[command(after_help = examples::SEND)]
    Send {
        /// The conversation: an id, a title, or the beginning of one
        chat: String,
        /// What to say, which may be empty; `-` reads it from standard input, so that no shell keeps it, and drops one line end
        text: String,
        /// The message it answers: its id, or the beginning of one of this chat
        #[arg(long, value_name = "ID")]
        reply_to: Option<String>,
    },
    /// Mark a conversation's messages as read
    #[command(after_help = examples::MARK_READ)]
    MarkRead {
        /// The conversation: an id, a title, or the beginning of one
        chat: String,
        /// Only up to and with this message: its id, or the beginning of one
        #[arg(long, value_name = "ID")]
        up_to: Option<String>,
    },
    /// Contacts: list, search, show, add, rename, set, verify by safety number, block, unblock, remove
    #[command(subcommand, after_help = contacts::CONTACTS)]
    Contacts(Contacts),
    /// Groups and their members: list, show, create, set, add, members, role, permissions, transfer, remove, ban, unban, leave, delete
    #[command(subcommand, after_help = groups::GROUPS)]
    Groups(Groups),
    /// Files offered and received: offer, receive, progress, set, list, show, verify
    #[command(subcommand, after_help = transfers::TRANSFERS)]
    Transfers(Transfers),
    /// Settings of the application and its users: list, get, set, unset
    #[command(subcommand, after_help = settings::SETTINGS)]
    Settings(Settings),
    /// What the users of an application may see and change: grant, revoke, list, check
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
    /// Counts and sizes, use by day, and how long transactions took
    Stats(Stats),
    /// Check the file, the keys, the counters and every sealed value
    #[command(after_help = examples::VERIFY)]
    Verify,
    /// Write everything as plain JSON Lines
    #[command(after_help = examples::EXPORT)]
    Export {
        /// The file, which must be a new one unless --force; `-` for standard output
        path: PathBuf,
        /// Replace the file if it is there
        #[arg(long)]
        force: bool,
    },
    /// Change the password
    #[command(after_help = examples::PASSWD)]
    Passwd {
        /// Read the new password from a file (else PRIVATUS_NEW_PASSWORD or a prompt)
        #[arg(long, value_name = "FILE")]
        new_password_file: Option<PathBuf>,
        /// PBKDF2 iterations instead of a calibration
        #[arg(long, value_name = "N")]
        kdf_iterations: Option<u32>,
    },
    /// Steps of the vault's schema: what is applied, up, back down, checked; and a plain database that becomes a vault
    #[command(subcommand, after_help = migrate::MIGRATE)]
    Migrate(Migrate),
    /// Completions for a shell, on standard output
    #[command(after_help = examples::COMPLETIONS)]
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// The manual page of the tool or of a command, on standard output
    #[command(after_help = examples::MAN)]
    Man {
        /// The command, such as `contacts add`
        command: Vec<String>,
    },
}

/// Formats that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Database of the Python application, first or second generation
    Legacy,
    /// Telegram Desktop's JSON export
    Telegram,
    /// Our own export
    Privatus,
}

/// `show`
#[derive(Debug, clap::Args)]
#[command(after_help = examples::SHOW)]
pub(crate) struct Show {
    /// The conversation: an id, a title, or the beginning of one
    pub(crate) chat: String,
    /// How many (1 to 1,000)
    #[arg(long, value_name = "N", default_value_t = Show::LIMIT)]
    pub(crate) limit: usize,
    /// Those older than this message or moment
    #[arg(long, value_name = "ID|DATE", group = "start")]
    pub(crate) before: Option<String>,
    /// Those newer than this message, or from this moment on
    #[arg(long, value_name = "ID|DATE", group = "start")]
    pub(crate) after: Option<String>,
    /// Those around this message or moment
    #[arg(long, value_name = "ID|DATE", group = "start")]
    pub(crate) around: Option<String>,
    /// Print the id of each message too
    #[arg(long)]
    pub(crate) ids: bool,
}

impl Show {
    /// Messages of a page, unless told.
    pub(crate) const LIMIT: usize = 50;
}

/// `import`
#[derive(Debug, clap::Args)]
#[command(after_help = examples::IMPORT)]
pub(crate) struct Import {
    /// Where it comes from
    pub(crate) format: Format,
    /// The file or folder
    pub(crate) path: PathBuf,
    /// Privatus: list the rights (grants, settings, verified marks, roles), ask, and take them too
    #[arg(long)]
    pub(crate) trust: bool,
    /// With --trust: take them without asking
    #[arg(long, requires = "trust")]
    pub(crate) yes: bool,
    /// Telegram: only the chat with this name
    #[arg(long, value_name = "NAME")]
    pub(crate) chat: Option<String>,
    /// Telegram: whose messages are outgoing
    #[arg(long, value_name = "NAME-OR-ID")]
    pub(crate) me: Option<String>,
    /// Telegram: also chats that were removed from this vault
    #[arg(long)]
    pub(crate) again: bool,
    /// Zone of local times, an IANA name [default: the machine's]
    #[arg(long, value_name = "ZONE")]
    pub(crate) timezone: Option<String>,
    /// Legacy: file with the application's password (else PRIVATUS_SOURCE_PASSWORD or a prompt)
    #[arg(long, value_name = "FILE")]
    pub(crate) source_password_file: Option<PathBuf>,
    /// Legacy, first generation: the path the database had
    #[arg(long, value_name = "PATH")]
    pub(crate) original_path: Option<String>,
    /// Legacy: bound of the search for iteration counts
    #[arg(long, value_name = "N", default_value_t = privatus_import::legacy::DEFAULT_MAX_ITERATIONS)]
    pub(crate) max_iterations: u64,
}
