#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod access;
mod audit;
mod body;
mod contact;
mod conversation;
mod counted;
pub mod folded;
mod group;
mod group_error;
mod group_json;
mod group_kind;
mod id;
mod json_text;
mod key_entry;
pub mod limits;
mod member;
mod member_error;
mod member_limit;
mod member_rules;
mod message;
mod metric;
mod named;
mod partition;
mod profile_picture;
mod public_key;
mod resource;
mod role;
mod safety_number;
mod security;
mod sender;
mod setting;
mod time;
mod transfer;
mod usage_by_day;
mod user;
mod visible;

pub use access::{
    AccessError, Grant, GrantFilter, NewGrant, Permission, Permissions, access_allowed, access_allowed_until,
};
pub use audit::{Act, AuditEntry, AuditError, AuditFilter, AuditHead, NewAuditEntry, audit_kept_since};
pub use body::{Attributes, Body, BodyError, Media, StoredBody};
pub use contact::{Contact, ContactError, ContactState, DisplayName, NewContact};
pub use conversation::{Conversation, ConversationKind};
pub use counted::{counted, grouped};
pub use group::{Description, Group, GroupChange, NewGroup};
pub use group_error::GroupError;
pub use group_json::{GroupSettings, KnownPermissions, KnownSettings, MemberPermissions};
pub use group_kind::{GroupKind, Joining, KindRules};
pub use id::{AnonymousId, ContactId, ConversationId, GroupId, Id, IdError, MessageId, TransferId};
pub use json_text::{JsonText, NotJson};
pub use key_entry::{KeyEntry, KeyEntryError, KeyFilter, KeyKind, checked_key_expiry, key_expiry_ahead};
pub use member::{Ban, Member, NewMember};
pub use member_error::MemberError;
pub use member_limit::{Admission, MemberLimit};
pub use member_rules::member_may;
pub use message::{Direction, Message, MessageError, NewMessage, ReplyState};
pub use metric::Histogram;
pub use named::{Meant, Named, meant, meant_whole};
pub use partition::Partition;
pub use profile_picture::{PictureError, ProfilePicture};
pub use public_key::{PublicKey, PublicKeyError};
pub use resource::{Resource, ResourceError, ResourceKind};
pub use role::{MemberAction, Role};
pub use safety_number::{FINGERPRINT_BYTES, SafetyNumber, SafetyNumberError};
pub use security::{
    FAILURES_WINDOW_MS, MANY_FAILURES, NewSecurityEvent, Resolution, SecurityError, SecurityEvent,
    SecurityFilter, SecurityKind, Severity, failures_within_window,
};
pub use sender::{ImportedSender, Sender, SenderRef, anonymous_name};
pub use setting::{
    Effective, KnownSetting, Setting, SettingError, SettingKey, SettingType, encode_setting_value,
    is_own_setting,
};
pub use time::{Timestamp, TimestampError};
pub use transfer::{
    FileHash, FileName, FileSize, NewTransfer, Transfer, TransferDirection, TransferError, TransferFilter,
    TransferPeer, TransferState, TransferStatus, bytes_of_hex, check_transfer_reason,
};
pub use usage_by_day::{Day, Statistic, StatisticError, Usage};
pub use user::{UserError, UserId};
pub use visible::shows_nothing;
