//! What in a source gives somebody rights in the vault that takes it in.

use privatus_domain::counted;
use serde::{Serialize, Serializer};

/// A kind of it. docs/THREAT_MODEL.md has the table of what becomes of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AuthorityKind {
    /// A grant of access control.
    Grant,
    /// The public key of the vault's own user.
    OwnKey,
    /// A setting: only the application that reads it knows what it allows.
    Setting,
    /// The mark that a contact's key was compared.
    VerifiedContact,
    /// The role of an owner or an admin.
    GroupRole,
    /// That the vault's own user is no owner of a group, or not in it.
    OwnRole,
    /// A ban of the vault's own user: somebody else owns the group then.
    OwnBan,
    /// Somebody else who made a group: it is theirs where it has no owner, or several.
    GroupCreator,
    /// When the members of a group joined it: who was first owns it next.
    GroupOrder,
    /// Permissions of a member of a group.
    MemberPermissions,
    /// Settings of a group.
    GroupSettings,
    /// A group that anybody may join.
    PublicGroup,
    /// A file transfer that a client would go on with by itself.
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

    /// Its name in a report.
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
            Self::MemberPermissions => ("member's permissions", "members' permissions"),
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

/// One thing that gives a right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuthorityItem {
    /// Which kind it is.
    pub kind: AuthorityKind,
    /// Who may do what, for a person. What the source gives stands in quotation marks, with escapes for what could steer a
    /// terminal, each part cut by itself: no long name pushes out what follows it.
    pub text: String,
    /// The line of the source, from 1; 0 where nobody asked.
    pub line: u64,
}

/// A right of a source that somebody vouches for, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrustedItem {
    /// The right, as it was listed.
    #[serde(flatten)]
    pub item: AuthorityItem,
    /// Whether it came over.
    pub is_taken: bool,
    /// Whether the vault had the very same already.
    pub is_known: bool,
    /// Why it did not come over, where it is not known either.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why_not: Option<String>,
}

/// What became of a right that was to be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fate {
    Taken,
    /// The vault has the same.
    Known,
    /// Why not.
    Refused(String),
}

impl Fate {
    pub(crate) fn refused(why: impl Into<String>) -> Self {
        Self::Refused(why.into())
    }
}

impl TrustedItem {
    /// One that was listed and of which nothing more is known.
    pub(crate) fn listed(item: AuthorityItem) -> Self {
        Self {
            item,
            is_taken: false,
            is_known: false,
            why_not: Some("the import did not come to it".into()),
        }
    }

    /// Notes what became of it. A line may stand there twice: what was taken stays so.
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

/// Characters of a name or an id that are shown, with its escapes.
const NAME: usize = 80;
/// Characters of a value.
const VALUE: usize = 400;

/// A name or an id of the source, in quotation marks.
pub(crate) fn quoted(name: &str) -> String {
    // As Rust writes it: what cannot be seen has an escape too.
    let (begin, more) = cut(name, NAME, |c| c.escape_debug().to_string());
    format!("\"{begin}\"{more}")
}

/// A value of the source, which is JSON text.
pub(crate) fn json_quoted(value: &str) -> String {
    // It has quotation marks and backslashes of its own. All else as in a name: what cannot be seen has an escape.
    let (begin, more) = cut(value, VALUE, |c| match c {
        '"' | '\'' | '\\' => c.to_string(),
        _ => c.escape_debug().to_string(),
    });
    begin + &more
}

/// A text with escapes, or its beginning and how long it is.
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
