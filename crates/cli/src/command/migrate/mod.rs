//! `migrate`: the steps of a vault's schema, and vaults from other databases.

mod baseline;
mod down;
mod plan;
mod say;
mod status;
mod unlock;
mod up;
mod verify;

use crate::args::{Arguments, Migrate};
use crate::failure::Failure;

pub(crate) fn run(arguments: &Arguments, command: &Migrate) -> Result<u8, Failure> {
    match command {
        Migrate::Status => status::run(arguments),
        Migrate::Up => up::run(arguments),
        Migrate::Down(down) => down::run(arguments, down),
        Migrate::Verify => verify::run(arguments),
        Migrate::Baseline(baseline) => baseline::run(arguments, baseline),
    }
}
