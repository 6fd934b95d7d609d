//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::examples;

/// An encrypted vault for years of chat history: import, page, answer, verify and export it.
#[derive(Debug, Parser)]
#[command(name = "privatus", version, arg_required_else_help = true, after_help = examples::TOOL)]
pub(crate) struct Arguments {
    /// The vault's folder [default: privatus in the platform's data folder]
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "PRIVATUS_VAULT",
        hide_env_values = true
    )]
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

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a vault; prints the recovery code once
    #[command(after_help = examples::INIT)]
    Init {
        /// PBKDF2 iterations instead of a calibration to about half a second (210,000 to 100,000,000)
        #[arg(long, value_name = "N")]
        kdf_iterations: Option<u32>,
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
        /// The conversation: an id, the beginning of one, or a title
        chat: String,
        /// What to say, which may be empty; `-` reads it from standard input (one trailing line end is dropped)
        text: String,
        /// The message it answers
        #[arg(long, value_name = "ID")]
        reply_to: Option<String>,
    },
    /// Mark a conversation's messages as read
    #[command(after_help = examples::MARK_READ)]
    MarkRead {
        /// The conversation: an id, the beginning of one, or a title
        chat: String,
        /// Only up to and with this message
        #[arg(long, value_name = "ID")]
        up_to: Option<String>,
    },
    /// Contacts: list, add, rename, verify, remove
    #[command(subcommand, after_help = examples::CONTACTS)]
    Contacts(Contacts),
    /// Settings of the application: list, get, set, unset
    #[command(subcommand, after_help = examples::SETTINGS)]
    Settings(Settings),
    /// Counts and sizes
    #[command(after_help = examples::STATS)]
    Stats,
    /// Check the file, the keys, the counters and every sealed value
    #[command(after_help = examples::VERIFY)]
    Verify,
    /// Write everything as plain JSON Lines
    #[command(after_help = examples::EXPORT)]
    Export {
        /// The file, replaced if it is there; `-` for standard output
        path: PathBuf,
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
    #[command(subcommand, after_help = examples::MIGRATE)]
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
    /// The conversation: an id, the beginning of one, or a title
    pub(crate) chat: String,
    /// How many (1 to 1,000)
    #[arg(long, value_name = "N", default_value_t = Show::LIMIT)]
    pub(crate) limit: usize,
    /// Those older than this message
    #[arg(long, value_name = "ID", group = "start")]
    pub(crate) before: Option<String>,
    /// Those newer than this message
    #[arg(long, value_name = "ID", group = "start")]
    pub(crate) after: Option<String>,
    /// Those around this message
    #[arg(long, value_name = "ID", group = "start")]
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
    #[command(after_help = examples::CONTACTS_LIST)]
    List,
    /// Add one
    #[command(after_help = examples::CONTACTS_ADD)]
    Add {
        /// Its name
        name: String,
        /// Its public key
        #[arg(long, value_name = "BASE64")]
        public_key: Option<String>,
    },
    /// Give one another name
    #[command(after_help = examples::CONTACTS_RENAME)]
    Rename {
        /// Which: an id, the beginning of one, or a name
        contact: String,
        /// Its new name
        name: String,
    },
    /// Mark one's key as verified
    #[command(after_help = examples::CONTACTS_VERIFY)]
    Verify {
        /// Which: an id, the beginning of one, or a name
        contact: String,
    },
    /// Remove one with its conversation, for good
    #[command(after_help = examples::CONTACTS_REMOVE)]
    Remove {
        /// Which: an id, the beginning of one, or a name
        contact: String,
    },
}

/// `migrate baseline`
#[derive(Debug, clap::Args)]
pub(crate) struct Baseline {
    /// The database; it is only read
    pub(crate) database: PathBuf,
    /// File with its raw key: 64 hexadecimal digits, or 96 with the salt
    #[arg(long, value_name = "FILE")]
    pub(crate) raw_key_file: PathBuf,
    /// Leave the rows of key_store out: keys that only their own application can unwrap
    #[arg(long)]
    pub(crate) skip_keys: bool,
    /// PBKDF2 iterations instead of a calibration to about half a second (210,000 to 100,000,000)
    #[arg(long, value_name = "N")]
    pub(crate) kdf_iterations: Option<u32>,
}

/// `settings`
#[derive(Debug, Subcommand)]
pub(crate) enum Settings {
    /// All settings
    #[command(after_help = examples::SETTINGS_LIST)]
    List,
    /// One value
    #[command(after_help = examples::SETTINGS_GET)]
    Get {
        /// Its name
        key: String,
    },
    /// Set one; the value is JSON, or else taken as text
    #[command(after_help = examples::SETTINGS_SET)]
    Set {
        /// Its name
        key: String,
        /// Its value: JSON (`true`, `12`, `"text"`, `[1]`); what is no JSON is taken as text
        value: String,
    },
    /// Remove one
    #[command(after_help = examples::SETTINGS_UNSET)]
    Unset {
        /// Its name
        key: String,
    },
}

/// `migrate`
#[derive(Debug, Subcommand)]
pub(crate) enum Migrate {
    /// Every step that the vault has or this build knows
    #[command(after_help = examples::MIGRATE_STATUS)]
    Status,
    /// Run the pending steps; every command that opens the vault does it too
    #[command(after_help = examples::MIGRATE_UP)]
    Up,
    /// Take steps back with the SQL that the vault keeps, so that an older build can open it
    #[command(after_help = examples::MIGRATE_DOWN)]
    Down(Down),
    /// Check the ledgers, their checksums, and the schema against them
    #[command(after_help = examples::MIGRATE_VERIFY)]
    Verify,
    /// Make a vault of a SQLCipher database that has the specification's 1.0.0 tables
    #[command(after_help = examples::MIGRATE_BASELINE)]
    Baseline(Baseline),
}

/// `migrate down`
#[derive(Debug, clap::Args)]
pub(crate) struct Down {
    /// The step that stays the last: its number, its name, or the name's end, such as v1_0_0 or 1.0.0
    #[arg(long, value_name = "VERSION")]
    pub(crate) to: String,
    /// Go on without a question, whatever is lost
    #[arg(long)]
    pub(crate) yes: bool,
    /// Only show the steps and what would be lost
    #[arg(long, conflicts_with = "yes")]
    pub(crate) dry_run: bool,
}
