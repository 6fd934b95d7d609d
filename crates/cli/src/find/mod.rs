//! Things named on the command line: by id, by an unambiguous beginning of one, or by title or display name.

mod member;
mod named;
mod thing;

pub(crate) use self::member::{member, newcomer, party};
pub(crate) use self::thing::{chat, contact, group, lost_text, peer, resource, resource_or_word, transfer};
