//! What any command says that brought a vault up to date.

use privatus_store::Upgrade;

use crate::notice::note;
use crate::{snapshot, step};

/// Says on standard error what opening a vault changed of it: no failure, and no part of a command's output.
pub(crate) fn tell(upgrade: &Upgrade) {
    note(&format!("the vault's schema was {}", brought_up(upgrade)));
    note(&format!("saved: {}", snapshot::text(&upgrade.snapshot)));
}

/// From which step to which.
pub(crate) fn brought_up(upgrade: &Upgrade) -> String {
    let title = step::known_title;
    format!("brought up from {} to {}", title(upgrade.from), title(upgrade.to))
}
