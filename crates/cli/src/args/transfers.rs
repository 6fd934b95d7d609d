//! `transfers` on the command line.

use std::path::PathBuf;

use clap::Subcommand;
use privatus_domain::TransferStatus;

use super::words::one_of;

/// `transfers`
#[derive(Debug, Subcommand)]
pub(crate) enum Transfers {
    /// Offer a file; its size and hash are taken now
    #[command(after_help = TRANSFERS_OFFER)]
    Offer {
        /// The file
        file: PathBuf,
        /// To whom: a contact, or else a group, by an id, a name, or the beginning of one
        #[arg(long, value_name = "NAME-OR-ID")]
        to: String,
        /// What --to names is a group
        #[arg(long)]
        group: bool,
        /// Offer it under another name
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
    },
    /// Note a file that somebody offers
    #[command(after_help = TRANSFERS_RECEIVE)]
    Receive {
        /// The file's name
        name: String,
        /// From whom: a contact, or else a group, by an id, a name, or the beginning of one
        #[arg(long, value_name = "NAME-OR-ID")]
        from: String,
        /// What --from names is a group
        #[arg(long)]
        group: bool,
        /// The file's size in bytes
        #[arg(long, value_name = "BYTES", allow_negative_numbers = true)]
        size: i128,
        /// The file's hash, 16 to 64 bytes in hexadecimal; BLAKE2b-256 can be verified
        #[arg(long, value_name = "HEX")]
        hash: String,
    },
    /// Note how much of a file has come over
    #[command(after_help = TRANSFERS_PROGRESS)]
    Progress {
        /// Which: an id, the file's name, or the beginning of one
        transfer: String,
        /// Percent, 0 to 99; 100 comes with `completed`
        #[arg(allow_negative_numbers = true)]
        percent: i64,
    },
    /// Set the status of one
    #[command(after_help = TRANSFERS_SET)]
    Set {
        /// Which: an id, the file's name, or the beginning of one
        transfer: String,
        /// Its new status
        #[arg(value_parser = one_of(TransferStatus::ALL.map(TransferStatus::as_str)))]
        status: String,
        /// Why it failed
        #[arg(long, value_name = "TEXT")]
        error: Option<String>,
    },
    /// Transfers, newest first
    #[command(after_help = TRANSFERS_LIST)]
    List {
        /// Only those of this status
        #[arg(long, value_name = "STATUS", value_parser = one_of(TransferStatus::ALL.map(TransferStatus::as_str)))]
        status: Option<String>,
        /// Only those with this contact
        #[arg(long, value_name = "CONTACT", conflicts_with = "group")]
        contact: Option<String>,
        /// Only those with this group
        #[arg(long, value_name = "GROUP")]
        group: Option<String>,
        /// At most N (1 to 1,000)
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: usize,
        /// Those older than this transfer
        #[arg(long, value_name = "ID")]
        before: Option<String>,
    },
    /// One transfer with all that is known of it
    #[command(after_help = TRANSFERS_SHOW)]
    Show {
        /// Which: an id, the file's name, or the beginning of one
        transfer: String,
    },
    /// Check whether a file is the one that was offered
    #[command(after_help = TRANSFERS_VERIFY)]
    Verify {
        /// Which: an id, the file's name, or the beginning of one
        transfer: String,
        /// The file
        file: PathBuf,
    },
}

pub(crate) const TRANSFERS: &str = "\
Examples:
  privatus transfers offer photo.jpg --to Alice
  privatus transfers set photo.jpg active
  privatus transfers progress photo.jpg 40
  privatus transfers set photo.jpg completed

A transfer is pending, then active, paused and active again, and at its end completed, failed or
cancelled; a failed one may become pending again. The vault keeps name, size and hash, not the file.";

const TRANSFERS_OFFER: &str = "\
Examples:
  privatus transfers offer photo.jpg --to Alice
  privatus transfers offer minutes.pdf --to Choir --group
  privatus transfers offer /tmp/x9 --to Alice --name photo.jpg";

const TRANSFERS_RECEIVE: &str = "\
Example:
  privatus transfers receive photo.jpg --from Alice --size 5 \\
      --hash 324dcf027dd4a30a932c441f365a25e86b173defa4b8e58948253471b81b72cf";

const TRANSFERS_PROGRESS: &str = "\
Examples:
  privatus transfers progress photo.jpg 40
  privatus transfers progress 0190163d 99";

const TRANSFERS_SET: &str = "\
Examples:
  privatus transfers set photo.jpg active
  privatus transfers set photo.jpg failed --error 'the line broke'
  privatus transfers set photo.jpg pending          try again";

const TRANSFERS_LIST: &str = "\
Examples:
  privatus transfers list
  privatus transfers list --status active
  privatus --json transfers list --contact Alice --limit 10";

const TRANSFERS_SHOW: &str = "\
Example:
  privatus transfers show photo.jpg";

const TRANSFERS_VERIFY: &str = "\
Example:
  privatus transfers verify photo.jpg ~/Downloads/photo.jpg";
