//! Reports that a command upgraded the vault's schema.

use privatus_store::Upgrade;

use crate::notice::note;
use crate::{snapshot, step};

/// Says on standard error how the schema changed when the vault was opened.
pub(crate) fn tell(upgrade: &Upgrade) {
    note(&format!("the vault's schema was {}", upgraded(upgrade)));
    note(&format!("saved: {}", snapshot::text(&upgrade.snapshot)));
}

/// Says from which step to which the schema was upgraded.
pub(crate) fn upgraded(upgrade: &Upgrade) -> String {
    let title = step::known_title;
    format!("upgraded from {} to {}", title(upgrade.from), title(upgrade.to))
}
