//! `transfers` on the command line.

use std::path::PathBuf;

use clap::Subcommand;
use privatus_domain::TransferStatus;

use super::words::one_of;

/// `transfers`
#[derive(Debug, Subcommand)]
pub(crate) enum Transfers {
    /// Offer a file; its size and hash are computed now
    #[command(after_help = TRANSFERS_OFFER)]
    Offer {
        /// The file
        file: PathBuf,
        /// The receiver: a contact, or else a group, by an id, a name, or the beginning of either
        #[arg(long, value_name = "NAME-OR-ID")]
        to: String,
        /// --to names a group
        #[arg(long)]
        group: bool,
        /// Offer it under another name
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
    },
    /// Record a file that somebody offers to you
    #[command(after_help = TRANSFERS_RECEIVE)]
    Receive {
        /// The file's name
        name: String,
        /// The sender: a contact, or else a group, by an id, a name, or the beginning of either
        #[arg(long, value_name = "NAME-OR-ID")]
        from: String,
        /// --from names a group
        #[arg(long)]
        group: bool,
        /// The file's size in bytes
        #[arg(long, value_name = "BYTES", allow_negative_numbers = true)]
        size: i128,
        /// The file's hash, 16 to 64 bytes in hexadecimal; only BLAKE2b-256 can be verified
        #[arg(long, value_name = "HEX")]
        hash: String,
    },
    /// Record how much of a file was transferred
    #[command(after_help = TRANSFERS_PROGRESS)]
    Progress {
        /// The transfer: an id, the file's name, or the beginning of either
        transfer: String,
        /// Percent, 0 to 99; status `completed` sets 100
        #[arg(allow_negative_numbers = true)]
        percent: i64,
    },
    /// Set the status of a transfer
    #[command(after_help = TRANSFERS_SET)]
    Set {
        /// The transfer: an id, the file's name, or the beginning of either
        transfer: String,
        /// The new status
        #[arg(value_parser = one_of(TransferStatus::ALL.map(TransferStatus::as_str)))]
        status: String,
        /// Why the transfer failed
        #[arg(long, value_name = "TEXT")]
        error: Option<String>,
    },
    /// List transfers, newest first
    #[command(after_help = TRANSFERS_LIST)]
    List {
        /// Only transfers with this status
        #[arg(long, value_name = "STATUS", value_parser = one_of(TransferStatus::ALL.map(TransferStatus::as_str)))]
        status: Option<String>,
        /// Only transfers with this contact
        #[arg(long, value_name = "CONTACT", conflicts_with = "group")]
        contact: Option<String>,
        /// Only transfers with this group
        #[arg(long, value_name = "GROUP")]
        group: Option<String>,
        /// Number of transfers (1 to 1,000)
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: usize,
        /// Only transfers older than this one, for the next page
        #[arg(long, value_name = "ID")]
        before: Option<String>,
    },
    /// Show everything about a transfer
    #[command(after_help = TRANSFERS_SHOW)]
    Show {
        /// The transfer: an id, the file's name, or the beginning of either
        transfer: String,
    },
    /// Check that a file is the one that was offered
    #[command(after_help = TRANSFERS_VERIFY)]
    Verify {
        /// The transfer: an id, the file's name, or the beginning of either
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

A transfer starts as pending, becomes active, may be paused and made active again, and ends as completed, failed or \
cancelled; a failed transfer may become pending again. The vault stores the name, size and hash of the file, not the file.";

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
  privatus transfers set photo.jpg failed --error 'connection lost'
  privatus transfers set photo.jpg pending  to try again";

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
