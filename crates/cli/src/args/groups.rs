//! `groups` on the command line.

use clap::{Args, Subcommand};
use privatus_domain::{GroupKind, Role};

use super::words::one_of;

/// The roles that can be given to a member; a group has one owner, which `groups transfer` changes.
const GRANTED: [Role; 2] = [Role::Admin, Role::Member];

/// `groups`
#[derive(Debug, Subcommand)]
pub(crate) enum Groups {
    /// List groups
    #[command(after_help = GROUPS_LIST)]
    List {
        /// Only groups that this contact sees: those they are in, and public ones
        #[arg(long, value_name = "CONTACT")]
        seen_by: Option<String>,
    },
    /// Show a group and its members
    #[command(after_help = GROUPS_SHOW)]
    Show {
        /// The group: an id, a name, or the beginning of either
        group: String,
        /// Show names in an anonymous group too
        #[arg(long)]
        names: bool,
    },
    /// Create a group; you are its owner and first member
    #[command(after_help = GROUPS_CREATE)]
    Create(CreateGroup),
    /// Change a group's name, description, type, limit or settings
    #[command(after_help = GROUPS_SET)]
    Set(SetGroup),
    /// Add a contact to a group; anyone may join a public group
    #[command(after_help = GROUPS_ADD)]
    Add {
        /// The group: an id, a name, or the beginning of either
        group: String,
        /// The contact: an id, a name, or the beginning of either
        contact: String,
        /// The contact's role in the group
        #[arg(long, value_name = "ROLE", default_value = "member", value_parser = one_of(GRANTED.map(Role::as_str)))]
        role: String,
        /// The contact's name in the group [default: as in the vault]
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        #[command(flatten)]
        by: ActingMember,
    },
    /// Make a member an admin, or an admin a plain member
    #[command(after_help = GROUPS_ROLE)]
    Role {
        #[command(flatten)]
        target: MemberOfGroup,
        /// The new role; `groups transfer` makes another member the owner
        #[arg(value_parser = one_of(GRANTED.map(Role::as_str)))]
        role: String,
        #[command(flatten)]
        by: ActingMember,
    },
    /// Make another member the owner of a group
    #[command(after_help = GROUPS_TRANSFER)]
    Transfer {
        #[command(flatten)]
        target: MemberOfGroup,
        #[command(flatten)]
        by: ActingMember,
    },
    /// Remove a member from a group
    #[command(after_help = GROUPS_REMOVE)]
    Remove {
        #[command(flatten)]
        target: MemberOfGroup,
        #[command(flatten)]
        by: ActingMember,
    },
    /// Ban a contact: they are removed and cannot be added again
    #[command(after_help = GROUPS_BAN)]
    Ban {
        #[command(flatten)]
        target: MemberOfGroup,
        #[command(flatten)]
        by: ActingMember,
    },
    /// Lift a ban
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
        /// The group: an id, a name, or the beginning of either
        group: String,
        #[command(flatten)]
        by: ActingMember,
    },
    /// List the members of a group; of an anonymous group by their anonymous ids
    #[command(after_help = GROUPS_MEMBERS)]
    Members {
        /// The group: an id, a name, or the beginning of either
        group: String,
        /// Show names in an anonymous group too
        #[arg(long)]
        names: bool,
    },
    /// Set what a member may do
    #[command(after_help = GROUPS_PERMISSIONS)]
    Permissions {
        #[command(flatten)]
        target: MemberOfGroup,
        /// A JSON object; write, send_files and pin are true or false, other fields are kept
        #[arg(value_name = "JSON")]
        permissions: String,
        #[command(flatten)]
        by: ActingMember,
    },
    /// Permanently delete a group and its conversation from this vault, whatever your role in it
    #[command(after_help = GROUPS_DELETE)]
    Delete {
        /// The group: an id, a name, or the beginning of either
        group: String,
        /// Do not ask for confirmation
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        by: ActingMember,
    },
}

/// A member of a group.
#[derive(Debug, Args)]
pub(crate) struct MemberOfGroup {
    /// The group: an id, a name, or the beginning of either
    pub(crate) group: String,
    /// The member: an id, a name, or the beginning of either
    pub(crate) member: String,
}

/// Who acts.
#[derive(Debug, Args)]
pub(crate) struct ActingMember {
    /// The member who does it, if not you
    #[arg(long, value_name = "MEMBER")]
    pub(crate) by: Option<String>,
}

/// `groups create`
#[derive(Debug, Args)]
pub(crate) struct CreateGroup {
    /// The group's name
    pub(crate) name: String,
    /// Who can find the group and join it
    #[arg(long = "type", value_name = "TYPE", value_parser = one_of(GroupKind::ALL.map(GroupKind::as_str)))]
    pub(crate) kind: String,
    /// The member limit, counting you (1 to 100,000)
    #[arg(long, value_name = "N", allow_hyphen_values = true,
        default_value_t = privatus_domain::limits::GROUP_MEMBERS_DEFAULT.to_string())]
    pub(crate) max_members: String,
    /// Show members to each other by anonymous ids only
    #[arg(long)]
    pub(crate) anonymous: bool,
    /// What the group is about
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
    /// A JSON object; announcements_only, slow_mode_seconds and history_visible are known, other fields are kept
    #[arg(long, value_name = "JSON")]
    pub(crate) settings: Option<String>,
    /// Your name in the group
    #[arg(long, value_name = "NAME", default_value = "Me")]
    pub(crate) own_name: String,
}

/// `groups set`
#[derive(Debug, Args)]
pub(crate) struct SetGroup {
    /// The group: an id, a name, or the beginning of either
    pub(crate) group: String,
    #[command(flatten)]
    pub(crate) fields: GroupFields,
    #[command(flatten)]
    pub(crate) by: ActingMember,
}

/// What is set.
#[derive(Debug, Args)]
pub(crate) struct GroupFields {
    /// The new name
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// What the group is about; an empty text removes the description
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
    /// Who can find the group and join it
    #[arg(long = "type", value_name = "TYPE", value_parser = one_of(GroupKind::ALL.map(GroupKind::as_str)))]
    pub(crate) kind: Option<String>,
    /// The member limit (1 to 100,000), not below the current number of members
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) max_members: Option<String>,
    /// All settings of the group as a JSON object; {} removes them
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
  privatus groups create 'Help line' --type public --anonymous";

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
