#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod access;
pub mod audit;
pub mod body;
pub mod contact;
pub mod conversation;
pub mod folded;
pub mod group;
pub mod group_error;
pub mod group_json;
pub mod group_kind;
pub mod id;
pub mod json_text;
pub mod key_entry;
pub mod limits;
pub mod member;
pub mod member_error;
pub mod member_limit;
pub mod member_rules;
pub mod message;
pub mod metric;
pub mod partition;
pub mod planted;
pub mod profile_picture;
pub mod public_key;
pub mod resource;
pub mod role;
pub mod safety_number;
pub mod security;
pub mod sender;
pub mod setting;
pub mod time;
pub mod transfer;
pub mod usage;
pub mod user;
mod visible;

pub use access::{AccessError, Grant, GrantFilter, NewGrant, Permission, Permissions};
pub use audit::{Act, AuditEntry, AuditError, AuditFilter, AuditHead, NewAuditEntry};
pub use body::{Attributes, Body, BodyError, Media};
pub use contact::{Contact, ContactError, ContactState, DisplayName, NewContact};
pub use conversation::{Conversation, ConversationKind};
pub use folded::folded_name;
pub use group::{Description, Group, GroupChange, NewGroup};
pub use group_error::GroupError;
pub use group_json::{GroupSettings, MemberPermissions};
pub use group_kind::{GroupKind, Joining, KindRules};
pub use id::{AnonymousId, ContactId, ConversationId, GroupId, IdError, MessageId, TransferId};
pub use json_text::{JsonText, NotJson};
pub use key_entry::{KeyEntry, KeyEntryError, KeyFilter, KeyKind};
pub use member::{Ban, Member, NewMember};
pub use member_error::MemberError;
pub use member_limit::MemberLimit;
pub use message::{Direction, Message, MessageError, NewMessage, ReplyState};
pub use metric::Histogram;
pub use partition::Partition;
pub use profile_picture::{PictureError, ProfilePicture};
pub use public_key::{PublicKey, PublicKeyError};
pub use resource::{Resource, ResourceError, ResourceKind};
pub use role::{MemberAction, Role};
pub use safety_number::{SafetyNumber, SafetyNumberError};
pub use security::{
    NewSecurityEvent, Resolution, SecurityError, SecurityEvent, SecurityFilter, SecurityKind, Severity,
};
pub use sender::{ImportedSender, Sender, SenderRef};
pub use setting::{Effective, KnownSetting, Setting, SettingError, SettingKey};
pub use time::{Timestamp, TimestampError};
pub use transfer::{
    FileHash, FileName, FileSize, NewTransfer, Transfer, TransferDirection, TransferError, TransferFilter,
    TransferPeer, TransferState, TransferStatus,
};
pub use usage::{Day, Statistic, Usage};
pub use user::{UserError, UserId};
