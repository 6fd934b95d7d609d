//! The second pass: several thousand messages a transaction.

use std::collections::HashMap;
use std::path::Path;

use privatus_domain::{
    ConversationId, Direction, DisplayName, GroupKind, ImportedSender, MemberLimit, MessageId, NewContact,
    NewGroup, NewMessage, PublicKey, SenderRef,
};
use privatus_store::{Store, StoreError, WriteTx};
use serde_json::Value;

use super::parse::{self, Parsed};
use super::survey::{Survey, is_direct};
use super::walk::{Header, Walker};
use super::{Ended, pass};
use crate::error::ImportError;
use crate::legacy::Zone;
use crate::report::{OnProgress, Progress, Report};

/// Messages of one transaction: 5,000 cost a third of what 500 do (DESIGN section 5).
const BATCH: usize = 5_000;

/// Choices of an import.
#[derive(Debug)]
pub struct Options<'a> {
    /// Name or id of the one whose messages are outgoing.
    pub me: Option<&'a str>,
    /// Where times without a zone were written.
    pub zone: &'a Zone,
    /// Only the chat with this name.
    pub chat: Option<&'a str>,
}

/// Imports an export. Ids are derived from the source's, so that a second import adds nothing.
///
/// # Errors
/// [`ImportError`]; what was committed before stays, and is in the report.
pub fn import(
    store: &Store,
    path: &Path,
    options: &Options<'_>,
    report: &mut Report,
    progress: OnProgress<'_>,
) -> Result<(), ImportError> {
    let mut survey = Survey::default();
    let surveyed = pass(path, &mut survey);
    if let Some(wanted) = options.chat
        && surveyed.is_ok()
        && !survey
            .chats
            .values()
            .any(|chat| chat.name.as_deref() == Some(wanted))
    {
        return Err(StoreError::NotFound(format!("a chat named {wanted} in the export")).into());
    }
    let (me, sentence) = survey.me(options.me);
    report.notes.push(sentence);
    let mut importer = Importer {
        store,
        options,
        survey: &survey,
        me,
        report,
        progress,
        chat: None,
        batch: Vec::new(),
        ordinals: HashMap::new(),
        done: 0,
        failed: None,
        cut_off: surveyed.is_err(),
    };
    let ended = pass(path, &mut importer);
    if importer.failed.is_none() {
        importer.flush();
    }
    if let Some(error) = importer.failed {
        return Err(error);
    }
    match ended? {
        Ended::Stopped => return Err(ImportError::Stopped),
        Ended::Whole { surrogates: 0 } => {}
        Ended::Whole { surrogates } => {
            report.notes.push(format!(
                "{surrogates} halves of characters were shown as \u{fffd}"
            ));
        }
    }
    Ok(())
}

struct Importer<'a, 'b> {
    store: &'a Store,
    options: &'a Options<'b>,
    survey: &'a Survey,
    me: Option<String>,
    report: &'a mut Report,
    progress: OnProgress<'a>,
    chat: Option<(usize, Option<ConversationId>)>,
    batch: Vec<Parsed>,
    /// How often each (time, writer, text) came in this chat, for messages without an id.
    ordinals: HashMap<[u8; 32], u64>,
    done: u64,
    failed: Option<ImportError>,
    cut_off: bool,
}

impl Walker for Importer<'_, '_> {
    fn message(&mut self, chat: usize, message: Value) -> bool {
        self.done += 1;
        if self.chat.as_ref().is_none_or(|(current, _)| *current != chat) {
            if !self.flush() || !self.make(chat) {
                return false;
            }
            self.ordinals.clear();
        }
        if self
            .chat
            .as_ref()
            .is_none_or(|(_, conversation)| conversation.is_none())
        {
            return true;
        }
        match parse::message(&message, self.options.zone) {
            Ok(parsed) => self.batch.push(parsed),
            Err(reason) => self.report.skip(reason),
        }
        self.batch.len() < BATCH || self.flush()
    }

    fn begin(&mut self, _: usize, _: &Header) {}

    fn chat(&mut self, _: usize, _: Header) -> bool {
        self.flush()
    }

    fn user(&mut self, _: String) {}
}

impl Importer<'_, '_> {
    fn header(&self, chat: usize) -> Header {
        self.survey.chats.get(&chat).cloned().unwrap_or_default()
    }

    fn source_key(&self, chat: usize) -> String {
        let header = self.header(chat);
        header
            .id
            .or(header.name)
            .unwrap_or_else(|| format!("chat {chat}"))
    }

    /// Makes the chat's contact or group.
    fn make(&mut self, chat: usize) -> bool {
        let header = self.header(chat);
        if self.cut_off && header == Header::default() {
            // Cut off before the chat said what it is called: its messages would land in a chat of nobody.
            self.chat = Some((chat, None));
            return true;
        }
        if self
            .options
            .chat
            .is_some_and(|wanted| header.name.as_deref() != Some(wanted))
        {
            self.chat = Some((chat, None));
            return true;
        }
        let key = self.source_key(chat);
        let saved = header.kind.as_deref() == Some("saved_messages");
        let fallback = if saved {
            "Saved Messages"
        } else {
            "Deleted account"
        };
        let name = DisplayName::lenient(header.name.as_deref().unwrap_or_default(), fallback);
        let direct = is_direct(header.kind.as_deref());
        let made = self
            .store
            .write("import_chat", |tx| make_chat(tx, &key, name, direct));
        match made {
            Ok((conversation, is_new)) => {
                if is_new && direct {
                    self.report.contacts_imported += 1;
                } else if is_new {
                    self.report.groups_imported += 1;
                }
                self.chat = Some((chat, Some(conversation)));
                true
            }
            Err(error) => {
                self.failed = Some(error.into());
                false
            }
        }
    }

    /// Writes what has gathered; `false` stops the walk.
    fn flush(&mut self) -> bool {
        let batch = std::mem::take(&mut self.batch);
        let Some((chat, Some(conversation))) = self.chat.clone() else {
            return true;
        };
        if !batch.is_empty() {
            let (key, header) = (self.source_key(chat), self.header(chat));
            let direct = is_direct(header.kind.as_deref());
            let me = self.me.as_deref();
            let ordinals = &mut self.ordinals;
            let written = self.store.write("import_batch", |tx| {
                let messages: Result<Vec<NewMessage>, StoreError> = batch
                    .into_iter()
                    .map(|parsed| to_message(tx, parsed, &key, &header, direct, me, &conversation, ordinals))
                    .collect();
                tx.messages_insert(&conversation, &messages?)
            });
            match written {
                Ok(inserted) => {
                    self.report.messages_imported += inserted.added;
                    self.report.messages_known += inserted.known;
                }
                Err(error) => {
                    self.failed = Some(error.into());
                    return false;
                }
            }
        }
        (self.progress)(Progress {
            done: self.done,
            total: Some(self.survey.entries),
        })
    }
}

fn make_chat(
    tx: &mut WriteTx<'_>,
    key: &str,
    name: DisplayName,
    direct: bool,
) -> Result<(ConversationId, bool), StoreError> {
    let kind: &[u8] = if direct { b"contact" } else { b"group" };
    let id = tx.derived_id(&[b"telegram", kind, key.as_bytes()]);
    let now = tx.now();
    if direct {
        let id = id.into();
        let is_new = tx.contact_by_id(&id).is_err();
        let public_key = PublicKey::default();
        let new = NewContact {
            id,
            display_name: name,
            public_key,
            is_verified: false,
            added_at: now,
            last_seen: None,
        };
        return Ok((tx.contact_create(&new)?, is_new));
    }
    let id = id.into();
    let is_new = tx.group_by_id(&id).is_err();
    let kind = GroupKind::Private;
    let new = NewGroup {
        id,
        name,
        kind,
        limit: MemberLimit::default(),
        created_at: now,
    };
    Ok((tx.group_create(&new)?, is_new))
}

#[allow(
    clippy::too_many_arguments,
    reason = "one message and the seven things of its chat that it needs"
)]
fn to_message(
    tx: &WriteTx<'_>,
    parsed: Parsed,
    chat: &str,
    header: &Header,
    direct: bool,
    me: Option<&str>,
    conversation: &ConversationId,
    ordinals: &mut HashMap<[u8; 32], u64>,
) -> Result<NewMessage, StoreError> {
    let derived =
        |id: &str| MessageId::new(tx.derived_id(&[b"telegram", b"message", chat.as_bytes(), id.as_bytes()]));
    let id = match &parsed.id {
        Some(id) => derived(id),
        None => {
            // The same words twice in one second are two messages; a second import meets them in the same order.
            let at = parsed.at.unix_ms().to_le_bytes();
            let from = parsed
                .from_id
                .as_deref()
                .or(parsed.from.as_deref())
                .unwrap_or_default();
            let mut digest = privatus_store::Digest::new();
            digest.update(&at);
            digest.update(from.as_bytes());
            digest.update(&[0]);
            digest.update(parsed.body.as_text().as_bytes());
            let hash = digest.finalize();
            let ordinal = ordinals.entry(hash).or_default();
            *ordinal += 1;
            let fields: [&[u8]; 5] = [
                b"telegram",
                b"message without id",
                chat.as_bytes(),
                &hash,
                &ordinal.to_le_bytes(),
            ];
            MessageId::new(tx.derived_id(&fields))
        }
    };
    let is_me =
        me.is_some_and(|me| parsed.from_id.as_deref() == Some(me) || parsed.from.as_deref() == Some(me));
    let sender = match (&parsed.from, &parsed.from_id) {
        _ if is_me => SenderRef::Nobody,
        (Some(from), _) if direct && header.name.as_deref() == Some(from) => {
            SenderRef::Contact(conversation.to_string().parse()?)
        }
        (None, None) => SenderRef::Nobody,
        (from, from_id) => {
            let name = DisplayName::lenient(from.as_deref().unwrap_or_default(), "Deleted account");
            let from_id = from_id.as_deref().unwrap_or_default();
            let source = tx.derived_id(&[
                b"telegram",
                b"sender",
                from_id.as_bytes(),
                name.as_str().as_bytes(),
            ]);
            match source {
                privatus_domain::id::Id::Uuid(source_id) => {
                    SenderRef::Imported(ImportedSender { source_id, name })
                }
                privatus_domain::id::Id::Text(_) => SenderRef::Nobody,
            }
        }
    };
    Ok(NewMessage {
        id,
        direction: if is_me { Direction::Out } else { Direction::In },
        sender,
        body: parsed.body,
        at: parsed.at,
        edited_at: parsed.edited_at,
        deleted_at: None,
        reply_to: parsed.reply_to.as_deref().map(derived),
        was_encrypted: true,
        is_read: true,
    })
}
