//! The second pass: several thousand messages a transaction.

use std::collections::BTreeMap;
use std::path::Path;

use privatus_domain::{ContactId, ConversationId, DisplayName, NewMessage};
use privatus_store::{Store, StoreError};
use serde_json::Value;

use super::convert::{make_chat, to_message};
use super::ids::{ChatKey, Ordinals};
use super::me::Me;
use super::parse::{self, Parsed, Skip};
use super::pass::{Ended, pass};
use super::survey::{Counting, Survey, is_direct, is_saved};
use super::walk::{Header, Walker};
use crate::error::ImportError;
use crate::insert::insert;
use crate::legacy::Zone;
use crate::newcomers::Newcomers;
use crate::note::{Advice, Note};
use crate::report::{OnProgress, Progress, Report};

/// Messages of one transaction: 5,000 cost a third of what 500 do (DESIGN section 5).
const BATCH: usize = 5_000;
/// Bytes of messages after which one ends early.
const BATCH_BYTES: usize = 16 << 20;

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
    let mut newcomers = Newcomers::default();
    let result = bring(store, path, options, report, &mut newcomers, progress);
    if result.is_ok() {
        newcomers.take_back(store, report)?;
    }
    report.sum_up();
    report.audit(store, result.is_ok());
    result
}

fn bring(
    store: &Store,
    path: &Path,
    options: &Options<'_>,
    report: &mut Report,
    newcomers: &mut Newcomers,
    progress: OnProgress<'_>,
) -> Result<(), ImportError> {
    let mut survey = Survey::default();
    let mut counting = Counting {
        survey: &mut survey,
        progress: &mut *progress,
    };
    let surveyed = pass(path, &mut counting);
    if matches!(surveyed, Ok(Ended::Stopped)) {
        return Err(ImportError::Stopped);
    }
    if let Some(wanted) = options.chat
        && surveyed.is_ok()
        && !survey
            .chats
            .values()
            .any(|chat| chat.name.as_deref() == Some(wanted))
    {
        return Err(ImportError::NoChat(wanted.to_owned()));
    }
    let account = survey.account(options.me);
    let (me, note) = match (survey.me(options.me), options.me) {
        (Some((me, note)), _) => (me, Some(note)),
        // In the part that is missing there may be more.
        (None, Some(given)) if surveyed.is_err() => (Me::given(given, []), None),
        (None, given) => {
            return Err(ImportError::NoWriter(given.unwrap_or_default().to_owned()));
        }
    };
    if let Some(note) = note.filter(|_| survey.entries > 0) {
        report.note(note);
    }
    let mut importer = Importer {
        store,
        options,
        survey: &survey,
        me,
        report,
        newcomers,
        progress,
        chat: None,
        batch: Vec::new(),
        bytes: 0,
        ordinals: Ordinals::default(),
        done: 0,
        trimmed: 0,
        odd: BTreeMap::new(),
        made: 0,
        failed: None,
        cut_off: surveyed.is_err(),
        by_zone: false,
        account,
        nameless: false,
    };
    let ended = pass(path, &mut importer);
    if importer.failed.is_none() {
        importer.flush();
    }
    if importer.nameless {
        importer.report.note(Note::with(
            "the export does not say whose account it is: the same chat out of a whole account would come over \
             once more",
            Advice::UserById,
        ));
    }
    let (trimmed, by_zone, odd, made) = (importer.trimmed, importer.by_zone, importer.odd, importer.made);
    if let Some(error) = importer.failed {
        return Err(error);
    }
    if by_zone {
        report.note(options.zone.note());
    }
    for (field, count) in odd {
        report.note(format!(
            "{count} messages came over without {field}, which could not be read"
        ));
    }
    let empty = survey.chats.len().saturating_sub(made);
    if empty > 0 && ended.is_ok() {
        report.note(format!("{empty} chats without messages were left out"));
    }
    if survey.contacts > 0 {
        report.note(format!(
            "the export's list of {} contacts was left out: contacts come with their chats",
            survey.contacts
        ));
    }
    if trimmed > 0 {
        report.note(format!(
            "{trimmed} messages came over without formatting or details, which are over 262,144 bytes"
        ));
    }
    match ended? {
        Ended::Stopped => return Err(ImportError::Stopped),
        Ended::Whole { surrogates: 0 } => {}
        Ended::Whole { surrogates } => {
            report.note(format!(
                "{surrogates} halves of characters were taken over as \u{fffd}"
            ));
        }
    }
    Ok(())
}

struct Importer<'a> {
    store: &'a Store,
    options: &'a Options<'a>,
    survey: &'a Survey,
    me: Me,
    report: &'a mut Report,
    newcomers: &'a mut Newcomers,
    progress: OnProgress<'a>,
    chat: Option<Chat>,
    batch: Vec<Parsed>,
    bytes: usize,
    ordinals: Ordinals,
    done: u64,
    trimmed: u64,
    /// Fields that messages came over without.
    odd: BTreeMap<&'static str, u64>,
    /// Chats that had messages.
    made: usize,
    failed: Option<ImportError>,
    cut_off: bool,
    /// A time without a zone was met.
    by_zone: bool,
    /// Whose export it is, where that is known.
    account: String,
    /// A chat was met whose messages are numbered for an account that is not known.
    nameless: bool,
}

/// The chat whose messages come now.
struct Chat {
    index: usize,
    header: Header,
    key: ChatKey,
    /// Where its messages go.
    to: To,
}

enum To {
    /// With the contact that is its other side.
    Conversation(ConversationId, Option<ContactId>),
    /// Another chat than the one asked for.
    Nowhere,
    /// Cut off before the chat said what it is called: its messages would land in a chat of nobody.
    Unnamed,
}

impl Walker for Importer<'_> {
    fn message(&mut self, index: usize, message: Value) -> bool {
        if self.chat.as_ref().is_none_or(|chat| chat.index != index) {
            if !self.flush() || !self.make(index) {
                return false;
            }
            self.ordinals = Ordinals::default();
        }
        // Counted only now: progress tells what is in the vault, and the flush above knows nothing of this message.
        self.done += 1;
        match self.chat.as_ref().map(|chat| &chat.to) {
            Some(To::Conversation(..)) => {}
            Some(To::Unnamed) => {
                self.report.skip("a chat that is cut off before its name");
                return true;
            }
            Some(To::Nowhere) | None => return true,
        }
        self.by_zone |= message.get("date_unixtime").is_none() && message.get("date").is_some();
        match parse::message(&message, self.options.zone) {
            Ok(parsed) => {
                self.trimmed += u64::from(parsed.trimmed);
                for field in &parsed.odd {
                    *self.odd.entry(field).or_default() += 1;
                }
                self.bytes += parsed.size;
                self.batch.push(parsed);
            }
            Err(Skip::NoMessage(reason)) => self.report.skip(reason),
            Err(Skip::Unreadable(reason)) => {
                self.report.partial = true;
                self.report.skip(reason);
            }
        }
        (self.batch.len() < BATCH && self.bytes < BATCH_BYTES) || self.flush()
    }

    fn begin(&mut self, _: usize, _: &Header) {}

    fn chat(&mut self, _: usize, _: Header) -> bool {
        self.flush()
    }

    fn user(&mut self, _: String) {}

    fn odd(&mut self, what: &'static str) {
        self.report.leave_out(what);
    }
}

impl Importer<'_> {
    /// Makes the chat's contact or group.
    fn make(&mut self, index: usize) -> bool {
        self.made += 1;
        let header = self.survey.chats.get(&index).cloned().unwrap_or_default();
        let key = ChatKey::new(&self.account, index, &header);
        let to = if self.cut_off && header == Header::default() {
            To::Unnamed
        } else if self
            .options
            .chat
            .is_some_and(|wanted| header.name.as_deref() != Some(wanted))
        {
            To::Nowhere
        } else {
            let fallback = if is_saved(&header) {
                "Saved Messages"
            } else {
                "Deleted account"
            };
            let name = DisplayName::lenient(header.name.as_deref().unwrap_or_default(), fallback);
            let direct = is_direct(header.kind.as_deref());
            let made = self
                .store
                .write("import_chat", |tx| make_chat(tx, &key.peer, name, direct));
            match made {
                Ok((conversation, contact, is_new)) => {
                    if let Some(contact) = contact.as_ref().filter(|_| is_new) {
                        self.newcomers.made(&conversation, contact.clone());
                    }
                    self.nameless |= key.is_nameless();
                    self.report.contacts_imported += u64::from(is_new && direct);
                    self.report.groups_imported += u64::from(is_new && !direct);
                    To::Conversation(conversation, contact)
                }
                Err(error) => {
                    self.failed = Some(error.into());
                    return false;
                }
            }
        };
        self.chat = Some(Chat {
            index,
            header,
            key,
            to,
        });
        true
    }

    /// Writes what has gathered; `false` stops the walk.
    fn flush(&mut self) -> bool {
        let batch = std::mem::take(&mut self.batch);
        self.bytes = 0;
        if let Some(chat) = &self.chat
            && let To::Conversation(conversation, contact) = &chat.to
            && !batch.is_empty()
        {
            let (me, ordinals) = (&self.me, &mut self.ordinals);
            let written = self.store.write("import_batch", |tx| {
                let messages: Result<Vec<NewMessage>, StoreError> = batch
                    .into_iter()
                    .map(|parsed| {
                        to_message(
                            tx,
                            parsed,
                            (&chat.header, &chat.key),
                            me,
                            contact.as_ref(),
                            ordinals,
                        )
                    })
                    .collect();
                insert(tx, conversation, &messages?)
            });
            match written {
                Ok((inserted, differing)) => {
                    self.newcomers.wrote(conversation, &inserted);
                    self.report.wrote(inserted, differing);
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
