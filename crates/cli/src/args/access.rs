//! `access` on the command line.

use clap::{Args, Subcommand};
use privatus_domain::Permission;

use super::words::one_of;

/// `access`
#[derive(Debug, Subcommand)]
pub(crate) enum Access {
    /// Grant a user permissions on a resource, replacing the ones they had on it
    #[command(after_help = GRANT)]
    Grant(GrantArguments),
    /// Revoke a user's grant on a resource
    #[command(after_help = REVOKE)]
    Revoke {
        /// The resource: TYPE:ID, or TYPE:* for all of a type
        resource: String,
        #[command(flatten)]
        to: Grantee,
    },
    /// List all grants, including expired ones
    #[command(after_help = LIST)]
    List {
        /// Only grants to this user
        #[arg(long, value_name = "USER")]
        user: Option<String>,
        /// Only grants on exactly this resource: TYPE:ID or TYPE:*
        #[arg(long, value_name = "RESOURCE")]
        resource: Option<String>,
    },
    /// Check whether a user may do something now; exits with 0 if they may, 28 if not
    #[command(after_help = CHECK)]
    Check {
        /// The resource: TYPE:ID, or TYPE:* for all of a type
        resource: String,
        /// The user
        user: String,
        /// The permission
        #[arg(value_parser = one_of(Permission::ALL.map(Permission::as_str)))]
        permission: String,
    },
}

/// `access grant`
#[derive(Debug, Args)]
pub(crate) struct GrantArguments {
    /// The resource: TYPE:ID, or TYPE:* for all of a type
    pub(crate) resource: String,
    #[command(flatten)]
    pub(crate) to: Grantee,
    /// What the user may do, separated by commas
    #[arg(long, value_name = "LIST", value_delimiter = ',', required = true,
        value_parser = one_of(Permission::ALL.map(Permission::as_str)))]
    pub(crate) permissions: Vec<String>,
    /// When the grant ends: 2027-01-31 or 2027-01-31T12:00:00Z [default: never]
    #[arg(long, value_name = "TIME", group = "end")]
    pub(crate) expires: Option<String>,
    /// How long the grant lasts: 30m, 12h, 7d or 2w
    #[arg(long = "for", value_name = "SPAN", group = "end")]
    pub(crate) span: Option<String>,
}

/// Who a grant is for.
#[derive(Debug, Args)]
pub(crate) struct Grantee {
    /// A user of the application
    #[arg(required_unless_present = "everyone", conflicts_with = "everyone")]
    pub(crate) user: Option<String>,
    /// All users, including future ones
    #[arg(long)]
    pub(crate) everyone: bool,
}

pub(crate) const ACCESS: &str = "\
Examples:
  privatus access grant conversation:Alice bob --permissions read,write
  privatus access list --user bob
  privatus --as-user bob show Alice

A resource is TYPE:ID. Types are contact, group, conversation, transfer, setting, audit, security, key, grant, message and \
vault. A contact, group, conversation or transfer may also be named by its name, or by the beginning of its id or name. \
`admin` allows everything, including granting; on vault:* it allows everything on every resource. Without a grant a user \
may do nothing.

Grants separate the users of one application. They hide nothing from anyone who has the password or the key: without \
--as-user, a command acts for the vault's own user, who may do everything.";

const GRANT: &str = "\
Examples:
  privatus access grant conversation:Alice bob --permissions read,write
  privatus access grant 'contact:*' --everyone --permissions read
  privatus access grant 'vault:*' carol --permissions admin --for 12h
  privatus access grant group:Choir bob --permissions read --expires 2027-01-31";

const REVOKE: &str = "\
Examples:
  privatus access revoke conversation:Alice bob
  privatus access revoke 'contact:*' --everyone";

const LIST: &str = "\
Examples:
  privatus access list
  privatus --json access list --user bob --resource conversation:Alice";

const CHECK: &str = "\
Example:
  privatus access check conversation:Alice bob read";
