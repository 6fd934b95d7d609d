#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod access;
pub mod audit;
pub mod body;
pub mod contact;
pub mod conversation;
pub mod group;
pub mod id;
pub mod json_text;
pub mod limits;
pub mod message;
pub mod metric;
pub mod partition;
pub mod resource;
pub mod security;
pub mod sender;
pub mod setting;
pub mod steering;
pub mod time;
pub mod usage;
pub mod user;

pub use access::{AccessError, Grant, GrantFilter, NewGrant, Permission, Permissions};
pub use audit::{Act, AuditEntry, AuditFilter, AuditHead, NewAuditEntry};
pub use body::{Attributes, Body, BodyError, Media};
pub use contact::{Contact, ContactError, DisplayName, NewContact, PublicKey};
pub use conversation::{Conversation, ConversationKind};
pub use group::{Group, GroupError, GroupKind, MemberLimit, NewGroup, NewMember};
pub use id::{ContactId, ConversationId, GroupId, IdError, MessageId};
pub use json_text::{JsonText, NotJson};
pub use message::{Direction, Message, MessageError, NewMessage, ReplyState};
pub use metric::Histogram;
pub use partition::Partition;
pub use resource::{Resource, ResourceError, ResourceKind};
pub use security::{NewSecurityEvent, SecurityError, SecurityEvent, SecurityKind, Severity};
pub use sender::{ImportedSender, Sender, SenderRef};
pub use setting::{Setting, SettingError, SettingKey};
pub use time::{Timestamp, TimestampError};
pub use usage::{Day, Statistic, Usage};
pub use user::{UserError, UserId};
