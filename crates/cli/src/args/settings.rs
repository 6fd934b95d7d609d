//! `settings` on the command line.

use clap::Subcommand;

/// `settings`
#[derive(Debug, Subcommand)]
pub(crate) enum Settings {
    /// List all settings, or those of one user
    #[command(after_help = SETTINGS_LIST)]
    List {
        /// Only settings of this user
        #[arg(long, value_name = "USER")]
        user: Option<String>,
        /// Include known settings that are not set, with their defaults
        #[arg(long)]
        all: bool,
    },
    /// Print the value that applies: the user's, else the application's, else the default
    #[command(after_help = SETTINGS_GET)]
    Get {
        /// The setting's name
        key: String,
        /// The user it is for [default: the whole application]
        #[arg(long, value_name = "USER")]
        user: Option<String>,
    },
    /// Set a setting
    #[command(after_help = SETTINGS_SET)]
    Set {
        /// The setting's name: parts of a-z, 0-9, _ and -, joined by dots
        key: String,
        /// The value as JSON: `true`, `12`, `"text"`, `[1]`
        #[arg(value_name = "JSON", allow_negative_numbers = true)]
        value: String,
        /// Treat the value as text, not as JSON
        #[arg(long)]
        text: bool,
        /// The user it is for [default: the whole application]
        #[arg(long, value_name = "USER")]
        user: Option<String>,
    },
    /// Remove a setting
    #[command(after_help = SETTINGS_UNSET)]
    Unset {
        /// The setting's name
        key: String,
        /// The user it is for [default: the whole application]
        #[arg(long, value_name = "USER")]
        user: Option<String>,
    },
}

pub(crate) const SETTINGS: &str = "\
Examples:
  privatus settings set theme dark --text
  privatus settings set privacy.read_receipts false --user alice
  privatus settings get theme";

const SETTINGS_LIST: &str = "\
Examples:
  privatus settings list
  privatus settings list --all
  privatus settings list --user alice";

const SETTINGS_GET: &str = "\
Examples:
  privatus settings get theme
  privatus settings get privacy.read_receipts --user alice";

const SETTINGS_SET: &str = "\
Examples:
  privatus settings set theme dark --text       a text
  privatus settings set theme '\"dark\"'          the same
  privatus settings set size 12                 a number
  privatus settings set window '{\"width\":800}'  an object
  privatus settings set theme '\"light\"' --user alice";

const SETTINGS_UNSET: &str = "\
Examples:
  privatus settings unset theme
  privatus settings unset theme --user alice";
