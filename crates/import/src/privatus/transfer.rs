//! A `transfer` of an export.

use privatus_domain::{FileName, FileSize, Transfer as Stored, TransferState, TransferStatus, bytes_of_hex};
use privatus_store::{ReadTx, StoreError, WriteTx};
use serde::{Deserialize, Serialize};

use super::export_error::ExportError;
use super::values::{Time, hex, id};
use crate::authority::{AuthorityItem, AuthorityKind, quoted};

/// A `transfer` record.
#[derive(Serialize, Deserialize)]
pub(super) struct Transfer {
    id: String,
    file_name: String,
    file_size: i64,
    /// Hexadecimal digits.
    file_hash: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    contact: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    direction: String,
    status: String,
    #[serde(default)]
    progress: i64,
    created_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    completed_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl From<Stored> for Transfer {
    fn from(transfer: Stored) -> Self {
        Self {
            id: transfer.id.to_string(),
            file_name: transfer.file_name,
            file_size: transfer.size.get(),
            file_hash: hex(&transfer.hash),
            contact: transfer.contact.map(|id| id.to_string()),
            group: transfer.group.map(|id| id.to_string()),
            direction: transfer.direction.to_string(),
            status: transfer.state.status().to_string(),
            progress: transfer.state.progress().into(),
            created_at: Some(Time(transfer.created_at)),
            completed_at: transfer.completed_at.map(Time),
            error: transfer.error,
        }
    }
}

impl Transfer {
    /// The right that it grants: a client continues an active transfer without being asked.
    pub(super) fn claims(&self) -> Option<AuthorityItem> {
        let is_open = [TransferStatus::Pending, TransferStatus::Active];
        is_open.iter().any(|open| open.as_str() == self.status).then(|| {
            let with = match (&self.contact, &self.group) {
                (Some(contact), _) => format!("contact {}", quoted(contact)),
                (None, Some(group)) => format!("group {}", quoted(group)),
                (None, None) => "nobody".into(),
            };
            let text = format!(
                "the {} transfer of {} ({} bytes) with {with} is {}",
                quoted(&self.direction),
                quoted(&self.file_name),
                self.file_size,
                self.status
            );
            AuthorityItem::new(AuthorityKind::OpenTransfer, text)
        })
    }

    /// Writes the transfer. If nobody vouches for it, an active transfer is paused, for the user to resume.
    pub(super) fn write(self, tx: &mut WriteTx<'_>, is_trusted: bool) -> Result<Written, StoreError> {
        let status = match self.status.parse()? {
            TransferStatus::Pending | TransferStatus::Active if !is_trusted => TransferStatus::Paused,
            status => status,
        };
        let (file_name, was_path) = plain_name(self.file_name);
        let transfer = Stored {
            id: id(tx, &self.id)?,
            file_name,
            size: FileSize::new(self.file_size)?,
            hash: bytes_of_hex(&self.file_hash)?,
            contact: self.contact.map(|contact| id(tx, &contact)).transpose()?,
            group: self.group.map(|group| id(tx, &group)).transpose()?,
            direction: self.direction.parse()?,
            state: TransferState::kept(status, self.progress),
            created_at: self.created_at.map_or(tx.now(), |at| at.0),
            completed_at: self.completed_at.map(|at| at.0),
            error: self.error,
        };
        if tx.transfer_restore(&transfer)? {
            return Ok(Written::New { was_path });
        }
        let there = tx.transfer_by_id(&transfer.id)?;
        Ok(match there.state.status() == transfer.state.status() {
            true => Written::Known,
            false => Written::Other,
        })
    }
}

/// The outcome of a transfer.
pub(super) enum Written {
    /// It is new; the flag says whether its file name was changed.
    New { was_path: bool },
    /// The vault already has it in the same state.
    Known,
    /// The vault has it in another state.
    Other,
}

/// Makes a file name safe: it leads to no other folder and to no device on any system. Also returns whether it was
/// changed. Only the last part of a path is kept. Windows ignores dots and blanks at the end, and `:` begins a path or
/// another stream of a file.
fn plain_name(name: String) -> (String, bool) {
    let last = name.rsplit(['/', '\\', ':']).next().unwrap_or_default();
    let last = last.trim_end_matches(['.', ' ']);
    let is_blank = name.trim_matches(' ').is_empty();
    if is_blank || last == name && !FileName::is_path(&name) && !is_device(last) {
        return (name, false);
    }
    let plain = match is_device(last) {
        true => format!("_{last}"),
        false => last.to_owned(),
    };
    let plain =
        FileName::new(&plain).map_or_else(|_| "unnamed file".to_owned(), |name| name.as_str().to_owned());
    (plain, true)
}

/// Returns whether Windows opens a device under this name, with any extension.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let stem = stem.trim_end_matches(' ').to_ascii_uppercase();
    let is_numbered = |stem: &str| {
        let number = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
        number.is_some_and(|number| {
            let mut chars = number.chars();
            matches!(
                (chars.next(), chars.next()),
                (Some('0'..='9' | '¹' | '²' | '³'), None)
            )
        })
    };
    matches!(
        stem.as_str(),
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$"
    ) || is_numbered(&stem)
}

/// Passes on every transfer of the vault, in id order.
pub(super) fn each(
    tx: &mut ReadTx<'_>,
    put: &mut dyn FnMut(Transfer) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    let mut last = None;
    loop {
        let page = tx.transfers_by_id(last.as_ref())?;
        let Some(transfer) = page.last() else {
            return Ok(());
        };
        last = Some(transfer.id.clone());
        for transfer in page {
            put(transfer.into())?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_cut_to_its_last_part() {
        for (name, plain) in [
            ("../../x", "x"),
            ("C:\\Users\\me\\a.txt", "a.txt"),
            ("a/b\\c", "c"),
            ("/", "unnamed file"),
            ("..", "unnamed file"),
            ("../..", "unnamed file"),
            ("a/\u{200b}", "unnamed file"),
            ("a\0b", "unnamed file"),
            ("C:evil", "evil"),
            ("C:", "unnamed file"),
            ("a.txt:hidden", "hidden"),
            ("x/CON", "_CON"),
            ("nul", "_nul"),
            ("Aux.txt", "_Aux.txt"),
            ("com1 .log", "_com1 .log"),
            ("LPT².a.b", "_LPT².a.b"),
            ("evil.exe.", "evil.exe"),
            ("evil.exe. .", "evil.exe"),
            ("...", "unnamed file"),
        ] {
            assert_eq!(plain_name(name.to_owned()), (plain.to_owned(), true), "{name:?}");
        }
        let long = format!("{}/x", "a".repeat(2_000));
        assert_eq!(plain_name(long), ("x".to_owned(), true));
        // A name that is not a path stays unchanged, even if no new transfer may have it.
        for name in ["a.txt", ".a", "a b.txt", "COM10", "console", "null", " ", ""] {
            assert_eq!(plain_name(name.to_owned()), (name.to_owned(), false), "{name:?}");
        }
    }
}
