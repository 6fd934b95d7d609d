//! `audit`: lists, checks, exports, prunes and settles the log.

mod export;
mod head;
mod list;
mod prune;
mod settle;
mod verify;

use crate::args::{Arguments, Audit};
use crate::failure::Failure;

pub(crate) fn run(arguments: &Arguments, command: &Audit) -> Result<u8, Failure> {
    match command {
        Audit::List(list) => list::run(arguments, list),
        Audit::Verify { head } => verify::run(arguments, head.as_deref()),
        Audit::Head => head::run(arguments),
        Audit::Export { path, force } => export::run(arguments, path, *force),
        Audit::Prune(prune) => prune::run(arguments, prune),
        Audit::Settle(settle) => settle::run(arguments, settle),
    }
}
