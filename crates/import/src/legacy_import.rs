//! Imports the records of the Python application's database into a vault.

use std::ops::ControlFlow;
use std::path::Path;

use privatus_domain::{
    Body, ContactId, ConversationId, Direction, DisplayName, JsonText, KnownSetting, MessageId, NewContact,
    NewMessage, PublicKey, Resource, SenderRef, SettingKey, Timestamp,
};
use privatus_store::{Store, StoreError, WriteTx};

use crate::authority::AuthorityKind;
use crate::error::ImportError;
use crate::insert::{insert, is_absent};
use crate::legacy::{
    Contact, Item, KeyOrigin, Message, Reason, Record, SearchEnd, SearchOptions, SearchProgress, Setting,
    Source, Table, Zone,
};
use crate::newcomers::Newcomers;
use crate::note::{Advice, Note, counted};
use crate::report::{OnProgress, Progress, Report};

/// Messages per transaction, and the bytes of text after which a transaction ends early.
const BATCH: usize = 5_000;
const BATCH_BYTES: usize = 16 << 20;

/// Imports a database: finds its keys, then imports every row that they open.
///
/// # Errors
/// [`ImportError`]; what was committed stays, and is in the report.
pub fn import(
    store: &Store,
    path: &Path,
    options: &SearchOptions<'_>,
    zone: &Zone,
    report: &mut Report,
    searching: &mut dyn FnMut(&SearchProgress) -> ControlFlow<()>,
    progress: OnProgress<'_>,
) -> Result<(), ImportError> {
    let mut newcomers = Newcomers::default();
    let result = bring(
        store,
        path,
        options,
        zone,
        report,
        &mut newcomers,
        searching,
        progress,
    );
    if result.is_ok() {
        newcomers.take_back(store, report)?;
    }
    report.tell_not_trusted(&[AuthorityKind::VerifiedContact], Advice::Verify);
    report.tell_not_trusted(&[AuthorityKind::OwnKey, AuthorityKind::Setting], Advice::Settings);
    report.sum_up();
    report.audit(store, result.is_ok());
    result
}

#[allow(
    clippy::too_many_arguments,
    reason = "the caller's choices, and the collected state"
)]
fn bring(
    store: &Store,
    path: &Path,
    options: &SearchOptions<'_>,
    zone: &Zone,
    report: &mut Report,
    newcomers: &mut Newcomers,
    searching: &mut dyn FnMut(&SearchProgress) -> ControlFlow<()>,
    progress: OnProgress<'_>,
) -> Result<(), ImportError> {
    let mut source = Source::open(path)?;
    let total = source.counts().messages;
    let keys = source.find_keys(options, searching)?;
    if keys.end == SearchEnd::Cancelled {
        return Err(ImportError::Stopped);
    }
    for key in &keys.keys {
        report.note(match &key.origin {
            KeyOrigin::SecondGeneration => {
                format!(
                    "found: a key of {} opens {}",
                    counted(key.iterations, "iteration", "iterations"),
                    counted(key.rows, "row", "rows")
                )
            }
            KeyOrigin::FirstGeneration {
                original_path,
                guessed,
            } => format!(
                "found: the first version's key ({} iterations) of the {} path {original_path} opens {}",
                key.iterations,
                if *guessed { "guessed" } else { "given" },
                counted(key.rows, "row", "rows")
            ),
        });
    }
    report.note(zone.note());
    if keys.unopened > 0 {
        report.partial = true;
        let text = format!(
            "no key opens {}, after a search up to {} iterations: damage, another password, or a higher iteration \
             count",
            counted(keys.unopened, "row", "rows"),
            keys.bound
        );
        report.note(Note::with(text, Advice::MoreIterations));
    }
    let mut batch = Vec::new();
    let mut bytes = 0;
    let mut done = 0;
    let mut records = source.records(&keys, zone);
    let mut ended = Ok(());
    for item in records.by_ref() {
        let item = match item {
            Ok(item) => item,
            Err(error) => {
                // Everything read before the error is complete, and is written.
                ended = Err(error);
                break;
            }
        };
        match item {
            Item::Record(Record::Message(message)) => {
                bytes += message.text.len();
                batch.push(message);
                done += 1;
                if batch.len() >= BATCH || bytes >= BATCH_BYTES {
                    write_batch(store, &mut batch, report, newcomers)?;
                    bytes = 0;
                    if !progress(Progress {
                        done,
                        total: Some(total),
                    }) {
                        return Err(ImportError::Stopped);
                    }
                }
            }
            Item::Record(Record::Contact(contact)) => write_contact(store, &contact, report, newcomers)?,
            Item::Record(Record::Setting(setting)) => write_setting(store, &setting, report)?,
            Item::Problem(problem) => {
                if !problem.row_kept {
                    let (table, reason) = (problem.table.name(), problem.reason.name());
                    let last = match problem.reason {
                        Reason::DamagedUpTo { last } => last,
                        _ => problem.row,
                    };
                    report.row_left_out(format!("{table}: {reason}"), problem.row, last);
                    if problem.table == Table::Messages {
                        report.unreadable(reason);
                    } else {
                        report.leave_out(format!("{table}: {reason}"));
                    }
                }
                report.note(problem.to_string());
            }
        }
    }
    let ambiguous = records.summary().ambiguous_times;
    write_batch(store, &mut batch, report, newcomers)?;
    if ambiguous > 0 {
        report.note(format!(
            "{} that the clocks showed twice or skipped: the first, or the clock before the change, was used",
            counted(ambiguous, "local time", "local times")
        ));
    }
    progress(Progress {
        done,
        total: Some(total),
    });
    Ok(ended?)
}

fn write_batch(
    store: &Store,
    batch: &mut Vec<Message>,
    report: &mut Report,
    newcomers: &mut Newcomers,
) -> Result<(), ImportError> {
    if batch.is_empty() {
        return Ok(());
    }
    let messages = std::mem::take(batch);
    let written = store.write("import_batch", |tx| {
        let mut groups: Vec<(String, Vec<Message>)> = Vec::new();
        for message in messages {
            match groups
                .iter_mut()
                .find(|(contact, _)| *contact == message.contact_id)
            {
                Some((_, messages)) => messages.push(message),
                None => groups.push((message.contact_id.clone(), vec![message])),
            }
        }
        let mut written = Vec::new();
        for (contact, messages) in groups {
            let (conversation, contact, is_new) = conversation(tx, &contact)?;
            let messages: Result<Vec<NewMessage>, StoreError> = messages
                .into_iter()
                .map(|message| to_message(tx, message, &contact))
                .collect();
            let batch = insert(tx, &conversation, &messages?, false)?;
            written.push((conversation, is_new.then_some(contact), batch));
        }
        Ok::<_, StoreError>(written)
    })?;
    for (conversation, new, batch) in written {
        if let Some(contact) = new {
            report.contacts_imported += 1;
            newcomers.made(&conversation, contact);
        }
        newcomers.wrote(&conversation, &batch.inserted);
        report.wrote(batch);
    }
    Ok(())
}

/// The source's own id if valid, otherwise one derived from it.
fn contact_id(tx: &WriteTx<'_>, id: &str) -> ContactId {
    let own = id.parse().ok().filter(|_| Resource::check_new(id).is_ok());
    own.unwrap_or_else(|| ContactId::new(tx.derived_id(&[b"legacy", b"contact", id.as_bytes()])))
}

/// The conversation of a contact, who may be missing from the source.
fn conversation(tx: &mut WriteTx<'_>, id: &str) -> Result<(ConversationId, ContactId, bool), StoreError> {
    let contact = contact_id(tx, id);
    let is_new = is_absent(tx.contact_by_id(&contact))?;
    let new = NewContact {
        id: contact.clone(),
        display_name: DisplayName::lenient("", "Unknown contact"),
        public_key: PublicKey::default(),
        is_verified: false,
        added_at: tx.now(),
        last_seen: None,
    };
    Ok((tx.contact_create(&new)?, contact, is_new))
}

fn to_message(tx: &WriteTx<'_>, message: Message, contact: &ContactId) -> Result<NewMessage, StoreError> {
    let id = message.message_id.parse().unwrap_or_else(|_| {
        MessageId::new(tx.derived_id(&[b"legacy", b"message", message.message_id.as_bytes()]))
    });
    let direction = if message.is_outgoing {
        Direction::Out
    } else {
        Direction::In
    };
    Ok(NewMessage {
        id,
        direction,
        sender: if message.is_outgoing {
            SenderRef::Nobody
        } else {
            SenderRef::Contact(contact.clone())
        },
        body: Body::text(message.text)?,
        at: Timestamp::from_unix_ms(message.timestamp)?,
        edited_at: None,
        deleted_at: None,
        reply_to: None,
        was_encrypted: message.is_encrypted,
        is_read: true,
    })
}

fn write_contact(
    store: &Store,
    contact: &Contact,
    report: &mut Report,
    newcomers: &mut Newcomers,
) -> Result<(), ImportError> {
    let time = |ms: Option<i64>| ms.and_then(|ms| Timestamp::from_unix_ms(ms).ok());
    let made = store.write("import_contact", |tx| {
        let id = contact_id(tx, &contact.contact_id);
        let is_new = is_absent(tx.contact_by_id(&id))?;
        let new = NewContact {
            id: id.clone(),
            display_name: DisplayName::lenient(&contact.display_name, "Unnamed contact"),
            public_key: public_key(&contact.public_key)?,
            // A plain SQL flag: anyone who could write the file could set it.
            is_verified: false,
            added_at: time(contact.added_at).unwrap_or_else(|| tx.now()),
            last_seen: time(contact.last_seen),
        };
        let conversation = tx.contact_create(&new)?;
        let differs = !is_new && tx.contact_key_differs(&id, &new.public_key)?;
        let was_verified = contact.is_verified && !new.public_key.is_empty();
        Ok::<_, StoreError>((conversation, is_new.then_some(id), was_verified, differs))
    })?;
    let (conversation, new, was_verified, differs) = made;
    report.keys_differing += u64::from(differs);
    if let Some(new) = new {
        report.contacts_imported += 1;
        report.not_trusted(AuthorityKind::VerifiedContact, u64::from(was_verified));
        newcomers.made(&conversation, new);
    }
    Ok(())
}

/// The application stored keys as base64 or hexadecimal text; anything else is stored as its bytes.
fn public_key(text: &str) -> Result<PublicKey, StoreError> {
    let hex =
        text.len().is_multiple_of(2) && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if hex {
        let digits = text.as_bytes().chunks_exact(2);
        let bytes = digits
            .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
            .collect();
        return Ok(PublicKey::kept(bytes)?);
    }
    match PublicKey::kept_base64(text) {
        Ok(key) => Ok(key),
        Err(_) => Ok(PublicKey::kept(text.as_bytes().to_vec())?),
    }
}

/// Returns whether a name can be one of the Python application's own: a plain word. A name with parts (`app.lock`), or
/// one that only looks like a plain word, may control something here, and nobody vouches for it.
fn is_of_its_application(key: &SettingKey) -> bool {
    KnownSetting::of(key).is_some() || (SettingKey::new(key.as_str()).is_ok() && !key.as_str().contains('.'))
}

fn write_setting(store: &Store, setting: &Setting, report: &mut Report) -> Result<(), ImportError> {
    let Ok(key) = SettingKey::kept(setting.key.as_str()) else {
        report.leave_out("settings: name");
        report.setting_left_out(&setting.key);
        return Ok(());
    };
    if !is_of_its_application(&key) {
        report.not_trusted(AuthorityKind::Setting, 1);
        report.setting_left_out(key.as_str());
        return Ok(());
    }
    let Ok(value) = JsonText::new(&setting.json) else {
        report.leave_out("settings: not_json");
        report.setting_left_out(key.as_str());
        return Ok(());
    };
    // A value is authenticated, but its name and time are not: it may be under the wrong name. So no imported setting
    // gets a meaning in this vault, and none replaces a value that its owner set.
    if let Some(known) = KnownSetting::of(&key) {
        let is_own_key = known == KnownSetting::IdentityPublicKey;
        report.setting_left_out(key.as_str());
        report.not_trusted(
            if is_own_key {
                AuthorityKind::OwnKey
            } else {
                AuthorityKind::Setting
            },
            1,
        );
        if is_own_key && store.write("import_setting", |tx| tx.own_key_differs(&value))? {
            report.other_own_key();
        }
        return Ok(());
    }
    let at = setting.updated_at.and_then(|ms| Timestamp::from_unix_ms(ms).ok());
    let written = store.write("import_setting", |tx| {
        let is_new = is_absent(tx.setting("", &key))?;
        tx.setting_import("", &key, &value, at.filter(|_| is_new))
    })?;
    report.setting(&key, written);
    Ok(())
}
