//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

/// An encrypted vault for years of chat history: import, page, answer, verify and export it.
#[derive(Debug, Parser)]
#[command(name = "privatus", version, arg_required_else_help = true, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The vault's folder [default: privatus in the platform's data folder]
    #[arg(long, global = true, value_name = "DIR", env = "PRIVATUS_VAULT")]
    pub(crate) vault: Option<PathBuf>,
    /// Print one JSON document instead of tables
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Read the password from a file (one trailing line end is dropped)
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  privatus demo                                   the whole road on a bundled history
  privatus init                                   create a vault; write down the recovery code
  privatus import telegram export/result.json     take a Telegram Desktop export in
  privatus import legacy ~/.privatus-chat         rescue the Python application's database
  privatus chats                                  conversations, newest first
  privatus show Alice --limit 20                  the newest messages of a chat
  privatus export history.jsonl                   everything out again, as plain JSON Lines

The password comes from --password-file, PRIVATUS_PASSWORD or a prompt; PRIVATUS_RECOVERY_CODE opens a vault too.";

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a vault; prints the recovery code once
    Init {
        /// PBKDF2 iterations instead of a calibration to about half a second (210,000 to 100,000,000)
        #[arg(long, value_name = "N")]
        kdf_iterations: Option<u32>,
    },
    /// Show the whole road on a bundled history, in a temporary vault
    Demo,
    /// Take another program's history in; a second import adds nothing
    Import(Import),
    /// Conversations, newest first, with counts
    Chats {
        /// How many
        #[arg(long, default_value_t = 1_000)]
        limit: usize,
    },
    /// Messages of a conversation, named by id, the beginning of one, or title
    Show {
        /// The conversation
        chat: String,
        /// How many (1 to 1,000)
        #[arg(long, default_value_t = 50)]
        limit: usize,
        /// Those older than this message
        #[arg(long, value_name = "ID", group = "start")]
        before: Option<String>,
        /// Those newer than this message
        #[arg(long, value_name = "ID", group = "start")]
        after: Option<String>,
        /// Those around this message
        #[arg(long, value_name = "ID", group = "start")]
        around: Option<String>,
    },
    /// Write an outgoing message
    Send {
        /// The conversation
        chat: String,
        /// What to say; `-` reads it from standard input (one trailing line end is dropped)
        text: String,
        /// The message it answers
        #[arg(long, value_name = "ID")]
        reply_to: Option<String>,
    },
    /// Mark a conversation's messages as read
    MarkRead {
        /// The conversation
        chat: String,
        /// Only up to and with this message
        #[arg(long, value_name = "ID")]
        up_to: Option<String>,
    },
    /// Contacts
    #[command(subcommand)]
    Contacts(Contacts),
    /// Settings of the application
    #[command(subcommand)]
    Settings(Settings),
    /// Counts and sizes
    Stats,
    /// Check the file, the keys, the counters and every sealed value
    Verify,
    /// Write everything as plain JSON Lines; `-` for standard output
    Export {
        /// The file
        path: PathBuf,
    },
    /// Change the password
    Passwd {
        /// Read the new password from a file
        #[arg(long, value_name = "FILE")]
        new_password_file: Option<PathBuf>,
        /// PBKDF2 iterations instead of a calibration
        #[arg(long, value_name = "N")]
        kdf_iterations: Option<u32>,
    },
    /// Completions for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// The manual page
    Man,
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

/// `import`
#[derive(Debug, clap::Args)]
pub(crate) struct Import {
    /// Where it comes from
    pub(crate) format: Format,
    /// The file or folder
    pub(crate) path: PathBuf,
    /// Telegram: only the chat with this name
    #[arg(long, value_name = "NAME")]
    pub(crate) chat: Option<String>,
    /// Telegram: whose messages are outgoing
    #[arg(long, value_name = "NAME-OR-ID")]
    pub(crate) me: Option<String>,
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

/// `contacts`
#[derive(Debug, Subcommand)]
pub(crate) enum Contacts {
    /// All contacts
    List,
    /// Add one
    Add {
        /// Its name
        name: String,
        /// Its public key
        #[arg(long, value_name = "BASE64")]
        public_key: Option<String>,
    },
    /// Give one another name
    Rename {
        /// Which
        contact: String,
        /// Its new name
        name: String,
    },
    /// Mark one's key as verified
    Verify {
        /// Which
        contact: String,
    },
    /// Remove one with its messages
    Remove {
        /// Which
        contact: String,
    },
}

/// `settings`
#[derive(Debug, Subcommand)]
pub(crate) enum Settings {
    /// All settings
    List,
    /// One value
    Get {
        /// Its name
        key: String,
    },
    /// Set one; the value is JSON, or else taken as text
    Set {
        /// Its name
        key: String,
        /// Its value
        value: String,
    },
    /// Remove one
    Unset {
        /// Its name
        key: String,
    },
}
