//! Finds the things that the command line names by an id, a name or a title, or by an unambiguous beginning of one.

mod member;
mod message;
mod named;
mod near;
mod thing;

pub(crate) use self::member::{member, newcomer, party};
pub(crate) use self::message::{message, place};
pub(crate) use self::thing::{chat, contact, group, lost_text, peer, resource, resource_or_word, transfer};
