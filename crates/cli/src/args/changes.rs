//! What a command has done by the time it prints its result, for the error when printing fails.

use std::path::Path;

use super::{Access, Audit, Command, Contacts, Groups, Keys, Migrate, Security, Settings, Transfers};

const CHANGED: Option<&str> = Some("the change was made");
const WRITTEN: Option<&str> = Some("the file was written");

impl Command {
    /// Returns what was done, in words; `None` for a command that only reads. `init` and `migrate baseline` say it themselves.
    pub(crate) fn done(&self) -> Option<&'static str> {
        match self {
            Self::Import(_) => Some("what was imported is stored"),
            Self::Send { .. } => Some("the message is stored"),
            Self::MarkRead { .. } | Self::Passwd { .. } => CHANGED,
            Self::Export { path, .. } if path != Path::new("-") => WRITTEN,
            Self::Init { .. }
            | Self::Demo
            | Self::Chats { .. }
            | Self::Show(_)
            | Self::Stats(_)
            | Self::Verify
            | Self::Export { .. }
            | Self::Completions { .. }
            | Self::Man { .. } => None,
            Self::Contacts(command) => match command {
                Contacts::List(_)
                | Contacts::Search { .. }
                | Contacts::Show { .. }
                | Contacts::SafetyNumber { .. } => None,
                Contacts::Add { .. }
                | Contacts::Set(_)
                | Contacts::Rename { .. }
                | Contacts::Verify { .. }
                | Contacts::Block { .. }
                | Contacts::Unblock { .. }
                | Contacts::Remove { .. } => CHANGED,
            },
            Self::Groups(command) => match command {
                Groups::List { .. } | Groups::Show { .. } | Groups::Members { .. } => None,
                Groups::Create(_)
                | Groups::Set(_)
                | Groups::Add { .. }
                | Groups::Role { .. }
                | Groups::Transfer { .. }
                | Groups::Remove { .. }
                | Groups::Ban { .. }
                | Groups::Unban { .. }
                | Groups::Leave { .. }
                | Groups::Permissions { .. }
                | Groups::Delete { .. } => CHANGED,
            },
            Self::Transfers(command) => match command {
                Transfers::List { .. } | Transfers::Show { .. } | Transfers::Verify { .. } => None,
                Transfers::Offer { .. }
                | Transfers::Receive { .. }
                | Transfers::Progress { .. }
                | Transfers::Set { .. } => CHANGED,
            },
            Self::Settings(command) => match command {
                Settings::List { .. } | Settings::Get { .. } => None,
                Settings::Set { .. } | Settings::Unset { .. } => CHANGED,
            },
            Self::Access(command) => match command {
                Access::List { .. } | Access::Check { .. } => None,
                Access::Grant(_) | Access::Revoke { .. } => CHANGED,
            },
            Self::Audit(command) => match command {
                Audit::Export { path, .. } if path != Path::new("-") => WRITTEN,
                Audit::List(_) | Audit::Verify { .. } | Audit::Head | Audit::Export { .. } => None,
                Audit::Prune(_) | Audit::Settle(_) => CHANGED,
            },
            Self::Security(command) => match command {
                Security::List(_) | Security::Show { .. } => None,
                Security::Resolve { .. } => CHANGED,
            },
            Self::Keys(command) => match command {
                Keys::List { .. } => None,
                Keys::Expire { .. } => CHANGED,
            },
            Self::Migrate(command) => match command {
                Migrate::Down(down) if !down.dry_run => CHANGED,
                Migrate::Up => CHANGED,
                Migrate::Status | Migrate::Down(_) | Migrate::Verify | Migrate::Baseline(_) => None,
            },
        }
    }
}
