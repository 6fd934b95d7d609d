//! Rights that an imported source would grant in the vault.

use privatus_domain::counted;
use serde::{Serialize, Serializer};

/// A kind of right. docs/THREAT_MODEL.md lists how each is handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AuthorityKind {
    /// A grant of access control.
    Grant,
    /// The public key of the vault's own user.
    OwnKey,
    /// A setting: only the application that reads it knows what it permits.
    Setting,
    /// The mark that a contact's key was verified.
    VerifiedContact,
    /// The role of owner or admin.
    GroupRole,
    /// That the vault's own user is not the owner of a group, or not in it.
    OwnRole,
    /// A ban of the vault's own user: the group then has another owner.
    OwnBan,
    /// A group's creator, if somebody else: they own the group if it has no owner, or several.
    GroupCreator,
    /// When the members of a group joined: the first to join is the next owner.
    GroupOrder,
    /// Permissions of a member of a group.
    MemberPermissions,
    /// Settings of a group.
    GroupSettings,
    /// A group that anyone can join.
    PublicGroup,
    /// A file transfer that a client would resume by itself.
    OpenTransfer,
}

impl AuthorityKind {
    /// Every kind.
    pub(crate) const ALL: [Self; 13] = [
        Self::Grant,
        Self::OwnKey,
        Self::Setting,
        Self::VerifiedContact,
        Self::GroupRole,
        Self::OwnRole,
        Self::OwnBan,
        Self::GroupCreator,
        Self::GroupOrder,
        Self::MemberPermissions,
        Self::GroupSettings,
        Self::PublicGroup,
        Self::OpenTransfer,
    ];

    /// Its name in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Grant => "grant",
            Self::OwnKey => "own_key",
            Self::Setting => "setting",
            Self::VerifiedContact => "verified_contact",
            Self::GroupRole => "group_role",
            Self::OwnRole => "own_role",
            Self::OwnBan => "own_ban",
            Self::GroupCreator => "group_creator",
            Self::GroupOrder => "group_order",
            Self::MemberPermissions => "member_permissions",
            Self::GroupSettings => "group_settings",
            Self::PublicGroup => "public_group",
            Self::OpenTransfer => "open_transfer",
        }
    }

    /// Returns a count of them, in words.
    pub(crate) fn counted(self, count: u64) -> String {
        let (one, many) = match self {
            Self::Grant => ("grant of access control", "grants of access control"),
            Self::OwnKey => ("own public key", "own public keys"),
            Self::Setting => ("setting", "settings"),
            Self::VerifiedContact => ("verified mark of a contact", "verified marks of contacts"),
            Self::GroupRole => ("role in a group", "roles in groups"),
            Self::OwnRole => ("group that you do not own", "groups that you do not own"),
            Self::OwnBan => ("ban on you", "bans on you"),
            Self::GroupCreator => ("group creator", "group creators"),
            Self::GroupOrder => ("order in which members joined", "orders in which members joined"),
            Self::MemberPermissions => ("set of member permissions", "sets of member permissions"),
            Self::GroupSettings => ("group's settings", "groups' settings"),
            Self::PublicGroup => ("group open to everyone", "groups open to everyone"),
            Self::OpenTransfer => ("file transfer under way", "file transfers under way"),
        };
        counted(count, one, many)
    }
}

impl Serialize for AuthorityKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// One right in a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuthorityItem {
    /// Its kind.
    pub kind: AuthorityKind,
    /// Who may do what, for a person to read. Text from the source is in quotation marks, with escapes for characters
    /// that could control a terminal. Each part is shortened separately, so a long name cannot push out what follows
    /// it.
    pub text: String,
    /// The line in the source, from 1; 0 if unknown.
    pub line: u64,
}

/// A right in a source that somebody vouches for, and its outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrustedItem {
    /// The right as it was listed.
    #[serde(flatten)]
    pub item: AuthorityItem,
    /// Whether it was imported.
    pub is_taken: bool,
    /// Whether the vault already had exactly this right.
    pub is_known: bool,
    /// Why it was not imported, unless the vault already had it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why_not: Option<String>,
}

/// The outcome of importing one right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fate {
    Taken,
    /// The vault already has it.
    Known,
    /// It was refused, for this reason.
    Refused(String),
}

impl Fate {
    pub(crate) fn refused(why: impl Into<String>) -> Self {
        Self::Refused(why.into())
    }
}

impl TrustedItem {
    /// A right that was listed and not processed yet.
    pub(crate) fn listed(item: AuthorityItem) -> Self {
        Self {
            item,
            is_taken: false,
            is_known: false,
            why_not: Some("the import did not get this far".into()),
        }
    }

    /// Records the outcome. A line may occur twice; once imported, a right stays so.
    pub(crate) fn meet(&mut self, fate: &Fate) {
        if self.is_taken {
            return;
        }
        self.is_taken = *fate == Fate::Taken;
        self.is_known = *fate == Fate::Known;
        self.why_not = match fate {
            Fate::Refused(why) => Some(why.clone()),
            Fate::Taken | Fate::Known => None,
        };
    }
}

impl AuthorityItem {
    pub(crate) const fn new(kind: AuthorityKind, text: String) -> Self {
        Self { kind, text, line: 0 }
    }
}

/// Most characters of a name or id to show, counting escapes.
const NAME: usize = 80;
/// Most characters of a value to show.
const VALUE: usize = 400;

/// A name or an id of the source, in quotation marks.
pub(crate) fn quoted(name: &str) -> String {
    // Rust's escapes; invisible characters are escaped too.
    let (begin, more) = cut(name, NAME, |c| c.escape_debug().to_string());
    format!("\"{begin}\"{more}")
}

/// A value from the source, as JSON text.
pub(crate) fn json_quoted(value: &str) -> String {
    // The value contains its own quotation marks and backslashes. Everything else is as in a name: invisible
    // characters are escaped.
    let (begin, more) = cut(value, VALUE, |c| match c {
        '"' | '\'' | '\\' => c.to_string(),
        _ => c.escape_debug().to_string(),
    });
    begin + &more
}

/// A text with escapes; a long one is shortened and its length added.
fn cut(text: &str, most: usize, escape: impl Fn(char) -> String) -> (String, String) {
    let (mut begin, mut used) = (String::new(), 0);
    for c in text.chars() {
        let c = escape(c);
        used += c.chars().count();
        if used > most {
            return (begin, format!("… ({} characters)", text.chars().count()));
        }
        begin.push_str(&c);
    }
    (begin, String::new())
}
