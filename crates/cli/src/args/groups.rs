//! `groups` on the command line.

use clap::{Args, Subcommand};
use privatus_domain::{GroupKind, Role};

use super::words::one_of;

/// `groups`
#[derive(Debug, Subcommand)]
pub(crate) enum Groups {
    /// All groups
    #[command(after_help = GROUPS_LIST)]
    List {
        /// Only those that this contact sees: its own, and the public ones
        #[arg(long, value_name = "CONTACT")]
        seen_by: Option<String>,
    },
    /// One group: what it is, and who is in it
    #[command(after_help = GROUPS_SHOW)]
    Show {
        /// Which: an id, a name, or the beginning of one
        group: String,
        /// Show names in an anonymous group too
        #[arg(long)]
        names: bool,
    },
    /// Make one; you are its owner and first member
    #[command(after_help = GROUPS_CREATE)]
    Create(CreateGroup),
    /// Change its name, description, type, limit or settings
    #[command(after_help = GROUPS_SET)]
    Set(SetGroup),
    /// Add a contact; anybody may add themselves to a public group
    #[command(after_help = GROUPS_ADD)]
    Add {
        /// Which: an id, a name, or the beginning of one
        group: String,
        /// Whom: an id, a name, or the beginning of one
        contact: String,
        /// As what
        #[arg(long, value_name = "ROLE", default_value = "member", value_parser = one_of(Role::ALL.map(Role::as_str)))]
        role: String,
        /// Its name in the group [default: the contact's]
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        #[command(flatten)]
        by: ActingMember,
    },
    /// Make an admin of a member, or a member of an admin
    #[command(after_help = GROUPS_ROLE)]
    Role {
        #[command(flatten)]
        target: MemberOfGroup,
        /// The new role
        #[arg(value_parser = one_of(Role::ALL.map(Role::as_str)))]
        role: String,
        #[command(flatten)]
        by: ActingMember,
    },
    /// Hand the group over: another member becomes the owner
    #[command(after_help = GROUPS_TRANSFER)]
    Transfer {
        #[command(flatten)]
        target: MemberOfGroup,
        #[command(flatten)]
        by: ActingMember,
    },
    /// Remove a member
    #[command(after_help = GROUPS_REMOVE)]
    Remove {
        #[command(flatten)]
        target: MemberOfGroup,
        #[command(flatten)]
        by: ActingMember,
    },
    /// Ban a contact: it is removed, and cannot be added again
    #[command(after_help = GROUPS_BAN)]
    Ban {
        #[command(flatten)]
        target: MemberOfGroup,
        #[command(flatten)]
        by: ActingMember,
    },
    /// Take a ban back
    #[command(after_help = GROUPS_UNBAN)]
    Unban {
        #[command(flatten)]
        target: MemberOfGroup,
        #[command(flatten)]
        by: ActingMember,
    },
    /// Leave a group
    #[command(after_help = GROUPS_LEAVE)]
    Leave {
        /// Which: an id, a name, or the beginning of one
        group: String,
        #[command(flatten)]
        by: ActingMember,
    },
    /// Members of a group; of an anonymous one by their anonymous ids
    #[command(after_help = GROUPS_MEMBERS)]
    Members {
        /// Which: an id, a name, or the beginning of one
        group: String,
        /// Show names in an anonymous group too
        #[arg(long)]
        names: bool,
    },
    /// Say what a member may do
    #[command(after_help = GROUPS_PERMISSIONS)]
    Permissions {
        #[command(flatten)]
        target: MemberOfGroup,
        /// An object; write, send_files and pin are true or false, other fields are kept
        #[arg(value_name = "JSON")]
        permissions: String,
        #[command(flatten)]
        by: ActingMember,
    },
    /// Delete a group with its conversation from this vault, for good; you may, whatever your role in it
    #[command(after_help = GROUPS_DELETE)]
    Delete {
        /// Which: an id, a name, or the beginning of one
        group: String,
        /// Go on without a question
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        by: ActingMember,
    },
}

/// A member of a group.
#[derive(Debug, Args)]
pub(crate) struct MemberOfGroup {
    /// Which: an id, a name, or the beginning of one
    pub(crate) group: String,
    /// Who: an id, a name, or the beginning of one
    pub(crate) member: String,
}

/// Who acts.
#[derive(Debug, Args)]
pub(crate) struct ActingMember {
    /// The member that did it, where it was another than you
    #[arg(long, value_name = "MEMBER")]
    pub(crate) by: Option<String>,
}

/// `groups create`
#[derive(Debug, Args)]
pub(crate) struct CreateGroup {
    /// Its name
    pub(crate) name: String,
    /// Who finds it, and who joins
    #[arg(long = "type", value_name = "TYPE", value_parser = one_of(GroupKind::ALL.map(GroupKind::as_str)))]
    pub(crate) kind: String,
    /// Most members, you among them (1 to 100,000)
    #[arg(long, value_name = "N", allow_hyphen_values = true,
        default_value_t = privatus_domain::limits::GROUP_MEMBERS_DEFAULT.to_string())]
    pub(crate) max_members: String,
    /// Members know each other by anonymous ids
    #[arg(long)]
    pub(crate) anonymous: bool,
    /// What it is about
    #[arg(long, value_name = "D")]
    pub(crate) description: Option<String>,
    /// An object; announcements_only, slow_mode_seconds and history_visible are known, other fields are kept
    #[arg(long, value_name = "JSON")]
    pub(crate) settings: Option<String>,
    /// Your name in it
    #[arg(long, value_name = "NAME", default_value = "Me")]
    pub(crate) own_name: String,
}

/// `groups set`
#[derive(Debug, Args)]
pub(crate) struct SetGroup {
    /// Which: an id, a name, or the beginning of one
    pub(crate) group: String,
    #[command(flatten)]
    pub(crate) fields: GroupFields,
    #[command(flatten)]
    pub(crate) by: ActingMember,
}

/// What is set.
#[derive(Debug, Args)]
pub(crate) struct GroupFields {
    /// Its new name
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// What it is about; an empty text takes it away
    #[arg(long, value_name = "D")]
    pub(crate) description: Option<String>,
    /// Who finds it, and who joins
    #[arg(long = "type", value_name = "TYPE", value_parser = one_of(GroupKind::ALL.map(GroupKind::as_str)))]
    pub(crate) kind: Option<String>,
    /// Most members (1 to 100,000), not below the present count
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) max_members: Option<String>,
    /// All of its settings, an object; {} takes them away
    #[arg(long, value_name = "JSON")]
    pub(crate) settings: Option<String>,
}

pub(crate) const GROUPS: &str = "\
Examples:
  privatus groups create Choir --type private --max-members 30
  privatus groups add Choir Alice
  privatus groups members Choir";

const GROUPS_LIST: &str = "\
Examples:
  privatus groups list
  privatus groups list --seen-by Alice";

const GROUPS_SHOW: &str = "\
Example:
  privatus groups show Choir";

const GROUPS_CREATE: &str = "\
Examples:
  privatus groups create Choir --type private --max-members 30
  privatus groups create 'Help line' --type public --anonymous --description 'Ask anything'";

const GROUPS_SET: &str = "\
Examples:
  privatus groups set Choir --max-members 40 --name 'Great choir'
  privatus groups set Choir --settings '{\"slow_mode_seconds\":30}'";

const GROUPS_ADD: &str = "\
Examples:
  privatus groups add Choir Alice --role admin
  privatus groups add 'Help line' Bob --by Bob";

const GROUPS_ROLE: &str = "\
Example:
  privatus groups role Choir Alice admin";

const GROUPS_TRANSFER: &str = "\
Example:
  privatus groups transfer Choir Alice";

const GROUPS_REMOVE: &str = "\
Examples:
  privatus groups remove Choir Bob
  privatus groups remove Choir Bob --by Alice";

const GROUPS_BAN: &str = "\
Example:
  privatus groups ban Choir Bob";

const GROUPS_UNBAN: &str = "\
Example:
  privatus groups unban Choir Bob";

const GROUPS_LEAVE: &str = "\
Examples:
  privatus groups leave Choir
  privatus groups leave Choir --by Bob";

const GROUPS_MEMBERS: &str = "\
Example:
  privatus groups members Choir";

const GROUPS_PERMISSIONS: &str = "\
Example:
  privatus groups permissions Choir Bob '{\"write\":false}'";

const GROUPS_DELETE: &str = "\
Example:
  privatus groups delete Choir --yes";
