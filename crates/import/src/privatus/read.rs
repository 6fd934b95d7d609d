//! Imports the records of an export into a vault. A line that cannot be read is counted and skipped.

use std::collections::{HashMap, HashSet};

use super::contact::{Contact, fate};
use super::grant::Grant;
use super::group::Group;
use super::message::{self, Message};
use super::parse::Parsed;
use super::pass::Sink;
use super::record::{Record, no_record};
use super::record_error::RecordError;
use super::setting::{Setting, fate as setting_fate};
use super::statistic::Statistic;
use super::transfer::{Transfer, Written};
use super::values::id;
use super::vouched::{Vouched, claims};
use crate::authority::{AuthorityItem, Fate};
use crate::error::ImportError;
use crate::insert::{insert, is_absent};
use crate::newcomers::Newcomers;
use crate::report::{OnProgress, Progress, Report};
use privatus_domain::{ContactId, ConversationId};
use privatus_store::{GrantRestored, Store, StoreError};

/// Messages per transaction, and the bytes of lines after which a transaction ends early.
const BATCH: usize = 5_000;
const BATCH_BYTES: usize = 16 << 20;
/// Why no rights are taken from a line that was not listed.
const CHANGED: &str = "the line differs from the one that was listed";

pub(super) struct Reader<'a> {
    store: &'a Store,
    /// The export whose rights are imported too.
    vouched: Option<&'a Vouched>,
    report: &'a mut Report,
    newcomers: &'a mut Newcomers,
    batch: Vec<Message>,
    bytes: usize,
    /// The current conversation, by its name in the export.
    chat: Option<String>,
    /// Conversations by their names in the export; the vault may have had to choose another id.
    chats: HashMap<String, ConversationId>,
    /// Contacts whose key differs from the vault's, `None` for the vault's own user: an export may repeat it a million
    /// times, and it is reported once.
    differing: HashSet<Option<ContactId>>,
    /// Contacts without a key in the vault for whom the export has one.
    offered: HashSet<ContactId>,
    done: u64,
    progress: OnProgress<'a>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        store: &'a Store,
        vouched: Option<&'a Vouched>,
        report: &'a mut Report,
        newcomers: &'a mut Newcomers,
        progress: OnProgress<'a>,
    ) -> Self {
        Self {
            store,
            vouched,
            report,
            newcomers,
            batch: Vec::new(),
            bytes: 0,
            chat: None,
            chats: HashMap::new(),
            differing: HashSet::new(),
            offered: HashSet::new(),
            done: 0,
            progress,
        }
    }
}

impl Sink for Reader<'_> {
    fn line(&mut self, parsed: Option<Parsed>, line: &[u8], number: u64) -> Result<(), ImportError> {
        let Some(parsed) = parsed else {
            let why = no_record(line);
            self.report.note(format!("line {number} is {why}"));
            self.report.unreadable(why);
            return Ok(());
        };
        let mut claims = claims(&parsed);
        let vouched = self.vouched.filter(|_| !claims.is_empty());
        let listed = vouched.and_then(|vouched| vouched.place(line));
        let is_trusted = listed.is_some();
        let count = claims.len();
        if is_trusted {
            claims.clear();
        }
        let taken = match parsed {
            Parsed::Record(record) => self.record(record, line.len(), is_trusted, &claims)?,
            Parsed::Setting(setting) => vec![self.setting(setting, is_trusted, &claims)?],
        };
        if let Some(first) = listed {
            self.report.take(first, count, &taken);
        }
        Ok(())
    }

    fn ended(&mut self) -> Result<(), ImportError> {
        self.flush()
    }
}

/// The outcome of each right that a trusted record claims, or of all of them.
type Taken = Vec<Fate>;

impl Reader<'_> {
    fn record(
        &mut self,
        record: Record,
        bytes: usize,
        is_trusted: bool,
        claims: &[AuthorityItem],
    ) -> Result<Taken, ImportError> {
        let nothing = Taken::new();
        match record {
            Record::Contact(contact) => Ok(vec![self.contact(contact, is_trusted, claims)?]),
            Record::Group(group) => self.group(group, is_trusted, claims),
            Record::Grant(grant) => Ok(vec![self.grant(grant, is_trusted, claims)?]),
            Record::Statistic(row) => self.statistic(row).map(|()| nothing),
            Record::Transfer(transfer) => Ok(vec![self.transfer(*transfer, is_trusted, claims)?]),
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
                Ok(nothing)
            }
            Record::Conversation { id, kind, title } => self.conversation(id, &kind, title).map(|()| nothing),
            Record::Header { .. } | Record::End { .. } => {
                self.report.unreadable("a header that is not the first line");
                Ok(nothing)
            }
        }
    }

    /// A conversation normally comes with its contact or group. Otherwise it gets one, named by its own title.
    fn conversation(&mut self, id: String, kind: &str, title: String) -> Result<(), ImportError> {
        if self.chats.contains_key(&id) {
            Ok(())
        } else if kind == "group" {
            self.group(Group::named(id, title), false, &[]).map(drop)
        } else {
            self.contact(Contact::named(id, title), false, &[]).map(drop)
        }
    }

    /// Counts what is left out of a record because nobody vouches for it.
    fn left_out(&mut self, claims: &[AuthorityItem]) {
        for item in claims {
            self.report.not_trusted(item.kind, 1);
        }
    }

    fn setting(
        &mut self,
        setting: Setting,
        is_trusted: bool,
        claims: &[AuthorityItem],
    ) -> Result<Fate, ImportError> {
        if is_trusted {
            let written = self.store.write("import_setting", |tx| setting.write(tx));
            let (key, written) = match self.kept("setting", written)? {
                Ok(written) => written,
                Err(why) => return Ok(Fate::Refused(why)),
            };
            self.report.setting(&key, written);
            return Ok(setting_fate(written));
        }
        self.left_out(claims);
        if setting.is_own_key() && !self.differing.contains(&None) {
            let differs = self
                .store
                .write("import_setting", |tx| tx.own_key_differs(setting.value()))?;
            if differs {
                self.differing.insert(None);
                self.report.other_own_key();
            }
        }
        Ok(Fate::refused(CHANGED))
    }

    fn grant(
        &mut self,
        grant: Grant,
        is_trusted: bool,
        claims: &[AuthorityItem],
    ) -> Result<Fate, ImportError> {
        if !is_trusted {
            self.left_out(claims);
            return Ok(Fate::refused(CHANGED));
        }
        let written = self
            .store
            .write("import_grant", |tx| tx.access_restore(&grant.try_into()?));
        Ok(match self.kept("grant", written)? {
            Ok(GrantRestored::Written) => {
                self.report.grants_imported += 1;
                Fate::Taken
            }
            Ok(GrantRestored::Known) => Fate::Known,
            Ok(GrantRestored::Other) => {
                Fate::refused("the vault has another grant for the same user and resource and keeps it")
            }
            Err(why) => Fate::Refused(why),
        })
    }

    fn statistic(&mut self, row: Statistic) -> Result<(), ImportError> {
        let written = self
            .store
            .write("import_statistic", |tx| tx.statistic_restore(&row.try_into()?));
        self.kept("statistic", written).map(drop)
    }

    fn transfer(
        &mut self,
        transfer: Transfer,
        is_trusted: bool,
        claims: &[AuthorityItem],
    ) -> Result<Fate, ImportError> {
        let written = self
            .store
            .write("import_transfer", |tx| transfer.write(tx, is_trusted));
        let was_path = match self.kept("transfer", written)? {
            Ok(Written::New { was_path }) => was_path,
            Ok(Written::Known) => return Ok(Fate::Known),
            Ok(Written::Other) => {
                return Ok(Fate::refused("the vault has it in another state and keeps that"));
            }
            Err(why) => return Ok(Fate::Refused(why)),
        };
        self.report.transfers_imported += 1;
        self.left_out(claims);
        self.report.file_names_cut += u64::from(was_path);
        Ok(Fate::Taken)
    }

    fn contact(
        &mut self,
        contact: Contact,
        is_trusted: bool,
        claims: &[AuthorityItem],
    ) -> Result<Fate, ImportError> {
        let chat = contact.conversation.clone().unwrap_or_else(|| contact.id.clone());
        let (state, picture) = contact.state();
        if let Err(why) = picture {
            self.report.leave_out("profile picture refused");
            self.report.note(format!("a profile picture was left out: {why}"));
        }
        let differing = &self.differing;
        let written = self.store.write("import_contact", |tx| {
            let new = contact.to_new(tx, is_trusted)?;
            let is_new = is_absent(tx.contact_by_id(&new.id))?;
            let known = match is_new {
                true => None,
                false => Some(tx.contact_by_id(&new.id)?),
            };
            let wanted = id(tx, &chat)?;
            let conversation = tx.contact_create_in(&new, &wanted)?;
            if let Some(state) = state.filter(|_| is_new) {
                tx.contact_restore(&new.id, &state)?;
            }
            let is_told = differing.contains(&Some(new.id.clone()));
            let differs = !is_new && !is_told && tx.contact_key_differs(&new.id, &new.public_key)?;
            let verified = new.becomes_verified();
            let (fate, is_offered) = fate(known.as_ref(), &new);
            Ok::<_, StoreError>((new.id, is_new, verified, differs, is_offered, fate, conversation))
        });
        let (contact, is_new, verified, differs, is_offered, fate, conversation) =
            match self.kept("contact", written)? {
                Ok(written) => written,
                Err(why) => return Ok(Fate::Refused(why)),
            };
        if is_offered && self.offered.insert(contact.clone()) {
            self.report.keys_offered += 1;
        }
        if differs {
            self.report.keys_differing += 1;
            self.differing.insert(Some(contact.clone()));
        }
        if is_new {
            self.report.contacts_imported += 1;
            self.report.contacts_verified += u64::from(verified);
            self.left_out(claims);
            self.newcomers.made(&conversation, contact);
        }
        self.chat_is(chat, conversation);
        Ok(fate)
    }

    fn group(
        &mut self,
        group: Group,
        is_trusted: bool,
        claims: &[AuthorityItem],
    ) -> Result<Taken, ImportError> {
        let chat = group.conversation.clone().unwrap_or_else(|| group.id.clone());
        let written = self
            .store
            .write("import_group", |tx| group.restore(tx, &chat, is_trusted));
        let (restored, parts, taken) = match self.kept("group", written)? {
            Ok(written) => written,
            Err(why) => return Ok(vec![Fate::Refused(why)]),
        };
        if restored.is_new {
            self.report.groups_imported += 1;
            self.left_out(claims);
        }
        parts.tell(&restored, self.report);
        self.chat_is(chat, restored.conversation);
        Ok(taken)
    }

    /// The vault's conversation for one in the export. The first record that names it has it, and no later record
    /// receives its messages.
    fn chat_is(&mut self, chat: String, conversation: ConversationId) {
        let first = self.chats.entry(chat).or_insert_with(|| conversation.clone());
        if *first != conversation {
            self.report
                .leave_out("a conversation that another record already names");
            self.report
                .note("two records name the same conversation; its messages belong to the first");
        }
    }

    /// A record that the vault refuses is left out and counted; any other failure ends the import.
    fn kept<T, E: Into<RecordError>>(
        &mut self,
        what: &str,
        written: Result<T, E>,
    ) -> Result<Result<T, String>, ImportError> {
        match written.map_err(Into::into) {
            Ok(written) => Ok(Ok(written)),
            Err(error) => {
                let why = error.left_out()?;
                self.report.leave_out(format!("{what} refused"));
                self.report.note(format!("a {what} was left out: {why}"));
                Ok(Err(why))
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
                let written = insert(tx, &chat, &messages, false)?;
                Ok::<_, RecordError>((chat, written, refused))
            });
            match written {
                Ok((chat, written, refused)) => {
                    self.newcomers.wrote(&chat, &written.inserted);
                    self.report.wrote(written);
                    for reason in refused {
                        self.report.unreadable(reason);
                    }
                }
                Err(error) => {
                    error.left_out()?;
                    for _ in 0..count {
                        self.report
                            .unreadable("a message without its contact, group or conversation before it");
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
