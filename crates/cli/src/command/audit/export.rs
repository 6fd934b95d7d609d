//! `audit export`: writes all entries, oldest first, and the head, from one snapshot.

use std::io::{BufWriter, Write};
use std::path::Path;

use privatus_domain::{Act, NewAuditEntry, Resource, ResourceKind};
use privatus_import::steering::json_escaped;
use privatus_store::{ReadTx, StoreError};
use serde_json::json;

use super::head::head_json;
use crate::args::Arguments;
use crate::failure::Failure;
use crate::output;
use crate::plaintext_file::{target, write_beside};
use crate::text::counted;
use crate::vault::{open, vault_path};

pub(super) fn run(arguments: &Arguments, path: &Path, is_forced: bool) -> Result<u8, Failure> {
    let to_stdout = path == Path::new("-");
    let target = if to_stdout {
        output::whole()?;
        None
    } else {
        Some(target(path, &vault_path(arguments)?, is_forced)?)
    };
    let store = open(arguments)?;
    let written = match &target {
        Some(target) => write_beside(target, is_forced, |out| store.read_long(|tx| write(tx, out))),
        None => {
            let mut out = BufWriter::new(std::io::stdout().lock());
            let written = store.read_long(|tx| write(tx, &mut out));
            written.and_then(|written| {
                out.flush()
                    .map(|()| written)
                    .map_err(|error| Failure::output(&error))
            })
        }
    };
    let entry = NewAuditEntry::done(store.now(), Act::AuditExport).on(Resource::every(ResourceKind::Audit));
    store.audit_note(match &written {
        Ok((count, _)) => entry.with(json!({ "entries": count })),
        Err(_) => entry.failed("it was cut off"),
    });
    let (count, head) = written?;
    crate::vault::close(store);
    if to_stdout {
        return Ok(0);
    }
    if arguments.json {
        output::json(&json!({
            "path": path.display().to_string(), "entries": count, "head": head, "plaintext": true,
        }))?;
    } else {
        let entries = counted(count, "entry", "entries");
        output::line(&format!("{entries} written to {}", path.display()))?;
        output::line("The file is plaintext: anyone who can read it can read the whole log.")?;
    }
    Ok(0)
}

/// Writes the document; returns the number of entries and the head.
fn write(tx: &mut ReadTx<'_>, out: &mut dyn Write) -> Result<(u64, serde_json::Value), Failure> {
    let mut put = |text: &[u8]| out.write_all(text).map_err(|error| Failure::output(&error));
    let head = head_json(&tx.audit_head()?);
    let start = json!({ "format": "privatus-audit", "version": 1, "vault_id": tx.own_id(), "head": head });
    let start = start.to_string();
    // The object is left open for the entries.
    put(start.strip_suffix('}').unwrap_or(&start).as_bytes())?;
    put(b",\"entries\":[")?;
    let (mut after, mut count) = (i64::MIN, 0);
    loop {
        let entries = tx.audit_entries_after(after)?;
        let Some(last) = entries.last() else { break };
        after = last.log_id;
        for entry in &entries {
            let text = serde_json::to_string(entry)
                .map_err(|_| StoreError::Unexpected("an entry cannot be written".into()))?;
            put(if count == 0 { b"\n" } else { b",\n" })?;
            put(json_escaped(&text).as_bytes())?;
            count += 1;
        }
    }
    put(b"\n]}\n")?;
    Ok((count, head))
}
