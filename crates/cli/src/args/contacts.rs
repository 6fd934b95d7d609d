//! `contacts` on the command line.

use clap::{ArgGroup, Args, Subcommand};

/// `contacts`
#[derive(Debug, Subcommand)]
pub(crate) enum Contacts {
    /// List contacts
    #[command(after_help = CONTACTS_LIST)]
    List(ContactsList),
    /// Find contacts by the beginning of their name or of a word in it, in any letter case
    #[command(after_help = CONTACTS_SEARCH)]
    Search {
        /// The beginning of the name or word
        text: String,
    },
    /// Show everything about a contact
    #[command(after_help = CONTACTS_SHOW)]
    Show {
        /// The contact: an id, a name, or the beginning of either
        contact: String,
    },
    /// Add a contact
    #[command(after_help = CONTACTS_ADD)]
    Add {
        /// The contact's name
        name: String,
        /// The contact's public key: 32 to 16,384 bytes in base64
        #[arg(long, value_name = "BASE64")]
        public_key: Option<String>,
        /// The contact's id [default: a new id]
        #[arg(long, value_name = "ID")]
        id: Option<String>,
    },
    /// Change a contact: name, key, picture, presence, mute
    #[command(after_help = CONTACTS_SET)]
    Set(ContactsSet),
    /// Rename a contact
    #[command(after_help = CONTACTS_RENAME)]
    Rename {
        /// The contact: an id, a name, or the beginning of either
        contact: String,
        /// The new name
        name: String,
    },
    /// Print the number that both sides compare to verify a key
    #[command(after_help = CONTACTS_SAFETY_NUMBER)]
    SafetyNumber {
        /// The contact: an id, a name, or the beginning of either
        contact: String,
        /// Another contact, whose key is used instead of your own
        other: Option<String>,
    },
    /// Mark a contact's key as verified
    #[command(after_help = CONTACTS_VERIFY)]
    Verify {
        /// The contact: an id, a name, or the beginning of either
        contact: String,
        /// Only if this is the safety number: 60 digits, or the 30 digits of the contact's key alone; put spaces in quotes
        #[arg(long, value_name = "DIGITS")]
        safety_number: Option<String>,
    },
    /// Block a contact: refuse messages and files they send to you, but not what they write in groups
    #[command(after_help = CONTACTS_BLOCK)]
    Block {
        /// The contact: an id, a name, or the beginning of either
        contact: String,
    },
    /// Unblock a contact
    #[command(after_help = CONTACTS_UNBLOCK)]
    Unblock {
        /// The contact: an id, a name, or the beginning of either
        contact: String,
    },
    /// Permanently remove a contact and their conversation
    #[command(after_help = CONTACTS_REMOVE)]
    Remove {
        /// The contact: an id, a name, or the beginning of either
        contact: String,
        /// Do not ask for confirmation
        #[arg(long)]
        yes: bool,
    },
}

/// `contacts list`
#[derive(Debug, Args)]
pub(crate) struct ContactsList {
    /// Only contacts whose name, or a word in it, begins with this
    #[arg(long, value_name = "TEXT")]
    pub(crate) search: Option<String>,
    /// Only blocked contacts
    #[arg(long)]
    pub(crate) blocked: bool,
    /// Only contacts that are online
    #[arg(long)]
    pub(crate) online: bool,
}

/// `contacts set`
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("change").required(true).multiple(true),
    override_usage = "privatus contacts set [OPTIONS] <CONTACT>"
)]
pub(crate) struct ContactsSet {
    /// The contact: an id, a name, or the beginning of either
    pub(crate) contact: String,
    /// The new name
    #[arg(long, value_name = "NAME", group = "change")]
    pub(crate) name: Option<String>,
    /// The new public key in base64; a new key is not verified
    #[arg(long, value_name = "BASE64", group = "change")]
    pub(crate) public_key: Option<String>,
    /// The picture: a data URL, or a reference to a file
    #[arg(long, value_name = "TEXT", group = "change")]
    pub(crate) picture: Option<String>,
    /// Remove the picture
    #[arg(long, group = "change", conflicts_with = "picture")]
    pub(crate) no_picture: bool,
    /// Mark the contact as online
    #[arg(long, group = "change")]
    pub(crate) online: bool,
    /// Mark the contact as offline
    #[arg(long, group = "change", conflicts_with = "online")]
    pub(crate) offline: bool,
    /// When the contact was last seen, such as 2026-01-31T18:00:00Z; an earlier time is ignored
    #[arg(long, value_name = "TIME", group = "change")]
    pub(crate) last_seen: Option<String>,
    /// Mute the conversation until this time
    #[arg(long, value_name = "TIME", group = "change")]
    pub(crate) mute_until: Option<String>,
    /// Mute the conversation for good
    #[arg(long, group = "change", conflicts_with = "mute_until")]
    pub(crate) mute: bool,
    /// Unmute the conversation
    #[arg(long, group = "change", conflicts_with_all = ["mute", "mute_until"])]
    pub(crate) unmute: bool,
}

pub(crate) const CONTACTS: &str = "\
Examples:
  privatus contacts add Alice \\
      --public-key q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k=
  privatus contacts safety-number Alice
  privatus contacts list";

const CONTACTS_LIST: &str = "\
Examples:
  privatus contacts list
  privatus contacts list --search ali --online";

const CONTACTS_SEARCH: &str = "\
Example:
  privatus contacts search lidd    finds Alice LIDDELL";

const CONTACTS_SHOW: &str = "\
Example:
  privatus contacts show Alice";

const CONTACTS_ADD: &str = "\
Examples:
  privatus contacts add Alice
  privatus contacts add Alice \\
      --public-key q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k=";

const CONTACTS_SET: &str = "\
Examples:
  privatus contacts set Alice \\
      --public-key 7wEjRWeJq83vASNFZ4mrze8BI0VniavN7wEjRWeJq80=
  privatus contacts set Alice --online --picture file:alice.png
  privatus contacts set Alice --mute-until 2030-01-31T08:00:00Z";

const CONTACTS_RENAME: &str = "\
Example:
  privatus contacts rename Alice 'Alice Liddell'";

const CONTACTS_SAFETY_NUMBER: &str = "\
Examples:
  privatus settings set identity.public_key \\
      '\"MDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlBQkNERUY=\"'
  privatus contacts safety-number Alice      yours and hers
  privatus contacts safety-number Alice Bob  hers and Bob's";

const CONTACTS_VERIFY: &str = "\
Examples:
  privatus contacts verify Alice \\
      --safety-number '50318 41019 01520 05049 38277 28756'
  privatus contacts verify Alice   after comparing it yourself";

const CONTACTS_BLOCK: &str = "\
Example:
  privatus contacts block Mallory";

const CONTACTS_UNBLOCK: &str = "\
Example:
  privatus contacts unblock Mallory";

const CONTACTS_REMOVE: &str = "\
Example:
  privatus contacts remove Alice --yes";
