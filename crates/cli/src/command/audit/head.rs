//! `audit head`: prints the head, and reads it back from where it was kept.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use privatus_domain::{AuditError, AuditHead};
use privatus_store::{Store, StoreError, SystemFault};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::args::Arguments;
use crate::failure::Failure;
use crate::output;
use crate::vault::open;

/// The maximum size in bytes of a head as text.
const TEXT_MAX: u64 = 200;

pub(super) fn run(arguments: &Arguments) -> Result<u8, Failure> {
    let store = open(arguments)?;
    let (head, vault) = store.read(|tx| Ok::<_, StoreError>((tx.audit_head()?, tx.own_id())))?;
    crate::vault::close(store);
    if arguments.json {
        let mut value = head_json(&head);
        if let Some(fields) = value.as_object_mut() {
            fields.insert("vault_id".into(), vault.to_string().into());
        }
        output::json(&value)?;
    } else {
        output::line(&head.to_string())?;
    }
    Ok(0)
}

/// A head in a file: the output of `audit head --json`, or an export, which contains the head and the entries.
#[derive(Deserialize)]
struct Kept {
    head: Option<Part>,
    log_id: Option<i64>,
    mac: Option<String>,
    vault_id: Option<String>,
}

#[derive(Deserialize)]
struct Part {
    log_id: i64,
    mac: String,
}

/// A head, and the id of the vault that it claims to be from.
pub(super) struct Anchor {
    pub(super) head: AuditHead,
    vault: Option<String>,
}

impl Anchor {
    /// Reads `NUMBER:MAC`, or a file that contains it.
    pub(super) fn read(wanted: &str) -> Result<Self, Failure> {
        let path = Path::new(wanted);
        if !path.is_file() {
            let head = wanted
                .parse()
                .map_err(|error: AuditError| match wanted.contains(':') {
                    true => StoreError::from(error).into(),
                    false => Failure::Refused(format!(
                        "{} is neither a file nor a head, which is written NUMBER:MAC",
                        path.display()
                    )),
                })?;
            return Ok(Self { head, vault: None });
        }
        let unreadable = |error: &std::io::Error| {
            Failure::Usage(format!(
                "{} cannot be read: {}",
                path.display(),
                SystemFault::words(error)
            ))
        };
        let mut start = String::new();
        let file = File::open(path).map_err(|error| unreadable(&error))?;
        // A file that is not UTF-8 is neither our text nor JSON.
        let _ = file.take(TEXT_MAX).read_to_string(&mut start);
        if let Ok(head) = start.parse() {
            return Ok(Self { head, vault: None });
        }
        let file = File::open(path).map_err(|error| unreadable(&error))?;
        let no_head = || StoreError::from(AuditError::NoHead(path.display().to_string()));
        let kept: Kept = serde_json::from_reader(BufReader::new(file)).map_err(|_| no_head())?;
        let part = match (kept.head, kept.log_id, kept.mac) {
            (Some(part), ..) => part,
            (None, Some(log_id), Some(mac)) => Part { log_id, mac },
            _ => return Err(no_head().into()),
        };
        let head = format!("{}:{}", part.log_id, part.mac);
        Ok(Self {
            head: head.parse().map_err(StoreError::from)?,
            vault: kept.vault_id,
        })
    }

    /// Refuses a head of another vault.
    pub(super) fn check(&self, store: &Store) -> Result<(), Failure> {
        let own = store.read(|tx| Ok::<_, StoreError>(tx.own_id().to_string()))?;
        match &self.vault {
            Some(vault) if *vault != own => Err(Failure::Refused(format!(
                "the head is from another vault, {vault}; this one is {own}"
            ))),
            _ => Ok(()),
        }
    }
}

/// Returns a head as JSON; the MAC is the text after the colon.
pub(super) fn head_json(head: &AuditHead) -> Value {
    let text = head.to_string();
    let mac = text.split_once(':').map(|(_, mac)| mac);
    json!({ "log_id": head.log_id, "mac": mac })
}
