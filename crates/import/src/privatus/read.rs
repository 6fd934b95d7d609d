//! Reading an export back.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use privatus_domain::{
    Attributes, Body, ConversationId, Direction, DisplayName, GroupKind, ImportedSender, MemberLimit,
    NewContact, NewGroup, NewMember, NewMessage, PublicKey, SenderRef, SettingKey,
};
use privatus_store::{Digest, Store, StoreError};

use super::VERSION;
use super::record::{Contact, Group, Message, Record};
use super::write::hex;
use crate::error::ImportError;
use crate::report::{OnProgress, Progress, Report};

/// Messages of one transaction.
const BATCH: usize = 5_000;
/// Longest line in bytes: the largest message, every character escaped, and its attributes.
const LINE_MAX: u64 = 16 << 20;

/// Imports an export; what the vault has already stays as it is.
///
/// # Errors
/// [`ImportError`]; what was committed before stays, and is in the report.
pub fn import(
    store: &Store,
    path: &Path,
    report: &mut Report,
    progress: OnProgress<'_>,
) -> Result<(), ImportError> {
    let source = |why: String| ImportError::Source {
        path: path.to_owned(),
        why,
    };
    if path.is_dir() {
        return Err(source("is a folder; name the exported file".into()));
    }
    let file = File::open(path).map_err(|error| source(format!("cannot be read: {}", error.kind())))?;
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let mut state = Reader {
        store,
        report,
        batch: Vec::new(),
        chat: None,
        done: 0,
        progress,
    };
    let mut digest = Digest::new();
    let mut line = Vec::new();
    let mut number = 0_u64;
    loop {
        line.clear();
        number += 1;
        let read = std::io::Read::take(&mut reader, LINE_MAX)
            .read_until(b'\n', &mut line)
            .map_err(|error| source(format!("cannot be read on from line {number}: {}", error.kind())))?;
        if read == 0 {
            state.flush()?;
            let why = if number == 1 {
                "is empty".into()
            } else {
                format!("is cut off after line {}", number - 1)
            };
            return Err(source(why));
        }
        if line.last() != Some(&b'\n') {
            state.flush()?;
            return Err(source(format!(
                "is cut off in line {number}; what stands before it was imported"
            )));
        }
        let record: Record = match serde_json::from_slice(&line) {
            Ok(record) => record,
            Err(_) => {
                state.flush()?;
                return Err(source(format!("line {number} is no record of a privatus export")));
            }
        };
        match record {
            Record::Header { format, version } if number == 1 => {
                if format != "privatus-export" || version != VERSION {
                    return Err(source(format!(
                        "has format {format}, version {version}; this build reads version 1"
                    )));
                }
            }
            _ if number == 1 => {
                return Err(source(
                    "does not begin with a header: not a privatus export".into(),
                ));
            }
            Record::End { checksum, .. } => {
                state.flush()?;
                if checksum != hex(&digest.finalize()) {
                    return Err(source(
                        "was changed or damaged: its checksum differs; everything readable came over".into(),
                    ));
                }
                return Ok(());
            }
            record => state.record(record)?,
        }
        digest.update(&line);
    }
}

struct Reader<'a> {
    store: &'a Store,
    report: &'a mut Report,
    batch: Vec<NewMessage>,
    chat: Option<ConversationId>,
    done: u64,
    progress: OnProgress<'a>,
}

impl Reader<'_> {
    fn record(&mut self, record: Record) -> Result<(), ImportError> {
        match record {
            Record::Contact(contact) => self.contact(contact)?,
            Record::Group(group) => self.group(group)?,
            Record::Setting {
                scope,
                key,
                value,
                updated_at,
            } => {
                let written = self.store.write("import_setting", |tx| {
                    let key = SettingKey::new(key)?;
                    if tx.setting(&scope, &key).is_ok_and(|known| known.value == value) {
                        return Ok::<_, StoreError>(false);
                    }
                    tx.setting_set(&scope, &key, &value, updated_at.0)?;
                    Ok(true)
                })?;
                self.report.settings_imported += u64::from(written);
            }
            Record::Message(message) => {
                let chat: ConversationId = message.conversation.parse().map_err(StoreError::from)?;
                if self.chat.as_ref() != Some(&chat) {
                    self.flush()?;
                    self.chat = Some(chat);
                }
                self.batch.push(to_message(*message)?);
                self.done += 1;
                if self.batch.len() >= BATCH {
                    self.flush()?;
                }
            }
            Record::Conversation { .. } | Record::Header { .. } | Record::End { .. } => {}
        }
        Ok(())
    }

    fn contact(&mut self, contact: Contact) -> Result<(), ImportError> {
        let is_new = self.store.write("import_contact", |tx| {
            let new = NewContact {
                id: contact.id.parse()?,
                display_name: DisplayName::new(contact.display_name)?,
                public_key: PublicKey::from_base64(&contact.public_key)?,
                is_verified: contact.is_verified,
                added_at: contact.added_at.0,
                last_seen: contact.last_seen.map(|at| at.0),
            };
            let is_new = tx.contact_by_id(&new.id).is_err();
            tx.contact_create(&new)?;
            Ok::<_, StoreError>(is_new)
        })?;
        self.report.contacts_imported += u64::from(is_new);
        Ok(())
    }

    fn group(&mut self, group: Group) -> Result<(), ImportError> {
        let is_new = self.store.write("import_group", |tx| {
            let new = NewGroup {
                id: group.id.parse()?,
                name: DisplayName::new(group.name)?,
                kind: group.kind.parse::<GroupKind>()?,
                limit: MemberLimit::new(group.max_members)?,
                created_at: group.created_at.0,
            };
            let is_new = tx.group_by_id(&new.id).is_err();
            tx.group_create(&new)?;
            let members: Result<Vec<NewMember>, StoreError> = group
                .members
                .into_iter()
                .map(|member| {
                    let display_name = DisplayName::new(member.display_name)?;
                    Ok(NewMember {
                        contact: member.contact.parse()?,
                        display_name,
                    })
                })
                .collect();
            tx.group_members_add(&new.id, &members?)?;
            Ok::<_, StoreError>(is_new)
        })?;
        self.report.groups_imported += u64::from(is_new);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), ImportError> {
        if let Some(chat) = self.chat.clone().filter(|_| !self.batch.is_empty()) {
            let batch = std::mem::take(&mut self.batch);
            let inserted = self
                .store
                .write("import_batch", |tx| tx.messages_insert(&chat, &batch))?;
            self.report.messages_imported += inserted.added;
            self.report.messages_known += inserted.known;
        }
        if (self.progress)(Progress {
            done: self.done,
            total: None,
        }) {
            Ok(())
        } else {
            Err(ImportError::Stopped)
        }
    }
}

fn to_message(message: Message) -> Result<NewMessage, StoreError> {
    let direction = if message.direction == "out" {
        Direction::Out
    } else {
        Direction::In
    };
    let sender = match (message.sender_contact, message.sender_source, message.sender) {
        _ if direction == Direction::Out => SenderRef::Nobody,
        (Some(contact), ..) => SenderRef::Contact(contact.parse()?),
        (None, Some(source), Some(name)) => SenderRef::Imported(ImportedSender {
            source_id: unhex(&source)
                .ok_or_else(|| StoreError::Refused("a sender_source is no 32 hex digits".into()))?,
            name: DisplayName::new(name)?,
        }),
        _ => SenderRef::Nobody,
    };
    let attributes = Attributes {
        media: message.media,
        forwarded_from: message.forwarded_from,
        entities: message.entities,
    };
    Ok(NewMessage {
        id: message.id.parse()?,
        direction,
        sender,
        body: Body::new(message.text, attributes)?,
        at: message.at.0,
        edited_at: message.edited_at.map(|at| at.0),
        deleted_at: message.deleted_at.map(|at| at.0),
        reply_to: message.reply_to.map(|id| id.parse()).transpose()?,
        was_encrypted: message.is_encrypted,
        is_read: message.is_read,
    })
}

fn unhex(text: &str) -> Option<[u8; 16]> {
    let bytes: Option<Vec<u8>> = text
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect();
    bytes?.try_into().ok()
}
