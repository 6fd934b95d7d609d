//! `contacts` on the command line.

use clap::Subcommand;

/// `contacts`
#[derive(Debug, Subcommand)]
pub(crate) enum Contacts {
    /// All contacts
    #[command(after_help = CONTACTS_LIST)]
    List,
    /// Add one
    #[command(after_help = CONTACTS_ADD)]
    Add {
        /// Its name
        name: String,
        /// Its public key
        #[arg(long, value_name = "BASE64")]
        public_key: Option<String>,
    },
    /// Give one another name
    #[command(after_help = CONTACTS_RENAME)]
    Rename {
        /// Which: an id, the beginning of one, or a name
        contact: String,
        /// Its new name
        name: String,
    },
    /// Mark one's key as verified
    #[command(after_help = CONTACTS_VERIFY)]
    Verify {
        /// Which: an id, the beginning of one, or a name
        contact: String,
    },
    /// Remove one with its conversation, for good
    #[command(after_help = CONTACTS_REMOVE)]
    Remove {
        /// Which: an id, the beginning of one, or a name
        contact: String,
    },
}

pub(crate) const CONTACTS: &str = "\
Examples:
  privatus contacts list
  privatus contacts add Alice --public-key q83vASNFZ4k=";

const CONTACTS_LIST: &str = "\
Example:
  privatus contacts list";

const CONTACTS_ADD: &str = "\
Examples:
  privatus contacts add Alice
  privatus contacts add Alice --public-key q83vASNFZ4k=";

const CONTACTS_RENAME: &str = "\
Example:
  privatus contacts rename Alice 'Alice Liddell'";

const CONTACTS_VERIFY: &str = "\
Example:
  privatus contacts verify Alice";

const CONTACTS_REMOVE: &str = "\
Example:
  privatus contacts remove Alice";
