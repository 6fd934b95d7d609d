//! An export that somebody vouches for: it is read completely, and the rights in it are listed, before anything is
//! imported.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::path::Path;

use privatus_domain::PublicKey;
use privatus_store::{Digest, SystemFault, safety_number};

use super::open::open;
use super::parse::Parsed;
use super::pass::{Ended, Sink, pass};
use super::record::Record;
use crate::authority::AuthorityItem;
use crate::error::ImportError;
use crate::report::{OnProgress, Progress};

/// Maximum items to list; nobody would review more.
const ITEMS: usize = 100_000;
/// Lines between two calls of the progress function.
const STEP: u64 = 5_000;

/// An export whose checksum and end were verified, with the rights that it contains.
///
/// Nothing in an export proves who wrote it. Passing it to [`import`](super::import) as
/// [`Trust::Vouched`](super::Trust::Vouched) declares that its rights are to be imported; ask a person first, and show
/// them [`items`](Self::items).
#[derive(Debug)]
pub struct Vouched {
    file: File,
    items: Vec<AuthorityItem>,
    /// Where the rights of a line begin in `items`.
    lines: HashMap<[u8; 32], usize>,
    checksum: [u8; 32],
}

impl Vouched {
    /// Reads an export from beginning to end; changes nothing.
    ///
    /// # Errors
    /// [`ImportError::Source`] if it is not an export; [`ImportError::Unvouched`] if its checksum or its end is wrong.
    pub fn read(path: &Path, progress: OnProgress<'_>) -> Result<Self, ImportError> {
        let file = open(path)?;
        let mut found = Found {
            items: Vec::new(),
            lines: HashMap::new(),
            is_too_much: false,
            done: 0,
            progress,
        };
        let path = path.to_owned();
        let checksum = match pass(&file, &mut found) {
            Ok(checksum) => checksum,
            Err(Ended::Form(why)) => return Err(ImportError::Source { path, why }),
            Err(Ended::Damage(why, _)) => return Err(ImportError::Unvouched { path, why }),
            Err(Ended::Import(error)) => return Err(error),
        };
        if found.is_too_much {
            let why = format!("grants more than {ITEMS} rights, too many to review");
            return Err(ImportError::Unvouched { path, why });
        }
        let vouched = Self {
            file,
            items: found.items,
            lines: found.lines,
            checksum,
        };
        if let Err(Ended::Damage(why, _)) = vouched.again() {
            return Err(ImportError::Unvouched { path, why });
        }
        Ok(vouched)
    }

    /// The rights it grants, in file order.
    #[must_use]
    pub fn items(&self) -> &[AuthorityItem] {
        &self.items
    }

    /// The open file that was read, rewound: another file may have its name by now.
    pub(super) fn again(&self) -> Result<&File, Ended> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0)).map_err(|error| {
            Ended::Damage(
                format!("cannot be read a second time ({})", SystemFault::words(&error)),
                "name a regular file",
            )
        })?;
        Ok(file)
    }

    /// Where the rights of a line begin in [`items`](Self::items); `None` for a line that was not listed exactly so,
    /// such as one inserted since.
    pub(super) fn place(&self, line: &[u8]) -> Option<usize> {
        self.lines.get(&sum(line)).copied()
    }

    /// The checksum of everything that was read.
    pub(super) const fn checksum(&self) -> &[u8; 32] {
        &self.checksum
    }
}

fn sum(line: &[u8]) -> [u8; 32] {
    let mut digest = Digest::new();
    digest.update(line);
    digest.finalize()
}

/// The digits of a key in a record, as two people compare them. Only for the list: they cost a millisecond.
fn digits(parsed: &Parsed) -> Option<String> {
    let key: PublicKey = match parsed {
        Parsed::Setting(setting) => setting.own_key()?,
        Parsed::Record(Record::Contact(contact)) => contact.verified_key()?,
        Parsed::Record(_) => return None,
    };
    let number = safety_number(&key, None).ok()?;
    Some(format!("; its half of the safety number is {number}"))
}

/// The rights that a record grants, for every kind of record.
pub(super) fn claims(parsed: &Parsed) -> Vec<AuthorityItem> {
    match parsed {
        Parsed::Setting(setting) => vec![setting.claims()],
        Parsed::Record(record) => match record {
            Record::Grant(grant) => vec![grant.claims()],
            Record::Contact(contact) => contact.claims().into_iter().collect(),
            Record::Group(group) => group.claims(),
            Record::Transfer(transfer) => transfer.claims().into_iter().collect(),
            Record::Header { .. }
            | Record::Statistic(_)
            | Record::Conversation { .. }
            | Record::Message(_)
            | Record::End { .. } => Vec::new(),
        },
    }
}

struct Found<'a> {
    items: Vec<AuthorityItem>,
    lines: HashMap<[u8; 32], usize>,
    is_too_much: bool,
    done: u64,
    progress: OnProgress<'a>,
}

impl Sink for Found<'_> {
    fn line(&mut self, parsed: Option<Parsed>, line: &[u8], number: u64) -> Result<(), ImportError> {
        let Some(parsed) = parsed else { return Ok(()) };
        self.done += u64::from(matches!(parsed, Parsed::Record(Record::Message(_))));
        let at = Progress {
            done: self.done,
            total: None,
        };
        if number.is_multiple_of(STEP) && !(self.progress)(at) {
            return Err(ImportError::Stopped);
        }
        let claims = claims(&parsed);
        self.is_too_much |= self.items.len() + claims.len() > ITEMS;
        if self.is_too_much || claims.is_empty() {
            return Ok(());
        }
        // If a line occurs twice, the first one grants the rights.
        self.lines.entry(sum(line)).or_insert(self.items.len());
        self.items.extend(claims.into_iter().map(|mut item| {
            item.text.extend(digits(&parsed));
            item.line = number;
            item
        }));
        Ok(())
    }

    fn ended(&mut self) -> Result<(), ImportError> {
        Ok(())
    }
}
