//! `contacts` on the command line.

use clap::{ArgGroup, Args, Subcommand};

/// `contacts`
#[derive(Debug, Subcommand)]
pub(crate) enum Contacts {
    /// All contacts, or some of them
    #[command(after_help = CONTACTS_LIST)]
    List(ContactsList),
    /// Contacts with a name, or a word in it, that begins so; letter case does not count
    #[command(after_help = CONTACTS_SEARCH)]
    Search {
        /// The beginning
        text: String,
    },
    /// Everything about one
    #[command(after_help = CONTACTS_SHOW)]
    Show {
        /// Which: an id, a name, or the beginning of one
        contact: String,
    },
    /// Add one
    #[command(after_help = CONTACTS_ADD)]
    Add {
        /// Its name
        name: String,
        /// Its public key: 32 to 16,384 bytes in base64
        #[arg(long, value_name = "BASE64")]
        public_key: Option<String>,
        /// Its id [default: a new one]
        #[arg(long, value_name = "ID")]
        id: Option<String>,
    },
    /// Change one: name, key, picture, presence, mute
    #[command(after_help = CONTACTS_SET)]
    Set(ContactsSet),
    /// Give one another name
    #[command(after_help = CONTACTS_RENAME)]
    Rename {
        /// Which: an id, a name, or the beginning of one
        contact: String,
        /// Its new name
        name: String,
    },
    /// The number that both sides compare before the key counts as verified
    #[command(after_help = CONTACTS_SAFETY_NUMBER)]
    SafetyNumber {
        /// Which: an id, a name, or the beginning of one
        contact: String,
        /// Of this contact's key and the other one's, instead of your own
        other: Option<String>,
    },
    /// Mark one's key as verified
    #[command(after_help = CONTACTS_VERIFY)]
    Verify {
        /// Which: an id, a name, or the beginning of one
        contact: String,
        /// Only if its safety number is this: 60 digits, or the 30 of its key alone, in quotes where blanks are in it
        #[arg(long, value_name = "DIGITS")]
        safety_number: Option<String>,
    },
    /// Take no more messages and files that one sends to you; what it writes in groups comes in
    #[command(after_help = CONTACTS_BLOCK)]
    Block {
        /// Which: an id, a name, or the beginning of one
        contact: String,
    },
    /// Take them again
    #[command(after_help = CONTACTS_UNBLOCK)]
    Unblock {
        /// Which: an id, a name, or the beginning of one
        contact: String,
    },
    /// Remove one with its conversation, for good
    #[command(after_help = CONTACTS_REMOVE)]
    Remove {
        /// Which: an id, a name, or the beginning of one
        contact: String,
        /// Go on without a question
        #[arg(long)]
        yes: bool,
    },
}

/// `contacts list`
#[derive(Debug, Args)]
pub(crate) struct ContactsList {
    /// Only those with a name, or a word in it, that begins so
    #[arg(long, value_name = "TEXT")]
    pub(crate) search: Option<String>,
    /// Only those that are blocked
    #[arg(long)]
    pub(crate) blocked: bool,
    /// Only those that are online
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
    /// Which: an id, a name, or the beginning of one
    pub(crate) contact: String,
    /// Its new name
    #[arg(long, value_name = "NAME", group = "change")]
    pub(crate) name: Option<String>,
    /// Its new public key in base64; a new key is not verified
    #[arg(long, value_name = "BASE64", group = "change")]
    pub(crate) public_key: Option<String>,
    /// Its picture: a data URL, or what names a file
    #[arg(long, value_name = "TEXT", group = "change")]
    pub(crate) picture: Option<String>,
    /// No picture
    #[arg(long, group = "change", conflicts_with = "picture")]
    pub(crate) no_picture: bool,
    /// It is online
    #[arg(long, group = "change")]
    pub(crate) online: bool,
    /// It is not online
    #[arg(long, group = "change", conflicts_with = "online")]
    pub(crate) offline: bool,
    /// When it was last seen, such as 2026-01-31T18:00:00Z; never goes back
    #[arg(long, value_name = "TIME", group = "change")]
    pub(crate) last_seen: Option<String>,
    /// Mute its conversation until then
    #[arg(long, value_name = "TIME", group = "change")]
    pub(crate) mute_until: Option<String>,
    /// Mute its conversation for ever
    #[arg(long, group = "change", conflicts_with = "mute_until")]
    pub(crate) mute: bool,
    /// Do not mute it
    #[arg(long, group = "change", conflicts_with_all = ["mute", "mute_until"])]
    pub(crate) unmute: bool,
}

pub(crate) const CONTACTS: &str = "\
Examples:
  privatus contacts add Alice --public-key q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k=
  privatus contacts safety-number Alice
  privatus contacts list";

const CONTACTS_LIST: &str = "\
Examples:
  privatus contacts list
  privatus contacts list --search ali --online";

const CONTACTS_SEARCH: &str = "\
Example:
  privatus contacts search lidd      finds Alice LIDDELL";

const CONTACTS_SHOW: &str = "\
Example:
  privatus contacts show Alice";

const CONTACTS_ADD: &str = "\
Examples:
  privatus contacts add Alice
  privatus contacts add Alice --public-key q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k=";

const CONTACTS_SET: &str = "\
Examples:
  privatus contacts set Alice --public-key 7wEjRWeJq83vASNFZ4mrze8BI0VniavN7wEjRWeJq80=
  privatus contacts set Alice --online --picture file:alice.png
  privatus contacts set Alice --mute-until 2030-01-31T08:00:00Z";

const CONTACTS_RENAME: &str = "\
Example:
  privatus contacts rename Alice 'Alice Liddell'";

const CONTACTS_SAFETY_NUMBER: &str = "\
Examples:
  privatus settings set identity.public_key '\"MDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlBQkNERUY=\"'
  privatus contacts safety-number Alice          your key and Alice's: both of you see the same
  privatus contacts safety-number Alice Bob      Alice's key and Bob's";

const CONTACTS_VERIFY: &str = "\
Examples:
  privatus contacts verify Alice --safety-number '50318 41019 01520 05049 38277 28756'
  privatus contacts verify Alice                 you compared it yourself";

const CONTACTS_BLOCK: &str = "\
Example:
  privatus contacts block Mallory";

const CONTACTS_UNBLOCK: &str = "\
Example:
  privatus contacts unblock Mallory";

const CONTACTS_REMOVE: &str = "\
Example:
  privatus contacts remove Alice --yes";
