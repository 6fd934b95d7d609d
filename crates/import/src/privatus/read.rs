//! Reading an export back. A line that cannot be read is counted and passed over.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use super::contact::Contact;
use super::grant::Grant;
use super::group::Group;
use super::lines::{self, Line};
use super::message::{self, Message};
use super::parse::{Parsed, parse};
use super::record::{Record, VERSION, no_record};
use super::record_error::RecordError;
use super::setting::Setting;
use super::statistic::Statistic;
use super::transfer::{Transfer, Written};
use super::values::{hex, id};
use crate::encoding::{Encoding, IS_WIDE, encoding};
use crate::error::ImportError;
use crate::insert::{insert, is_absent};
use crate::newcomers::Newcomers;
use crate::report::{OnProgress, Progress, Report};
use privatus_domain::ConversationId;
use privatus_store::{Digest, Store, StoreError};

/// Messages of one transaction, and the bytes of lines after which one ends early.
const BATCH: usize = 5_000;
const BATCH_BYTES: usize = 16 << 20;

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
    let mut newcomers = Newcomers::default();
    let ended = read(store, file, report, &mut newcomers, progress);
    // Where the end was not read, what comes may be behind it.
    if ended.is_ok() {
        newcomers.take_back(store, report)?;
    }
    report.sum_up();
    report.audit(store, ended.is_ok());
    ended.map_err(|error| match error {
        Ended::Source(why) => source(why),
        Ended::Import(error) => error,
    })
}

enum Ended {
    Source(String),
    Import(ImportError),
}

impl<E: Into<ImportError>> From<E> for Ended {
    fn from(error: E) -> Self {
        Self::Import(error.into())
    }
}

fn read(
    store: &Store,
    file: impl Read,
    report: &mut Report,
    newcomers: &mut Newcomers,
    progress: OnProgress<'_>,
) -> Result<(), Ended> {
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let unreadable = |number: u64, error: &std::io::Error| {
        Ended::Source(format!(
            "cannot be read on from line {number}: {}; copy it again",
            error.kind()
        ))
    };
    if encoding(&mut reader).map_err(|error| unreadable(1, &error))? == Encoding::Wide {
        return Err(Ended::Source(IS_WIDE.into()));
    }
    let mut state = Reader {
        store,
        report,
        newcomers,
        batch: Vec::new(),
        bytes: 0,
        chat: None,
        chats: HashMap::new(),
        done: 0,
        progress,
    };
    let mut digest = Digest::new();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let mut line = Vec::new();
    let mut number = 0_u64;
    loop {
        number += 1;
        let kind = lines::next(&mut reader, &mut line).map_err(|error| unreadable(number, &error))?;
        let parsed = match kind {
            Line::Whole => parse(&line),
            // An editor may leave out the last line's end: what is a whole record is one.
            Line::Cut if number > 1 && parse(&line).is_some() => parse(&line),
            Line::TooLong => None,
            Line::Cut if number == 1 => {
                return Err(Ended::Source(
                    "does not begin with a header: not a privatus export".into(),
                ));
            }
            Line::Cut => {
                state.flush()?;
                return Err(Ended::Source(format!(
                    "is cut off in line {number}; export it again for the rest"
                )));
            }
            Line::End if number == 1 => return Err(Ended::Source("is empty".into())),
            Line::End => {
                state.flush()?;
                return Err(Ended::Source(format!(
                    "is cut off after line {}: its end is missing; export it again for the rest",
                    number - 1
                )));
            }
        };
        let kind = match &parsed {
            Some(Parsed::Record(record)) => record.kind(),
            Some(Parsed::Setting(_)) => "setting",
            None => "",
        };
        match parsed {
            Some(Parsed::Record(Record::Header { format, version })) if number == 1 => {
                if format != "privatus-export" || version != VERSION {
                    let format: String = format.chars().take(40).collect();
                    return Err(Ended::Source(format!(
                        "has format {format}, version {version}; this build reads privatus-export, version {VERSION}: \
                         use the build that wrote it"
                    )));
                }
            }
            _ if number == 1 => {
                return Err(Ended::Source(
                    "does not begin with a header: not a privatus export".into(),
                ));
            }
            Some(Parsed::Record(Record::End {
                checksum,
                counts: claimed,
            })) => {
                state.flush()?;
                let differs = match (checksum == hex(&digest.finalize()), claimed == counts) {
                    (true, true) => return nothing_follows(&mut reader, &mut line, number),
                    (_, false) => "its counts of records differ",
                    (false, true) => "its checksum differs",
                };
                return Err(Ended::Source(format!(
                    "was changed or damaged: {differs}; what of it can be read was taken over, \
                     export it again to be sure of the rest"
                )));
            }
            Some(Parsed::Record(record)) => state.record(record, line.len())?,
            Some(Parsed::Setting(setting)) => state.setting(setting)?,
            None => {
                let why = no_record(&line);
                state.report.note(format!("line {number} is {why}"));
                state.report.skip(why);
                state.report.partial = true;
            }
        }
        digest.update(&line);
        *counts.entry(kind.to_owned()).or_default() += 1;
    }
}

/// Only empty lines may stand behind the end.
fn nothing_follows(reader: &mut impl BufRead, line: &mut Vec<u8>, end: u64) -> Result<(), Ended> {
    let mut number = end;
    loop {
        number += 1;
        match lines::next(reader, line) {
            Ok(Line::End) => return Ok(()),
            Ok(Line::Whole | Line::Cut) if line.iter().all(u8::is_ascii_whitespace) => {}
            _ => {
                let why = format!("goes on after its end, from line {number}, which was not read");
                return Err(Ended::Source(why));
            }
        }
    }
}

struct Reader<'a> {
    store: &'a Store,
    report: &'a mut Report,
    newcomers: &'a mut Newcomers,
    batch: Vec<Message>,
    bytes: usize,
    /// The conversation as the export names it.
    chat: Option<String>,
    /// Conversations by the export's name for them; the vault may have had to take another.
    chats: HashMap<String, ConversationId>,
    done: u64,
    progress: OnProgress<'a>,
}

impl Reader<'_> {
    fn record(&mut self, record: Record, bytes: usize) -> Result<(), ImportError> {
        match record {
            Record::Contact(contact) => self.contact(contact),
            Record::Group(group) => self.group(group),
            Record::Grant(grant) => self.grant(grant),
            Record::Statistic(row) => self.statistic(row),
            Record::Transfer(transfer) => self.transfer(*transfer),
            Record::Message(message) => {
                if self.chat.as_ref() != Some(&message.conversation) {
                    self.flush()?;
                    self.chat = Some(message.conversation.clone());
                }
                self.batch.push(*message);
                self.bytes += bytes;
                self.done += 1;
                if self.batch.len() >= BATCH || self.bytes >= BATCH_BYTES {
                    self.flush()?;
                }
                Ok(())
            }
            Record::Conversation { id, kind, title } => self.conversation(id, &kind, title),
            Record::Header { .. } | Record::End { .. } => Ok(()),
        }
    }

    /// A conversation has come with its contact or group. Where it has not, it gets one of its own title.
    fn conversation(&mut self, id: String, kind: &str, title: String) -> Result<(), ImportError> {
        if self.chats.contains_key(&id) {
            Ok(())
        } else if kind == "group" {
            self.group(Group::named(id, title))
        } else {
            self.contact(Contact::named(id, title))
        }
    }

    fn setting(&mut self, setting: Setting) -> Result<(), ImportError> {
        let written = self.store.write("import_setting", |tx| setting.write(tx));
        if let Some((key, written)) = self.kept("setting", written)? {
            self.report.setting(&key, written);
        }
        Ok(())
    }

    fn grant(&mut self, grant: Grant) -> Result<(), ImportError> {
        let written = self
            .store
            .write("import_grant", |tx| tx.access_restore(&grant.try_into()?));
        self.report.grants_imported += u64::from(self.kept("grant", written)? == Some(true));
        Ok(())
    }

    fn statistic(&mut self, row: Statistic) -> Result<(), ImportError> {
        let written = self
            .store
            .write("import_statistic", |tx| tx.statistic_restore(&row.try_into()?));
        self.kept("statistic", written).map(drop)
    }

    fn transfer(&mut self, transfer: Transfer) -> Result<(), ImportError> {
        let written = self.store.write("import_transfer", |tx| transfer.write(tx));
        let written = self.kept("transfer", written)?;
        if let Some(Written {
            is_new: true,
            was_path,
        }) = written
        {
            self.report.transfers_imported += 1;
            self.report.file_names_cut += u64::from(was_path);
        }
        Ok(())
    }

    fn contact(&mut self, contact: Contact) -> Result<(), ImportError> {
        let chat = contact.conversation.clone().unwrap_or_else(|| contact.id.clone());
        let (state, picture) = contact.state();
        if let Err(why) = picture {
            self.report.leave_out("profile picture refused");
            self.report.note(format!("a profile picture was left out: {why}"));
        }
        let written = self.store.write("import_contact", |tx| {
            let new = contact.to_new(tx)?;
            let is_new = is_absent(tx.contact_by_id(&new.id))?;
            let wanted = id(tx, &chat)?;
            let conversation = tx.contact_create_in(&new, &wanted)?;
            if let Some(state) = state.filter(|_| is_new) {
                tx.contact_restore(&new.id, &state)?;
            }
            let verified = new.becomes_verified();
            Ok::<_, StoreError>((is_new.then_some((new.id, verified)), conversation))
        });
        if let Some((new, conversation)) = self.kept("contact", written)? {
            if let Some((contact, verified)) = new {
                self.report.contacts_imported += 1;
                self.report.contacts_verified += u64::from(verified);
                self.newcomers.made(&conversation, contact);
            }
            self.chat_is(chat, conversation);
        }
        Ok(())
    }

    fn group(&mut self, group: Group) -> Result<(), ImportError> {
        let chat = group.conversation.clone().unwrap_or_else(|| group.id.clone());
        let written = self.store.write("import_group", |tx| group.restore(tx, &chat));
        let Some((restored, parts)) = self.kept("group", written)? else {
            return Ok(());
        };
        self.report.groups_imported += u64::from(restored.is_new);
        parts.tell(&restored, self.report);
        self.chat_is(chat, restored.conversation);
        Ok(())
    }

    /// What a conversation of the export is in the vault. The first record that names it has it: no later one takes its
    /// messages.
    fn chat_is(&mut self, chat: String, conversation: ConversationId) {
        let first = self.chats.entry(chat).or_insert_with(|| conversation.clone());
        if *first != conversation {
            self.report
                .leave_out("a conversation that another record names already");
            self.report
                .note("two records name one conversation; its messages are the first one's");
        }
    }

    /// What the vault refuses for what it is stays out, counted; any other failure ends the import.
    fn kept<T, E: Into<RecordError>>(
        &mut self,
        what: &str,
        written: Result<T, E>,
    ) -> Result<Option<T>, ImportError> {
        match written.map_err(Into::into) {
            Ok(written) => Ok(Some(written)),
            Err(error) => {
                let why = error.left_out()?;
                self.report.leave_out(format!("{what} refused"));
                self.report.note(format!("a {what} was left out: {why}"));
                Ok(None)
            }
        }
    }

    fn flush(&mut self) -> Result<(), ImportError> {
        self.bytes = 0;
        if let Some(chat) = self.chat.clone().filter(|_| !self.batch.is_empty()) {
            let batch = std::mem::take(&mut self.batch);
            let count = batch.len();
            let chat = self.chats.get(&chat).cloned();
            let written = self.store.write("import_batch", |tx| {
                let chat = chat.ok_or(RecordError::NoConversation)?;
                let (messages, refused) = message::convert(tx, &chat, batch);
                let written = insert(tx, &chat, &messages)?;
                Ok::<_, RecordError>((chat, written, refused))
            });
            match written {
                Ok((chat, (inserted, differing), refused)) => {
                    self.newcomers.wrote(&chat, &inserted);
                    self.report.wrote(inserted, differing);
                    for reason in refused {
                        self.report.partial = true;
                        self.report.skip(reason);
                    }
                }
                Err(error) => {
                    error.left_out()?;
                    self.report.partial = true;
                    for _ in 0..count {
                        self.report
                            .skip("a message whose contact, group or conversation does not stand before it");
                    }
                }
            }
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
