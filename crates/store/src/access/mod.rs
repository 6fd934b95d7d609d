//! Access control for an application's users: grants, the check before every read and write, and sessions bound to a
//! user.

mod grants;
mod permit;
mod session;

pub use grants::GrantRestored;
pub use session::Session;
