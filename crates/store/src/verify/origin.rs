//! Determines whether the vault may contain rows in a form that this build does not write: `migrate baseline` leaves
//! those of another application as they are, and an upgrade those of an older schema.

use privatus_crypto::Noted;
use privatus_domain::Act;

use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::ReadTx;

const ENTRIES: &str = "SELECT action = ?, iif(typeof(timestamp) = 'text', CAST(timestamp AS BLOB), x'') FROM audit_log \
                       WHERE action IN (?, ?)";

/// Rows that a current build may not have written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Foreign {
    /// None: a current build created the vault.
    Nothing,
    /// Those dated up to a time, as the tables store it; with `undated`, also those without a date.
    UpTo { at: String, undated: bool },
    /// Any: it is not known since when the vault is ours.
    Anything,
}

impl Foreign {
    /// Returns whether a row with this date may be one of them.
    pub(crate) fn may_have(&self, date: Option<&str>) -> bool {
        match self {
            Self::Nothing => false,
            Self::Anything => true,
            Self::UpTo { at, undated } => match date.filter(|date| is_dated(date)) {
                Some(date) => date <= at.as_str(),
                None => *undated,
            },
        }
    }
}

/// Returns whether a text begins with a day. It is then compared as a time, even if it has no time of day.
fn is_dated(text: &str) -> bool {
    let day = text.as_bytes().iter().take(10);
    text.len() >= 10
        && day
            .zip(b"0000-00-00")
            .all(|(found, form)| found == form || (*form == b'0' && found.is_ascii_digit()))
}

impl ReadTx<'_> {
    /// Returns what the audit log says about foreign rows: its entries on adoption and upgrades or, if retention
    /// removed its beginning, the key ring's note, which knows since when there is a chain. The log's chain, which is
    /// checked separately, proves the entries.
    pub(crate) fn foreign_rows(&mut self) -> Result<Foreign, StoreError> {
        // Settling calls this for a log with values that no list can read.
        let [adopted, upgraded] = [Act::VaultAdopt, Act::SchemaUpgrade].map(Act::action);
        let sql = Sql::new(ENTRIES).bind(adopted).bind(adopted).bind(upgraded);
        let entries: Vec<(bool, Vec<u8>)> = self.db.rows(sql, "check whether the vault was adopted")?;
        let is_cut = self.audit_removed_up_to()? > 0;
        let is_adopted = entries.iter().any(|(is_adopted, _)| *is_adopted);
        let times = entries
            .into_iter()
            .filter_map(|(_, at)| String::from_utf8(at).ok());
        let mut newest = times.filter(|at| is_dated(at)).max();
        if is_cut {
            newest = match self.shared.noted() {
                // The time when it was first written: any adoption and any older schema came before that.
                Noted::Note(note) => newest.max(Some(note.since)),
                Noted::Nothing | Noted::Later => return Ok(Foreign::Anything),
            };
        }
        Ok(match newest {
            Some(at) => Foreign::UpTo {
                at,
                undated: is_adopted || is_cut,
            },
            None => Foreign::Nothing,
        })
    }
}
