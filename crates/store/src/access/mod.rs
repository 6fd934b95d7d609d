//! Access of an application's users: what is granted, the check before every read and write, sessions that are bound.

mod grants;
mod permit;
mod session;

pub use grants::GrantRestored;
pub use session::Session;
