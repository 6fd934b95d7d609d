//! The second pass: imports several thousand messages per transaction.

use std::collections::HashMap;
use std::path::Path;

use privatus_domain::DisplayName;
use privatus_domain::folded::is_same_name;
use privatus_store::{Store, StoreError};
use serde_json::Value;

use super::chat::{Chat, To, untitled};
use super::convert::{make_chat, to_message};
use super::ids::{ChatKey, Ordinals};
use super::kind::is_direct;
use super::me::Me;
use super::mend::Mended;
use super::notes::Told;
use super::order::settle;
use super::parse::{self, Parsed, Skip};
use super::pass::{Ended, pass};
use super::survey::{Counting, Survey};
use super::walk::{Header, Walker};
use crate::error::ImportError;
use crate::insert::{insert, is_new};
use crate::legacy::Zone;
use crate::newcomers::Newcomers;
use crate::note::counted;
use crate::report::{OnProgress, Progress, Report};

/// Messages per transaction: 5,000 cost a third of what 500 do (docs/DESIGN.md, section 5).
const BATCH: usize = 5_000;
/// Bytes of messages after which a transaction ends early.
const BATCH_BYTES: usize = 16 << 20;

/// Messages of a new chat that are checked for an earlier import of it.
const PROBED: usize = 16;

/// Options of an import.
#[derive(Debug)]
pub struct Options<'a> {
    /// Name or id of the person whose messages are outgoing.
    pub me: Option<&'a str>,
    /// The zone of times without one.
    pub zone: &'a Zone,
    /// Import only the chat with this name.
    pub chat: Option<&'a str>,
}

/// Imports an export. Ids are derived from the source's, so importing it again adds nothing.
///
/// # Errors
/// [`ImportError`]; what was committed stays, and is in the report.
pub fn import(
    store: &Store,
    path: &Path,
    options: &Options<'_>,
    report: &mut Report,
    progress: OnProgress<'_>,
) -> Result<(), ImportError> {
    run(store, path, options, report, progress, false)
}

/// Imports an export including what was removed from the vault: removed chats come back with their messages. A single
/// message that was deleted in an existing chat stays deleted.
///
/// # Errors
/// See [`import`].
pub fn import_again(
    store: &Store,
    path: &Path,
    options: &Options<'_>,
    report: &mut Report,
    progress: OnProgress<'_>,
) -> Result<(), ImportError> {
    // Finish pending removals first: until then, removed messages are registered in their old place.
    store.removals_sweep()?;
    run(store, path, options, report, progress, true)
}

fn run(
    store: &Store,
    path: &Path,
    options: &Options<'_>,
    report: &mut Report,
    progress: OnProgress<'_>,
    again: bool,
) -> Result<(), ImportError> {
    let mut newcomers = Newcomers::default();
    let result = bring(store, path, options, report, &mut newcomers, progress, again);
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
    again: bool,
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
        && !survey.chats.values().any(|chat| is_wanted(chat, wanted))
    {
        return Err(ImportError::NoChat(wanted.to_owned()));
    }
    if let Some(name) = options.me
        && let Some(ids) = survey.namesakes(name)
    {
        let name = name.to_owned();
        return Err(ImportError::ManyWriters { name, ids });
    }
    let account = survey.account(options.me);
    let (me, note) = match (survey.me(options.me), options.me) {
        (Some((me, note)), _) => (me, Some(note)),
        // The missing part may contain more.
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
        nth: survey.nth(),
        me,
        report,
        newcomers,
        progress,
        chat: None,
        batch: Vec::new(),
        bytes: 0,
        ordinals: Ordinals::default(),
        done: 0,
        made: 0,
        failed: None,
        cut_off: surveyed.is_err(),
        account,
        again,
        told: Told::default(),
    };
    let ended = pass(path, &mut importer);
    if importer.failed.is_none() {
        importer.flush(true);
    }
    let (told, made) = (importer.told, importer.made);
    if let Some(error) = importer.failed {
        return Err(error);
    }
    told.tell(options.zone, report);
    let empty = survey.chats.len().saturating_sub(made);
    if empty > 0 && ended.is_ok() {
        report.note(counted(
            empty as u64,
            "chat without messages was left out",
            "chats without messages were left out",
        ));
    }
    if survey.contacts > 0 {
        report.note(format!(
            "the export's list of {} was left out: contacts are imported with their chats",
            counted(survey.contacts, "contact", "contacts")
        ));
    }
    match ended? {
        Ended::Stopped => Err(ImportError::Stopped),
        Ended::Whole => Ok(()),
    }
}

fn is_wanted(chat: &Header, wanted: &str) -> bool {
    chat.name
        .as_deref()
        .is_some_and(|name| is_same_name(name, wanted))
}

struct Importer<'a> {
    store: &'a Store,
    options: &'a Options<'a>,
    survey: &'a Survey,
    /// Chats without an id that are not the first of their kind and name.
    nth: HashMap<usize, usize>,
    me: Me,
    report: &'a mut Report,
    newcomers: &'a mut Newcomers,
    progress: OnProgress<'a>,
    chat: Option<Chat>,
    batch: Vec<Parsed>,
    bytes: usize,
    ordinals: Ordinals,
    done: u64,
    /// Chats with messages.
    made: usize,
    failed: Option<ImportError>,
    cut_off: bool,
    /// The account that the export belongs to, if known.
    account: String,
    /// Whether removed messages come back.
    again: bool,
    told: Told,
}

impl Walker for Importer<'_> {
    fn message(&mut self, index: usize, message: Value) -> bool {
        if self.chat.as_ref().is_none_or(|chat| chat.index != index) {
            if !self.flush(true) || !self.make(index) {
                return false;
            }
            self.ordinals = Ordinals::default();
        }
        // Count it only now: progress reports what is in the vault, and the flush above does not include this message.
        self.done += 1;
        match self.chat.as_ref().map(|chat| &chat.to) {
            Some(To::Conversation(..) | To::Empty) => {}
            Some(To::Unnamed) => {
                self.report.skip("a chat cut off before its name");
                return true;
            }
            Some(To::Nowhere) | None => return true,
        }
        let is_called = |from: Option<&str>, from_id: Option<&str>| {
            let chat = self.chat.as_ref();
            chat.is_some_and(|chat| chat.hides_name(&self.me, from, from_id))
        };
        match parse::message(&message, self.options.zone, &is_called) {
            Ok(parsed) => {
                self.bytes += parsed.size;
                self.batch.push(parsed);
            }
            Err(Skip::NoMessage(reason)) => self.report.skip(reason),
            Err(Skip::Unreadable(reason)) => {
                self.report.unreadable(reason);
            }
        }
        (self.batch.len() < BATCH && self.bytes < BATCH_BYTES) || self.flush(false)
    }

    fn begin(&mut self, _: usize, _: &Header) {}

    fn chat(&mut self, _: usize, _: Header) -> bool {
        self.flush(true)
    }

    fn unknown(&mut self, key: &str) {
        self.told.unknown(key);
    }

    fn mended(&mut self, mended: Mended) {
        self.told.mended = mended;
    }

    fn user(&mut self, _: String) {}

    fn odd(&mut self, what: &'static str) {
        self.report.leave_out(what);
    }
}

impl Importer<'_> {
    /// Creates the chat's contact or group.
    fn make(&mut self, index: usize) -> bool {
        let header = self.survey.chats.get(&index).cloned().unwrap_or_default();
        let nth = self.nth.get(&index).copied().unwrap_or(1);
        let key = ChatKey::new(&self.account, index, &header, nth, self.survey.writers_of(index));
        let has_messages = self.survey.has_messages(index);
        self.made += usize::from(has_messages);
        let mut is_new = false;
        let to = if !has_messages {
            To::Empty
        } else if self.cut_off && header == Header::default() {
            To::Unnamed
        } else if self
            .options
            .chat
            .is_some_and(|wanted| !is_wanted(&header, wanted))
        {
            To::Nowhere
        } else {
            let name = DisplayName::lenient(header.name.as_deref().unwrap_or_default(), untitled(&header));
            let direct = is_direct(header.kind.as_deref());
            let made = self
                .store
                .write("import_chat", |tx| make_chat(tx, &key.peer, name, direct));
            match made {
                Ok((conversation, contact, made)) => {
                    is_new = made.is_some();
                    if let Some(made) = made {
                        self.newcomers.made(&conversation, made);
                    }
                    self.told.nameless |= key.is_nameless();
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
            is_new,
        });
        true
    }

    /// Writes the gathered messages; `false` stops the walk. After the `last` batch of a chat nothing is held back.
    fn flush(&mut self, last: bool) -> bool {
        let mut batch = std::mem::take(&mut self.batch);
        self.batch = settle(&mut batch, last);
        self.bytes = self.batch.iter().map(|parsed| parsed.size).sum();
        if let Some(chat) = &mut self.chat
            && let To::Conversation(conversation, contact) = &chat.to
            && !batch.is_empty()
        {
            let (me, ordinals, again, told) = (&self.me, &mut self.ordinals, self.again, &self.told);
            let is_new_chat = std::mem::take(&mut chat.is_new);
            let (header, key) = (&chat.header, &mut chat.key);
            let written = self.store.write("import_batch", |tx| {
                if is_new_chat {
                    key.is_new(tx, batch.get(..PROBED).unwrap_or(&batch));
                }
                let (mut messages, mut news) = (Vec::with_capacity(batch.len()), Told::default());
                for parsed in batch {
                    let told = (told.wants(&parsed) && news.wants(&parsed)).then(|| Told::of(&parsed));
                    let message = to_message(tx, parsed, (header, key), me, contact.as_ref(), ordinals)?;
                    // Notes on a known message were reported when it was new.
                    if let Some(told) = told
                        && is_new(tx, &message.id, again)?
                    {
                        news.add(told);
                    }
                    messages.push(message);
                }
                Ok::<_, StoreError>((insert(tx, conversation, &messages, again)?, news))
            });
            match written {
                Ok((batch, news)) => {
                    self.told.add(news);
                    self.newcomers.wrote(conversation, &batch.inserted);
                    self.report.wrote(batch);
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
