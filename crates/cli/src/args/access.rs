//! `access` on the command line.

use clap::{Args, Subcommand};

/// `access`
#[derive(Debug, Subcommand)]
pub(crate) enum Access {
    /// Grant a user permissions on a resource, in place of those it had there
    #[command(after_help = GRANT)]
    Grant(GrantArguments),
    /// Take back what a user was granted on a resource
    #[command(after_help = REVOKE)]
    Revoke {
        /// On what: TYPE:ID, or TYPE:* for all of a type
        resource: String,
        #[command(flatten)]
        to: Grantee,
    },
    /// All grants, those that are over too
    #[command(after_help = LIST)]
    List {
        /// Only those of this user
        #[arg(long, value_name = "USER")]
        user: Option<String>,
        /// Only those on exactly this: TYPE:ID or TYPE:*
        #[arg(long, value_name = "RESOURCE")]
        resource: Option<String>,
    },
    /// Ask whether a user may do something now; ends with 0 when it may, with 28 when not
    #[command(after_help = CHECK)]
    Check {
        /// On what: TYPE:ID, or TYPE:* for all of a type
        resource: String,
        /// Which user
        user: String,
        /// What: read, write, delete or admin
        permission: String,
    },
}

/// `access grant`
#[derive(Debug, Args)]
pub(crate) struct GrantArguments {
    /// On what: TYPE:ID, or TYPE:* for all of a type
    pub(crate) resource: String,
    #[command(flatten)]
    pub(crate) to: Grantee,
    /// What it may do, with commas between: read, write, delete, admin
    #[arg(long, value_name = "LIST", value_delimiter = ',', required = true)]
    pub(crate) permissions: Vec<String>,
    /// Until when: 2027-01-31 or 2027-01-31T12:00:00Z [default: for ever]
    #[arg(long, value_name = "TIME", group = "end")]
    pub(crate) expires: Option<String>,
    /// For how long: 30m, 12h, 7d or 2w
    #[arg(long = "for", value_name = "SPAN", group = "end")]
    pub(crate) span: Option<String>,
}

/// Whom a grant is for.
#[derive(Debug, Args)]
pub(crate) struct Grantee {
    /// Which user of the application
    #[arg(required_unless_present = "everyone", conflicts_with = "everyone")]
    pub(crate) user: Option<String>,
    /// Every user, also those that come later
    #[arg(long)]
    pub(crate) everyone: bool,
}

pub(crate) const ACCESS: &str = "\
Examples:
  privatus access grant conversation:Alice bob --permissions read,write
  privatus access list --user bob
  privatus --as-user bob show Alice

A resource is TYPE:ID. Types are contact, group, conversation, transfer, setting, audit, security,
key, grant, message and vault. A contact, group, conversation or transfer may also be named by its
name, or by a beginning of its id or name. `admin` allows everything, granting too; on vault:* it allows everything on
everything. Without a grant a user may do nothing.

This separates the users of one application. It keeps nothing from whoever holds the password or
the key: who leaves --as-user out acts for the vault's own user, who may do everything.";

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
