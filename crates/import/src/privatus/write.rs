//! Writes an export.

use std::collections::BTreeMap;
use std::io::Write;

use crate::steering::json_escaped;
use privatus_domain::{
    Act, Conversation, ConversationKind, GrantFilter, NewAuditEntry, Permission, Resource, ResourceKind,
};
use privatus_store::{Digest, PAGE_MAX, PageStart, ReadTx, Rule, Store, StoreError};
use serde_json::json;

use super::contact::Contact;
use super::export_error::ExportError;
use super::group::Group;
use super::lines::LINE_MAX;
use super::record::{Record, VERSION};
use super::setting::Setting;
use super::transfer;
use super::values::hex;
use crate::report::{OnProgress, Progress};

struct Lines<'a> {
    out: &'a mut dyn Write,
    digest: Digest,
    counts: BTreeMap<String, u64>,
}

impl Lines<'_> {
    fn put(&mut self, record: &Record) -> Result<(), ExportError> {
        self.put_line(record.kind(), serde_json::to_string(record))
    }

    /// An export is also read in terminals, so characters that control one are escaped; the meaning stays the same.
    fn put_line(&mut self, kind: &str, line: Result<String, serde_json::Error>) -> Result<(), ExportError> {
        let line = line.map_err(|_| StoreError::Unexpected("a record cannot be written".into()))?;
        let mut line = json_escaped(&line).into_owned();
        line.push('\n');
        // An export must not contain what cannot be read back.
        if u64::try_from(line.len()).unwrap_or(u64::MAX) > LINE_MAX {
            let kind = kind.to_owned();
            return Err(StoreError::from(Rule::RecordTooLong { kind, most: LINE_MAX }).into());
        }
        self.digest.update(line.as_bytes());
        *self.counts.entry(kind.into()).or_default() += 1;
        self.out.write_all(line.as_bytes()).map_err(ExportError::Output)
    }
}

/// Writes every record of the vault; returns the counts by type. The audit log records the export, even one that was
/// cut off.
///
/// # Errors
/// [`ExportError`].
pub fn export(
    store: &Store,
    out: &mut dyn Write,
    progress: OnProgress<'_>,
) -> Result<BTreeMap<String, u64>, ExportError> {
    let written = export_records(store, out, progress);
    let entry = NewAuditEntry::done(store.now(), Act::HistoryExport).on(Resource::every(ResourceKind::Vault));
    store.audit_note(match &written {
        Ok(counts) => entry.with(json!({ "counts": counts })),
        Err(_) => entry.failed("it was cut off"),
    });
    written
}

fn export_records(
    store: &Store,
    out: &mut dyn Write,
    progress: OnProgress<'_>,
) -> Result<BTreeMap<String, u64>, ExportError> {
    store.read_long(|tx| {
        // Part of a vault would look like the whole, so a user exports all of it or nothing.
        tx.permit(&Resource::every(ResourceKind::Vault), Permission::Admin)?;
        let mut lines = Lines {
            out,
            digest: Digest::new(),
            counts: BTreeMap::new(),
        };
        lines.put(&Record::Header {
            format: "privatus-export".into(),
            version: VERSION,
        })?;
        let mut conversations = tx.conversations(usize::MAX)?;
        conversations.sort_by(|a, b| a.id.cmp(&b.id));
        let elsewhere = elsewhere(&conversations);
        for contact in tx.contacts()? {
            let key = (ConversationKind::Direct.as_str(), contact.id.to_string());
            let conversation = elsewhere.get(&key).cloned();
            lines.put(&Record::Contact(Contact::from_vault(contact, conversation)))?;
        }
        for group in tx.groups()? {
            let id = group.id.to_string();
            let chat = elsewhere.get(&(ConversationKind::Group.as_str(), id)).cloned();
            let record = Group::from_vault(tx, group, chat)?;
            lines.put(&Record::Group(record))?;
        }
        for setting in tx.settings()? {
            let setting = Setting::from(setting);
            lines.put_line("setting", setting.to_line())?;
        }
        for grant in tx.access_list(&GrantFilter::default())? {
            lines.put(&Record::Grant(grant.into()))?;
        }
        for row in tx.statistics()? {
            lines.put(&Record::Statistic(row.into()))?;
        }
        transfer::each(tx, &mut |transfer| {
            lines.put(&Record::Transfer(Box::new(transfer)))
        })?;
        let total = conversations.iter().fold(0, |sum: u64, conversation| {
            sum.saturating_add(conversation.messages)
        });
        let mut done = 0;
        for conversation in &conversations {
            export_conversation(tx, conversation, &mut lines, &mut |count| {
                done += count;
                progress(Progress {
                    done,
                    total: Some(total),
                })
            })?;
        }
        let checksum = hex(&std::mem::replace(&mut lines.digest, Digest::new()).finalize());
        let counts = lines.counts.clone();
        lines.put(&Record::End {
            counts: counts.clone(),
            checksum,
        })?;
        lines.out.flush().map_err(ExportError::Output)?;
        Ok(counts)
    })
}

/// Conversations whose id differs from their contact's or group's, because it was taken when they were created.
fn elsewhere(conversations: &[Conversation]) -> BTreeMap<(&'static str, String), String> {
    conversations
        .iter()
        .filter_map(|conversation| Some((conversation, conversation.peer.as_ref()?)))
        .filter(|(conversation, peer)| conversation.id.as_id() != *peer)
        .map(|(conversation, peer)| {
            let key = (conversation.kind.as_str(), peer.to_string());
            (key, conversation.id.to_string())
        })
        .collect()
}

fn export_conversation(
    tx: &mut ReadTx<'_>,
    conversation: &Conversation,
    lines: &mut Lines<'_>,
    progress: &mut dyn FnMut(u64) -> bool,
) -> Result<(), ExportError> {
    let (id, kind) = (conversation.id.to_string(), conversation.kind.as_str().to_owned());
    lines.put(&Record::Conversation {
        id,
        kind,
        title: conversation.title.clone(),
    })?;
    let mut start = PageStart::Oldest;
    loop {
        let page = tx.messages_page(&conversation.id, &start, PAGE_MAX)?;
        let Some(newest) = page.messages.first().map(|message| message.id.clone()) else {
            return Ok(());
        };
        let count = page.messages.len();
        for message in page.messages.into_iter().rev() {
            lines.put(&Record::Message(Box::new(message.into())))?;
        }
        if !progress(u64::try_from(count).unwrap_or_default()) {
            return Err(StoreError::Interrupted.into());
        }
        if !page.has_newer {
            return Ok(());
        }
        start = PageStart::After(newest);
    }
}
