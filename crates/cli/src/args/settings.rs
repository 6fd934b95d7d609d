//! `settings` on the command line.

use clap::Subcommand;

/// `settings`
#[derive(Debug, Subcommand)]
pub(crate) enum Settings {
    /// All settings
    #[command(after_help = SETTINGS_LIST)]
    List,
    /// One value
    #[command(after_help = SETTINGS_GET)]
    Get {
        /// Its name
        key: String,
    },
    /// Set one; the value is JSON, or else taken as text
    #[command(after_help = SETTINGS_SET)]
    Set {
        /// Its name
        key: String,
        /// Its value: JSON (`true`, `12`, `"text"`, `[1]`); what is no JSON is taken as text
        value: String,
    },
    /// Remove one
    #[command(after_help = SETTINGS_UNSET)]
    Unset {
        /// Its name
        key: String,
    },
}

pub(crate) const SETTINGS: &str = "\
Examples:
  privatus settings set theme dark
  privatus settings get theme";

const SETTINGS_LIST: &str = "\
Example:
  privatus settings list";

const SETTINGS_GET: &str = "\
Example:
  privatus settings get theme";

const SETTINGS_SET: &str = "\
Examples:
  privatus settings set theme dark              the text \"dark\"
  privatus settings set size 12                 the number 12
  privatus settings set size '\"12\"'             the text \"12\"
  privatus settings set window '{\"width\":800}'  an object";

const SETTINGS_UNSET: &str = "\
Example:
  privatus settings unset theme";
